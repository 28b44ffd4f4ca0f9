import {
  type Activities,
  type ActivityDocument,
  type Inbound,
  type InboundHandler,
  type InboundOutcome,
  isObject,
  type JsonObject,
  type Outgoing,
  type Work,
} from '@joinery/core';
import { accessOf, addressing, announce, type GroupRow, groupById, groupByUri } from '@joinery/slices/groups';
import { personById } from '@joinery/slices/people';
import { actingPerson, liesBefore, type PostRow, postById, postByUri } from '@joinery/slices/posts';
import { mark, placeDocument } from './documents.ts';
import { folderById, folderByUri, foldersOf, libraryUri, officialUri } from './store.ts';
import { applyTree, notePlaces } from './tree.ts';

const applied: InboundOutcome = { state: 'applied' };
const ignored = (why: string): InboundOutcome => ({ state: 'ignored', why });
/** Documents whose places are told at once: an inbox takes no document with more than 5,000 values. */
const mostPlaces = 500;

/** By the group to its nodes when it is ours; by our person to the group's node otherwise. */
async function told(
  outgoing: Outgoing,
  data: { group: string; by: string | null },
  inner: (group: GroupRow) => Promise<JsonObject | null>,
): Promise<ActivityDocument | null> {
  const group = await groupById(outgoing.db, data.group);
  // Other software sees a topic with a file, and has no folders.
  if (!group || !outgoing.joineryPeer) return null;
  const said = await inner(group);
  if (!said) return null;
  const by = data.by === null ? undefined : await personById(outgoing.db, data.by);
  const { to, cc } = addressing(group);
  const activity = {
    actor: by?.local === 1 ? by.uri : group.uri,
    ...{ to: [group.uri, ...to], ...(cc ? { cc } : {}) },
    audience: group.uri,
    ...said,
  };
  return group.local === 1 ? announce(outgoing, group, activity) : { id: outgoing.id, ...activity };
}

/** The folders of a group of ours, all at once: whoever missed something knows everything after the next. */
async function treeOf(outgoing: Outgoing, group: GroupRow): Promise<JsonObject> {
  const folders = await foldersOf(outgoing.db, group.id);
  // Nodes that keep nothing are told no names: what is on its way stands in their ledgers.
  const named = group.reading !== 'members' || group.keeping !== 'live';
  return {
    id: libraryUri(group),
    type: 'Collection',
    attributedTo: group.uri,
    'joinery:folders': folders.map(({ uri, name, parent_id, official_at }) => ({
      ...{ id: uri, ...(named ? { name } : {}) },
      ...(parent_id === '' ? {} : { parent: folders.find(({ id }) => id === parent_id)?.uri ?? null }),
      ...(official_at === null ? {} : { official: true }),
    })),
  };
}

/** What lies where, for a node that may read all of it; of a closed group from the number on that it may read. */
async function placesFor(outgoing: Outgoing, group: GroupRow, node: string): Promise<JsonObject[] | null> {
  const access = group.reading === 'members' ? await accessOf(outgoing.db, group.id, node) : null;
  if (access === undefined || (access && access.revoked_at !== null)) return null;
  const rows = await outgoing.db
    .selectFrom('library_document as entry')
    .innerJoin('post', 'post.id', 'entry.post_id')
    .leftJoin('library_folder as folder', 'folder.id', 'entry.folder_id')
    .select(['post.uri', 'folder.uri as folder', 'entry.official_at'])
    .where('entry.group_id', '=', group.id)
    .where('post.deleted_at', 'is', null)
    .where('post.removed_at', 'is', null)
    .where('post.status', '=', 'accepted')
    .where('post.audience', '=', 'group')
    .$if(access !== null, (query) =>
      query.where('post.id', 'in', (eb) =>
        eb
          .selectFrom('post_reference')
          .select('post_reference.post_id')
          .where('post_reference.number', '>=', access?.reads_from ?? 0),
      ),
    )
    .orderBy('post.id', 'desc')
    .limit(mostPlaces)
    .execute();
  return rows.map(({ uri, folder, official_at }) => ({
    ...{ object: uri, target: folder ?? libraryUri(group) },
    ...(official_at === null ? {} : { official: true }),
  }));
}

/** What is not for all of a group is told by nobody but its author; and a node learns nothing of what began before its people may read. */
async function isToldOf({ db, reader }: Outgoing, post: PostRow, group: GroupRow): Promise<boolean> {
  if (post.deleted_at || post.audience !== 'group') return false;
  return !reader || !(await liesBefore(db, reader, post, group));
}

const toActivity: Activities['toActivity'] = {
  'library.arranged': (outgoing, { data }) =>
    told(outgoing, { ...data, by: null }, async (group) =>
      group.local === 1 ? { type: 'Update', object: await treeOf(outgoing, group) } : null,
    ),
  'library.told': async (outgoing, { data }) => {
    const group = await groupById(outgoing.db, data.group);
    if (group?.local !== 1 || !outgoing.joineryPeer) return null;
    const places = await placesFor(outgoing, group, data.node);
    if (!places) return null;
    const object = { ...(await treeOf(outgoing, group)), 'joinery:places': places };
    return { id: outgoing.id, type: 'Update', actor: group.uri, ...addressing(group), object };
  },
  'library.placed': (outgoing, { data }) =>
    told(outgoing, data, async (group) => {
      const post = await postById(outgoing.db, data.post);
      const folder = data.folder === '' ? null : await folderById(outgoing.db, data.folder);
      if (!post || folder === undefined || !(await isToldOf(outgoing, post, group))) return null;
      return { type: 'Add', object: post.uri, target: folder?.uri ?? libraryUri(group) };
    }),
  'library.marked': (outgoing, { data }) =>
    told(outgoing, data, async (group) => {
      const marked =
        data.document === null
          ? await folderById(outgoing.db, data.folder ?? '')
          : await postById(outgoing.db, data.document);
      if (!marked || ('audience' in marked && !(await isToldOf(outgoing, marked, group)))) return null;
      return { type: data.official ? 'Add' : 'Remove', object: marked.uri, target: officialUri(group) };
    }),
};

const idIn = (value: unknown): string | null =>
  typeof value === 'string' ? value : isObject(value as JsonObject) ? idIn((value as JsonObject).id) : null;

/** The group's node says what folders there are, and to who has just come, what lies where. */
async function applyUpdate(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const { object } = inbound.activity;
  if (!isObject(object) || object.type !== 'Collection' || !Array.isArray(object['joinery:folders'])) return null;
  const group = await groupByUri(work.db, inbound.actor);
  if (group === undefined || object.id !== libraryUri(group)) return null;
  const itself = inbound.through === null || inbound.through === group.uri;
  if (group.local === 1 || !itself || inbound.verified === 'unchecked')
    return ignored('only the node of a group says what folders it has');
  await applyTree(work, group, object['joinery:folders']);
  if (Array.isArray(object['joinery:places'])) await notePlaces(work, group, object['joinery:places']);
  return applied;
}

/** A document is put into a folder; a document or a folder becomes official, or is so no more. */
async function applyAddOrRemove(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const [uri, target] = [idIn(inbound.activity.object), idIn(inbound.activity.target)];
  if (uri === null || target === null) return null;
  const official = target.endsWith('/library/official');
  const folder = await folderByUri(work.db, target);
  const group = folder
    ? await groupById(work.db, folder.group_id)
    : await groupByUri(work.db, target.replace(/\/library(?:\/official)?$/, ''));
  if (!group || (!folder && target !== libraryUri(group) && target !== officialUri(group))) return null;
  if (!official && inbound.type === 'Remove') return ignored('a document lies somewhere: it is put elsewhere instead');
  const marked = official ? await folderByUri(work.db, uri) : undefined;
  if (marked) {
    if (marked.group_id !== group.id) return ignored('it is in another group');
    const by = await actingPerson(work, inbound, { group_id: group.id });
    if (by === undefined) return ignored('only its group decides about this');
    const done = await mark(work, { folder: marked.id, official: inbound.type === 'Add', by });
    return done ? applied : ignored('nothing new');
  }
  const post = await postByUri(work.db, uri);
  if (!post) return { state: 'waiting', uri };
  if (post.group_id !== group.id) return ignored('it is in another group');
  if (post.deleted_at) return ignored('it is deleted');
  const by = await actingPerson(work, inbound, post);
  if (by === undefined) return ignored('only its group decides about this');
  const done = official
    ? await mark(work, { post: post.id, official: inbound.type === 'Add', by })
    : await placeDocument(work, { post: post.id, folder: folder?.id ?? '', by });
  return done ? applied : ignored('nothing new');
}

const handlers: InboundHandler[] = [
  { types: ['Update'], apply: applyUpdate },
  { types: ['Add', 'Remove'], apply: applyAddOrRemove },
];

/** Libraries as activities, both ways. FEDERATION.md lists the shapes. */
export const activities: Activities = { toActivity, handlers };
