import {
  type Account,
  type ActorKeys,
  accountByEmail,
  accountOfPerson,
  type By,
  type Context,
  createAccount,
  createActorKeys,
  disableAccount,
  enableAccount,
  hashPassword,
  isHeld,
  isRefusal,
  providerDecides,
  type Reader,
  readSignInLink,
  refuse,
  secondStepOf,
  transact,
  turnSecondStepOff,
  useSignInLink,
  type Work,
} from '@joinery/core';
import type { Language } from '@joinery/ui';
import type { NewPersonInput } from './input.ts';
import { makeLink, type SignInLink } from './mail-link.tsx';
import { createPerson, disablePerson, enablePerson, type Guest, renameAgency } from './people.ts';
import { personById } from './store.ts';
import type { PersonRow } from './tables.ts';
import { emitWay } from './ways.ts';

/** Keys of so many people are made at once: the thread pool has four threads and pages need it too. */
const keysAtOnce = 2;

/** People changed in one unit of work: well within its time. */
const peopleAtOnce = 200;

/** The zone of the machine, or where the language is mostly spoken when the machine keeps UTC as servers do. */
export function defaultTimeZone(language: Language): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own && !/^(?:UTC|Etc\/)/.test(own)) return own;
  return language === 'nl' ? 'Europe/Amsterdam' : 'Europe/London';
}

/**
 * Adds a person together with their account, which has no password yet: give them a sign-in link.
 * @param language unless the input says
 * @param also what else belongs to the new account, in the same unit of work
 * @throws {Refusal} invalid (email taken or wrong), handle_taken
 */
export async function addPerson(
  context: Context,
  by: By,
  input: NewPersonInput,
  language: Language = 'en',
  also?: (work: Work, account: Account) => Promise<void>,
): Promise<PersonRow> {
  const keys = await createActorKeys();
  return transact(context, by, async (work) => {
    const { person, account } = await addPersonIn(work, { agency: context.config.agency, keys, language }, input);
    await also?.(work, account);
    return person;
  });
}

/**
 * The same inside a unit of work.
 * @param how.agency name of the agency that the person is of
 * @param how.keys from `createActorKeys()`, made before the unit of work
 * @param how.guest for a guest: whose, and the instant at which their access ends
 * @throws {Refusal} invalid (email taken or wrong), handle_taken
 */
export async function addPersonIn(
  work: Work,
  how: { agency: string; keys: ActorKeys; language: Language; guest?: Guest & { endsAt: string } },
  input: NewPersonInput,
): Promise<{ person: PersonRow; account: Account }> {
  const spoken = input.language ?? how.language;
  const person = await createPerson(work, {
    name: input.name,
    handle: input.handle,
    role: input.role,
    agency: how.agency,
    language: spoken,
    timeZone: defaultTimeZone(spoken),
    keys: how.keys,
    guest: how.guest,
  });
  const { administrator, federationOfficer } = input;
  const account = await createAccount(work, {
    person: person.id,
    email: input.email,
    administrator,
    federationOfficer,
    ...(how.guest ? { endsAt: how.guest.endsAt } : {}),
  });
  return { person, account };
}

/**
 * Makes the first administrator of this node and uses their link up.
 * @param token of the link printed at first start
 * @throws {Refusal} expired, invalid, handle_taken
 */
export async function becomeFirstAdministrator(
  context: Context,
  token: string,
  input: NewPersonInput,
  password: string,
  language: Language,
): Promise<{ person: PersonRow; account: string }> {
  const link = await readSignInLink(context.db.reader, token, context.clock.now().toISOString());
  if (link.purpose !== 'first-administrator') refuse('expired', 'This link is not for the first administrator');
  const [passwordHash, keys] = await Promise.all([hashPassword(password), createActorKeys()]);
  return transact(context, { kind: 'system', what: 'first administrator' }, async (work) => {
    await useSignInLink(work, token);
    const person = await createPerson(work, {
      name: input.name,
      handle: input.handle,
      role: input.role,
      agency: context.config.agency,
      language,
      timeZone: defaultTimeZone(language),
      keys,
    });
    const account = await createAccount(work, {
      person: person.id,
      email: input.email,
      passwordHash,
      administrator: true,
      federationOfficer: true,
    });
    return { person, account: account.id };
  });
}

/**
 * A new one-time sign-in link for a person of this node; older ones end.
 * @param mail whether it is mailed to them as well
 * @throws {Refusal} not_found, disabled
 */
export async function linkFor(context: Context, by: By, person: string, mail = false): Promise<SignInLink> {
  return transact(context, by, async (work) => {
    const account = await accountOfPerson(work.db, person);
    if (!account) refuse('not_found', 'No such person on this node, or nobody who can sign in');
    if (isHeld(account)) refuse('disabled', 'This person waits since the restore: let them in first (restore admit)');
    if (account.disabled_at !== null) refuse('disabled', 'This person has been disabled: enable them first');
    // Whoever has such a link reads what the person reads, closed groups among it: that is never done unnoticed.
    if (by.kind === 'person' && by.person !== person) emitWay(work, 'link.made', person);
    return makeLink(work, account, mail);
  });
}

/**
 * Everybody of this node who has never signed in, with a new sign-in link: for handing out after an import. Nobody who has a password, or whom an identity
 * provider lets in, needs one; a guest whose time is over gets none.
 */
export async function linksForNewcomers(
  context: Context,
  by: By,
): Promise<{ name: string; email: string; address: string; expiresAt: string }[]> {
  const { reader } = context.db;
  const now = context.clock.now().toISOString();
  const newcomers = await reader
    .selectFrom('account')
    .innerJoin('person', 'person.id', 'account.person_id')
    .select(['account.id', 'account.person_id', 'account.email', 'person.name'])
    .where('account.password_hash', 'is', null)
    .where('account.disabled_at', 'is', null)
    .where('account.signed_in_at', 'is', null)
    .where((eb) => eb.or([eb('account.ends_at', 'is', null), eb('account.ends_at', '>', now)]))
    .orderBy('person.sort_name')
    .orderBy('person.id')
    .execute();
  const waiting = [];
  for (const one of newcomers) if (!(await providerDecides(context, reader, one.id))) waiting.push(one);
  const links = [];
  for (let start = 0; start < waiting.length; start += peopleAtOnce) {
    const part = waiting.slice(start, start + peopleAtOnce);
    const made = await transact(context, by, async (work) => {
      const answers = [];
      for (const { id, person_id, email, name } of part) {
        const { address, expiresAt } = await makeLink(work, { id, person_id }, false);
        answers.push({ name, email, address, expiresAt });
      }
      return answers;
    });
    links.push(...made);
  }
  return links;
}

/** Gives the people of this node the name that the agency has in the settings, after it changed there. */
export async function followAgencyName(context: Context): Promise<void> {
  const { agency } = context.config;
  for (;;) {
    const changed = await transact(context, { kind: 'system', what: 'agency name' }, (work) =>
      renameAgency(work, agency, peopleAtOnce),
    );
    if (changed < peopleAtOnce) return;
  }
}

/**
 * Somebody has left: no sign-in, sessions and tokens end at once, and groups and other nodes are told.
 * @throws {Refusal} not_found; conflict for the last administrator
 */
export async function disableLeaver(context: Context, by: By, person: string): Promise<void> {
  await transact(context, by, async (work) => {
    if (!(await disablePerson(work, person))) return;
    const account = await accountOfPerson(work.db, person);
    if (account) await disableAccount(work, account.id);
  });
}

/**
 * Takes back `disableLeaver`: the person can sign in again; tokens and memberships stay ended.
 * @throws {Refusal} not_found
 */
export async function enableReturner(context: Context, by: By, person: string): Promise<void> {
  await transact(context, by, async (work) => {
    if (!(await enablePerson(work, person))) return;
    const account = await accountOfPerson(work.db, person);
    if (account) await enableAccount(work, account.id);
  });
}

/**
 * Turns the second step of somebody off who lost their app and their recovery codes.
 * @throws {Refusal} not_found
 */
export async function resetSecondStep(context: Context, by: By, person: string): Promise<void> {
  await transact(context, by, async (work) => {
    const account = (await accountOfPerson(work.db, person)) ?? refuse('not_found', 'Nobody who can sign in');
    if ((await secondStepOf(work.db, account.id)) === null) return;
    await turnSecondStepOff(work, account.id);
    emitWay(work, 'code.turned_off', person);
  });
}

/** A person of this node by id, handle or mail address, for the command line. */
export async function findLocal(db: Reader, reference: string): Promise<PersonRow> {
  const byId = await personById(db, reference);
  if (byId?.local === 1) return byId;
  const account = reference.includes('@') ? await accountByEmail(db, reference) : undefined;
  const byAccount = account && (await personById(db, account.person_id));
  if (byAccount) return byAccount;
  const byHandle = await db
    .selectFrom('person')
    .selectAll()
    .where('local', '=', 1)
    .where('handle', '=', reference.toLowerCase())
    .executeTakeFirst();
  return byHandle ?? refuse('not_found', `No person of this node is known as "${reference}"`);
}

/** What became of one row of a list of people. */
export type ImportOutcome = { email: string } & (
  | { made: PersonRow }
  | { skipped: 'here_already' | 'refused'; why: string }
);

/**
 * Adds people of a list, a few at a time. Running it again adds only who is missing.
 * A handle that was taken meanwhile is replaced by a free one.
 * @param mail whether each who is added gets a sign-in link by mail
 */
export async function importPeople(
  context: Context,
  by: By,
  rows: readonly Omit<NewPersonInput, 'administrator' | 'federationOfficer'>[],
  language: Language,
  mail = false,
): Promise<ImportOutcome[]> {
  const outcomes: ImportOutcome[] = [];
  for (let start = 0; start < rows.length; start += keysAtOnce) {
    const part = rows.slice(start, start + keysAtOnce);
    outcomes.push(...(await Promise.all(part.map((row) => importOne(context, by, row, language, mail)))));
  }
  return outcomes;
}

/** For `addPerson`: the new person gets a sign-in link by mail. */
export async function mailed(work: Work, account: Account): Promise<void> {
  await makeLink(work, account, true);
}

async function importOne(
  context: Context,
  by: By,
  row: Omit<NewPersonInput, 'administrator' | 'federationOfficer'>,
  language: Language,
  mail: boolean,
): Promise<ImportOutcome> {
  const { email } = row;
  if (await accountByEmail(context.db.reader, email)) return { email, skipped: 'here_already', why: 'is here already' };
  const add = (handle: string | undefined) =>
    addPerson(
      context,
      by,
      { ...row, handle, administrator: false, federationOfficer: false },
      language,
      mail ? mailed : undefined,
    );
  try {
    return { email, made: await add(row.handle) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === 'handle_taken') return { email, made: await add(undefined) };
    return { email, skipped: 'refused', why: error.message };
  }
}
