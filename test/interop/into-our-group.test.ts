import type { JsonObject } from '@joinery/core';
import { transact } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { createTopic, markdownText, postByUri } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import type { RogueActor } from '../harness/rogue.ts';
import { inside } from './server.ts';
import { lemmy, mastodon, nodebb } from './shapes.ts';
import { by, errors, ledger, openGroup, startWorld, type World } from './world.ts';

/** Follows the group, which for other software is taking part. */
async function join({ node, server }: World, person: RogueActor, group: GroupRow): Promise<void> {
  expect(await server.send(person, mastodon.follow(server, person, group.uri))).toMatchObject({ status: 202 });
  await node.settle();
  server.take();
}

async function say({ node, server }: World, person: RogueActor, activity: JsonObject) {
  const answer = await server.send(person, activity);
  expect(answer.status, answer.body).toBe(202);
  await node.settle();
  return ledger(node, activity.id);
}

const textsIn = async ({ owner }: World, group: GroupRow) =>
  (await owner.api('GET', `/groups/${group.id}/posts`)).body.items;

it('a Page from Lemmy, its replies, votes, edits and deletions become what our people see', async () => {
  await using world = await startWorld();
  const { node, server, owner } = world;
  const group = await openGroup(world, 'parking');
  const [anna, ben] = [lemmy.person(server, 'anna'), lemmy.person(server, 'ben')];
  await join(world, anna, group);
  await join(world, ben, group);

  const page = server.serve(lemmy.page(anna, group.uri, `${server.origin}/post/1`));
  const create = lemmy.activity(server, 'Create', anna, { object: page, cc: [group.uri], audience: group.uri });
  expect(await say(world, anna, create)).toMatchObject({ state: 'applied' });
  const [shown] = await textsIn(world, group);
  expect(shown).toMatchObject({
    title: 'Which machine for edge lines?',
    group: group.id,
    author: { uri: anna.uri, name: 'anna' },
    language: 'en',
  });
  expect(shown.content).toContain('a <strong>small</strong> one');
  expect(shown.content).toContain('https://example.org/machines');
  // Passed on as it came, so that a proof inside would stay valid, and by address for Mastodon.
  const passed = server.take();
  expect(passed).toMatchObject([
    { type: 'Announce', actor: group.uri, object: { id: create.id, type: 'Create', object: { id: page.id } } },
    { type: 'Announce', actor: group.uri, object: page.id },
  ]);
  expect(inside(passed[0]?.object)).toEqual(JSON.parse(JSON.stringify(create)));

  const note = lemmy.note(ben, group.uri, `${server.origin}/comment/2`, String(page.id));
  server.serve(note);
  const replied = lemmy.activity(server, 'Create', ben, { object: note, cc: [group.uri], audience: group.uri });
  expect(await say(world, ben, replied)).toMatchObject({ state: 'applied' });
  expect(await postByUri(node.context.db.reader, String(note.id))).toMatchObject({ topic_id: shown.id, title: null });
  expect(server.take()).toHaveLength(1);

  const liked = lemmy.activity(server, 'Like', ben, { object: page.id ?? '', audience: group.uri });
  expect(await say(world, ben, liked)).toMatchObject({ state: 'applied' });
  expect(await say(world, ben, { ...liked, id: server.rogue.id('/activities/like') })).toMatchObject({
    state: 'ignored',
  });
  expect((await textsIn(world, group))[0]).toMatchObject({ likes: 1, replyCount: 1 });
  const disliked = lemmy.activity(server, 'Dislike', anna, { object: page.id ?? '', audience: group.uri });
  expect(await say(world, anna, disliked)).toMatchObject({ state: 'ignored' });
  const undone = lemmy.activity(server, 'Undo', anna, { object: disliked, audience: group.uri });
  expect(await say(world, anna, undone)).toMatchObject({ state: 'ignored' });
  const unliked = lemmy.activity(server, 'Undo', ben, { object: liked, audience: group.uri });
  expect(await say(world, ben, unliked)).toMatchObject({ state: 'applied' });
  expect((await textsIn(world, group))[0]).toMatchObject({ likes: 0 });

  const edited = { ...page, name: 'Which small machine?', updated: new Date().toISOString() };
  const update = lemmy.activity(server, 'Update', anna, { object: edited, cc: [group.uri], audience: group.uri });
  expect(await say(world, anna, update)).toMatchObject({ state: 'applied' });
  expect((await textsIn(world, group))[0]).toMatchObject({ title: 'Which small machine?' });

  server.take();
  const removed = lemmy.activity(server, 'Delete', ben, {
    object: page.id ?? '',
    summary: 'Not yours',
    audience: group.uri,
  });
  expect(await say(world, ben, removed)).toMatchObject({ state: 'refused' });
  expect(server.take()).toMatchObject([{ type: 'Reject', object: removed.id }]);
  const deleted = lemmy.activity(server, 'Delete', anna, { object: page.id ?? '', audience: group.uri });
  expect(await say(world, anna, deleted)).toMatchObject({ state: 'applied' });
  expect((await owner.api('GET', `/posts/${shown.id}`)).body).toMatchObject({ deleted: true });
  expect(server.take()).toMatchObject([{ type: 'Announce', object: { type: 'Delete', object: page.id } }]);
  expect(errors(node)).toEqual([]);
}, 60_000);

it('a Note from Mastodon that mentions the group starts a topic, with LD signature, null tags and integers in cc', async () => {
  await using world = await startWorld({ signs: 'rfc9421' });
  const { node, server } = world;
  const group = await openGroup(world, 'parking');
  const femke = mastodon.person(server, 'femke');
  await join(world, femke, group);
  const host = new URL(group.uri).host;
  const mention = `<span class="h-card"><a href="${group.uri}" class="u-url mention">@<span>parking</span></a></span>`;
  const note = mastodon.note(femke, `${femke.uri}/statuses/1`, {
    cc: [`${femke.uri}/followers`, 3, group.uri],
    content: `<p>${mention} Where do you buy badges?</p>`,
    contentMap: { nl: `<p>${mention} Where do you buy badges?</p>` },
    tag: null,
  });
  const others = Array.from({ length: 30 }, (_, index) => `https://elsewhere.example/users/${index}`);
  expect(await say(world, femke, mastodon.create(femke, { ...note, cc: [...others, 3, group.uri] }))).toMatchObject({
    state: 'applied',
  });
  const [shown] = await textsIn(world, group);
  expect(shown).toMatchObject({ title: null, language: 'nl', author: { uri: femke.uri, name: 'Femke de Boer' } });
  expect(shown.content).toContain('Where do you buy badges?');
  expect(shown.content).not.toContain('h-card');

  const topic = await transact(node.context, by, (work) =>
    createTopic(work, { group: group.id, author: world.owner.id, title: 'Blue badges', ...markdownText('Ask here.') }),
  );
  await node.settle();
  // A reply need not mention the group.
  const reply = mastodon.note(femke, `${femke.uri}/statuses/2`, {
    inReplyTo: topic.uri,
    cc: [world.owner.uri],
    tag: [{ type: 'Mention', href: world.owner.uri, name: `@ada.owner@${host}` }],
    content: '<p>How many may I have?</p>',
  });
  expect(await say(world, femke, mastodon.create(femke, reply))).toMatchObject({ state: 'applied' });
  expect(await postByUri(node.context.db.reader, String(reply.id))).toMatchObject({ topic_id: topic.id });
  const like = { id: `${femke.uri}#likes/9`, type: 'Like', actor: femke.uri, object: topic.uri };
  expect(await say(world, femke, like)).toMatchObject({ state: 'applied' });
  // Mastodon embeds what it takes back, without keeping it readable at its address.
  const undo = { id: `${femke.uri}#likes/9/undo`, type: 'Undo', actor: femke.uri, object: like };
  expect(await say(world, femke, undo)).toMatchObject({ state: 'applied' });
  // It deletes with a Tombstone, and its people with their own address.
  const gone = {
    id: `${reply.id}#delete`,
    type: 'Delete',
    actor: femke.uri,
    object: { id: reply.id ?? '', type: 'Tombstone', atomUri: reply.id ?? '' },
  };
  expect(await say(world, femke, gone)).toMatchObject({ state: 'applied' });
  expect(await postByUri(node.context.db.reader, String(reply.id))).toMatchObject({ deleted_at: expect.any(String) });
  const left = { id: `${femke.uri}#delete`, type: 'Delete', actor: femke.uri, object: femke.uri };
  expect(await say(world, femke, left)).toMatchObject({ state: 'applied' });
  expect(await personByUri(node.context.db.reader, femke.uri)).toMatchObject({ name: '' });
  expect(errors(node)).toEqual([]);
}, 60_000);

it('what NodeBB posts into our group keeps our thread, whatever topic it has there', async () => {
  await using world = await startWorld({ understands: ['draft-cavage'] });
  const { node, server, owner } = world;
  const group = await openGroup(world, 'parking');
  const carla = nodebb.person(server, 5, 'carla');
  await join(world, carla, group);
  const topic = await transact(node.context, by, (work) =>
    createTopic(work, { group: group.id, author: owner.id, title: 'Blue badges', ...markdownText('Ask here.') }),
  );
  await node.settle();
  server.take();
  const post = nodebb.post(server, carla, 11, { audience: group.uri, inReplyTo: topic.uri, name: 'RE: Blue badges' });
  server.serve(post);
  expect(await say(world, carla, nodebb.create(carla, post))).toMatchObject({ state: 'applied' });
  const known = await postByUri(node.context.db.reader, String(post.id));
  expect(known).toMatchObject({ topic_id: topic.id, title: null, group_id: group.id });
  const [announced] = server.take();
  expect(announced).toMatchObject({ context: `${topic.uri}/context`, object: { object: { id: post.id } } });
  const thread = await server.read(carla, `${topic.uri}/context`);
  expect(thread.orderedItems).toEqual([topic.uri, post.id]);
  expect(thread.attributedTo).toBe(group.uri);
  // The same post under another id of the Create.
  const again = { ...nodebb.create(carla, post), id: `${post.id}#activity/create/other` };
  expect(await say(world, carla, again)).toMatchObject({ state: 'ignored' });

  // A topic of its own, with title and an excerpt as summary.
  const started = nodebb.post(server, carla, 12, {
    type: 'Article',
    audience: [group.uri],
    to: ['https://www.w3.org/ns/activitystreams#Public', group.uri],
    cc: null,
    summary: '<p>We have some left.</p>',
    preview: { type: 'Note', content: '<p>Not this one.</p>', published: null, attachment: [] },
    context: `${server.origin}/topic/9`,
  });
  server.serve(started);
  expect(await say(world, carla, nodebb.create(carla, started))).toMatchObject({ state: 'applied' });
  const [shown] = (await textsIn(world, group)).filter((item: JsonObject) => item.uri === started.id);
  expect(shown).toMatchObject({ title: 'Salt in spring', content: expect.stringContaining('some left') });
  expect(shown.content).not.toContain('Not this one');
  expect(errors(node)).toEqual([]);
}, 60_000);

it('what somebody who takes no part sends is refused with a reason, not by HTTP', async () => {
  await using world = await startWorld();
  const { node, server } = world;
  const group = await openGroup(world, 'parking');
  const anna = lemmy.person(server, 'anna');
  const page = lemmy.page(anna, group.uri, `${server.origin}/post/1`);
  const create = lemmy.activity(server, 'Create', anna, { object: page, cc: [group.uri], audience: group.uri });
  expect(await say(world, anna, create)).toMatchObject({ state: 'refused', code: 'not_member' });
  expect(server.take()).toMatchObject([
    { type: 'Reject', actor: group.uri, object: create.id, 'joinery:code': 'not_member' },
  ]);
  expect(await textsIn(world, group)).toEqual([]);
  expect(errors(node)).toEqual([]);
});
