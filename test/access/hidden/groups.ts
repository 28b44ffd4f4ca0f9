import { writeFile } from 'node:fs/promises';
import { arrivingPath, newId, nodeActor, transact } from '@joinery/core';
import { beginConversation } from '@joinery/slices/conversations';
import { receiveFile } from '@joinery/slices/files';
import { approve, createGroup, invite, joinGroup, setRole } from '@joinery/slices/groups';
import { addDocument, makeFolder } from '@joinery/slices/library';
import { createTopic, markdownText, type PostRow, postById, reply, topicOf } from '@joinery/slices/posts';
import { groupKind } from '../../../packages/slices/src/groups/objects.ts';
import type { Group, Kind, Person, Post, State } from './model.ts';
import { by, originOfPeer, type World } from './world.ts';

/** Makes groups of every kind with somebody and something in them, each word of which stands nowhere else. */
export async function fillGroups(world: World, each: Partial<Record<Kind, number>>): Promise<void> {
  for (const [kind, count] of Object.entries(each) as [Kind, number][])
    for (let n = 0; n < count; n += 1)
      world.groups.push(
        await (kind === 'conversation' ? talk : kind.endsWith('elsewhere') ? fillElsewhere : fillHere)(world, kind),
      );
  await world.drain();
}

const begin = (kind: Kind): Group => ({
  ...{ kind, id: '', uri: '', handle: '', here: true, closed: kind !== 'open', listed: !kind.startsWith('hidden') },
  ...{ asking: true, label: 0, withheld: false, standing: new Map<Person, State>(), posts: [] },
  ...{ folder: null, begun: null },
});

async function fillHere(world: World, kind: Kind): Promise<Group> {
  const group = begin(kind);
  const { idOf, words } = world;
  const profile = { group, in: 'profile' } as const;
  group.handle = words.make('h', profile);
  const { id, uri } = await world.act(async (work) => {
    const made = await createGroup(work, {
      ...{ name: words.make('n', profile), summary: words.make('s', profile), handle: group.handle },
      ...{ owner: idOf.owner, keys: world.groupKeys, listed: group.listed },
      ...{ reading: group.closed ? 'members' : 'partners', joining: 'request' },
    });
    return made;
  });
  Object.assign(group, { id, uri });
  words.name(id, { group, in: 'address' });
  group.standing.set('owner', 'member');
  for (const person of ['member', 'facilitator', 'writer'] as const) await comeIn(world, group, person);
  await world.act((work) =>
    setRole(work, { group: id, person: idOf.facilitator, by: idOf.owner, role: 'facilitator' }),
  );
  const topic = await write(world, group, 'member', { withFile: kind === 'hidden' });
  await write(world, group, 'owner', { topic });
  await write(world, group, 'writer', {});
  if (group.closed) await write(world, group, 'owner', { audience: 'facilitators' });
  await shelve(world, group);
  if (kind === 'hidden') await file(world, group, 'member');
  return group;
}

/** A new folder in the library, by the owner. */
export async function shelve(world: World, group: Group): Promise<void> {
  const name = `Papers ${world.words.make('d', { group, in: 'folder' })}`;
  const made = await world.act((work) => makeFolder(work, { group: group.id, parent: '', name, by: world.idOf.owner }));
  group.folder = made.id;
  world.words.name(made.id, { group, in: 'folder' });
}

const emptyPost = (author: Person): Post => ({
  ...{ id: '', uri: '', author, topic: null, audience: 'group', removed: false, deleted: false, taken: true },
  ...{ event: null, file: null, document: false, shown: [] },
});

/** Puts a document into the library. @throws what the node refuses it with */
export async function file(world: World, group: Group, author: 'member' | 'owner'): Promise<Post> {
  const post = { ...emptyPost(author), taken: group.here, document: true };
  const place = { group, in: 'post', post } as const;
  post.file = await upload(world, author, `${world.words.make('f', place)}.txt`, world.words.make('f', place));
  const title = `Paper ${world.words.make('t', place)}`;
  const about = { group: group.id, folder: (group.here && group.folder) || '', by: world.idOf[author] };
  const row = await world.act((work) => addDocument(work, { ...about, title, language: 'en', file: post.file ?? '' }));
  return keep(world, group, post, row);
}

/** Begins a conversation of some of the people. @param among everybody but its beginner, who is the owner */
export async function talk(world: World, kind: Kind, among: readonly Person[] = ['member', 'facilitator', 'writer']) {
  const group: Group = { ...begin(kind), listed: false, asking: false };
  const { words, idOf } = world;
  group.handle = words.make('h', { group, in: 'profile' });
  const post = { ...emptyPost('owner') };
  const place = { group, in: 'post', post } as const;
  const { row, topic } = await world.act(async (work) => {
    const made = await beginConversation(work, {
      ...{ by: idOf.owner, people: among.map((person) => idOf[person]), keys: world.groupKeys, language: 'en' },
      ...{ subject: `On ${words.make('n', { group, in: 'profile' })}`, content: `About ${words.make('b', place)}` },
    });
    return { row: made, topic: await postById(work.db, (await topicOf(work.db, made.id)) ?? '') };
  });
  Object.assign(group, { id: row.id, uri: row.uri });
  words.name(row.id, { group, in: 'address' });
  for (const person of ['owner', ...among] as const) group.standing.set(person, 'member');
  if (!topic) throw new Error('The conversation has not begun');
  keep(world, group, post, topic);
  return group;
}

/** Remembers what was written. */
function keep(world: World, group: Group, post: Post, row: PostRow): Post {
  Object.assign(post, { id: row.id, uri: row.uri, event: row.event_id });
  const address = { group, in: 'id', post } as const;
  world.words.name(row.id, address);
  if (post.file) world.words.name(post.file, address);
  group.posts.push(post);
  return post;
}

async function fillElsewhere(world: World, kind: Kind): Promise<Group> {
  const group = begin(kind);
  const { words } = world;
  const home = originOfPeer.members;
  const profile = { group, in: 'profile' } as const;
  group.handle = words.make('h', profile);
  group.here = false;
  group.uri = `${home}/groups/${group.handle}`;
  const document = {
    ...{ id: group.uri, type: 'Group', preferredUsername: group.handle, name: words.make('n', profile) },
    ...{ summary: words.make('s', profile), inbox: `${group.uri}/inbox`, outbox: `${group.uri}/outbox` },
    ...{ followers: `${group.uri}/followers`, 'joinery:joining': 'request', 'joinery:reading': 'members' },
    ...{ 'joinery:listed': group.listed },
  };
  group.id = await world.act(async (work) => {
    const how = { fetchedAt: work.now, verified: 'origin' } as const;
    const id = (await groupKind.saveRemote?.(work, document, how)) ?? '';
    const key = world.keysOf.members.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await work.db.insertInto('group_key').values({ group_uri: group.uri, public: key, pinned_at: work.now }).execute();
    return id;
  });
  words.name(group.id, { group, in: 'address' });
  for (const person of ['member', 'facilitator'] as const) await comeIn(world, group, person);
  const topic = await write(world, group, 'member', {});
  await take(world, group, topic);
  await write(world, group, 'writer', {});
  return group;
}

/** Somebody becomes a member, by whatever way leads there; nothing happens where none does. */
export async function comeIn(world: World, group: Group, person: Person): Promise<void> {
  const id = world.idOf[person];
  if (group.here) {
    const invited = !group.listed || group.standing.get(person) === 'invited';
    await world.act(async (work) => {
      if (invited) await invite(work, { group: group.id, person: id, by: world.idOf.owner });
      await joinGroup(work, { group: group.id, person: id });
      if (!invited) await approve(work, { group: group.id, person: id, by: world.idOf.owner });
    });
    group.standing.set(person, 'member');
    return;
  }
  // As its host has let them in.
  await world.act(async (work) => {
    const standing = {
      state: 'member',
      role: 'member',
      following: 1,
      joined_at: work.now,
      began: 0,
      version: 0,
      epoch: '',
      updated_at: work.now,
    } as const;
    await work.db
      .insertInto('group_member')
      .values({ group_id: group.id, person_id: id, ...standing })
      .onConflict((conflict) => conflict.columns(['group_id', 'person_id']).doUpdateSet(standing))
      .execute();
  });
  group.standing.set(person, 'member');
}

type Written = { topic?: Post; audience?: Post['audience']; withFile?: boolean };

/** Somebody writes a topic or a reply. @throws what the node refuses it with */
export async function write(world: World, group: Group, author: Person, written: Written): Promise<Post> {
  const { idOf, words } = world;
  const { topic = null, audience = 'group' } = written;
  const post: Post = { ...emptyPost(author), topic, audience, taken: group.here };
  const place = { group, in: 'post', post } as const;
  if (written.withFile) post.file = await upload(world, author as 'member', `${words.make('f', place)}.txt`);
  const elsewhere = author === 'writer' || author === 'reader';
  const home = elsewhere ? originOfPeer[author === 'writer' ? 'members' : 'second'] : '';
  const address = { group, in: 'id', post } as const;
  const there = newId();
  words.name(there, address);
  const arrival = { uri: `${home}/posts/${there}`, verified: 'origin' } as const;
  const text = {
    ...markdownText(`About ${words.make('b', place)} #${words.make('g', place)}`),
    ...(elsewhere ? { arrival } : {}),
    ...(post.file ? { files: [{ id: post.file, alt: words.make('f', place) }] } : {}),
  };
  const row: PostRow = await transact(
    world.context(),
    elsewhere ? { kind: 'peer', origin: home } : by,
    (work) =>
      topic
        ? reply(work, { replyTo: topic.id, author: idOf[author], ...text })
        : createTopic(work, {
            ...{ group: group.id, author: idOf[author], title: `On ${words.make('t', place)}`, ...text },
            ...(audience === 'group' ? {} : { audience: { kind: audience, origin: null } }),
          }),
    elsewhere ? { origin: home } : {},
  );
  return keep(world, group, post, row);
}

/** The host of a group elsewhere takes in what was written here. */
export async function take(world: World, group: Group, post: Post): Promise<void> {
  const number = group.posts.length;
  await fromHost(world, group, {
    ...{ id: `${group.uri}/announces/${post.id}`, type: 'Announce', actor: group.uri, audience: group.uri },
    ...{ object: `${world.origin}/activities/${post.event}`, 'joinery:number': number },
  });
  post.taken = true;
}

/** The host of a group elsewhere takes this node's access. */
export async function revoke(world: World, group: Group, version: number): Promise<void> {
  await fromHost(world, group, {
    ...{ id: `${group.uri}/revokes/${version}`, type: 'Remove', actor: group.uri, 'joinery:version': version },
    ...{ object: nodeActor(world.origin), target: `${group.uri}/followers` },
  });
  group.withheld = true;
}

async function fromHost(world: World, group: Group, activity: Record<string, string | number>): Promise<void> {
  const sender = { actor: group.uri, origin: originOfPeer.members, verified: 'signature' } as const;
  await world.node().federation.inbox.take({ activity, text: JSON.stringify(activity), ...sender });
}

/** Brings a file, as one that was sent. @returns its id */
export async function upload(
  world: World,
  person: 'member' | 'owner',
  name: string,
  content = 'Words of no importance',
): Promise<string> {
  const id = newId();
  const path = arrivingPath(world.context().files, id);
  await writeFile(path, content);
  return (await receiveFile(world.context(), { id, path, name, owner: world.idOf[person] })).id;
}
