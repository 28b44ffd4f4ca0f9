import { type Reader, refuse, type Work } from '@joinery/core';
import { covers, type Mute } from './decide.ts';
import type { MuteRow, Scope } from './tables.ts';

const toMute = (row: MuteRow): Mute => ({
  scope: row.scope,
  subject: row.subject,
  page: row.page === 1,
  mail: row.mail === 1,
});

const mostMutes = 5_000;

/** All that a person does not want to hear of. */
export async function mutesOf(db: Reader, person: string): Promise<Mute[]> {
  const rows = await db
    .selectFrom('notification_mute')
    .selectAll()
    .where('person_id', '=', person)
    .orderBy('at', 'desc')
    .execute();
  return rows.map(toMute);
}

export type MuteInput = { person: string; scope: Scope; subject: string; page: boolean; mail: boolean };

/**
 * Sets what a person hears of one thing from now on: silent on the page, by mail, both, or neither again. What is covered and still unread counts as
 * read, and a mail that is still due is not sent.
 * @throws {Refusal} too_many
 */
export async function putMute(work: Work, input: MuteInput): Promise<void> {
  const { person, scope, subject } = input;
  const row = { page: input.page ? 1 : 0, mail: input.mail ? 1 : 0, at: work.now };
  const one = work.db
    .deleteFrom('notification_mute')
    .where('person_id', '=', person)
    .where('scope', '=', scope)
    .where('subject', '=', subject);
  if (!input.page && !input.mail) {
    await one.execute();
    return;
  }
  const { count } = await work.db
    .selectFrom('notification_mute')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow();
  if (Number(count) >= mostMutes) refuse('too_many', 'So much is muted already: mute a whole group or kind instead');
  await work.db
    .insertInto('notification_mute')
    .values({ person_id: person, scope, subject, ...row })
    .onConflict((conflict) => conflict.columns(['person_id', 'scope', 'subject']).doUpdateSet(row))
    .execute();
  await settleCovered(work, input);
}

/** As `putMute`, but what is silent already stays silent: what a link in a mail may do. */
export async function addMute(work: Work, input: MuteInput): Promise<void> {
  const known = (await mutesOf(work.db, input.person)).find(
    ({ scope, subject }) => scope === input.scope && subject === input.subject,
  );
  await putMute(work, {
    ...input,
    page: input.page || known?.page === true,
    mail: input.mail || known?.mail === true,
  });
}

/** What waits and is covered by a new mute: read, and not mailed. */
async function settleCovered(work: Work, input: MuteInput): Promise<void> {
  const waiting = await work.db
    .selectFrom('notification')
    .select(['id', 'kind', 'group_id', 'topic_id', 'read_at', 'mail_state'])
    .where('person_id', '=', input.person)
    .where((eb) => eb.or([eb('read_at', 'is', null), eb('mail_state', '=', 'due')]))
    .execute();
  const ids = waiting
    .filter((row) => covers(input, { kind: row.kind, group: row.group_id, topic: row.topic_id }))
    .map(({ id }) => id);
  for (let start = 0; start < ids.length; start += 500) {
    const some = ids.slice(start, start + 500);
    if (input.page)
      await work.db
        .updateTable('notification')
        .set({ read_at: work.now })
        .where('id', 'in', some)
        .where('read_at', 'is', null)
        .execute();
    if (input.mail)
      await work.db
        .updateTable('notification')
        .set({ mail_state: 'dropped', mail_at: work.now })
        .where('id', 'in', some)
        .where('mail_state', '=', 'due')
        .execute();
  }
}
