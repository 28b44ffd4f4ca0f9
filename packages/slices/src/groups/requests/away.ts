import { type Reader, refuse, type Work } from '@joinery/core';
import { type PersonRow, personById } from '../../people/index.ts';
import { canModerate, isMember } from '../policy.ts';
import { membershipOf, membersWithRole } from '../store.ts';
import type { GroupAwayRow, GroupRow } from '../tables.ts';

/** Whoever runs a group and has not been here for so many days is taken to be away. */
const daysSilent = 14;

/** Who has the requests of a group at the moment. */
export type Responsible = { person: PersonRow; as: 'facilitator' | 'deputy' | 'owner' }[];

/** When somebody who runs a group is away, and who looks after its requests meanwhile. */
export async function awayOf(db: Reader, group: string, person: string): Promise<GroupAwayRow | undefined> {
  return db
    .selectFrom('group_away')
    .selectAll()
    .where('group_id', '=', group)
    .where('person_id', '=', person)
    .executeTakeFirst();
}

/**
 * Says until when somebody who runs a group is away, and who looks after its requests meanwhile.
 * @param input.until last day, as an instant; null for not away
 * @throws {Refusal} forbidden; invalid when the deputy is no member of this node, or the day has passed
 */
export async function setAway(
  work: Work,
  group: GroupRow,
  person: string,
  input: { until: string | null; deputy: string | null },
): Promise<void> {
  if (!canModerate(group, await membershipOf(work.db, group.id, person)))
    refuse('forbidden', 'Only those who run the group say this');
  if (input.until !== null && input.until <= work.now)
    refuse('invalid', 'The day must lie ahead', [{ field: 'until', code: 'in_the_past' }]);
  if (input.deputy !== null) {
    const deputy = await membershipOf(work.db, group.id, input.deputy);
    if (!isMember(deputy) || input.deputy === person || (await personById(work.db, input.deputy))?.local !== 1)
      refuse('invalid', 'A deputy is another member', [{ field: 'deputy', code: 'bad_choice' }]);
  }
  const row = { until: input.until, deputy_id: input.deputy };
  await work.db
    .insertInto('group_away')
    .values({ group_id: group.id, person_id: person, ...row })
    .onConflict((conflict) => conflict.columns(['group_id', 'person_id']).doUpdateSet(row))
    .execute();
}

/**
 * Who has the requests of a group of this node: those who run it and are here; where nobody is, the deputies they named; where none is here either, its owners.
 * @param now UTC instant
 */
export async function responsibleFor(db: Reader, group: string, now: string): Promise<Responsible> {
  const running = await membersWithRole(db, group, ['owner', 'facilitator']);
  const aways = await db.selectFrom('group_away').selectAll().where('group_id', '=', group).execute();
  const away = new Map(aways.map((row) => [row.person_id, row]));
  const named = [...new Set(running.flatMap(({ id }) => away.get(id)?.deputy_id ?? []))];
  const before = new Date(Date.parse(now) - daysSilent * 86_400_000).toISOString();
  const gone = await silentSince(
    db,
    [...running.flatMap(({ id, local }) => (local === 1 ? id : [])), ...named],
    before,
  );
  const isAway = (person: string) => (away.get(person)?.until ?? '') > now || gone.has(person);
  const here = running.filter(({ id }) => !isAway(id));
  if (here.length > 0) return here.map((person) => ({ person, as: 'facilitator' as const }));
  const deputies: Responsible = [];
  for (const id of named) {
    const person = await personById(db, id);
    if (person && isMember(await membershipOf(db, group, id)) && !isAway(id)) deputies.push({ person, as: 'deputy' });
  }
  if (deputies.length > 0) return deputies;
  return running
    .filter(({ member_role }) => member_role === 'owner')
    .map((person) => ({ person, as: 'owner' as const }));
}

/** Whether somebody is a deputy who has the requests now: they see and decide them as those who run the group do. */
export async function isActingDeputy(db: Reader, group: string, person: string, now: string): Promise<boolean> {
  const named = await db
    .selectFrom('group_away')
    .select('person_id')
    .where('group_id', '=', group)
    .where('deputy_id', '=', person)
    .limit(1)
    .executeTakeFirst();
  if (!named) return false;
  return (await responsibleFor(db, group, now)).some((one) => one.as === 'deputy' && one.person.id === person);
}

/** Of these people of this node, those with an account that they last used before this instant. Who never came in is not known to be silent. */
async function silentSince(db: Reader, ids: readonly string[], before: string): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('account')
    .leftJoin('session', 'session.account_id', 'account.id')
    .select((eb) => ['account.person_id', eb.fn.max('session.last_seen_at').as('seen')])
    .select('account.signed_in_at')
    .where('account.person_id', 'in', ids)
    .groupBy(['account.person_id', 'account.signed_in_at'])
    .execute();
  // A session that ended is deleted: whoever once came in and has none left was last here before it ended.
  return new Set(
    rows
      .filter(({ seen, signed_in_at }) => signed_in_at !== null && signed_in_at < before && (seen ?? '') < before)
      .map(({ person_id }) => person_id),
  );
}
