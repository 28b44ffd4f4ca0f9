import { type Reader, streams, type Work } from '@joinery/core';
import { z } from 'zod';
import type { RegistrationAddress } from './addresses.ts';

export const modes = ['off', 'domain', 'approval', 'both'] as const;
type Mode = (typeof modes)[number];

/** Who may make an account of their own. `domains` are kept while they do not count. */
export type Settings = { mode: Mode; domains: string[] };

const name = 'registration';
const stored = z.object({ mode: z.enum(modes), domains: z.array(z.string()) });

/** What an administrator decided; nobody registers until then. */
export async function settingsOf(db: Reader): Promise<Settings> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  return row ? stored.parse(JSON.parse(row.value)) : { mode: 'off', domains: [] };
}

/** @param by local id of the administrator */
export async function changeSettings(work: Work, settings: Settings, by: string): Promise<void> {
  await putSettings(work, settings);
  work.emit('registration.settings_changed', streams.local, { by });
}

/** Writes what holds from now on. */
export async function putSettings(work: Work, settings: Settings): Promise<void> {
  const value = JSON.stringify(settings);
  await work.db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** How somebody with this address gets an account: at once, after approval, or not at all. */
export function admits({ mode, domains }: Settings, { domain }: RegistrationAddress): 'at_once' | 'approval' | null {
  if ((mode === 'domain' || mode === 'both') && domains.includes(domain)) return 'at_once';
  return mode === 'approval' || mode === 'both' ? 'approval' : null;
}
