import {
  type Account,
  accountByEmail,
  accountById,
  type By,
  type Context,
  endGrant,
  holdAccount,
  isHeld,
  isRefusal,
  newId,
  type Reader,
  refuse,
  savepoint,
  setRoles,
  sha256,
  streams,
  transact,
  verifyEmail,
  type Work,
} from '@joinery/core';
import type { Language } from '@joinery/ui';
import { addPerson, type PersonRow, personById, updateProfile } from '../people/index.ts';
import type { Vouched } from './answer.ts';
import { type ClaimedProfile, readClaims, shownAs } from './claims.ts';
import { askToBeLetIn } from './restored/held.ts';
import { identityOf, providerDecides } from './store.ts';
import type { GrantRow, IdentityRow, ProviderRow } from './tables.ts';

const system: By = { kind: 'system', what: 'identity provider' };

/** Why somebody whom a provider vouches for does not come in; each has words on the page. */
export type NotAdmitted = 'not_linked' | 'email_taken' | 'email_missing' | 'name_missing' | 'held' | 'disabled';

export type Outcome =
  | {
      admitted: true;
      account: string;
      grant: string;
      person: PersonRow;
      isNew: boolean;
      /** A guest, whose groups would give a role that guests do not have. */
      withoutRole: boolean;
    }
  | { admitted: false; why: NotAdmitted };

/**
 * Signs somebody in whom a provider vouches for. Who it is, issuer and subject alone decide; a mail address that belongs to somebody
 * here never does. With `admits: 'everybody'` whoever is unknown gets a person and an account.
 * @param state of the visit: works once
 * @param language of the page on which they came, for somebody new of whom the provider does not tell it
 * @throws {Refusal} forbidden when the state was used before
 */
export async function admit(
  context: Context,
  provider: ProviderRow,
  vouched: Vouched,
  state: string,
  language: Language,
): Promise<Outcome> {
  const profile = readClaims(vouched.claims, provider);
  const known = await identityOf(context.db.reader, provider.issuer, vouched.subject);
  const account = known && (await accountById(context.db.reader, known.account_id));
  if (known && account) {
    if (isHeld(account)) {
      await transact(context, system, (work) => askToBeLetIn(work, known, vouched));
      return { admitted: false, why: 'held' };
    }
    if (account.disabled_at !== null) return { admitted: false, why: 'disabled' };
    return transact(context, system, async (work) => {
      const person = (await personById(work.db, account.person_id)) ?? refuse('not_found', 'No such person');
      const grant = await openGrant(work, provider, known, vouched, state);
      await work.db
        .updateTable('sign_in_identity')
        .set({ last_used_at: work.now, shown_as: shownAs(vouched.claims, profile) })
        .where('id', '=', known.id)
        .execute();
      await followProfile(work, person.id, profile);
      // Also of an account whose address nobody had checked before.
      if (profile.emailVerified && profile.email === account.email && account.email_verified_at === null)
        await verifyEmail(work, account.id);
      const withoutRole = !(await followRoles(context, work, account.id, profile));
      return { admitted: true, account: account.id, grant, person, isNew: false, withoutRole };
    });
  }
  const why = await whyNot(context.db.reader, provider, profile);
  if (why !== null) return { admitted: false, why };
  return makeAccount(context, provider, vouched, { ...profile, language: profile.language ?? language }, state);
}

async function whyNot(db: Reader, provider: ProviderRow, profile: ClaimedProfile): Promise<NotAdmitted | null> {
  if (provider.admits === 'linked') return 'not_linked';
  if (profile.name === null) return 'name_missing';
  if (profile.email === null) return 'email_missing';
  return (await accountByEmail(db, profile.email)) ? 'email_taken' : null;
}

async function makeAccount(
  context: Context,
  provider: ProviderRow,
  vouched: Vouched,
  profile: ClaimedProfile & { language: Language },
  state: string,
): Promise<Outcome> {
  const { name, email, language } = profile;
  if (name === null || email === null)
    return { admitted: false, why: name === null ? 'name_missing' : 'email_missing' };
  let made: { account: string; grant: string } | undefined;
  try {
    const person = await addPerson(
      context,
      system,
      {
        name,
        email,
        role: profile.role ?? undefined,
        handle: undefined,
        administrator: profile.administrator ?? false,
        federationOfficer: profile.federationOfficer ?? false,
      },
      language,
      // In the same unit of work: a person without the identity that they came with could never come back.
      async (work, account) => {
        if (profile.emailVerified) await verifyEmail(work, account.id);
        const identity = await link(work, provider, vouched, account.id);
        made = { account: account.id, grant: await openGrant(work, provider, identity, vouched, state) };
      },
    );
    if (!made) throw new Error('The account was made without its identity');
    return { admitted: true, ...made, person, isNew: true, withoutRole: false };
  } catch (error) {
    if (isRefusal(error) && error.faults.some((fault) => fault.field === 'email'))
      return { admitted: false, why: 'email_taken' };
    throw error;
  }
}

/**
 * Links an account with who its person is at a provider.
 * @throws {Refusal} conflict when that identity belongs to another account
 */
export async function link(
  work: Work,
  provider: ProviderRow,
  vouched: Pick<Vouched, 'subject' | 'claims'>,
  account: Account['id'],
): Promise<IdentityRow> {
  await holdAccount(work, account);
  const known = await identityOf(work.db, provider.issuer, vouched.subject);
  if (known && known.account_id !== account)
    refuse('conflict', 'This sign-in belongs to another account of this node: unlink it there first');
  if (known) return known;
  const identity: IdentityRow = {
    id: newId(),
    provider_id: provider.id,
    issuer: provider.issuer,
    subject: vouched.subject,
    account_id: account,
    shown_as: shownAs(vouched.claims, readClaims(vouched.claims, provider)),
    created_at: work.now,
    last_used_at: work.now,
    asked_claims: null,
  };
  await work.db.insertInto('sign_in_identity').values(identity).execute();
  // From now on the provider decides who comes in: what was made without it nobody could end by disabling its person there.
  if (await providerDecides(work.db, account))
    await work.db
      .updateTable('api_token')
      .set({ revoked_at: work.now })
      .where('account_id', '=', account)
      .where('grant_id', 'is', null)
      .where('revoked_at', 'is', null)
      .execute();
  await emitOf(work, 'identity.linked', identity);
  return identity;
}

/** Ends a link: whoever signed in with it is out at once, with the tokens made in these sessions. */
export async function unlink(work: Work, identity: IdentityRow): Promise<void> {
  const grants = work.db.selectFrom('sign_in_grant').select('id').where('identity_id', '=', identity.id);
  for (const { id } of await grants.execute()) await endGrant(work, id);
  await work.db.deleteFrom('sign_in_grant').where('identity_id', '=', identity.id).execute();
  await work.db.deleteFrom('sign_in_identity').where('id', '=', identity.id).execute();
  await emitOf(work, 'identity.unlinked', identity);
}

async function emitOf(work: Work, name: 'identity.linked' | 'identity.unlinked', identity: IdentityRow): Promise<void> {
  const account = (await accountById(work.db, identity.account_id)) ?? refuse('not_found', 'No such account');
  const by = work.by.kind === 'person' ? work.by.person : null;
  work.emit(name, streams.local, { person: account.person_id, identity: identity.id, by });
}

async function openGrant(
  work: Work,
  provider: ProviderRow,
  identity: IdentityRow,
  vouched: Vouched,
  state: string,
): Promise<string> {
  await forgetUnused(work, identity.account_id);
  const grant: GrantRow = {
    id: newId(),
    identity_id: identity.id,
    provider_id: provider.id,
    account_id: identity.account_id,
    state: sha256(state),
    sid: vouched.sid,
    refresh_token: vouched.refreshToken === null ? null : work.secret.encrypt(vouched.refreshToken),
    confirmed_at: work.now,
    asking_until: null,
    created_at: work.now,
  };
  const added = await work.db
    .insertInto('sign_in_grant')
    .values(grant)
    .onConflict((conflict) => conflict.column('state').doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n) refuse('forbidden', 'This sign-in has been used: begin again');
  return grant.id;
}

/** Grants that no session and no token depends on any more. Kept for a day, so that their state cannot be used again. */
async function forgetUnused(work: Work, account: string): Promise<void> {
  const dayAgo = new Date(Date.parse(work.now) - 86_400_000).toISOString();
  await work.db
    .deleteFrom('sign_in_grant')
    .where('account_id', '=', account)
    .where('created_at', '<', dayAgo)
    .where('id', 'not in', (eb) =>
      eb.selectFrom('session').select('grant_id').where('grant_id', 'is not', null).$castTo<{ grant_id: string }>(),
    )
    .where('id', 'not in', (eb) =>
      eb
        .selectFrom('api_token')
        .select('grant_id')
        .where('grant_id', 'is not', null)
        .where('revoked_at', 'is', null)
        .$castTo<{ grant_id: string }>(),
    )
    .execute();
}

/** The provider's word replaces what is here; what it does not say stays. */
async function followProfile(work: Work, person: string, profile: ClaimedProfile): Promise<void> {
  await updateProfile(work, person, {
    name: profile.name ?? undefined,
    role: profile.role ?? undefined,
  });
}

/**
 * Roles that groups decide. The last administrator stays one, or nobody could mend the settings; a guest gets none.
 * @returns false for a guest whose groups would give one
 */
export async function followRoles(
  context: Context,
  work: Work,
  account: string,
  profile: ClaimedProfile,
): Promise<boolean> {
  const { administrator, federationOfficer } = profile;
  if (administrator === null && federationOfficer === null) return true;
  if ((await accountById(work.db, account))?.ends_at != null)
    return administrator !== true && federationOfficer !== true;
  try {
    await savepoint(work, (part) =>
      setRoles(part, account, {
        ...(administrator === null ? {} : { administrator }),
        ...(federationOfficer === null ? {} : { federationOfficer }),
      }),
    );
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'conflict') throw error;
    context.logger.warn('sign_in.last_administrator_kept', { account });
  }
  return true;
}
