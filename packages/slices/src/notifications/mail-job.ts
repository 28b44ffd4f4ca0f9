import {
  accountOfPerson,
  type Context,
  type JsonObject,
  type MailOutcome,
  type Reader,
  restoredState,
  transact,
} from '@joinery/core';
import { personById } from '@joinery/slices/people';
import { isLanguage } from '@joinery/ui';
import { decide } from './decide.ts';
import { type Addressee, mailOf, testMail } from './mail.tsx';
import { mutesOf } from './mutes.ts';
import { planMail } from './notify.ts';
import { findNotification } from './reading.ts';
import { type MailState, type NotificationRow, securityKind } from './tables.ts';

const by = { kind: 'system', what: 'notification mail' } as const;

/** A mail server may be away for so long before a mail is given up: five days, as mail servers do among themselves (RFC 5321 §4.5.4.1). */
const givenUpAfterHours = 120;
const longestWaitSeconds = 3_600;
/** Milliseconds for which mails after a restore say so: two months, so that it stands in each kind of mail that somebody gets. */
const restoredSaidFor = 60 * 24 * 3_600_000;

/** Seconds until a mail is tried again after so many attempts. */
const waitAfter = (attempts: number): number => Math.min(longestWaitSeconds, 30 * 2 ** Math.min(attempts, 10));

/** Who gets the mail of a person; null when they have no account (any more). */
async function addresseeOf(db: Reader, person: string): Promise<Addressee | null> {
  const [row, account] = [await personById(db, person), await accountOfPerson(db, person)];
  if (!row || !account || account.disabled_at !== null || row.disabled_at !== null || row.deleted_at !== null)
    return null;
  const language = isLanguage(row.language) ? row.language : 'en';
  return { id: row.id, email: account.email, language, timeZone: row.time_zone };
}

/**
 * Sends the mail of one notification, if it is still to be sent: everything is asked anew. It is marked as being sent before it is, so that a process that ends
 * meanwhile leaves it unconfirmed and nobody sends it a second time.
 */
export async function sendNotificationMail(context: Context, data: JsonObject): Promise<void> {
  const { mail: door } = context.doors;
  const id = String(data.id);
  const db = context.db.reader;
  const row = await db.selectFrom('notification').selectAll().where('id', '=', id).executeTakeFirst();
  if (row?.mail_state === 'sending') return void (await settle(context, row, 'sending', 'unconfirmed', null));
  if (row?.mail_state !== 'due') return;
  if (door === null) return void (await settle(context, row, 'due', 'none', null));
  const state = await restoredState(db);
  if (state && row.created_at < state.at) return void (await settle(context, row, 'due', 'dropped', null));
  if (state?.confirmedAt === null) {
    await transact(context, by, (work) => planMail(work, id, row.mail_attempts + 1, longestWaitSeconds));
    return;
  }
  const to = await addresseeOf(db, row.person_id);
  const notification = to && (await findNotification(context, row.person_id, id));
  const about = { kind: row.kind, group: row.group_id, topic: row.topic_id };
  // Whoever came in with what was changed may have looked at it first.
  const isUnseen = row.read_at === null || row.shown === 0;
  const wanted = decide(await mutesOf(db, row.person_id), about).mail && (isUnseen || row.kind === securityKind);
  if (!notification || !wanted || notification.post?.gone)
    return void (await settle(context, row, 'due', 'dropped', null));
  if (!(await settle(context, row, 'due', 'sending', row.mail_error))) return;
  const isRecent =
    state?.confirmedAt && context.clock.now().getTime() - Date.parse(state.confirmedAt) < restoredSaidFor;
  const outcome = await door.send(mailOf(context, to, notification, row.cause, isRecent ? state.asOf : null));
  await note(context, row, outcome);
}

/** Moves a mail from one state to the next, unless somebody else did. */
async function settle(
  context: Context,
  row: NotificationRow,
  from: MailState,
  to: MailState,
  error: string | null,
): Promise<boolean> {
  return transact(context, by, async (work) => {
    const moved = await work.db
      .updateTable('notification')
      .set((eb) => ({
        mail_state: to,
        mail_at: work.now,
        mail_error: error,
        mail_attempts: to === 'sending' ? eb('mail_attempts', '+', 1) : eb.ref('mail_attempts'),
      }))
      .where('id', '=', row.id)
      .where('mail_state', '=', from)
      .executeTakeFirst();
    return moved.numUpdatedRows > 0n;
  });
}

async function note(context: Context, row: NotificationRow, outcome: MailOutcome): Promise<void> {
  if (outcome.ok) {
    await settle(context, row, 'sending', 'sent', null);
    return;
  }
  const since = context.clock.now().getTime() - Date.parse(row.created_at);
  const again = outcome.retryable && since < givenUpAfterHours * 3_600_000;
  context.logger.warn('mail.not_sent', { notification: row.id, again, reason: outcome.detail });
  if (!(await settle(context, row, 'sending', again ? 'due' : 'failed', outcome.detail)) || !again) return;
  const attempts = row.mail_attempts + 1;
  await transact(context, by, (work) => planMail(work, row.id, attempts, waitAfter(attempts)));
}

/**
 * Sends a mail that proves that mail works.
 * @returns null when this node has no mail server, or the person no address
 */
export async function sendTestMail(context: Context, person: string): Promise<(MailOutcome & { to: string }) | null> {
  const to = await addresseeOf(context.db.reader, person);
  if (context.doors.mail === null || to === null) return null;
  return { ...(await context.doors.mail.send(testMail(context, to))), to: to.email };
}

/** How mail is doing, for administrators. Names nobody. */
export async function mailHealth(
  context: Context,
): Promise<{ due: number; sent: number; failed: number; lastError: string | null }> {
  const db = context.db.reader;
  const ago = (hours: number) => new Date(context.clock.now().getTime() - hours * 3_600_000).toISOString();
  const count = async (states: MailState[], since: string) => {
    const { n } = await db
      .selectFrom('notification')
      .select((eb) => eb.fn.countAll().as('n'))
      .where('mail_state', 'in', states)
      .where('mail_at', '>=', since)
      .executeTakeFirstOrThrow();
    return Number(n);
  };
  const failing = await db
    .selectFrom('notification')
    .select('mail_error')
    .where('mail_state', 'in', ['due', 'failed'])
    .where('mail_at', '>=', ago(168))
    .where('mail_error', 'is not', null)
    .orderBy('mail_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return {
    due: await count(['due', 'sending'], ''),
    sent: await count(['sent'], ago(24)),
    failed: await count(['failed', 'unconfirmed'], ago(168)),
    lastError: failing?.mail_error ?? null,
  };
}
