import { type Reader, streams, type Work } from '@joinery/core';

/** Who may invite guests. */
export type Settings = { staff: boolean };

const name = 'guests';

/** What an administrator decided; until then only administrators invite. */
export async function settingsOf(db: Reader): Promise<Settings> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  return { staff: row?.value === 'staff' };
}

/** @param by local id of the administrator */
export async function changeSettings(work: Work, { staff }: Settings, by: string): Promise<void> {
  await putSettings(work, { staff });
  work.emit('guest.settings_changed', streams.local, { by });
}

/** Writes what holds from now on. */
export async function putSettings(work: Work, { staff }: Settings): Promise<void> {
  const value = staff ? 'staff' : 'administrators';
  await work.db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
