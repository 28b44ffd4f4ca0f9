import { type CollectionKind, nameCursor, namePosition, type ObjectKind, type StoredObject } from '@joinery/core';
import { accessOf, nodeFacts, noteLease } from './access.ts';
import { groupDocument } from './activities-document.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { begunAt } from './begun.ts';
import { listedGroups } from './lists.ts';
import { absent, isPubliclyKnown, mayKnowGroup } from './policy.ts';
import { rememberModerators } from './remote-roles.ts';
import { groupById, groupByUri, membersWithRole, requesterMayRead } from './store.ts';
import type { GroupRow } from './tables.ts';

function stored(group: GroupRow): StoredObject {
  return {
    id: group.id,
    uri: group.uri,
    local: group.local === 1,
    deletedAt: group.deleted_at,
    type: 'Group',
    handle: group.handle,
    inbox: group.shared_inbox ?? group.inbox,
  };
}

/** The things behind `/groups/<id>`. */
export const groupKind: ObjectKind = {
  path: 'groups',
  load: async (db, by) => {
    const group = 'id' in by ? await groupById(db, by.id) : await groupByUri(db, by.uri);
    return group && stored(group);
  },
  mayRead: async (db, requester, object) => {
    const found = await groupById(db, object.id);
    // Whoever could read a group is told that it was deleted.
    const group = found && { ...found, deleted_at: null };
    // A node may know more groups than it reads: its people find them, and ask.
    if (requester.kind === 'peer') {
      const node = await nodeFacts(db, object.id, requester.origin);
      return group !== undefined && mayKnowGroup(group, requester, undefined, node);
    }
    const may = await requesterMayRead(db, requester, group ?? absent);
    return group !== undefined && may;
  },
  grant: {
    to: async (db, requester, id) => {
      const [group, access] = [await groupById(db, id), await accessOf(db, id, requester.origin)];
      const reads = await requesterMayRead(db, requester, group ?? absent);
      const running = await membersWithRole(db, id, ['owner', 'facilitator']);
      const began = await begunAt(db, id, requester.origin);
      if (group?.reading !== 'members' || group.deleted_at !== null || !access || !reads) return null;
      const runs = running.some(({ home }) => home === requester.origin);
      return access.revoked_at === null ? { version: access.version, from: access.reads_from, runs, began } : null;
    },
    from: async (db, id, origin) => (await accessOf(db, id, origin))?.reads_from ?? 0,
    note: noteLease,
  },
  groupOf: async (db, object) => {
    const group = await groupById(db, object.id);
    return group && { id: group.id, uri: group.uri, closed: group.reading === 'members' };
  },
  isDiscoverable: async (db, object) => {
    const group = await groupById(db, object.id);
    return group !== undefined && isPubliclyKnown(group);
  },
  toDocument: async (outgoing, object) => {
    const group = await groupById(outgoing.db, object.id);
    if (group?.local !== 1 || group.deleted_at !== null) return undefined;
    // Nobody but the nodes of those in it knows of a conversation: they are told who is.
    const forMembers = group.kind === 'conversation' ? true : undefined;
    return groupDocument(outgoing.db, outgoing.origin, group, outgoing.joineryPeer, forMembers);
  },
  remoteTypes: ['Group'],
  saveRemote: rememberRemoteGroup,
};

/** Who runs the group: `attributedTo` of its document (FEP-1b12). */
const moderators: CollectionKind = {
  of: 'groups',
  name: 'moderators',
  ordered: true,
  mayRead: readersOnly,
  page: async (outgoing, object) => {
    const people = await membersWithRole(outgoing.db, object.id, ['owner', 'facilitator']);
    return { items: people.map((person) => person.uri), next: null, total: people.length };
  },
  source: async (db, owner) => (await groupById(db, owner.id))?.moderators_uri ?? null,
  rememberPeople: (work, owner, people) => rememberModerators(work, owner.id, people),
};

/** The people of the asking node only, so that it can compare (FEP-8fcf §2); nobody else's. The total counts all. */
const followers: CollectionKind = {
  of: 'groups',
  name: 'followers',
  ordered: false,
  mayRead: readersOnly,
  page: async (outgoing, object, requester) => {
    const participants = outgoing.db
      .selectFrom('group_member')
      .innerJoin('person', 'person.id', 'group_member.person_id')
      .where('group_member.group_id', '=', object.id)
      .where((eb) => eb.or([eb('group_member.state', '=', 'member'), eb('group_member.following', '=', 1)]));
    const { count } = await participants.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow();
    if (requester.kind !== 'peer') return { items: [], next: null, total: Number(count) };
    const theirs = await participants
      .select('person.uri')
      .where('person.home', '=', requester.origin)
      .orderBy('person.uri')
      .execute();
    return { items: theirs.map((row) => row.uri), next: null, total: Number(count) };
  },
};

/** Listed groups of this node, by name, for nodes whose agreement covers discovery; each is shown only to whoever may read it. */
const listedHere: CollectionKind = {
  of: 'node',
  name: 'groups',
  ordered: false,
  mayRead: async (_db, requester) =>
    requester.kind === 'peer' && requester.trust.mayFederate(requester.origin, 'discover', 'out').allowed,
  page: async ({ db }, _node, requester, cursor) => {
    const closed =
      requester.kind === 'peer' && requester.trust.mayFederate(requester.origin, 'closed-groups', 'out').allowed;
    const rows = await listedGroups(db, {
      where: 'here',
      person: null,
      open: !closed,
      after: namePosition(cursor ?? undefined),
      limit: perPage + 1,
    });
    const shown = rows.slice(0, perPage).map(({ group }) => group);
    return { items: shown.map(({ uri }) => uri), next: rows.length > perPage ? nameCursor(shown.at(-1)) : null };
  },
};
const perPage = 50;

async function readersOnly(
  ...[db, requester, object]: Parameters<NonNullable<CollectionKind['mayRead']>>
): Promise<boolean> {
  const group = await groupById(db, object.id);
  const may = await requesterMayRead(db, requester, group ?? absent);
  return group !== undefined && may;
}

export const collections: CollectionKind[] = [moderators, followers, listedHere];
