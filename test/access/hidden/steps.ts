import { isRefusal, refuse } from '@joinery/core';
import { ban, invite, leaveConversation, leaveGroup, removeMember, updateGroup } from '@joinery/slices/groups';
import { deletePost, editPost, like, markdownText, pin, putBack, removeFromGroup, report } from '@joinery/slices/posts';
import { labelGroup } from '../../../packages/slices/src/groups/classify.ts';
import { comeIn, file, revoke, shelve, take, talk, upload, write } from './groups.ts';
import type { Group, Kind, Person, Post } from './model.ts';
import { labels, type World } from './world.ts';

/** One thing that happens: the numbers choose among what can happen in a group of its kind, and among what there is. */
export type Step = { what: number; who: number; which: number; how: number };

const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
const nth = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

type Does = (world: World, group: Group, chosen: { person: Person; post: Post; how: number }) => Promise<unknown>;

const toPeople: Does = async (world, group, { person }) => comeIn(world, group, person);
const goes: Does = async (world, group, { person }) => {
  await world.act((work) => leaveGroup(work, { group: group.id, person: world.idOf[person] }));
  group.standing.set(person, 'none');
};

const inGroups = {
  join: toPeople,
  leave: goes,
  invite: async (world, group, { person }) => {
    await world.act((work) => invite(work, { group: group.id, person: world.idOf[person], by: world.idOf.owner }));
    if (group.standing.get(person) !== 'member') group.standing.set(person, 'invited');
  },
  remove: async (world, group, { person }) => {
    const words = reason(world, group, person);
    await world.act((work) =>
      removeMember(work, { group: group.id, person: world.idOf[person], by: world.idOf.owner, reason: words }),
    );
    group.standing.set(person, 'none');
  },
  ban: async (world, group, { person }) => {
    const words = reason(world, group, person);
    await world.act((work) =>
      ban(work, { group: group.id, person: world.idOf[person], by: world.idOf.owner, until: null, reason: words }),
    );
    group.standing.set(person, 'banned');
  },
  post: async (world, group, { person, how }) =>
    write(world, group, person, {
      audience: group.here ? nth(['group', 'group', 'facilitators'] as const, how) : 'group',
    }),
  reply: async (world, group, { person, post }) => write(world, group, person, { topic: post.topic ?? post }),
  edit: async (world, group, { post }) => {
    const place = { group, in: 'post', post } as const;
    const body = `Now about ${world.words.make('b', place)}`;
    // What a conversation is about is no part of its first message.
    const title =
      post.topic || group.kind === 'conversation' ? {} : { title: `Now on ${world.words.make('t', place)}` };
    await world.act((work) =>
      editPost(work, { post: post.id, author: world.idOf[post.author], ...title, ...markdownText(body) }),
    );
  },
  deletePost: async (world, _group, { post }) => {
    await world.act((work) => deletePost(work, { post: post.id, author: world.idOf[post.author] }));
    post.deleted = true;
  },
  removePost: async (world, group, { post }) => {
    const words = reason(world, group, post.author);
    await world.act((work) => removeFromGroup(work, { post: post.id, by: world.idOf.owner, reason: words }));
    post.removed = true;
  },
  putBack: async (world, _group, { post }) => {
    await world.act((work) => putBack(work, { post: post.id, by: world.idOf.owner }));
    post.removed = false;
  },
  attach: async (world, group, { post }) => {
    if (post.author !== 'member' && post.author !== 'owner') refuse('forbidden', 'Only people here send files');
    const place = { group, in: 'post', post } as const;
    const name = `${world.words.make('f', place)}.txt`;
    const id = await upload(world, post.author, name, world.words.make('f', place));
    world.words.name(id, { group, in: 'id', post });
    await changeFiles(world, post, [{ id, alt: world.words.make('f', place) }]);
    post.file = id;
  },
  detach: async (world, _group, { post }) => {
    if (post.file === null) refuse('conflict', 'It has no file');
    await changeFiles(world, post, []);
  },
  document: async (world, group, { how }) => file(world, group, nth(['member', 'owner'] as const, how)),
  folder: async (world, group) => shelve(world, group),
  pin: async (world, _group, { post }) => world.act((work) => pin(work, { post: post.id, by: world.idOf.owner })),
  like: async (world, _group, { post, person }) =>
    world.act((work) =>
      like(work, {
        post: post.id,
        by: { uri: `${work.home}/people/${world.idOf[person]}`, person: world.idOf[person] },
      }),
    ),
  report: async (world, group, { post, person }) => {
    const words = reason(world, group, person);
    await world.act((work) => report(work, { post: post.id, reporter: world.idOf[person], reason: words }));
  },
  list: async (world, group, { how }) => {
    await world.act((work) => updateGroup(work, group.id, world.idOf.owner, { listed: how % 2 === 0 }));
    group.listed = how % 2 === 0;
  },
  rename: async (world, group) => {
    const name = world.words.make('n', { group, in: 'profile' });
    await world.act((work) => updateGroup(work, group.id, world.idOf.owner, { name }));
  },
  asking: async (world, group, { how }) => {
    const asking = nth(['partners', 'node'] as const, how);
    await world.act((work) => updateGroup(work, group.id, world.idOf.owner, { asking }));
    group.asking = asking === 'partners';
  },
  reading: async (world, group, { how }) => {
    const reading = nth(['members', 'partners'] as const, how);
    await world.act((work) => updateGroup(work, group.id, world.idOf.owner, { reading }));
    group.closed = reading === 'members';
  },
  label: async (world, group, { how }) => {
    const label = nth(labels, how);
    const why = { by: 'test', reason: world.words.make('r', { group, in: 'reason', by: 'owner' }) };
    await world.act((work) => labelGroup(work, { group: group.id, person: world.idOf.owner, label, ...why }));
    await world.node().federation.bridge.trust.refresh();
    group.label = labels.indexOf(label);
  },
} satisfies Record<string, Does>;

const changeFiles = (world: World, { id, author }: Post, files: { id: string; alt?: string }[]) =>
  world.act((work) => editPost(work, { post: id, author: world.idOf[author], files }));

/** What happens in a conversation. */
const between = {
  reply: inGroups.reply,
  edit: inGroups.edit,
  deletePost: inGroups.deletePost,
  attach: inGroups.attach,
  detach: inGroups.detach,
  like: inGroups.like,
  left: async (world, group, { person }) => {
    await world.act((work) => leaveConversation(work, { group: group.id, person: world.idOf[person] }));
    group.standing.set(person, 'none');
  },
  begun: async (world, group, { how }) => {
    const among = nth(
      [['member'], ['joiner', 'member'], ['facilitator', 'writer'], ['stranger', 'member', 'joiner']] as const,
      how,
    );
    group.begun = await talk(world, 'conversation', among);
  },
} satisfies Record<string, Does>;

/** What happens to a group whose host is another node. */
const elsewhere = {
  attach: inGroups.attach,
  detach: inGroups.detach,
  document: inGroups.document,
  join: toPeople,
  leave: goes,
  post: inGroups.post,
  reply: inGroups.reply,
  edit: inGroups.edit,
  deletePost: inGroups.deletePost,
  taken: (world, group, { post }) => take(world, group, post),
  revoked: (world, group, { how }) => revoke(world, group, 2 + how),
  leaseEnds: async (world, group) => {
    await world.act((work) =>
      work.db.updateTable('groups').set({ withheld_at: work.now }).where('id', '=', group.id).execute(),
    );
    group.withheld = true;
  },
} satisfies Record<string, Does>;

/** What happens to the node, whatever group it is about. */
const ofNode = {
  suspended: (world, _group, { how }) => agree(world, how, 'suspend'),
  allowed: (world, _group, { how }) => agree(world, how, 'allow'),
  narrowed: (world, _group, { how }) => agree(world, how, 'narrow'),
  lowered: (world, _group, { how }) => agree(world, how, 'lower'),
  restarted: (world) => world.restart(),
} satisfies Record<string, Does>;

async function agree(world: World, how: number, what: 'suspend' | 'allow' | 'narrow' | 'lower'): Promise<void> {
  const peer = nth(['members', 'second'] as const, how);
  const agreement = world.agreements[peer];
  const whole = { scopes: [...scopes], classification: labels.at(-1) ?? null };
  if (what === 'suspend') await world.decide(peer, 'suspend');
  if (what === 'allow') await world.decide(peer, 'allow', whole);
  if (what === 'narrow') await world.decide(peer, 'change', { scopes: ['discover', 'open-groups'] });
  if (what === 'lower') await world.decide(peer, 'change', { classification: labels[0] ?? null });
  Object.assign(
    agreement,
    { suspend: { allowed: false }, allow: { allowed: true, closedGroups: true, ceiling: labels.length - 1 } }[
      what as 'suspend'
    ],
    what === 'narrow' ? { closedGroups: false } : {},
    what === 'lower' ? { ceiling: 0 } : {},
  );
}

const reason = (world: World, group: Group, person: Person) =>
  world.words.make('r', { group, in: 'reason', by: person });

/** What can happen in a group of a kind, each as often as it is likely to. Another process of the node costs as much as all else. */
const happenings = (kind: Kind): [string, Does][] => {
  const own = kind === 'conversation' ? between : kind.endsWith('elsewhere') ? elsewhere : inGroups;
  const often = { reply: 36, begun: 24, left: 24, attach: 3, document: 3 } as Partial<Record<string, number>>;
  const inIt = Object.entries(own).flatMap((one) => Array<[string, Does]>(often[one[0]] ?? 12).fill(one));
  const { restarted, ...agreed } = ofNode;
  return [
    ...inIt,
    ...Object.entries(agreed).flatMap((one) => Array<[string, Does]>(8).fill(one)),
    ['restarted', restarted],
  ];
};
const known = new Map<Kind, [string, Does][]>();

const movable: readonly Person[] = ['joiner', 'reader', 'member', 'writer', 'facilitator'];
const authors: readonly Person[] = ['member', 'owner', 'writer', 'facilitator', 'reader', 'joiner'];
const byAuthors = ['post', 'reply', 'report', 'like'];

/** Lets it happen in a group, if the node lets it. @returns what has happened; null when nothing has */
export async function happen(world: World, group: Group, { what, who, which, how }: Step): Promise<string | null> {
  const list = known.get(group.kind) ?? happenings(group.kind);
  known.set(group.kind, list);
  const [name, does] = nth(list, what);
  const post = nth(group.posts, which);
  if (!post) return null;
  try {
    await does(world, group, { person: nth(byAuthors.includes(name) ? authors : movable, who), post, how });
    return name;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
