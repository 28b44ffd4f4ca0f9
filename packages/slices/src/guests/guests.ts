import {
  accountOfPerson,
  type Context,
  countAttempt,
  createActorKeys,
  createSignInLink,
  disableAccount,
  enableAccount,
  enqueueJob,
  isHeld,
  limits,
  linkMinutes,
  type Reader,
  refuse,
  setEnd,
  streams,
  transact,
  type Visitor,
  type Work,
} from '@joinery/core';
import { canInvite, type GroupRow, groupsOf, invite } from '@joinery/slices/groups';
import {
  addPersonIn,
  changeGuest,
  disablePerson,
  enablePerson,
  guestById,
  guestsOf,
  type PersonRow,
  personById,
} from '@joinery/slices/people';
import type { Language } from '@joinery/ui';
import { dayFault, endOfDay, moments } from './days.ts';
import { canExtend, canInviteGuests, canLookAfter } from './policy.ts';
import { settingsOf } from './settings.ts';

export const lookJob = 'guests.look';
export const mailJob = 'guests.mail';

export type NewGuest = {
  name: string;
  email: string;
  /** Where they work. */
  organisation: string;
  /** Last day, `2027-02-20`. */
  until: string;
  language: Language;
  /** Local ids of groups to invite them to. */
  groups: string[];
};

/** A link by which a guest signs in for the first time, or again. */
export type Link = { address: string; expiresAt: string };

/**
 * Invites a guest: makes their account, which ends by itself, invites them to groups, and mails them a link.
 * @returns the guest, and the link for whoever hands it over
 * @throws {Refusal} forbidden, invalid (day, mail address), too_many
 */
export async function inviteGuest(
  context: Context,
  visitor: Visitor,
  input: NewGuest,
): Promise<{ guest: PersonRow; link: Link }> {
  const { id: by, name: of } = visitor.person;
  if (!canInviteGuests(visitor, await settingsOf(context.db.reader))) refuse('forbidden', 'You do not invite guests');
  assertDay(context, input.until);
  countAttempt(context, `guests of ${by}`, limits.guests);
  const keys = await createActorKeys();
  return transact(context, { kind: 'person', person: by }, async (work) => {
    const { until, language } = input;
    const how = { agency: input.organisation, keys, language };
    const { person, account } = await addPersonIn(
      work,
      { ...how, guest: { sponsor: by, of, until, endsAt: endOfDay(until) } },
      { name: input.name, email: input.email, language, administrator: false, federationOfficer: false },
    );
    for (const group of new Set(input.groups)) await invite(work, { group, person: person.id, by });
    await lookLater(work, person.id, until);
    work.emit('guest.invited', streams.local, { person: person.id, by });
    return { guest: person, link: await makeLink(work, person.id, account.id) };
  });
}

function assertDay(context: Context, until: string): void {
  const code = dayFault(until, context.clock.now());
  if (code) refuse('invalid', 'This last day cannot be', [{ field: 'until', code }]);
}

async function lookLater(work: Work, person: string, until: string): Promise<void> {
  for (const runAt of moments(until, work.now)) {
    await enqueueJob(work, lookJob, { person, until }, { key: `${person} ${runAt}`, runAt });
  }
}

/** The link is mailed by a job; until then it lies there encrypted. */
async function makeLink(work: Work, person: string, account: string): Promise<Link> {
  const { address, expiresAt } = await createSignInLink(work, { account, minutes: linkMinutes['for-guest'] });
  await enqueueJob(work, mailJob, { person, sealed: work.secret.encrypt(address) });
  return { address, expiresAt };
}

/** The guest, for whoever looks after them. @throws {Refusal} not_found alike for a guest of somebody else and for nobody */
export async function guestFor(db: Reader, visitor: Visitor, id: string): Promise<PersonRow> {
  const guest = await guestById(db, id);
  if (!canLookAfter(visitor, guest)) refuse('not_found', 'There is no such guest');
  return guest;
}

/**
 * Moves a guest's last day, or lets them in again after it: to 365 days from now at most, as often as somebody decides so. Whoever does it for a guest whose sponsor has left answers for them from now on.
 * Memberships do not come back by themselves.
 * @throws {Refusal} not_found, forbidden, invalid
 */
export async function extendGuest(context: Context, visitor: Visitor, id: string, until: string): Promise<void> {
  assertDay(context, until);
  const by = visitor.person.id;
  await transact(context, { kind: 'person', person: by }, async (work) => {
    const guest = await guestFor(work.db, visitor, id);
    if (!canExtend(visitor, guest, await settingsOf(work.db)))
      refuse('forbidden', 'Only an administrator lets this guest stay longer');
    const account = (await accountOfPerson(work.db, id)) ?? refuse('not_found', 'There is no such guest');
    const orphan = guest.guest_sponsor === null;
    await changeGuest(work, id, { until, ...(orphan ? { sponsor: by, of: visitor.person.name } : {}) });
    await setEnd(work, account.id, endOfDay(until));
    if (await enablePerson(work, id)) await enableAccount(work, account.id);
    await lookLater(work, id, until);
    work.emit('guest.extended', streams.local, { person: id, by });
  });
}

/** Ends a guest's access now. What they wrote stays. @throws {Refusal} not_found */
export async function endGuest(context: Context, visitor: Visitor, id: string): Promise<void> {
  const by = visitor.person.id;
  await transact(context, { kind: 'person', person: by }, async (work) => {
    await guestFor(work.db, visitor, id);
    await end(work, id, by);
  });
}

async function end(work: Work, id: string, by: string | null): Promise<void> {
  if (!(await disablePerson(work, id))) return;
  const account = await accountOfPerson(work.db, id);
  if (account) await disableAccount(work, account.id);
  work.emit('guest.ended', streams.local, { person: id, by });
}

/** A new link for a guest who can still sign in; older ones end. @throws {Refusal} not_found, disabled */
export async function linkForGuest(context: Context, visitor: Visitor, id: string): Promise<Link> {
  return transact(context, { kind: 'person', person: visitor.person.id }, async (work) => {
    const guest = await guestFor(work.db, visitor, id);
    const account = await accountOfPerson(work.db, id);
    if (!account || guest.disabled_at !== null) refuse('disabled', 'The access of this guest has ended');
    if (isHeld(account)) refuse('disabled', 'This guest waits since the restore: an administrator lets them in first');
    return makeLink(work, id, account.id);
  });
}

/**
 * Looks after a guest at one of their moments: ends what is over, and has the sponsor reminded of what is not.
 * @param until the last day that the moment was reckoned from: when it was moved, others count
 */
export async function lookAfter(context: Context, id: string, until: string): Promise<void> {
  await transact(context, { kind: 'system', what: lookJob }, async (work) => {
    const guest = await personById(work.db, id);
    if (!guest || guest.guest_until !== until || guest.disabled_at !== null || guest.deleted_at !== null) return;
    if (endOfDay(until) <= work.now) await end(work, id, null);
    else work.emit('guest.ending', streams.local, { person: id });
  });
}

/** Somebody has left: their guests are the administrators' now. */
export async function passOn(work: Work, sponsor: string): Promise<void> {
  const left = await personById(work.db, sponsor);
  for (const guest of await guestsOf(work.db, sponsor)) {
    await changeGuest(work, guest.id, { sponsor: null, of: left?.agency ?? '' });
    if (guest.disabled_at === null) work.emit('guest.passed_on', streams.local, { person: guest.id });
  }
}

/** A sponsor has another name: it stands beside their guests' names. */
export async function followName(work: Work, sponsor: string): Promise<void> {
  const person = await personById(work.db, sponsor);
  if (person?.local !== 1 || person.deleted_at !== null) return;
  for (const guest of await guestsOf(work.db, sponsor)) {
    if (guest.guest_of !== person.name) await changeGuest(work, guest.id, { of: person.name });
  }
}

/** Groups of this node to which somebody may invite. */
export async function invitableGroups(db: Reader, person: string): Promise<GroupRow[]> {
  const rows = await groupsOf(db, person);
  return rows.flatMap(({ group, standing }) =>
    canInvite(group, standing, false) && group.archived_at === null ? [group] : [],
  );
}
