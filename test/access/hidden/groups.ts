import { newId, nodeActor, transact } from '@joinery/core';
import { approve, createGroup, invite, joinGroup, setRole } from '@joinery/slices/groups';
import { createTopic, markdownText, type PostRow, reply } from '@joinery/slices/posts';
import { groupKind } from '../../../packages/slices/src/groups/objects.ts';
import type { Group, Kind, Person, Post, State } from './model.ts';
import { by, originOfPeer, type World } from './world.ts';

/** Makes groups of every kind with somebody and something in them, each word of which stands nowhere else. */
export async function fillGroups(world: World, each: Partial<Record<Kind, number>>): Promise<void> {
  for (const [kind, count] of Object.entries(each) as [Kind, number][])
    for (let n = 0; n < count; n += 1)
      world.groups.push(kind.endsWith('elsewhere') ? await fillElsewhere(world, kind) : await fillHere(world, kind));
  await world.drain();
}

const begin = (kind: Kind): Group => ({
  ...{ kind, id: '', uri: '', handle: '', here: true, closed: kind !== 'open', listed: !kind.startsWith('hidden') },
  ...{ asking: true, label: 0, withheld: false, standing: new Map<Person, State>(), posts: [] },
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
  return group;
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
  const post: Post = {
    ...{
      id: '',
      uri: '',
      author,
      topic,
      audience,
      removed: false,
      deleted: false,
      taken: group.here,
      event: null,
      file: null,
    },
  };
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
  Object.assign(post, { id: row.id, uri: row.uri, event: row.event_id });
  words.name(row.id, address);
  if (post.file) words.name(post.file, address);
  group.posts.push(post);
  return post;
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

/** Sends a file as a program does (tus). @returns its id */
async function upload(world: World, person: 'member' | 'owner', name: string): Promise<string> {
  const headers = { authorization: `Bearer ${world.here[person].token}`, 'tus-resumable': '1.0.0' };
  const bytes = Buffer.from('Words of no importance');
  const begun = await world.fetch(
    new Request(`${world.origin}/api/v1/uploads`, {
      method: 'POST',
      headers: {
        ...headers,
        ...{
          'upload-length': String(bytes.length),
          'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
        },
      },
    }),
  );
  const path = begun.headers.get('location') ?? '';
  const next = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
  const sent = await world.fetch(
    new Request(`${world.origin}${path}`, { method: 'PATCH', headers: { ...headers, ...next }, body: bytes }),
  );
  if (sent.status !== 204)
    throw new Error(`The upload was refused: ${begun.status} ${sent.status} ${await sent.text()}`);
  return path.split('/').at(-1) ?? '';
}
