import {
  type By,
  type Context,
  countAttempt,
  createActorKeys,
  enqueueJob,
  handleFault,
  hashPassword,
  isRandomToken,
  isRefusal,
  limits,
  newId,
  periods,
  type Reader,
  refuse,
  restoredState,
  setPassword,
  sha256,
  streams,
  transact,
  verifyEmail,
  type Work,
} from '@joinery/core';
import { addPersonIn, cleanName } from '@joinery/slices/people';
import type { Language } from '@joinery/ui';
import { accountOfAddress, type RegistrationAddress, registrationAddress } from './addresses.ts';
import { admits, settingsOf } from './settings.ts';
import type { RegistrationRow } from './tables.ts';

const by = { kind: 'system', what: 'registration' } as const;
const hour = 3_600_000;

/** How long the link in the mail works, and how long a request is kept that nobody confirms, nobody answers, or somebody answered. Hours. */
export const kept = {
  link: periods.registrationLink.days * 24,
  asked: periods.registrationUnconfirmed.days * 24,
  waiting: periods.registrationWaiting.days * 24,
  answered: periods.registrationAnswered.days * 24,
} as const;

/** So many unanswered requests at most: whoever floods the queue gains nothing but its end. */
const mostUnanswered = 2_000;

export const confirmJob = 'registration.confirm';
export const answerJob = 'registration.answer';
export const forgetJob = 'registration.forget';

const later = (work: Work, hours: number) => new Date(Date.parse(work.now) + hours * hour).toISOString();

/**
 * The token in the mail of a request: an HMAC, so that it need not be kept, and a mail that is sent twice carries the same one.
 */
export const tokenOf = ({ secret }: Pick<Context, 'secret'>, id: string) => secret.mac('registration', id);

/**
 * Somebody asks for an account. Writes the same for every address; whether it has an account already is looked up when the mail is written.
 * @param network of the client: `c.var.clientNetwork`
 * @throws {Refusal} too_many; unavailable while too many requests wait
 */
export async function askForAccount(
  context: Context,
  input: { address: RegistrationAddress; name: string; language: Language; note: string },
  network: string,
): Promise<void> {
  const { email, domain } = input.address;
  countAttempt(context, `registration from ${network}`, limits.registrationsNetwork);
  countAttempt(context, `registration from ${network} in a day`, limits.registrationsNetworkDay);
  countAttempt(context, `registration at ${domain}`, limits.registrationsDomain);
  countAttempt(context, `registration of ${email}`, limits.registrationsAddress);
  await transact(context, by, async (work) => {
    const { count } = await work.db
      .selectFrom('registration')
      .select((eb) => eb.fn.countAll().as('count'))
      .where('state', 'in', ['asked', 'waiting'])
      .executeTakeFirstOrThrow();
    if (Number(count) >= mostUnanswered) refuse('unavailable', 'Too many requests wait: try again tomorrow');
    const id = newId();
    const row: RegistrationRow = {
      id,
      email,
      name: cleanName(input.name),
      language: input.language,
      note: input.note,
      state: 'asked',
      token_hash: sha256(tokenOf(work, id)),
      token_until: later(work, kept.link),
      handle: null,
      password_hash: null,
      person_id: null,
      decided_by: null,
      answer: '',
      asked_at: work.now,
      forget_at: later(work, kept.asked),
    };
    await work.db.insertInto('registration').values(row).execute();
    await enqueueJob(work, confirmJob, { registration: id }, { key: id });
    await forgetLater(work, row);
  });
}

/** Has a request forgotten at its time. */
async function forgetLater(work: Work, { id, forget_at }: Pick<RegistrationRow, 'id' | 'forget_at'>): Promise<void> {
  await enqueueJob(work, forgetJob, { registration: id }, { key: `${id} ${forget_at}`, runAt: forget_at });
}

/** Deletes a request whose time has come. */
export async function forget(context: Context, id: string): Promise<void> {
  await transact(context, by, async (work) => {
    await work.db.deleteFrom('registration').where('id', '=', id).where('forget_at', '<=', work.now).execute();
  });
}

/**
 * @returns undefined alike for a link that was used, has ended, or never was. In a restored node those from before have ended: whoever used one after the
 * backup may have been disabled since, and neither is known any more.
 */
export async function requestBehind(db: Reader, token: string, now: string): Promise<RegistrationRow | undefined> {
  if (!isRandomToken(token)) return undefined;
  const restored = await restoredState(db);
  return db
    .selectFrom('registration')
    .selectAll()
    .where('token_hash', '=', sha256(token))
    .where('state', '=', 'asked')
    .where('token_until', '>', now)
    .where('asked_at', '>', restored?.at ?? '')
    .executeTakeFirst();
}

/** How this request would go on by the settings of now; null when it cannot any more. */
export async function wayOf(
  db: Reader,
  { email }: Pick<RegistrationRow, 'email'>,
): Promise<'at_once' | 'approval' | null> {
  const address = registrationAddress(email);
  return typeof address === 'string' ? null : admits(await settingsOf(db), address);
}

/**
 * Somebody has shown that the address is theirs: they get their account, or their request waits for an administrator.
 * @returns the account, to be signed in; null when it waits
 * @throws {Refusal} expired (used or ended, or nobody may register any more), invalid, handle_taken
 */
export async function confirmRequest(
  context: Context,
  token: string,
  input: { name: string; handle: string | undefined; password: string },
): Promise<string | null> {
  const { reader } = context.db;
  const row = await requestBehind(reader, token, context.clock.now().toISOString());
  const way = row && (await wayOf(reader, row));
  if (!row || !way) refuse('expired', 'This link has been used or has ended');
  // Whoever waits for an administrator is told now, while they can choose another one.
  const fault = input.handle === undefined ? null : handleFault(input.handle);
  if (fault) refuse('invalid', 'This handle cannot be used', [{ field: 'handle', code: fault }]);
  // Only now: whoever guesses at links must not keep the processor busy.
  const [hash, keys] = await Promise.all([hashPassword(input.password), createActorKeys()]);
  if (way === 'approval') {
    await transact(context, by, async (work) => {
      const forget_at = later(work, kept.waiting);
      await take(work, row.id, 'asked', {
        state: 'waiting',
        forget_at,
        ...withoutPassword(input),
        password_hash: hash,
      });
      await forgetOthers(work, row);
      await forgetLater(work, { id: row.id, forget_at });
      work.emit('registration.waiting', streams.local, { registration: row.id });
    });
    return null;
  }
  return transact(context, by, async (work) => {
    // First: of two at the same time one goes on.
    await take(work, row.id, 'asked', { state: 'approved' });
    // Made since the mail was written, in the other spelling of the domain.
    if (await accountOfAddress(work.db, row.email))
      refuse('invalid', 'This mail address has an account', [{ field: 'email', code: 'taken' }]);
    await work.db.deleteFrom('registration').where('email', '=', row.email).execute();
    const newcomer = { name: input.name, handle: input.handle, email: row.email, ...noRoles };
    const how = { agency: context.config.agency, keys, language: row.language };
    const { account } = await addPersonIn(work, how, newcomer);
    await setPassword(work, account.id, hash);
    await verifyEmail(work, account.id);
    return account.id;
  });
}

const noRoles = { administrator: false, federationOfficer: false } as const;
const withoutPassword = ({ name, handle }: { name: string; handle: string | undefined }) => ({
  name: cleanName(name),
  handle: handle ?? null,
});

/** Moves a request on, once: of two at the same time one gets it. @throws {Refusal} expired */
async function take(
  work: Work,
  id: string,
  from: RegistrationRow['state'],
  change: Partial<RegistrationRow>,
): Promise<void> {
  const taken = await work.db
    .updateTable('registration')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst();
  if (taken.numUpdatedRows === 0n) refuse('expired', 'This link has been used or has ended');
}

/** Other requests of the same address: one is enough. */
async function forgetOthers(work: Work, { id, email }: Pick<RegistrationRow, 'id' | 'email'>): Promise<void> {
  await work.db
    .deleteFrom('registration')
    .where('email', '=', email)
    .where('state', 'in', ['asked', 'waiting'])
    .where('id', '<>', id)
    .execute();
}

/** Requests that wait, the oldest first. */
export function waitingRequests(db: Reader, limit: number): Promise<RegistrationRow[]> {
  return db.selectFrom('registration').selectAll().where('state', '=', 'waiting').orderBy('id').limit(limit).execute();
}

/**
 * An administrator answers a request; the person is told by mail.
 * @param decider local id of the administrator
 * @returns false when somebody else answered, or the address got an account meanwhile
 */
export async function answerRequest(
  context: Context,
  decider: string,
  id: string,
  accepted: boolean,
  reason: string,
): Promise<boolean> {
  const as: By = { kind: 'person', person: decider };
  const row = await context.db.reader.selectFrom('registration').selectAll().where('id', '=', id).executeTakeFirst();
  if (row?.state !== 'waiting') return false;
  const settle = async (work: Work) => {
    const forget_at = later(work, kept.answered);
    const state = accepted ? 'approved' : 'refused';
    const answered = { state, password_hash: null, decided_by: decider, answer: reason } as const;
    await take(work, id, 'waiting', { ...answered, forget_at });
    await forgetLater(work, { id, forget_at });
    await enqueueJob(work, answerJob, { registration: id }, { key: id });
    work.emit('registration.answered', streams.local, { registration: id, by: decider, accepted });
  };
  const letIn = async (handle: string | null) => {
    const keys = await createActorKeys();
    await transact(context, as, async (work) => {
      await settle(work);
      const newcomer = { name: row.name, email: row.email, handle: handle ?? undefined, ...noRoles };
      const how = { agency: context.config.agency, keys, language: row.language };
      const { person, account } = await addPersonIn(work, how, newcomer);
      await verifyEmail(work, account.id);
      await work.db.updateTable('registration').set({ person_id: person.id }).where('id', '=', id).execute();
      if (row.password_hash !== null) await setPassword(work, account.id, row.password_hash);
    });
  };
  try {
    if (!accepted) await transact(context, as, settle);
    else if (await accountOfAddress(context.db.reader, row.email)) return await forgetNow(context, id);
    else
      await letIn(row.handle).catch((error) => {
        // Taken, or kept for the node, since: another one is made, so that nobody is held up by it.
        if (isRefusal(error) && error.faults.some(({ field }) => field === 'handle')) return letIn(null);
        throw error;
      });
    return true;
  } catch (error) {
    if (isRefusal(error) && error.code === 'expired') return false;
    if (isRefusal(error) && error.faults.some(({ field }) => field === 'email')) return forgetNow(context, id);
    throw error;
  }
}

/** The address got an account in another way: there is nothing to answer. */
async function forgetNow(context: Context, id: string): Promise<false> {
  await transact(context, by, async (work) => {
    await work.db.deleteFrom('registration').where('id', '=', id).where('state', '=', 'waiting').execute();
  });
  return false;
}
