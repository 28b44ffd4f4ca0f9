import {
  type Account,
  type By,
  type Context,
  holdAccount,
  isEmail,
  type Reader,
  refuse,
  removePassword,
  transact,
} from '@joinery/core';
import { emitWay, type PersonRow, personById } from '../../people/index.ts';
import { relyingParty } from '../passkeys/answers.ts';
import { isOnlyWayIn } from '../passkeys/passkeys.ts';
import { link, unlink } from '../sign-in.ts';
import { identitiesOfAccount, identityOf, liveProviders } from '../store.ts';
import type { IdentityRow, ProviderRow } from '../tables.ts';

/** Characters that a subject may have (OpenID Connect Core 1.0 §2). */
const longestSubject = 255;

/**
 * A subject as an administrator typed it: exactly as the provider spells it, capitals included.
 * @throws {Refusal} invalid (field `subject`); a mail address is none, since it can come to belong to somebody else
 */
export function readSubject(typed: string): string {
  const subject = typed.trim();
  const fault = (code: 'required' | 'too_long' | 'bad_format', why: string) =>
    refuse('invalid', why, [{ field: 'subject', code }]);
  if (subject === '') fault('required', 'Say which subject');
  if (subject.length > longestSubject) fault('too_long', `A subject has at most ${longestSubject} characters`);
  if (!/^[\x20-\x7e]+$/.test(subject)) fault('bad_format', 'A subject is plain ASCII');
  if (isEmail(subject))
    fault('bad_format', 'This is a mail address: give the subject (sub) that the provider gives this person');
  return subject;
}

/** Who has a subject now: somebody else, the same person, or nobody. */
export async function holderOf(db: Reader, provider: ProviderRow, subject: string): Promise<PersonRow | null> {
  const known = await identityOf(db, provider.issuer, subject);
  if (!known) return null;
  const account = await db
    .selectFrom('account')
    .select('person_id')
    .where('id', '=', known.account_id)
    .executeTakeFirst();
  return (account && (await personById(db, account.person_id))) ?? null;
}

/**
 * Links a person of this node with who they are at a provider, on an administrator's word.
 * @param subject from `readSubject`
 * @throws {Refusal} conflict when that identity is of somebody else; disabled
 */
export async function linkPerson(
  context: Context,
  by: By,
  account: Account,
  provider: ProviderRow,
  subject: string,
): Promise<IdentityRow> {
  if (account.disabled_at !== null) refuse('disabled', 'This person has been disabled: enable them first');
  const identity = await transact(context, by, (work) =>
    link(work, provider, { subject, claims: { sub: subject } }, account.id),
  );
  context.logger.info('sign_in.linked', { account: account.id, identity: identity.id, by: nameOf(by) });
  return identity;
}

/** What ends with a link. */
export type UnlinkPlan = { identity: IdentityRow; sessions: number; isOnlyWayIn: boolean };

/** @throws {Refusal} not_found when the account has no such link */
export async function planUnlink(context: Context, account: string, id: string): Promise<UnlinkPlan> {
  const { reader } = context.db;
  const identity =
    (await identitiesOfAccount(reader, account)).find((one) => one.id === id) ?? refuse('not_found', 'No such link');
  const sessions = await reader
    .selectFrom('session')
    .innerJoin('sign_in_grant', 'sign_in_grant.id', 'session.grant_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('sign_in_grant.identity_id', '=', identity.id)
    .where('session.expires_at', '>', context.clock.now().toISOString())
    .executeTakeFirst();
  return {
    identity,
    sessions: Number(sessions?.count ?? 0),
    isOnlyWayIn: await isOnlyWayIn(reader, account, relyingParty(context.config.origin), identity.id),
  };
}

/** Ends a link on an administrator's word; sessions and tokens of it end at once. @throws {Refusal} not_found */
export async function unlinkPerson(context: Context, by: By, account: string, id: string): Promise<IdentityRow> {
  const { identity } = await planUnlink(context, account, id);
  await transact(context, by, (work) => unlink(work, identity));
  context.logger.info('sign_in.unlinked', { account, identity: identity.id, by: nameOf(by) });
  return identity;
}

/** Whether an account has a password beside an identity provider that opens it: a second way in, which being disabled there does not close. */
export async function isSecondWayIn(db: Reader, account: Account): Promise<boolean> {
  if (account.password_hash === null) return false;
  const live = new Set((await liveProviders(db)).map(({ id }) => id));
  return (await identitiesOfAccount(db, account.id)).some(({ provider_id }) => live.has(provider_id));
}

/**
 * Takes the password of somebody away who comes in by an identity provider, which alone decides from then on; sessions and tokens end at once.
 * @throws {Refusal} conflict when they have no password, or no provider that is offered opens the account
 */
export async function closePassword(context: Context, by: By, account: Account): Promise<void> {
  await transact(context, by, async (work) => {
    await holdAccount(work, account.id);
    if (!(await isSecondWayIn(work.db, account)) || !(await removePassword(work, account.id)))
      refuse(
        'conflict',
        'Only a password beside an identity provider that is offered can be removed: it would be the only way in',
      );
    emitWay(work, 'password.removed', account.person_id);
  });
  context.logger.info('sign_in.password_removed', { account: account.id, by: nameOf(by) });
}

const nameOf = (by: By): string => (by.kind === 'person' ? by.person : by.kind);
