import type { Context as HonoContext } from 'hono';
import { accountById } from '../accounts/accounts.ts';
import { providerDecides } from '../accounts/grants.ts';
import { accountOfSession, endSession, sessionUnvouched, startSession } from '../accounts/sessions.ts';
import type { SignInLink } from '../accounts/sign-in-links.ts';
import { countAttempt } from '../accounts/throttle.ts';
import { accountOfToken } from '../accounts/tokens.ts';
import { isInQuarantine } from '../backup/quarantine.ts';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { limits } from '../limits.ts';
import { transact, type Work } from '../work.ts';
import { dropCookie, readCookie, writeCookie } from './cookies.ts';
import type { Environment, Visitor } from './environment.ts';

type C = HonoContext<Environment>;
type AccountRow = { id: string; person_id: string; administrator: number; federation_officer: number };

async function visitorOf(
  context: Context,
  account: AccountRow | undefined,
  via: Visitor['via'],
): Promise<Visitor | null> {
  if (!account) return null;
  const person = await context.ports.people.byId(context.db.reader, account.person_id);
  if (!person) return null;
  return {
    account: account.id,
    person,
    administrator: account.administrator === 1,
    federationOfficer: account.federation_officer === 1,
    via,
  };
}

/** Finds out who asks for a page: the session of the cookie, if it still holds. */
export async function recogniseSession(c: C): Promise<void> {
  const value = readCookie(c, 'session');
  if (value === null) return;
  c.set('session', value);
  const note = c.req.path !== '/events' && c.req.header('x-joinery-background') === undefined;
  c.set('visitor', await visitorOf(c.var.context, await accountOfSession(c.var.context, value, note), 'session'));
}

/**
 * Finds out who asks by API. Cookies do not count here, so a page of another site can do nothing with them.
 * @throws {Refusal} signed_out before any query when there is no token; too_many after a hundred wrong ones in a minute
 */
export async function recogniseToken(c: C): Promise<void> {
  const { context, clientNetwork } = c.var;
  const [, token] = /^Bearer +([A-Za-z0-9_.~+/=-]+) *$/i.exec(c.req.header('authorization') ?? '') ?? [];
  if (token === undefined) refuse('signed_out', 'Send a token: Authorization: Bearer joinery_…');
  const visitor = await visitorOf(context, await accountOfToken(context, token), 'token');
  if (!visitor) {
    countAttempt(context, `wrong token from ${clientNetwork}`, limits.wrongToken);
    refuse('signed_out', 'This token is not valid (any more)');
  }
  c.set('visitor', visitor);
}

/**
 * The visitor.
 * @throws {Refusal} signed_out: pages then lead to the sign-in page and back
 */
export function requireVisitor(c: C): Visitor {
  return c.var.visitor ?? refuse('signed_out', 'Sign in first');
}

/** A visitor who is of this agency: guests keep to what they were invited to. @throws {Refusal} signed_out, forbidden */
export function requireStaff(c: C): Visitor {
  const visitor = requireVisitor(c);
  if (visitor.person.guest) refuse('forbidden', 'Guests keep to the groups that they were invited to');
  return visitor;
}

/** @throws {Refusal} signed_out, forbidden */
export function requireAdministrator(c: C): Visitor {
  const visitor = requireVisitor(c);
  if (!visitor.administrator) refuse('forbidden', 'Only an administrator of this node can do this');
  return visitor;
}

/** Whoever may see the allow-list. Who decides about it is a narrower question: `trust/policy.ts` of federation. @throws {Refusal} signed_out, forbidden */
export function requireFederationOfficer(c: C): Visitor {
  const visitor = requireVisitor(c);
  if (!visitor.administrator && !visitor.federationOfficer) {
    refuse('forbidden', 'Only a federation officer or an administrator of this node can do this');
  }
  return visitor;
}

/**
 * Signs the browser in as an account, after it has proven who it is. The session and its cookie are new; one that came with the
 * request ends.
 * @param how see `startSession`
 * @throws {Refusal} disabled; unavailable in a restored node that nobody has confirmed, unless it is an administrator
 */
export async function signIn(c: C, account: string, how: { grant?: string; longest?: number } = {}): Promise<void> {
  const { context, session } = c.var;
  // Every way in but the operator's link is refused before (`assertWaysHold`).
  await assertAdmittedInQuarantine(context, account, 'operator');
  const agent = describeAgent(c.req.header('user-agent'));
  const value = await transact(context, { kind: 'system', what: 'sign-in' }, async (work) => {
    const isUnvouched = how.grant === undefined && (await providerDecides(context, work.db, account));
    return startSession(work, account, session, { ...(isUnvouched ? { longest: sessionUnvouched } : how), agent });
  });
  writeCookie(c, 'session', value);
  dropCookie(c, 'form');
  c.set('session', value);
}

/**
 * Shows strangers nothing of a restored node before somebody has confirmed it: what was narrowed or deleted after the backup would be on the web as it was then.
 * @throws {Refusal} unavailable
 */
export async function assertShownToStrangers(c: C): Promise<void> {
  if (c.var.visitor === null && (await isInQuarantine(c.var.context.db.reader)))
    refuse(
      'unavailable',
      'This node was restored from a backup: it shows nothing before an administrator has confirmed it',
    );
}

/**
 * Whoever was disabled after the backup is not disabled in a restored node, and whoever lost a role has it: before somebody has confirmed the node only a link lets in that the
 * operator has made on the command line, and only whom the backup knows as an administrator.
 * @param purpose of the link with which they come; null for every other way
 * @throws {Refusal} unavailable
 */
export async function assertAdmittedInQuarantine(
  { db }: Context,
  account: string,
  purpose: SignInLink['purpose'] | null,
): Promise<void> {
  if (!(await isInQuarantine(db.reader))) return;
  if (purpose === null || purpose === 'sign-in' || (await accountById(db.reader, account))?.administrator !== 1)
    refuse('unavailable', 'This node was restored from a backup: an administrator has to confirm it first');
}

const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** Browser and system in few words: enough to recognise, nothing to trace. Null when it says nothing known. */
export function describeAgent(text: string | undefined): string | null {
  const named = (names: readonly (readonly [string, string])[]) => names.find(([part]) => text?.includes(part))?.[1];
  return [named(browsers), named(systems)].filter((word) => word !== undefined).join(', ') || null;
}

/** Ends the session of this browser. */
export async function signOut(c: C): Promise<void> {
  const value = c.var.session;
  if (value !== null) {
    await transact(c.var.context, { kind: 'system', what: 'sign-out' }, (work) => endSession(work, value));
  }
  dropCookie(c, 'session');
  c.set('session', null);
  c.set('visitor', null);
}

/**
 * Carries out a change as the visitor, from a page or the API.
 * @throws what `does` and `transact` throw
 */
export function transactAs<T>(c: C, visitor: Visitor, does: (work: Work) => Promise<T>): Promise<T> {
  return transact(c.var.context, { kind: 'person', person: visitor.person.id }, does);
}
