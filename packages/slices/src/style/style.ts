import { newId, refuse, streams, type Work } from '@joinery/core';
import type { StyleInput } from './input.ts';
import type { Logo } from './logo.ts';
import { currentVersion } from './store.ts';

/**
 * Gives the node another look from now on.
 * @param logo a new one; `keep` for the present one, null for none
 * @returns id of the version
 * @throws {Refusal} invalid when there is a logo without words for those who do not see it
 */
export async function changeStyle(work: Work, input: StyleInput, logo: Logo | 'keep' | null): Promise<string> {
  const logoId =
    logo === 'keep' ? ((await currentVersion(work.db))?.logo_id ?? null) : logo && (await saveLogo(work, logo));
  if (logoId !== null && input.logoAlt === '') {
    refuse('invalid', 'Say in words what the logo shows', [{ field: 'logoAlt', code: 'required' }]);
  }
  const id = newId();
  const { colour, second, radius } = input;
  await work.db
    .insertInto('style_version')
    .values({
      id,
      colour,
      second,
      radius,
      logo_id: logoId,
      logo_alt: logoId === null ? '' : input.logoAlt,
      created_at: work.now,
    })
    .execute();
  work.emit('style.changed', streams.local, { version: id });
  return id;
}

async function saveLogo(work: Work, logo: Logo): Promise<string> {
  const id = newId();
  const row = { id, type: logo.type, bytes: logo.bytes.toString('base64'), created_at: work.now };
  await work.db.insertInto('style_logo').values(row).execute();
  return id;
}
