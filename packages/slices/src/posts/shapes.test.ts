import type { ActivityDocument, JsonObject } from '@joinery/core';
import { followGroup, joinGroup } from '@joinery/slices/groups';
import { rememberRemotePerson } from '@joinery/slices/people';
import { describe, expect, test } from 'vitest';
import { openNode } from '../../../../test/harness/two-nodes.ts';
import { readPost } from './documents-in.ts';
import { postByUri } from './store.ts';

const everybody = 'https://www.w3.org/ns/activitystreams#Public';
const lemmy = 'https://lemmy.example';
const mastodon = 'https://mastodon.example';
const nodebb = 'https://forum.example';

/** A council that follows a community on another kind of server, and hosts a group itself. */
async function setUp() {
  const node = await openNode('sqlite');
  const ann = await node.addPerson('Ann');
  const hosted = await node.addGroup(ann, { reading: 'web' });
  const save = (document: ActivityDocument) =>
    node.act((work) => {
      const kind = node.context.slices
        .flatMap((slice) => slice.objects ?? [])
        .find((one) => one.remoteTypes?.includes('Group'));
      return (
        kind?.saveRemote?.(work, document, { fetchedAt: work.now, verified: 'origin' }) ??
        Promise.reject(new Error('no kind'))
      );
    });
  const community = `${lemmy}/c/maps`;
  const group = await save({
    id: community,
    type: 'Group',
    preferredUsername: 'maps',
    name: 'Maps',
    inbox: `${community}/inbox`,
    outbox: `${community}/outbox`,
    followers: `${community}/followers`,
    attributedTo: `${community}/moderators`,
  });
  await node.act((work) => followGroup(work, { group, person: ann.id }));
  const know = (uri: string) =>
    node.act((work) =>
      rememberRemotePerson(
        work,
        { id: uri, type: 'Person', preferredUsername: uri.split('/').at(-1) ?? '', inbox: `${uri}/inbox` },
        { fetchedAt: work.now, verified: 'origin' },
      ),
    );
  const find = (uri: string) => postByUri(node.context.db.reader, uri);
  return { node, ann, hosted, community, group, know, find, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
}

const page = (id: string, more: JsonObject = {}): JsonObject => ({
  type: 'Page',
  id,
  attributedTo: `${lemmy}/u/bea`,
  to: [`${lemmy}/c/maps`, everybody],
  cc: [],
  name: 'A link about maps',
  content: '<p>Look</p>',
  source: { content: 'Look', mediaType: 'text/markdown' },
  attachment: [{ type: 'Link', href: 'https://maps.example/new' }],
  audience: `${lemmy}/u/main`,
  language: { identifier: 'nl', name: 'Nederlands' },
  tag: [{ type: 'lemmy:CommunityTag', name: 'x' }],
  published: '2026-11-20T10:00:00.123456Z',
  ...more,
});

describe('communities of other software', () => {
  test('Announce{Create{Page}} and Announce{Page} make one topic, whatever its audience says', async () => {
    await using world = await setUp();
    const { node, community, find, group, know } = world;
    await know(`${lemmy}/u/bea`);
    const id = `${lemmy}/post/1`;
    const create = {
      id: `${lemmy}/activities/create/1`,
      type: 'Create',
      actor: `${lemmy}/u/bea`,
      to: [everybody],
      object: page(id),
    };
    const announce = (object: JsonObject | string, number: number): ActivityDocument => ({
      id: `${lemmy}/activities/announce/${number}`,
      type: 'Announce',
      actor: community,
      to: everybody,
      cc: null,
      object,
    });
    expect(await node.receive(announce(create, 1))).toBe('applied');
    expect(await node.receive(announce(page(id), 2))).toBe('ignored');
    expect(await node.receive(announce(id, 3))).toBe('ignored');
    const topic = await find(id);
    expect(topic).toMatchObject({
      group_id: group,
      title: 'A link about maps',
      language: 'nl',
      kind: 'discussion',
      sort_at: '2026-11-20T10:00:00.123Z',
    });
    const comment = {
      id: `${lemmy}/comment/2`,
      type: 'Note',
      attributedTo: `${lemmy}/u/bea`,
      inReplyTo: id,
      content: '<p>Yes</p>',
      name: 'Re: A link',
      tag: null,
      cc: [7, community],
      summary: 'Yes',
    };
    const reply = { id: `${lemmy}/activities/create/2`, type: 'Create', actor: `${lemmy}/u/bea`, object: comment };
    expect(await node.receive(announce(reply, 4))).toBe('applied');
    expect(await find(comment.id)).toMatchObject({ title: null, topic_id: topic?.id, kind: 'reply' });
    const vote = { id: `${lemmy}/activities/like/3`, type: 'Like', actor: `${lemmy}/u/bea`, object: id };
    expect(await node.receive(announce(vote, 5))).toBe('applied');
    expect(await node.receive(announce({ ...vote, id: `${lemmy}/activities/dislike/3`, type: 'Dislike' }, 6))).toBe(
      'ignored',
    );
    expect(await find(id)).toMatchObject({ likes: 1 });
    const lock = {
      id: `${lemmy}/activities/lock/4`,
      type: 'Lock',
      actor: `${lemmy}/u/moderator`,
      object: id,
      summary: 'Enough',
    };
    expect(await node.receive(lock)).toBe('ignored');
    expect(await node.receive(announce(lock, 7))).toBe('applied');
    const pin = {
      id: `${lemmy}/activities/add/5`,
      type: 'Add',
      actor: `${lemmy}/u/moderator`,
      object: id,
      target: `${community}/featured`,
    };
    expect(await node.receive(announce(pin, 8))).toBe('applied');
    const removal = {
      id: `${lemmy}/activities/delete/6`,
      type: 'Delete',
      actor: `${lemmy}/u/moderator`,
      object: id,
      summary: 'Spam',
    };
    expect(await node.receive(announce(removal, 9))).toBe('applied');
    expect(await find(id)).toMatchObject({ locked_at: expect.any(String), removed_reason: 'Spam', deleted_at: null });
    const undo = { id: `${lemmy}/activities/undo/7`, type: 'Undo', actor: `${lemmy}/u/moderator`, object: removal };
    expect(await node.receive(announce(undo, 10))).toBe('applied');
    const deletion = { id: `${lemmy}/activities/delete/8`, type: 'Delete', actor: `${lemmy}/u/bea`, object: id };
    expect(await node.receive(announce(deletion, 11), { verified: 'origin' })).toBe('applied');
    expect(await find(id)).toMatchObject({ removed_at: null, deleted_at: expect.any(String) });
  });

  test('what a community passes on of a third server is an unchecked copy, and its edits are not believed over what is proven', async () => {
    await using world = await setUp();
    const { node, community, find, know } = world;
    const author = `${mastodon}/users/cy`;
    await know(author);
    const id = `${mastodon}/notes/1`;
    const note = {
      id,
      type: 'Note',
      attributedTo: author,
      content: '<p>Hi <script>x</script></p>',
      to: [everybody],
      cc: [community],
    };
    const wrap = (type: string, object: JsonObject, number: number): ActivityDocument => ({
      id: `${lemmy}/a/${number}`,
      type: 'Announce',
      actor: community,
      object: { id: `${mastodon}/a/${number}`, type, actor: author, object },
    });
    expect(await node.receive(wrap('Create', note, 1), { verified: 'unchecked' })).toBe('applied');
    expect(await find(id)).toMatchObject({ verified: 'unchecked', title: null, excerpt: 'Hi' });
    await node.act((work) => work.db.updateTable('post').set({ verified: 'origin' }).where('uri', '=', id).execute());
    expect(
      await node.receive(wrap('Update', { ...note, content: '<p>Forged</p>' }, 2), { verified: 'unchecked' }),
    ).toBe('ignored');
    expect(await find(id)).toMatchObject({ excerpt: 'Hi' });
    const checks = await node.context.db.reader
      .selectFrom('job')
      .select('name')
      .where('name', '=', 'posts.check')
      .execute();
    expect(checks).toHaveLength(2);
  });
});

describe('other software in a group of ours', () => {
  test('a reply of a NodeBB user arrives with a topic context of its own, a title and odd lists', async () => {
    await using world = await setUp();
    const { node, hosted, find, know, ann } = world;
    const author = `${nodebb}/uid/5`;
    const person = await know(author);
    await node.act((work) =>
      joinGroup(work, { group: hosted.id, person, activity: `${nodebb}/follow/1`, plainFollow: true }),
    );
    const topic = {
      id: `${nodebb}/post/1`,
      type: 'Article',
      attributedTo: [author],
      name: 'From the forum',
      content: '<p>Body</p>',
      preview: { type: 'Note', content: 'not this' },
      audience: hosted.uri,
      context: `${nodebb}/topic/1`,
      to: everybody,
      cc: [hosted.uri, 12],
      tag: null,
    };
    const make = (object: JsonObject, number: number): ActivityDocument => ({
      id: `${nodebb}/a/${number}`,
      type: 'Create',
      actor: author,
      to: everybody,
      object,
    });
    expect(await node.receive(make(topic, 1))).toBe('applied');
    const reply = {
      id: `${nodebb}/post/2`,
      type: 'Note',
      attributedTo: author,
      name: 'Re: From the forum',
      content: 'Reply',
      inReplyTo: topic.id,
      audience: hosted.uri,
      context: `${nodebb}/topic/1`,
    };
    expect(await node.receive(make(reply, 2))).toBe('applied');
    expect(await find(topic.id)).toMatchObject({
      title: 'From the forum',
      excerpt: 'Body',
      group_id: hosted.id,
      reply_count: 1,
    });
    expect(await find(reply.id)).toMatchObject({ title: null, reply_to: (await find(topic.id))?.id });
    expect(
      await node.receive({ id: `${nodebb}/a/3`, type: 'Flag', actor: author, object: [topic.id], content: 'Rude' }),
    ).toBe('applied');
    const stranger = { ...topic, id: `${mastodon}/notes/9`, attributedTo: `${mastodon}/users/cy` };
    expect(
      await node.receive({ id: `${mastodon}/a/1`, type: 'Create', actor: `${mastodon}/users/cy`, object: stranger }),
    ).toBe('not_member');
    expect(ann.local).toBe(1);
  });

  test('a private message that concerns no group is nobody’s business here', async () => {
    await using world = await setUp();
    const note = {
      id: `${mastodon}/notes/1`,
      type: 'Note',
      attributedTo: `${mastodon}/users/cy`,
      content: 'psst',
      to: [world.ann.uri],
    };
    expect(
      await world.node.receive({ id: `${mastodon}/a/1`, type: 'Create', actor: `${mastodon}/users/cy`, object: note }),
    ).toBe('not understood');
  });
});

test.each([
  ['a note without anything', { id: 'https://x.example/1', type: 'Note' }, { title: null, content: '<p></p>' }],
  [
    'a poll',
    { id: 'https://x.example/1', type: 'Question', content: 'Which?', oneOf: [{ name: 'A<b>' }, { name: 'B' }, 7] },
    { kind: 'poll', content: 'Which?<ul><li>A&lt;b&gt;</li><li>B</li></ul>' },
  ],
  [
    'an event',
    { id: 'https://x.example/1', type: 'Event', name: 'Day', startTime: 'x' },
    { kind: 'event', title: 'Day' },
  ],
  ['a document', { id: 'https://x.example/1', type: ['Document'], name: 'Plan' }, { kind: 'document', title: 'Plan' }],
  [
    'a text by language',
    { id: 'https://x.example/1', type: 'Note', contentMap: { nl: '<p>Hoi</p>' } },
    { language: 'nl', content: '<p>Hoi</p>' },
  ],
  [
    'markup in a title',
    { id: 'https://x.example/1', type: 'Page', name: '<b>Bold</b>\u202e\n title' },
    { title: 'Bold title' },
  ],
  [
    'several authors',
    {
      id: 'https://x.example/1',
      type: 'Note',
      attributedTo: [{ id: 'https://x.example/a' }, 'https://x.example/b', null, 3],
    },
    { authors: ['https://x.example/a', 'https://x.example/b'] },
  ],
])('%s is read', (_name, document, expected) => {
  expect(readPost(document as JsonObject)).toMatchObject(expected);
});

test.each([
  { type: 'Note' },
  { id: 7, type: 'Note' },
  { id: 'javascript:alert(1)', type: 'Note' },
  { id: 'https://x.example/1', type: 'Person' },
  { id: 'https://x.example/1' },
])('%j is no post', (document) => {
  expect(readPost(document as JsonObject)).toBeNull();
});
