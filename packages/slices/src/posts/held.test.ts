import { createActorKeys, newId, runNextJob, transact } from '@joinery/core';
import { files } from '@joinery/slices/files';
import { ban, createGroup, groups, joinGroup, removeMember, updateGroup } from '@joinery/slices/groups';
import { people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { openWeb } from '../people/testing/web.ts';
import { heldBy, hold, leaveNow, undo } from './held.ts';
import { createTopic, markdownText, posts } from './index.ts';

const by = { kind: 'system', what: 'test' } as const;

async function open() {
  let time = Date.parse('2026-11-02T08:00:00Z');
  const web = await openWeb([people, files, groups, posts], { undoSeconds: 20, now: () => new Date(time) });
  const { context } = web;
  const keys = await createActorKeys();
  const [ada, bob] = [await web.add('Ada Owner'), await web.add('Bob Member')];
  const group = await transact(context, by, (work) =>
    createGroup(work, { name: 'Maps', handle: `g-${newId().slice(-12)}`, owner: ada.id, keys }),
  );
  await transact(context, by, (work) => joinGroup(work, { group: group.id, person: bob.id }));
  const [asAda, asBob] = [await web.signedIn(ada), await web.signedIn(bob)];
  const drain = async () => {
    while (await runNextJob(context));
  };
  const events = async () => {
    const rows = await context.db.reader.selectFrom('log').select('name').where('name', 'like', 'post.%').execute();
    return rows.map(({ name }) => name);
  };
  await drain();
  const write = async (title = 'Tiles') => {
    const answer = await asBob.post(`/groups/${group.id}/new`, { title, content: 'First **words**' });
    expect(answer.location).toMatch(/^\/outgoing\//);
    return String(answer.location);
  };
  return {
    ...{ web, context, ada, bob, group, asAda, asBob, drain, events, write },
    later: (seconds: number) => {
      time += seconds * 1_000;
    },
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}

it('a topic is kept at once, seen by its author alone, and leaves when the time is over', async () => {
  await using world = await open();
  const { asAda, asBob, group, drain, events, later, write } = world;
  const at = await write();
  const page = await asBob.get(at);
  expect(page.html).toContain('This leaves in 20 seconds');
  expect(page.html).toContain('<strong>words</strong>');
  expect((await asAda.get(at)).status).toBe(404);
  expect((await world.web.browser().get(at)).location).toContain('/sign-in');
  later(19);
  await drain();
  expect(await events()).toEqual([]);
  expect((await asAda.get(`/groups/${group.id}`)).html).not.toContain('Tiles');
  expect((await asBob.get(at)).html).toContain('This leaves in 1 second');
  later(1);
  await drain();
  expect(await events()).toEqual(['post.created']);
  expect((await asAda.get(`/groups/${group.id}`)).html).toContain('Tiles');
  expect((await asBob.get(at)).location).toMatch(/^\/posts\//);
  // Too late is said by where it leads, and nothing is posted twice.
  for (const verb of ['/undo', '/now', '']) {
    const answer = await asBob.post(`${at}${verb}`, { title: 'Other', content: 'Other' });
    expect(answer.location).toBe(at);
  }
  await drain();
  expect(await events()).toEqual(['post.created']);
  later(25 * 3_600);
  await drain();
  expect(await world.context.db.reader.selectFrom('post_held').select('id').execute()).toEqual([]);
});

it('undo gives the text back in the form, of a topic and of a reply, and nothing leaves (hostile case 124)', async () => {
  await using world = await open();
  const { asAda, asBob, ada, group, context, drain, events, later, write } = world;
  const at = await write();
  expect((await asAda.post(`${at}/undo`)).status).toBe(404);
  const form = await asBob.post(`${at}/undo`);
  expect(form.location).toMatch(new RegExp(`^/groups/${group.id}/new\\?from=`));
  const typed = (await asBob.get(String(form.location))).html;
  expect(typed).toContain('value="Tiles"');
  expect(typed).toContain('First **words**');
  expect((await asAda.get(String(form.location))).html).not.toContain('First **words**');
  const topic = await transact(context, by, (work) =>
    createTopic(work, { group: group.id, author: ada.id, title: 'Roads', ...markdownText('Text') }),
  );
  const sent = await asBob.post(`/posts/${topic.id}/replies`, { content: 'My reply' });
  const thread = (await asBob.get(`/posts/${topic.id}`)).html;
  expect(thread).toContain('This leaves in 20 seconds');
  expect((await asAda.get(`/posts/${topic.id}`)).html).not.toContain('This leaves');
  const back = await asBob.post(`${sent.location}/undo`);
  expect(back.location).toContain('#your-reply');
  expect((await asBob.get(String(back.location))).html).toContain('My reply</textarea>');
  later(60);
  await drain();
  expect(await events()).toEqual(['post.created']);
});

it('what is changed in time is what leaves, and it can leave at once (hostile case 124)', async () => {
  await using world = await open();
  const { asAda, asBob, group, context, events, write } = world;
  const at = await write();
  expect((await asBob.post(at, { title: '', content: 'Better' })).status).toBe(422);
  expect((await asBob.post(at, { title: 'Better tiles', content: 'Better words' })).location).toBe(at);
  const sent = await asBob.post(`${at}/now`);
  expect((await asAda.get(String(sent.location))).html).toContain('Better words');
  expect((await asAda.get(`/groups/${group.id}`)).html).toContain('Better tiles');
  expect(await events()).toEqual(['post.created']);
  expect(await context.db.reader.selectFrom('post_revision').select('number').execute()).toEqual([{ number: 1 }]);
});

it('what is refused by the time it would leave stays with its author, with the reason', async () => {
  await using world = await open();
  const { asBob, bob, ada, group, context, drain, events, later, write } = world;
  const at = await write();
  await transact(context, by, (work) => ban(work, { group: group.id, person: bob.id, by: ada.id, until: null }));
  later(20);
  await drain();
  expect(await events()).toEqual([]);
  const page = await asBob.get(at);
  expect(page.html).toContain('This could not be posted');
  expect(page.html).toContain('First **words**');
});

it('whoever is removed from a closed group meanwhile keeps their text, and reads nothing of the group beside it (hostile cases 122, 124)', async () => {
  await using world = await open();
  const { web, asBob, bob, ada, context, drain, events, later } = world;
  const { id: group } = await transact(context, by, async (work) => {
    const keys = await createActorKeys();
    return createGroup(work, { name: 'Oldsecret', handle: `g-${newId().slice(-12)}`, owner: ada.id, keys });
  });
  const carla = await web.add('Carla Colleague');
  await transact(context, by, async (work) => {
    for (const person of [bob.id, carla.id]) await joinGroup(work, { group, person });
    await updateGroup(work, group, ada.id, { reading: 'members', joining: 'request' });
  });
  const handle = `@${(await web.context.ports.people.byId(context.db.reader, carla.id))?.handle}`;
  const sent = await asBob.post(`/groups/${group}/new`, { title: 'Mine', content: `First **words** ${handle}` });
  const at = String(sent.location);
  expect((await asBob.get(at)).html).toContain('Oldsecret');
  await transact(context, by, async (work) => {
    await removeMember(work, { group, person: bob.id, by: ada.id });
    await removeMember(work, { group, person: carla.id, by: ada.id });
    await updateGroup(work, group, ada.id, { name: 'Newsecret' });
  });
  const shows = async () => {
    const { status, html } = await asBob.get(at);
    expect(status).toBe(200);
    expect(html).toContain('<strong>words</strong>');
    // Nor who is in the group now, which the warning about whom it mentions would tell.
    expect(html).not.toMatch(/Oldsecret|Newsecret|may not be able to read/);
    expect(html).not.toContain(group);
  };
  await shows();
  expect((await asBob.post(`${at}/now`)).status).toBeGreaterThanOrEqual(400);
  expect((await asBob.post(`/groups/${group}/new`, { title: 'x', content: handle, preview: '1' })).status).toBe(404);
  later(60);
  await drain();
  await shows();
  expect((await asBob.get(at)).html).toContain('This could not be posted');
  expect(await events()).toEqual([]);
});

it('people choose how long; by API a post leaves at once', async () => {
  await using world = await open();
  const { web, asBob, bob, group, events } = world;
  expect((await asBob.post('/profile/posting', { seconds: '7' })).status).toBe(422);
  expect((await asBob.post('/profile/posting', { seconds: '0' })).location).toBe('/profile/posting?saved=1');
  const answer = await asBob.post(`/groups/${group.id}/new`, { title: 'At once', content: 'Text' });
  expect(answer.location).toMatch(/^\/posts\//);
  await asBob.post('/profile/posting', { seconds: '60' });
  const made = await web.api(bob, 'POST', `/groups/${group.id}/posts`, { title: 'By API', content: 'Text' });
  expect(made.status).toBe(201);
  expect(await events()).toEqual(['post.created', 'post.created']);
});

it('of taking it back and letting it go at once only one happens', async () => {
  await using world = await open();
  const { context, bob, group, events } = world;
  const held = await transact(context, by, (work) =>
    hold(work, { author: bob.id, group: group.id, replyTo: null, title: 'T', source: 'Text', language: null }, 20),
  );
  const outcomes = await Promise.allSettled([
    transact(context, by, (work) => undo(work, held.id, bob.id)),
    transact(context, by, (work) => leaveNow(work, held.id, bob.id)),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((await events()).length).toBe(outcomes[1]?.status === 'fulfilled' ? 1 : 0);
  expect(await heldBy(context.db.reader, bob.id)).toEqual([]);
});
