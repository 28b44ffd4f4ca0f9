import {
  accountById,
  type By,
  type Context,
  holdAccount,
  newId,
  type Reader,
  randomToken,
  refuse,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { identitiesOfAccount, liveProviders, providerDecides } from '../store.ts';
import type { PasskeyRow } from '../tables.ts';
import {
  algorithms,
  checkRegistration,
  clientData,
  library,
  type PasskeyFault,
  type RelyingParty,
  readRegistration,
} from './answers.ts';
import { authenticatorName } from './authenticators.ts';
import { type Asked, challengeFor, giveChallenge, takeChallenge } from './challenges.ts';

/** For each account. */
export const mostPasskeys = 20;
export const longestPasskeyName = 100;

/** Passkeys of an account, the oldest first. */
export function passkeysOf(db: Reader, account: string): Promise<PasskeyRow[]> {
  return db.selectFrom('sign_in_passkey').selectAll().where('account_id', '=', account).orderBy('id').execute();
}

/** Whether anybody here has a passkey that works at this address. */
export async function anyPasskey(db: Reader, party: RelyingParty): Promise<boolean> {
  const row = await db
    .selectFrom('sign_in_passkey')
    .select('id')
    .where('rp_id', '=', party.id)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * What to ask a browser for a new passkey.
 * @throws {Refusal} conflict when the account has as many as it may have; forbidden when it may have none
 */
export async function askForNewPasskey(
  context: Context,
  party: RelyingParty,
  asked: Asked & { account: string },
  person: { name: string },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { reader } = context.db;
  const known = await passkeysOf(reader, asked.account);
  if (known.length >= mostPasskeys)
    refuse('conflict', `An account can have ${mostPasskeys} passkeys: remove one first`);
  const account = (await accountById(reader, asked.account)) ?? refuse('not_found', 'No such account');
  if (await providerDecides(reader, account.id))
    refuse('forbidden', 'Your identity provider decides who comes in: ask an administrator for another way');
  const handle = known[0]?.user_handle ?? randomToken();
  const challenge = await giveChallenge(context, asked, handle);
  const { generateRegistrationOptions } = await library();
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  return generateRegistrationOptions({
    rpName: context.config.agency,
    rpID: party.id,
    // For the person who chooses between accounts; stays on the device.
    userName: account.email,
    userDisplayName: person.name,
    userID: bytes(handle),
    challenge: bytes(challenge),
    timeout: challengeFor,
    attestationType: 'none',
    excludeCredentials: known.map(({ credential_id, transports }) => ({
      id: credential_id,
      transports: JSON.parse(transports),
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
}

/**
 * Adds the passkey that a browser has made.
 * @param how.name as the person calls it; empty takes the name of its maker, or of the browser
 * @returns the new passkey, or why it is not taken
 */
export async function addPasskey(
  context: Context,
  party: RelyingParty,
  by: By & { kind: 'person' },
  asked: Asked & { account: string },
  text: string,
  how: { name: string; agent: string | null },
): Promise<{ passkey: PasskeyRow } | { fault: PasskeyFault }> {
  const outcome = await readNew(context, party, asked, text);
  if ('fault' in outcome) {
    context.logger.warn('sign_in.passkey_refused', { why: outcome.fault, purpose: asked.purpose });
    return outcome;
  }
  const { made, handle, transports } = outcome;
  return transact(context, by, async (work) => {
    await holdAccount(work, asked.account);
    if (await providerDecides(work.db, asked.account))
      refuse('forbidden', 'Your identity provider decides who comes in');
    const passkey: PasskeyRow = {
      id: newId(),
      account_id: asked.account,
      credential_id: made.credentialId,
      public_key: made.publicKey,
      counter: made.counter,
      user_handle: handle,
      rp_id: party.id,
      transports: JSON.stringify(transports),
      aaguid: made.aaguid,
      synced: made.synced ? 1 : 0,
      name: (how.name || authenticatorName(made.aaguid) || how.agent || 'Passkey').slice(0, longestPasskeyName),
      agent: how.agent,
      created_at: work.now,
      last_used_at: null,
    };
    const added = await work.db
      .insertInto('sign_in_passkey')
      .values(passkey)
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows !== 1n) return { fault: 'taken' as const };
    await emitOf(work, 'passkey.added', passkey);
    return { passkey };
  });
}

async function readNew(context: Context, party: RelyingParty, asked: Asked, text: string) {
  const answer = readRegistration(text);
  const said = answer && clientData(answer);
  if (!answer || !said) return { fault: 'malformed' as const };
  const taken = await takeChallenge(context, asked, said.challenge);
  if (taken?.user_handle == null) return { fault: 'challenge' as const };
  if (said.crossOrigin) return { fault: 'origin' as const };
  const made = await checkRegistration(party, answer, said.challenge);
  return 'fault' in made ? made : { made, handle: taken.user_handle, transports: answer.response.transports ?? [] };
}

async function emitOf(work: Work, name: 'passkey.added' | 'passkey.removed', passkey: PasskeyRow): Promise<void> {
  const account = (await accountById(work.db, passkey.account_id)) ?? refuse('not_found', 'No such account');
  const by = work.by.kind === 'person' ? work.by.person : null;
  work.emit(name, streams.local, { person: account.person_id, passkey: passkey.id, by });
}

/** One passkey of an account. @throws {Refusal} not_found */
export async function passkeyOf(db: Reader, account: string, id: string): Promise<PasskeyRow> {
  const row = await db
    .selectFrom('sign_in_passkey')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', account)
    .executeTakeFirst();
  return row ?? refuse('not_found', 'No such passkey');
}

/** Calls a passkey of an account something else. @throws {Refusal} not_found */
export async function renamePasskey(work: Work, account: string, id: string, name: string): Promise<void> {
  const passkey = await passkeyOf(work.db, account, id);
  await work.db.updateTable('sign_in_passkey').set({ name }).where('id', '=', passkey.id).execute();
}

/** Removes a passkey of an account: it signs nobody in from now on. @throws {Refusal} not_found */
export async function removePasskey(work: Work, account: string, id: string): Promise<void> {
  const passkey = await passkeyOf(work.db, account, id);
  await work.db.deleteFrom('sign_in_passkey').where('id', '=', passkey.id).execute();
  await emitOf(work, 'passkey.removed', passkey);
}

/** Whether an account would have no way in without this passkey or identity. */
export async function isOnlyWayIn(
  db: Reader,
  account: string,
  party: RelyingParty | null,
  without: string,
): Promise<boolean> {
  const row = await accountById(db, account);
  if (!row || row.password_hash !== null) return false;
  const passkeys = (await passkeysOf(db, account)).filter(({ rp_id }) => rp_id === party?.id);
  const live = new Set((await liveProviders(db)).map(({ id }) => id));
  const identities = await identitiesOfAccount(db, account);
  const others = [...passkeys, ...identities.filter(({ provider_id }) => live.has(provider_id))];
  // A link with a provider that is not offered now is one all the same: without it a password could be chosen.
  return [...passkeys, ...identities].some(({ id }) => id === without) && others.every(({ id }) => id === without);
}
