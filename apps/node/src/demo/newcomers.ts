import { randomBytes } from 'node:crypto';
import { accountOfPerson, type Context, refuse, transact } from '@joinery/core';
import { joinGroup } from '@joinery/slices/groups';
import { changeGuestSettings, inviteGuest } from '@joinery/slices/guests';
import {
  askForAccount,
  changeRegistration,
  confirmRequest,
  registrationAddress,
  tokenOf,
} from '@joinery/slices/registration';

/** Somebody of another agency, who works here for a while. */
export type DemoGuest = { name: string; email: string; organisation: string; language: 'en' | 'nl' };
/** Somebody who asked for an account of their own. */
export type DemoNewcomer = { name: string; email: string; language: 'en' | 'nl'; note: string };

const by = { kind: 'system', what: 'demo' } as const;

/**
 * A guest, invited by who answers for them; takes part in one group.
 * @param group local id
 * @param until their last day
 * @returns their address
 */
export async function letIn(
  context: Context,
  sponsor: string,
  guest: DemoGuest,
  group: string,
  until: string,
): Promise<string> {
  const { reader } = context.db;
  const [person, account] = await Promise.all([
    context.ports.people.byId(reader, sponsor),
    accountOfPerson(reader, sponsor),
  ]);
  if (!person || !account) return refuse('not_found', 'The sponsor is not known here');
  await transact(context, by, (work) => changeGuestSettings(work, { staff: true }, sponsor));
  const visitor = {
    account: account.id,
    person,
    administrator: false,
    federationOfficer: false,
    via: 'session',
  } as const;
  const { guest: row } = await inviteGuest(context, visitor, { ...guest, until, groups: [group] });
  await transact(context, by, (work) => joinGroup(work, { group, person: row.id }));
  return row.uri;
}

/** Somebody has asked for an account, has shown that the mail address is theirs, and waits for an administrator. */
export async function register(context: Context, newcomer: DemoNewcomer, administrator: string): Promise<void> {
  const { name, language, note } = newcomer;
  const address = registrationAddress(newcomer.email);
  if (typeof address === 'string') return refuse('invalid', `This mail address cannot register: ${address}`);
  await transact(context, by, (work) => changeRegistration(work, { mode: 'approval', domains: [] }, administrator));
  await askForAccount(context, { address, name, language, note }, 'demo');
  const { id } = await context.db.reader
    .selectFrom('registration')
    .select('id')
    .where('email', '=', address.email)
    .where('state', '=', 'asked')
    .executeTakeFirstOrThrow();
  const password = randomBytes(16).toString('base64url');
  await confirmRequest(context, tokenOf(context, id), { name, handle: undefined, password });
}
