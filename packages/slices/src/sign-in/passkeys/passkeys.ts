import {
  accountById,
  type By,
  type Context,
  countAttempt,
  forgetAttempts,
  holdAccount,
  isRandomToken,
  limits,
  newId,
  type Reader,
  randomToken,
  refuse,
  sha256,
  streams,
  transact,
  uncountAttempt,
  type Work,
} from '@joinery/core';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { identitiesOfAccount, liveProviders, providerDecides } from '../store.ts';
import type { PasskeyChallengeRow, PasskeyRow } from '../tables.ts';
import {
  algorithms,
  checkAssertion,
  checkRegistration,
  clientData,
  library,
  type PasskeyFault,
  type RelyingParty,
  readAssertion,
  readRegistration,
} from './answers.ts';
import { authenticatorName } from './authenticators.ts';

const system: By = { kind: 'system', what: 'passkey' };
/** A browser's question to a device is answered within this time, in milliseconds, or asked again. */
const challengeFor = 5 * 60_000;
/** For each account. */
export const mostPasskeys = 20;
export const longestPasskeyName = 100;

/** Why a browser is asked, and which one. */
export type Asked = {
  purpose: PasskeyChallengeRow['purpose'];
  /** What only this browser has, such as its token for forms. */
  browser: string;
  /** Null when anybody may answer. */
  account: string | null;
};

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

async function giveChallenge(context: Context, asked: Asked, handle: string | null): Promise<string> {
  const challenge = randomToken();
  await transact(context, system, async (work) => {
    await work.db.deleteFrom('sign_in_passkey_challenge').where('expires_at', '<=', work.now).execute();
    await work.db
      .insertInto('sign_in_passkey_challenge')
      .values({
        id: sha256(challenge),
        purpose: asked.purpose,
        bound: sha256(`passkey ${asked.browser}`),
        account_id: asked.account,
        user_handle: handle,
        expires_at: new Date(Date.parse(work.now) + challengeFor).toISOString(),
      })
      .execute();
  });
  return challenge;
}

/** Takes a challenge back, whatever becomes of the answer; null when it is not of this browser, too old, or was taken before. */
async function takeChallenge(
  context: Context,
  asked: Asked,
  challenge: string,
): Promise<Pick<PasskeyChallengeRow, 'user_handle'> | null> {
  if (!isRandomToken(challenge)) return null;
  return transact(context, system, async (work) => {
    const row = await work.db
      .deleteFrom('sign_in_passkey_challenge')
      .where('id', '=', sha256(challenge))
      .where('purpose', '=', asked.purpose)
      .where('bound', '=', sha256(`passkey ${asked.browser}`))
      .where('account_id', asked.account === null ? 'is' : '=', asked.account)
      .where('expires_at', '>', work.now)
      .returning('user_handle')
      .executeTakeFirst();
    return row ?? null;
  });
}

/**
 * What to ask a browser for a passkey. Signed out it is the same for everybody: it names no account.
 * @param network of the client: `c.var.clientNetwork`
 * @throws {Refusal} too_many
 */
export async function askForPasskey(
  context: Context,
  party: RelyingParty,
  asked: Asked,
  network: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  countAttempt(context, `passkey sign-in ${network}`, limits.passkeySignIn);
  const known = asked.account === null ? [] : await passkeysOf(context.db.reader, asked.account);
  return {
    challenge: await giveChallenge(context, asked, null),
    rpId: party.id,
    timeout: challengeFor,
    userVerification: 'required',
    allowCredentials: known
      .filter(({ rp_id }) => rp_id === party.id)
      .map(({ credential_id, transports }) => ({
        id: credential_id,
        type: 'public-key',
        transports: JSON.parse(transports),
      })),
  };
}

export type PasskeyUse = { account: string; passkey: string } | { fault: PasskeyFault };

/**
 * Checks what a browser answered. Wrong ones count as wrong passwords do, and are logged with their code.
 * @throws {Refusal} too_many
 */
export async function usePasskey(
  context: Context,
  party: RelyingParty,
  asked: Asked,
  text: string,
  network: string,
): Promise<PasskeyUse> {
  const everywhere = `sign-in from ${network}`;
  countAttempt(context, everywhere, limits.signInNetwork);
  const outcome = await judge(context, party, asked, text, network);
  if ('fault' in outcome)
    context.logger.warn('sign_in.passkey_refused', { why: outcome.fault, purpose: asked.purpose });
  else uncountAttempt(context, everywhere);
  return outcome;
}

async function judge(
  context: Context,
  party: RelyingParty,
  asked: Asked,
  text: string,
  network: string,
): Promise<PasskeyUse> {
  const answer = readAssertion(text);
  const said = answer && clientData(answer);
  if (!answer || !said) return { fault: 'malformed' };
  if ((await takeChallenge(context, asked, said.challenge)) === null) return { fault: 'challenge' };
  if (said.crossOrigin) return { fault: 'origin' };
  const passkey = await context.db.reader
    .selectFrom('sign_in_passkey')
    .selectAll()
    .where('credential_id', '=', answer.id)
    .executeTakeFirst();
  if (!passkey) return { fault: 'unknown' };
  const here = `passkey ${passkey.id} ${network}`;
  countAttempt(context, here, limits.signInHere);
  if (asked.account !== null && passkey.account_id !== asked.account) return { fault: 'other_account' };
  const { userHandle } = answer.response;
  // Asked without naming anybody, the device says whose it is, and must be right (§7.2, step 6).
  if (userHandle === undefined ? asked.account === null : userHandle !== passkey.user_handle)
    return { fault: 'user_handle' };
  const checked = await checkAssertion(party, passkey, answer, said.challenge);
  if ('fault' in checked) return checked;
  const account = await accountById(context.db.reader, passkey.account_id);
  if (!account || account.disabled_at !== null) return { fault: 'disabled' };
  const noted = await transact(context, system, async (work) => {
    const used = await work.db
      .updateTable('sign_in_passkey')
      .set({ counter: checked.counter, last_used_at: work.now })
      .where('id', '=', passkey.id)
      // Two answers at once: one of them was made from an older state of the device.
      .where('counter', '=', passkey.counter)
      .executeTakeFirst();
    return used.numUpdatedRows === 1n;
  });
  if (!noted) return { fault: 'counter' };
  forgetAttempts(context, here);
  return { account: account.id, passkey: passkey.id };
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
