import { type JsonObject, transact } from '@joinery/core';
import { groupById, membershipOf } from '@joinery/slices/groups';
import { createTopic, like, markdownText, reply } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import type { RogueActor } from '../harness/rogue.ts';
import { lemmy, nodebb } from './shapes.ts';
import { post, say, seen, takePart } from './their-group.ts';
import { by, errors, startWorld } from './world.ts';

const everybody = 'https://www.w3.org/ns/activitystreams#Public';

it('a group of Lemmy: what it announces is what our people see, and what it decides holds', async () => {
  await using world = await startWorld({ signs: 'rfc9421' });
  const { node, server, owner: bob } = world;
  const group = lemmy.group(server, 'roads');
  const [mod, ben] = [lemmy.person(server, 'mod'), lemmy.person(server, 'ben')];
  const id = await takePart(world, group, bob);
  expect((await bob.api('GET', `/groups/${id}`)).body).toMatchObject({ name: 'Road works', home: server.origin });
  const announced = (actor: RogueActor, type: string, change: JsonObject) =>
    say(
      world,
      group,
      lemmy.announce(server, group, lemmy.activity(server, type, actor, { audience: group.uri, ...change })),
    );

  const page = server.serve(lemmy.page(ben, group.uri, `${server.origin}/post/1`));
  expect(await announced(ben, 'Create', { object: page })).toMatchObject({ state: 'applied' });
  // The same topic once more, in the form for Mastodon, and once more by its address.
  expect(await say(world, group, lemmy.announce(server, group, page))).toMatchObject({ state: 'ignored' });
  expect(await say(world, group, lemmy.announce(server, group, String(page.id)))).toMatchObject({ state: 'ignored' });
  const [topic, ...more] = await seen(bob, id);
  expect(more).toEqual([]);
  expect(topic).toMatchObject({ title: 'Which machine for edge lines?', author: { uri: ben.uri }, status: 'accepted' });

  // A reply whose parent comes later than it, and cannot be read yet.
  const parent = lemmy.note(ben, group.uri, `${server.origin}/comment/2`, String(page.id));
  const child = lemmy.note(mod, group.uri, `${server.origin}/comment/3`, String(parent.id), {
    published: '2026-05-04T10:00:00Z',
    content: '<p>And yours?</p>',
  });
  expect(await announced(mod, 'Create', { object: child })).toMatchObject({ state: 'waiting' });
  expect(await announced(ben, 'Create', { object: server.serve(parent) })).toMatchObject({ state: 'applied' });
  expect(await post(world, child)).toMatchObject({ topic_id: topic.id });
  const thread = (await bob.api('GET', `/posts/${topic.id}`)).body;
  expect(thread.replies.map((one: JsonObject) => one.uri)).toEqual([parent.id, child.id]);
  // A parent that was never announced is read at its address.
  const middle = server.serve(lemmy.note(ben, group.uri, `${server.origin}/comment/4`, String(page.id)));
  const late = server.serve(lemmy.note(mod, group.uri, `${server.origin}/comment/5`, String(middle.id)));
  await announced(mod, 'Create', { object: late });
  expect(await post(world, middle)).toMatchObject({ topic_id: topic.id });
  expect(await post(world, late)).toMatchObject({ topic_id: topic.id });

  expect(await announced(ben, 'Like', { object: page.id ?? '' })).toMatchObject({ state: 'applied' });
  expect(await announced(mod, 'Dislike', { object: page.id ?? '' })).toMatchObject({ state: 'ignored' });
  expect(await post(world, page)).toMatchObject({ likes: 1 });

  const lock = lemmy.activity(server, 'Lock', mod, { object: page.id ?? '', audience: group.uri, summary: 'Enough' });
  // Only wrapped by the group, not by its moderator alone.
  expect(await say(world, mod, lock)).toMatchObject({ state: 'ignored' });
  expect(await post(world, page)).toMatchObject({ locked_at: null });
  expect(await say(world, group, lemmy.announce(server, group, lock))).toMatchObject({ state: 'applied' });
  expect(await post(world, page)).toMatchObject({ locked_at: expect.any(String) });
  await announced(mod, 'Undo', { object: lock });
  expect(await post(world, page)).toMatchObject({ locked_at: null });

  const featured = { object: page.id ?? '', target: `${group.uri}/featured` };
  await announced(mod, 'Add', featured);
  expect(await post(world, page)).toMatchObject({ pinned_at: expect.any(String) });
  await announced(mod, 'Remove', featured);
  expect(await post(world, page)).toMatchObject({ pinned_at: null });

  const own = lemmy.note(ben, group.uri, `${server.origin}/comment/6`, String(page.id));
  await announced(ben, 'Create', { object: own });
  await announced(mod, 'Delete', { object: own.id ?? '', summary: 'Rude' });
  expect(await post(world, own)).toMatchObject({
    removed_at: expect.any(String),
    removed_reason: 'Rude',
    deleted_at: null,
  });
  await announced(mod, 'Undo', { object: lemmy.activity(server, 'Delete', mod, { object: own.id ?? '' }) });
  expect(await post(world, own)).toMatchObject({ removed_at: null });
  await announced(ben, 'Delete', { object: own.id ?? '' });
  expect(await post(world, own)).toMatchObject({ deleted_at: expect.any(String) });
  // What was deleted does not come back by a late copy.
  expect(await announced(ben, 'Create', { object: own })).toMatchObject({ state: 'ignored' });

  const block = {
    object: bob.uri,
    target: group.uri,
    summary: 'Enough',
    removeData: false,
    endTime: '2099-01-01T00:00:00Z',
  };
  await announced(mod, 'Block', block);
  expect(await membershipOf(node.context.db.reader, id, bob.id)).toMatchObject({ state: 'banned', reason: 'Enough' });
  await announced(mod, 'Undo', { object: lemmy.activity(server, 'Block', mod, block) });
  expect(await membershipOf(node.context.db.reader, id, bob.id)).toMatchObject({ state: 'none' });

  await announced(mod, 'Add', { object: ben.uri, target: `${group.uri}/moderators` });
  await announced(mod, 'Update', { object: { ...group.document, name: 'Roads and bridges' } });
  expect(await groupById(node.context.db.reader, id)).toMatchObject({ name: 'Roads and bridges' });
  for (const type of ['Warn', 'Resolve', 'Flag', 'Move', 'PollVote', 'EmojiReact'])
    expect(await announced(mod, type, { object: page.id ?? '' })).toMatchObject({ state: 'ignored' });
  expect(errors(node)).toEqual([]);
}, 60_000);

it('our post in a group of NodeBB is accepted when the group announces it, in whatever form', async () => {
  await using world = await startWorld({ understands: ['draft-cavage'] });
  const { node, server, owner: bob } = world;
  const category = nodebb.category(server, 3, 'Road works');
  const id = await takePart(world, category, bob);
  const write = async (title: string) => {
    const made = await transact(node.context, by, (work) =>
      createTopic(work, { group: id, author: bob.id, title, ...markdownText('How do *you* do it?') }),
    );
    await node.settle();
    expect(await post(world, { id: made.uri })).toMatchObject({ status: 'waiting' });
    const [create] = server.take();
    expect(create).toMatchObject({
      type: 'Create',
      actor: bob.uri,
      to: expect.arrayContaining([category.uri]),
      audience: category.uri,
      object: { id: made.uri, type: 'Article', name: title, attributedTo: bob.uri, audience: category.uri },
    });
    return { made, create: create ?? {}, article: create?.object as JsonObject };
  };

  // As NodeBB passes it on: not byte by byte, and with an id of its own for the Create.
  const first = await write('First');
  const { proof: _, ...bare } = first.create;
  const wrapped = {
    ...bare,
    id: `${first.made.uri}#activity/create/1`,
    object: { ...first.article, cc: [everybody, 7] },
  };
  expect(await say(world, category, nodebb.announce(server, category, wrapped, 1))).toMatchObject({ state: 'applied' });
  expect(await post(world, { id: first.made.uri })).toMatchObject({ status: 'accepted', title: 'First' });
  const second = await write('Second');
  expect(await say(world, category, nodebb.announce(server, category, second.article, 2))).toMatchObject({
    state: 'applied',
  });
  expect(await post(world, { id: second.made.uri })).toMatchObject({ status: 'accepted' });
  const third = await write('Third');
  expect(await say(world, category, lemmy.announce(server, category, third.made.uri))).toMatchObject({
    state: 'applied',
  });
  expect(await post(world, { id: third.made.uri })).toMatchObject({ status: 'accepted' });
  // Wrapped in an activity whose id is the category's own.
  const fourth = await write('Fourth');
  const foreign = { ...bare, id: `${server.origin}/activity/9`, object: fourth.article };
  expect(await say(world, category, nodebb.announce(server, category, foreign, 4))).toMatchObject({ state: 'applied' });
  expect(await post(world, { id: fourth.made.uri })).toMatchObject({ status: 'accepted' });
  // Somebody else cannot say so.
  const fifth = await write('Fifth');
  const carla = nodebb.person(server, 5, 'carla');
  await say(world, carla, nodebb.announce(server, carla, fifth.article, 5));
  expect(await post(world, { id: fifth.made.uri })).toMatchObject({ status: 'waiting' });

  // A reply and a like go to the category, and come back without being doubled.
  const theirs = nodebb.post(server, carla, 11, { audience: category.uri });
  server.serve(theirs);
  for (const object of [
    nodebb.create(carla, theirs),
    { ...nodebb.create(carla, theirs), id: `${theirs.id}#activity/create/2` },
    theirs,
  ])
    await say(world, category, nodebb.announce(server, category, object, 11));
  const known = (await post(world, theirs)) ?? expect.fail('not here');
  expect(known).toMatchObject({ title: 'Salt in spring', kind: 'discussion' });
  const answer = await transact(node.context, by, async (work) => {
    await like(work, { post: known.id, by: { uri: bob.uri, person: bob.id } });
    return reply(work, { replyTo: known.id, author: bob.id, ...markdownText('We too.') });
  });
  await node.settle();
  const sent = server.take();
  expect(sent).toMatchObject([
    { type: 'Like', actor: bob.uri, object: theirs.id },
    { type: 'Create', object: { type: 'Note', inReplyTo: theirs.id, id: answer.uri, context: theirs.context } },
  ]);
  for (const activity of sent) await say(world, category, nodebb.announce(server, category, activity, 12));
  expect(await post(world, { id: answer.uri })).toMatchObject({ status: 'accepted' });
  expect(await post(world, theirs)).toMatchObject({ likes: 1, reply_count: 1 });
  expect(errors(node)).toEqual([]);
}, 60_000);
