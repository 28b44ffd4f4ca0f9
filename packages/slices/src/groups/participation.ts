import { type Participation, type Reader, type SharedGroup, streams, type Work } from '@joinery/core';
import { type PersonRow, personById } from '../people/index.ts';
import { collectionUris, streamOf } from './addresses.ts';
import { changeStanding, outside } from './standing.ts';
import { groupByUri } from './store.ts';
import type { GroupMemberRow, GroupRow, Reading } from './tables.ts';

/** Memberships across nodes, as both ends compare them. */
export const participation: Participation = {
  here: async (db, origin) => {
    const rows = await participants(db).where('groups.local', '=', 1).where('person.home', '=', origin).execute();
    return byGroup(rows).map(({ id, reading, ...group }) => ({ ...group, stream: streamOf({ id, reading }) }));
  },
  there: async (db, origin) => {
    const theirs = participants(db).where('groups.local', '=', 0).where('groups.home', '=', origin);
    return byGroup(await theirs.where('person.local', '=', 1).execute());
  },
  repair,
};

/** Members, also those who wait to be confirmed after a restore, and followers. Ended groups have nobody. */
function participants(db: Reader) {
  return db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select([
      'groups.id',
      'groups.reading',
      'groups.uri as group',
      'groups.followers_uri as followers',
      'person.uri as person',
    ])
    .where('groups.deleted_at', 'is', null)
    .where((eb) =>
      eb.or([eb('group_member.state', 'in', ['member', 'unconfirmed']), eb('group_member.following', '=', 1)]),
    );
}

type Row = { id: string; reading: Reading; group: string; followers: string | null; person: string };

type KnownGroup = SharedGroup & { id: string; reading: Reading };

function byGroup(rows: Row[]): KnownGroup[] {
  const groups = new Map<string, KnownGroup>();
  for (const { id, reading, group, followers, person } of rows) {
    const known = groups.get(id) ?? {
      id,
      reading,
      group,
      followers: followers ?? collectionUris(group).followers,
      people: [],
    };
    known.people.push(person);
    groups.set(id, known);
  }
  return [...groups.values()];
}

/**
 * The group's node decides who takes part. Whom it does not name has been removed there. Who asked and is named has lost the answer: asking again brings
 * it, whatever it was. Who has left here and is named takes leave again. Nobody comes to take part who never asked.
 */
async function repair(work: Work, uri: string, people: string[], askedAt: string): Promise<void> {
  const group = await groupByUri(work.db, uri);
  if (!group || group.local === 1) return;
  const named = new Set(people);
  const standings = await work.db.selectFrom('group_member').selectAll().where('group_id', '=', group.id).execute();
  for (const standing of standings) {
    const person = await personById(work.db, standing.person_id);
    // Changed since the group's node was asked: an answer may have come meanwhile, and the next comparison sees it.
    if (person?.local !== 1 || standing.updated_at >= askedAt) continue;
    if (named.has(person.uri)) await askAgain(work, { group, person, standing });
    else if (standing.state === 'member' || standing.following === 1) await end(work, { group, person, standing });
  }
}

type Known = { group: GroupRow; person: PersonRow; standing: GroupMemberRow };

async function askAgain(work: Work, { group, person, standing }: Known): Promise<void> {
  const data = { group: group.id, person: person.id };
  const stream = streams.node(group.home);
  if (standing.state === 'member' || standing.following === 1) return;
  if (standing.state === 'requested') {
    const activity = `${work.home}/activities/${work.emit('group.join_asked', stream, data)}`;
    const both = group.joins_by === 'Follow' ? { follow_activity: activity } : {};
    await changeStanding(work, { group, person, standing }, { join_activity: activity, ...both });
  } else if (standing.follow_activity !== null) {
    const activity = `${work.home}/activities/${work.emit('group.follow_asked', stream, data)}`;
    await changeStanding(work, { group, person, standing }, { follow_activity: activity });
  } else if (standing.state === 'none' || standing.state === 'banned') {
    // A ban that its node has forgotten, with what came after a backup, does not let anybody in again.
    work.emit('group.left', stream, { ...data, activity: '' });
  }
}

async function end(work: Work, { group, person, standing }: Known): Promise<void> {
  const banned = standing.state === 'banned' ? { state: standing.state, banned_until: standing.banned_until } : {};
  await changeStanding(work, { group, person, standing }, { ...outside, ...banned, reason: 'not_member' });
  const activity = standing.join_activity ?? standing.follow_activity ?? '';
  const code = 'not_member';
  work.emit('group.answered', streams.local, { group: group.id, person: person.id, activity, accepted: false, code });
}
