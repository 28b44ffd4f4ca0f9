import { enqueueJob, newId, type Reader, restoredState, type Work } from '@joinery/core';
import { personById } from '@joinery/slices/people';
import { decide, isLate } from './decide.ts';
import { mutesOf } from './mutes.ts';
import { type Kind, type SecurityEvent, securityKind } from './tables.ts';

export const mailJob = 'notifications.mail';

/** Mail waits a moment: what is read, deleted or muted meanwhile is not mailed. */
const mailDelaySeconds = 15;

export type News = {
  person: string;
  /** The same for the same thing, whenever and however often it arrives; made of addresses, not of local ids, where there are any. */
  cause: string;
  kind: Kind;
  /** When it happened: instant, UTC. */
  at: string;
  group?: string | null;
  topic?: string | null;
  post?: string | null;
  actor?: string | null;
  ask?: string | null;
  origin?: string | null;
  partner?: string | null;
  endsAt?: string | null;
  accepted?: boolean | null;
  what?: SecurityEvent | null;
};

/**
 * Tells a person of this node something, once. Nobody is told who left, who did it themselves, or who muted it, except of changes of their own sign-in. What is no news any more is listed as
 * read, and not mailed.
 */
export async function notify(work: Work, news: News): Promise<void> {
  const person = await personById(work.db, news.person);
  if (person?.local !== 1 || person.disabled_at !== null || person.deleted_at !== null) return;
  if (news.actor === person.id && news.kind !== securityKind) return;
  const about = { kind: news.kind, group: news.group ?? null, topic: news.topic ?? null };
  const decision = decide(await mutesOf(work.db, person.id), about);
  if (!decision.page && !decision.mail) return;
  const late = isLate(news.at, work.now, await restoredAt(work.db));
  const mail = decision.mail && !late;
  const id = newId();
  const [earliest = work.now] = [news.at, work.now].sort();
  const added = await work.db
    .insertInto('notification')
    .values({
      id,
      person_id: person.id,
      cause: news.cause,
      kind: news.kind,
      group_id: about.group,
      topic_id: about.topic,
      post_id: news.post ?? null,
      actor_id: news.actor ?? null,
      ask_id: news.ask ?? null,
      origin: news.origin ?? null,
      partner_id: news.partner ?? null,
      ends_at: news.endsAt ?? null,
      accepted: news.accepted == null ? null : news.accepted ? 1 : 0,
      what: news.what ?? null,
      sort_at: earliest,
      created_at: work.now,
      read_at: late || !decision.page ? work.now : null,
      shown: decision.page ? 1 : 0,
      mail_state: mail ? 'due' : 'none',
      mail_attempts: 0,
      mail_at: mail ? work.now : null,
      mail_error: null,
    })
    .onConflict((conflict) => conflict.columns(['person_id', 'cause']).doNothing())
    .executeTakeFirst();
  if (mail && added.numInsertedOrUpdatedRows === 1n) await planMail(work, id, 0, mailDelaySeconds);
}

/** Asks for the mail of a notification. @param attempt how often it was tried before */
export function planMail(work: Work, id: string, attempt: number, seconds: number): Promise<void> {
  const runAt = new Date(Date.parse(work.now) + seconds * 1_000).toISOString();
  return enqueueJob(work, mailJob, { id }, { key: `${id} ${attempt}`, runAt });
}

/** When this node was restored from a backup; null when it never was. What happened before was told before. */
async function restoredAt(db: Reader): Promise<string | null> {
  return (await restoredState(db))?.at ?? null;
}
