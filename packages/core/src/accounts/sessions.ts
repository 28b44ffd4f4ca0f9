import type { Context } from '../context.ts';
import { prepareQuery } from '../db/prepared.ts';
import { refuse } from '../errors.ts';
import { transact, type Work } from '../work.ts';
import { isUsable } from './accounts.ts';
import { grantHolds } from './grants.ts';
import { isRandomToken, randomToken, sha256 } from './one-way.ts';
import { sessionIdle, sessionLongest } from './settings.ts';

const hour = 3_600_000;

/** How long a session lasts that no provider can end, although a provider decides about the account: one working day, in milliseconds. */
export const sessionUnvouched = 12 * hour;
/** How long after proving who they are somebody may change what opens their account, in milliseconds. */
const provenFor = 15 * 60_000;
/** How exactly idleness is measured: a session in use costs one write in this part of the idle time, or in ten minutes. */
const seenEvery = (idle: number) => Math.min(idle / 10, 10 * 60_000);

/**
 * Starts a session; call it only after the person has proven who they are. Always with a new value, so that one planted before
 * signing in is worth nothing.
 * @param replaces value of the cookie that came with the request: that session ends
 * @param how.grant what an identity provider vouches for
 * @param how.agent the browser in few words
 * @param how.longest milliseconds after which it ends whatever happens; `sessionLongest` unless given
 * @returns value for the cookie; only its hash is stored
 * @throws {Refusal} disabled
 */
export async function startSession(
  work: Work,
  account: string,
  replaces?: string | null,
  how: { grant?: string | null; agent?: string | null; longest?: number } = {},
): Promise<string> {
  const row = await work.db
    .selectFrom('account')
    .select(['disabled_at', 'ends_at', 'signed_in_at'])
    .where('id', '=', account)
    .executeTakeFirst();
  if (!row || !isUsable(row, work.now)) refuse('disabled', 'This account has been disabled');
  if (row.signed_in_at === null)
    await work.db.updateTable('account').set({ signed_in_at: work.now }).where('id', '=', account).execute();
  const value = randomToken();
  await work.db
    .deleteFrom('session')
    .where('account_id', '=', account)
    .where((eb) => eb.or([eb('expires_at', '<=', work.now), eb('last_seen_at', '<=', before(work.now, sessionIdle))]))
    .execute();
  if (replaces) await endSession(work, replaces);
  await work.db
    .insertInto('session')
    .values({
      id: sha256(value),
      account_id: account,
      created_at: work.now,
      last_seen_at: work.now,
      proven_at: work.now,
      expires_at: new Date(Date.parse(work.now) + (how.longest ?? sessionLongest)).toISOString(),
      grant_id: how.grant ?? null,
      agent: how.agent ?? null,
    })
    .execute();
  return value;
}

/** Whether somebody has proven who they are in this session a short while ago, by signing in or once more since. */
export async function isProven(context: Context, value: string | null): Promise<boolean> {
  if (value === null || !isRandomToken(value)) return false;
  const row = await context.db.reader
    .selectFrom('session')
    .select(['created_at', 'proven_at'])
    .where('id', '=', sha256(value))
    .executeTakeFirst();
  const now = context.clock.now().toISOString();
  return row !== undefined && (row.proven_at ?? row.created_at) > before(now, provenFor);
}

/** Notes that somebody has just proven again who they are. */
export async function noteProven(work: Work, value: string): Promise<void> {
  await work.db.updateTable('session').set({ proven_at: work.now }).where('id', '=', sha256(value)).execute();
}

/** Ends the session of a cookie's value. */
export async function endSession(work: Work, value: string): Promise<void> {
  await work.db.deleteFrom('session').where('id', '=', sha256(value)).execute();
}

/** Ends every session of an account, for "sign out everywhere". */
export async function endSessions(work: Work, account: string): Promise<void> {
  await work.db.deleteFrom('session').where('account_id', '=', account).execute();
}

/**
 * The account behind a cookie's value, or undefined when there is no such session (any more).
 * @param note false for what a browser asks by itself: nobody is there to keep the session going
 */
export async function accountOfSession(
  context: Context,
  value: string,
  note = true,
): Promise<{ id: string; person_id: string; administrator: number; federation_officer: number } | undefined> {
  if (!isRandomToken(value)) return undefined;
  const bounds = sessionBounds(context);
  const [row] = await liveSession(context.db.reader, { id: sha256(value), ...bounds });
  if (row && row.grant_id !== null && !(await grantHolds(context, row.grant_id))) return undefined;
  if (row && note && row.last_seen_at < before(bounds.now, seenEvery(context.config.sessions.idle))) {
    // Reading goes on when nothing can be written: a full disk shortens the session, no more.
    await transact(context, { kind: 'system', what: 'sessions' }, async (work) => {
      await work.db.updateTable('session').set({ last_seen_at: work.now }).where('id', '=', sha256(value)).execute();
    }).catch((error) => context.logger.warn('session.not_noted', { reason: String(error) }));
  }
  return row;
}

/** Whether a session still holds. Asking does not make it last longer. */
export async function sessionHolds(context: Context, value: string): Promise<boolean> {
  return (await accountOfSession(context, value, false)) !== undefined;
}

type Bounds = { now: string; madeAfter: string; seenAfter: string };

/** The instants that a session must have been made, used and made to last after, to hold now. */
export function sessionBounds({ clock, config }: Pick<Context, 'clock' | 'config'>): Bounds {
  const now = clock.now().toISOString();
  return { now, madeAfter: before(now, config.sessions.longest), seenAfter: before(now, config.sessions.idle) };
}

const liveSession = prepareQuery((db, { id, now, madeAfter, seenAfter }: Bounds & { id: string }) =>
  db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select(['account.id', 'person_id', 'administrator', 'federation_officer', 'last_seen_at', 'grant_id'])
    .where('session.id', '=', id)
    .where('expires_at', '>', now)
    .where('session.created_at', '>', madeAfter)
    .where('last_seen_at', '>', seenAfter)
    .where('disabled_at', 'is', null)
    .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', now)])),
);

function before(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) - milliseconds).toISOString();
}
