import { sizes } from '@joinery/core';
import { conversations } from '@joinery/slices/conversations';
import { files } from '@joinery/slices/files';
import { groups } from '@joinery/slices/groups';
import { notifications } from '@joinery/slices/notifications';
import { type PersonRow, people } from '@joinery/slices/people';
import { posts } from '@joinery/slices/posts';
import { expect, test } from 'vitest';
import { afterwards } from '../../packages/slices/src/conversations/testing/world.ts';
import { type Browser, openWeb } from '../../packages/slices/src/people/testing/web.ts';

async function setUp() {
  const web = await openWeb([people, files, groups, posts, conversations, notifications]);
  const [anna, bram, cato] = [await web.add('Anna Bos'), await web.add('Bram Dijk'), await web.add('Cato Es')];
  const browsers = { anna: await web.signedIn(anna), bram: await web.signedIn(bram), cato: await web.signedIn(cato) };
  /** Begins one by the form. @returns its id */
  const begin = async (by: Browser, to: string, content = 'Hello there', subject = '') => {
    const answer = await by.post('/conversations/new', { to, subject, content });
    expect(answer.location).toMatch(/^\/conversations\/[0-9a-f-]{36}$/);
    await afterwards(web.context);
    return answer.location?.split('/').at(-1) ?? '';
  };
  return {
    ...{ web, begin, ...browsers, people: { anna, bram, cato } },
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}

/** What a page says, without its markup. */
const said = (html: string) =>
  html
    .replace(/<(style|head)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('from a profile to an answer: list, counts and preview are for those who are in it', async () => {
  await using world = await setUp();
  const { anna, bram, cato, begin, people: all } = world;
  const profile = await anna.get(`/people/${all.bram.id}`);
  expect(profile.html).toContain(`href="/conversations/new?to=${all.bram.handle}"`);
  expect((await anna.get(`/people/${all.anna.id}`)).html).not.toContain('/conversations/new');
  const form = await anna.get(`/conversations/new?to=${all.bram.handle}`);
  expect(form.html).toContain(`value="${all.bram.handle}"`);
  const id = await begin(anna, all.bram.handle, 'Can you **look** at this?', 'Key of the archive');
  const list = said((await bram.get('/conversations')).html);
  for (const text of ['Key of the archive', 'Anna Bos: Can you look at this?', '1 new', 'With Anna Bos'])
    expect(list).toContain(text);
  expect((await bram.get('/people')).html).toContain('aria-label="Messages: 1 new message"');
  expect((await bram.get('/people')).html).toContain('aria-label="Notifications: 1 unread"');
  const opened = await bram.get(`/conversations/${id}`);
  for (const text of ['<strong>look</strong>', 'app-live', 'read this conversation', '/report"'])
    expect(opened.html).toContain(text);
  expect(opened.html).not.toContain('/edit"');
  await afterwards(world.web.context);
  // Looking is enough to have heard of it.
  expect((await bram.get('/people')).html).toContain('aria-label="Notifications"');
  expect((await bram.get('/people')).html).toContain('aria-label="Messages"');
  const sent = await bram.post(`/conversations/${id}/messages`, { content: 'Done.' });
  expect(sent.location).toMatch(new RegExp(`^/conversations/${id}#post-`));
  const messages = said((await anna.get(`/conversations/${id}`)).html);
  expect(messages.indexOf('Can you look')).toBeLessThan(messages.indexOf('Done.'));
  expect(said((await anna.get('/conversations')).html)).toContain('Bram Dijk: Done.');
  expect(said((await bram.get('/conversations')).html)).toContain('You: Done.');
  expect(said((await cato.get('/conversations')).html)).toContain('No conversations yet');
  expect((await cato.get(`/people/${all.bram.id}`)).html).not.toContain('archive');
});

test('what only the script asks for is not read', async () => {
  await using world = await setUp();
  const { anna, bram, begin, web, people: all } = world;
  const id = await begin(anna, all.bram.handle);
  const cookie = await sessionOf(world.web, all.bram);
  const answer = await web.call(`/conversations/${id}`, { headers: { cookie, 'x-joinery-background': '1' } });
  expect([answer.status, (await answer.text()).includes('Hello there')]).toEqual([200, true]);
  expect((await bram.get('/people')).html).toContain('aria-label="Messages: 1 new message"');
});

async function sessionOf(web: Awaited<ReturnType<typeof openWeb>>, person: PersonRow): Promise<string> {
  const { accountOfPerson, cookieName, startSession, transact } = await import('@joinery/core');
  const account = await accountOfPerson(web.context.db.reader, person.id);
  const session = await transact(web.context, { kind: 'system', what: 'test' }, (work) =>
    startSession(work, account?.id ?? ''),
  );
  return `${cookieName(web.context.config.origin, 'session')}=${session}`;
}

test('a name that is not sure is asked about, without script, and nothing typed is lost', async () => {
  await using world = await setUp();
  const { web, anna, begin, people: all } = world;
  const dora = await web.add('Dora Bos');
  const asked = await anna.post('/conversations/new', { to: 'cato es, bos, Zed', subject: 'S', content: 'Keep this' });
  expect(asked.status).toBe(422);
  const page = said(asked.html);
  for (const text of ['Choose whom you mean by “bos”', 'Nobody on this node is called “Zed”', 'Dora Bos', 'Keep this'])
    expect(page).toContain(text);
  expect(asked.html).toContain(`value="${all.cato.handle}, Zed"`);
  const still = await anna.post('/conversations/new', { to: all.cato.handle, asked: 'bos', content: 'Keep this' });
  expect([still.status, said(still.html).includes('Choose whom you mean by “bos”')]).toEqual([422, true]);
  const made = await anna.post('/conversations/new', {
    ...{ to: all.cato.handle, asked: 'bos', content: 'Keep this' },
    'person-0': dora.id,
  });
  expect(made.status).toBe(303);
  expect(said((await anna.get(made.location ?? '')).html)).toContain('Dora Bos');
  const without = await anna.post('/conversations/new', {
    ...{ to: all.cato.handle, asked: 'bos', content: 'Keep this' },
    'person-0': 'none:bos',
  });
  expect(said((await anna.get(without.location ?? '')).html)).not.toContain('Dora Bos');
  for (const [fields, words] of [
    [{ to: '', content: 'Hi' }, 'Say for whom it is'],
    [{ to: all.anna.handle, content: 'Hi' }, 'Say for whom it is'],
    [{ to: all.cato.handle, content: ' ' }, 'Write a message'],
    [{ to: '@ria@other.example', content: 'Hi' }, 'people of other agencies cannot be in a conversation yet'],
    [{ to: all.cato.handle, content: 'Hi', subject: 'x'.repeat(121) }, 'This is too long'],
  ] as const) {
    const answer = await anna.post('/conversations/new', fields);
    expect([answer.status, said(answer.html).includes(words), words]).toEqual([422, true, words]);
  }
  const looked = await anna.post('/conversations/new', { to: all.cato.handle, content: '*So*', preview: '1' });
  expect([looked.status, looked.html.includes('<em>So</em>')]).toEqual([200, true]);
  await begin(anna, all.cato.handle);
});

test('names are offered to whoever is signed in', async () => {
  await using world = await setUp();
  const { web, anna, people: all } = world;
  const offered = async (q: string) => JSON.parse((await anna.get(`/conversations/suggestions?q=${q}`)).html).items;
  expect(await offered('dij')).toEqual([{ text: all.bram.handle, label: 'Bram Dijk', note: `@${all.bram.handle}` }]);
  expect([await offered(''), await offered('Anna'), await offered('%25')]).toEqual([[], [], []]);
  expect((await web.browser().get('/conversations/suggestions?q=bram')).status).toBe(303);
});

test('people are brought in with a warning, and leave; both are shown among the messages', async () => {
  await using world = await setUp();
  const { web, anna, bram, cato, begin, people: all } = world;
  const id = await begin(anna, all.bram.handle, 'Between us');
  const warned = said((await anna.get(`/conversations/${id}/people`)).html);
  expect(warned).toContain('can read everything that was said here before');
  expect((await cato.get(`/conversations/${id}`)).status).toBe(404);
  const added = await anna.post(`/conversations/${id}/people`, { to: all.cato.handle });
  expect(added.location).toBe(`/conversations/${id}?done=added`);
  await afterwards(web.context);
  expect(said((await cato.get('/notifications')).html)).toContain('Anna Bos brought you into a conversation');
  expect(said((await cato.get(`/conversations/${id}`)).html)).toContain('Between us');
  expect(said((await bram.get(`/conversations/${id}`)).html)).toContain('Cato Es was brought in by Anna Bos');
  expect((await anna.post(`/conversations/${id}/people`, { to: 'nobody at all' })).status).toBe(422);
  expect(said((await bram.get(`/conversations/${id}/leave`)).html)).toContain('not be able to read any of it any more');
  expect((await bram.post(`/conversations/${id}/leave`)).location).toBe('/conversations?done=left');
  for (const path of ['', '/people', '/leave'])
    expect((await bram.get(`/conversations/${id}${path}`)).status).toBe(404);
  expect(said((await anna.get(`/conversations/${id}`)).html)).toContain('Bram Dijk has left');
  // What they were told before is not there any more either.
  expect(said((await bram.get('/notifications')).html)).not.toContain('message');
  for (let count = 2; count < sizes.conversation.most; count += 1) {
    const more = await web.add(`Person ${count}`);
    expect((await anna.post(`/conversations/${id}/people`, { to: more.handle })).status).toBe(303);
  }
  const full = await anna.get(`/conversations/${id}/people`);
  expect([full.html.includes('name="to"'), said(full.html).includes('as many as there can be')]).toEqual([false, true]);
  const refused = await anna.post(`/conversations/${id}/people`, { to: all.bram.handle });
  expect([refused.status, said(refused.html).includes('as many as there can be')]).toEqual([422, true]);
});

test('muting tells nothing more and still counts', async () => {
  await using world = await setUp();
  const { web, anna, bram, begin, people: all } = world;
  const id = await begin(anna, all.bram.handle);
  expect((await bram.post(`/conversations/${id}/mute`)).location).toBe(`/conversations/${id}?done=mute`);
  expect(said((await bram.get(`/conversations/${id}?done=mute`)).html)).toContain('Hear of it again');
  await anna.post(`/conversations/${id}/messages`, { content: 'Psst' });
  await afterwards(web.context);
  const header = (await bram.get('/people')).html;
  expect([header.includes('"Notifications"'), header.includes('"Messages: 1 new message"')]).toEqual([true, true]);
  await bram.post(`/conversations/${id}/unmute`);
  await anna.post(`/conversations/${id}/messages`, { content: 'Hey' });
  await afterwards(web.context);
  expect((await bram.get('/notifications')).html).toContain('Anna Bos sent you a message');
  // One that waits stands for all until somebody looks.
  await anna.post(`/conversations/${id}/messages`, { content: 'Hey!' });
  await afterwards(web.context);
  const list = (await bram.get('/notifications')).html;
  for (const text of ['"Notifications: 1 unread"', 'Mute this conversation']) expect(list).toContain(text);
});

test('one’s own message is changed and deleted as any post; its pages lead back', async () => {
  await using world = await setUp();
  const { anna, bram, begin, people: all } = world;
  const id = await begin(anna, all.bram.handle, 'Frist', 'Subject');
  const page = await anna.get(`/conversations/${id}`);
  const post = /id="post-([0-9a-f-]{36})"/.exec(page.html)?.[1] ?? '';
  const edit = await anna.get(`/posts/${post}/edit`);
  expect([edit.status, edit.html.includes('name="title"')]).toEqual([200, false]);
  const saved = await anna.post(`/posts/${post}/edit`, { content: 'First', language: 'en' });
  expect(saved.location).toBe(`/posts/${post}`);
  const back = await anna.get(`/posts/${post}`);
  expect(back.location).toBe(`/conversations/${id}?at=${post}#post-${post}`);
  expect(said((await bram.get(back.location ?? '')).html)).toContain('First');
  expect((await bram.post(`/posts/${post}/edit`, { content: 'Mine' })).status).toBe(403);
  expect((await anna.post(`/posts/${post}/delete`)).location).toBe(`/posts/${post}`);
  const after = said((await bram.get(`/conversations/${id}`)).html);
  expect([after.includes('This message was deleted'), after.includes('Subject')]).toEqual([true, true]);
  expect((await bram.post(`/conversations/${id}/messages`, { content: 'Still here' })).status).toBe(303);
  const group = await bram.get(`/groups/${id}`);
  expect([group.status, group.location]).toEqual([303, `/conversations/${id}`]);
  for (const path of ['members', 'settings', 'topics', 'new', 'reports', 'invite'])
    expect([path, (await bram.get(`/groups/${id}/${path}`)).status]).toEqual([path, 404]);
});

test('a reported message goes to the administrators, who read nothing else', async () => {
  await using world = await setUp();
  const { web, anna, bram, begin, people: all } = world;
  const ada = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const id = await begin(anna, all.bram.handle, 'Harmless');
  const sent = await anna.post(`/conversations/${id}/messages`, { content: 'Awful' });
  const post = sent.location?.split('post-')[1] ?? '';
  const form = said((await bram.get(`/posts/${post}/report`)).html);
  expect(form).toContain('The administrators of this node get this one message');
  const thanks = await bram.post(`/posts/${post}/report`, { reason: 'A threat' });
  expect(said(thanks.html)).toContain('administrators of this node will look');
  expect(said((await ada.get('/people')).html)).toContain('A message was reported.');
  const page = await ada.get('/administration/messages');
  for (const text of ['Awful', 'A threat', 'Reported by Bram Dijk', 'Anna Bos'])
    expect(said(page.html)).toContain(text);
  expect(page.html).not.toContain('Harmless');
  expect(page.html).not.toContain(id);
  for (const path of [`/conversations/${id}`, `/posts/${post}`, `/groups/${id}`])
    expect((await ada.get(path)).status).toBe(404);
  expect((await bram.get('/administration/messages')).status).toBe(403);
  const handled = /administration\/messages\/([0-9a-f-]{36})\/handled/.exec(page.html)?.[0] ?? '';
  expect((await ada.post(`/${handled}`)).location).toBe('/administration/messages?done=handled');
  expect((await ada.post(`/${handled}`)).status).toBe(404);
  expect(said((await ada.get('/administration/messages')).html)).toContain('Nothing is reported');
});

test('the API has the same', async () => {
  await using world = await setUp();
  const { web, people: all } = world;
  const { anna, bram, cato } = all;
  const ask = web.api;
  const made = await ask(anna, 'POST', '/conversations', { people: [bram.id], subject: 'Keys', content: 'Where?' });
  expect(made).toMatchObject({
    status: 201,
    json: { subject: 'Keys', unread: 0, muted: false, last: { text: 'Where?' } },
  });
  const { id, uri } = made.json;
  expect(uri).toBe(`${web.context.config.origin}/groups/${id}`);
  const at = `/conversations/${id}`;
  expect(await ask(bram, 'GET', '/conversations')).toMatchObject({ json: { items: [{ id, unread: 1 }], next: null } });
  expect(await ask(bram, 'POST', `${at}/messages`, { content: 'Here' })).toMatchObject({
    status: 201,
    json: { group: id },
  });
  const list = await ask(bram, 'GET', `${at}/messages?limit=1`);
  expect(list.json.items).toMatchObject([{ source: 'Here' }]);
  const rest = await ask(bram, 'GET', `${at}/messages?cursor=${encodeURIComponent(list.json.next)}`);
  expect(rest.json).toMatchObject({ items: [{ content: '<p>Where?</p>\n' }], next: null });
  expect(await ask(bram, 'POST', `${at}/read`)).toMatchObject({ status: 200, json: { unread: 0 } });
  expect(await ask(bram, 'PUT', `${at}/mute`)).toMatchObject({ json: { muted: true } });
  expect(await ask(bram, 'DELETE', `${at}/mute`)).toMatchObject({ json: { muted: false } });
  expect((await ask(cato, 'GET', at)).status).toBe(404);
  expect(await ask(bram, 'POST', `${at}/people`, { person: cato.id })).toMatchObject({ status: 200 });
  expect((await ask(cato, 'GET', at)).json.people.map((person: { name: string }) => person.name)).toEqual([
    'Anna Bos',
    'Bram Dijk',
    'Cato Es',
  ]);
  expect(await ask(cato, 'POST', `${at}/leave`)).toMatchObject({ status: 200, json: { id } });
  expect((await ask(cato, 'GET', at)).status).toBe(404);
  expect((await ask(anna, 'GET', '/groups')).json.items).toEqual([]);
  expect((await ask(anna, 'GET', `/groups/${id}`)).status).toBe(404);
  expect((await ask(anna, 'POST', '/conversations', { people: [anna.id], content: 'Me' })).status).toBe(422);
  expect((await ask(anna, 'POST', '/conversations', { people: ['x'], content: 'Me' })).status).toBe(404);
});
