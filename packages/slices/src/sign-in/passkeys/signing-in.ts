import {
  accountById,
  type Context,
  countAttempt,
  forgetAttempts,
  limits,
  transact,
  uncountAttempt,
} from '@joinery/core';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { checkAssertion, clientData, type PasskeyFault, type RelyingParty, readAssertion } from './answers.ts';
import { type Asked, challengeFor, giveChallenge, system, takeChallenge } from './challenges.ts';
import { passkeysOf } from './passkeys.ts';

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
