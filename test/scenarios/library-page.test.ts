import { cookieName, createActorKeys, startSession, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { expect, it } from 'vitest';
import { heic, png } from '../../packages/slices/src/files/testing/pictures.ts';
import { createNetworkBrowser } from '../harness/network-browser.ts';
import { startTestNode, type TestPerson } from '../harness/node.ts';
import { uploadFile } from '../harness/upload.ts';

const by = { kind: 'system', what: 'test' } as const;

it('pictures in a library are asked about once; its documents are found by the tags of their description, and say to how many they were useful', async () => {
  await using node = await startTestNode('Department of Housing');
  const [ada, bob] = [await node.person('Ada Owner'), await node.person('Bob Reader')];
  const keys = await createActorKeys();
  const group = await transact(node.context, by, async (work) => {
    const made = await createGroup(work, { name: 'Parks', handle: 'parks', owner: ada.id, keys });
    await joinGroup(work, { group: made.id, person: bob.id });
    return made.id;
  });
  const session = await transact(node.context, by, (work) => startSession(work, ada.account));
  const browser = createNetworkBrowser(node.origin);
  browser.cookies(node.origin).set(cookieName(node.origin, 'session'), session);
  const asked = 'Say in a few words what your images show';
  const told = 'cannot be taken out of it here';
  const add = (file: string, more: Record<string, string>) =>
    browser.post(`/groups/${group}/library/add`, { file, folder: '', about: 'Salt for the #winterroads', ...more });
  const listed = async () => (await browser.get(`/groups/${group}/library`)).html;

  const photo = await uploadFile(node, ada, 'Gritter.png', png());
  const first = await add(photo, {});
  expect([first.html.includes(asked), first.html.includes(told)]).toEqual([true, false]);
  expect(first.html).toContain('Salt for the #winterroads');
  expect(await listed()).not.toContain('Gritter');
  expect((await add(photo, { [`alt-${photo}`]: 'A gritter' })).url.pathname).toBe(`/groups/${group}/library`);

  const raw = await uploadFile(node, ada, 'Depot.heic', heic());
  const second = await add(raw, {});
  expect([second.html.includes(asked), second.html.includes(told)]).toEqual([false, true]);
  expect(await listed()).not.toContain('Depot');
  expect((await add(raw, { altAsked: '1' })).url.pathname).toBe(`/groups/${group}/library`);

  const tagged = await browser.get('/tags/winterroads');
  expect(tagged.html).toMatch(/Gritter[\s\S]*Depot|Depot[\s\S]*Gritter/);
  const id = /href="\/posts\/([0-9a-f-]{36})"[^>]*>Gritter</.exec(await listed())?.[1] ?? '';
  const page = async () => (await browser.get(`/posts/${id}`)).html;
  expect(await page()).toContain('Nobody has said yet that it was useful');
  expect((await bob.api('PUT', `/posts/${id}/like`)).status).toBeLessThan(300);
  expect(await page()).toContain('1 person found it useful');
  expect(await page()).toContain(`href="${node.origin}/tags/winterroads"`);

  // On the library's own page: its tags with how many documents have each, and those alone that have one, wherever they lie.
  const folder = (await ada.api('POST', `/groups/${group}/library/folders`, { name: 'Plans', parent: '' })).body.id;
  expect((await ada.api('PATCH', `/documents/${id}`, { folder })).status).toBe(200);
  const tags = async (person: TestPerson, query = '') =>
    (await person.api('GET', `/groups/${group}/library/documents${query}`)).body;
  expect((await tags(bob)).tags).toEqual([{ tag: 'winterroads', count: 2 }]);
  expect(await listed()).toMatch(/href="[^"]*\?tag=winterroads"[^>]*>#winterroads/);
  const titles = (items: { title: string }[]) => items.map(({ title }) => title);
  expect(titles((await tags(bob)).items)).toEqual(['Depot']);
  expect(titles((await tags(bob, '?tag=%23WinterRoads')).items)).toEqual(['Depot', 'Gritter']);
  const filtered = (await browser.get(`/groups/${group}/library?tag=winterroads`)).html;
  expect(['Documents with the tag #winterroads', 'Gritter', 'Depot'].every((text) => filtered.includes(text))).toBe(
    true,
  );
  expect((await browser.get(`/groups/${group}/library?tag=nothing`)).html).toContain('No document here has the tag');

  // What is said with a new version: why stands with it, what it is about stands on its page and finds it. Its author says the latter.
  const again = await uploadFile(node, ada, 'Gritter.png', png(8));
  const form = await browser.get(`/documents/${id}/version`);
  expect(form.html).toContain('Salt for the #winterroads');
  const brought = {
    file: again,
    altAsked: '1',
    note: 'A new gritter',
    revision: /name="revision" value="(\d+)"/.exec(form.html)?.[1] ?? '',
  };
  const done = await browser.post(`/documents/${id}/version`, { ...brought, about: 'Salt for #allroads' });
  expect([done.url.pathname, done.html.includes('Why: A new gritter')]).toEqual([`/posts/${id}`, true]);
  const versions = (await bob.api('GET', `/documents/${id}/versions`)).body.items;
  expect(versions.map(({ number, note, by }: never) => [number, note, by])).toEqual([
    [2, 'A new gritter', 'Ada Owner'],
    [1, '', 'Ada Owner'],
  ]);
  expect((await tags(bob)).tags).toEqual([
    { tag: 'allroads', count: 1 },
    { tag: 'winterroads', count: 1 },
  ]);
  const other = { restore: 1, note: 'Back', description: 'Mine' };
  expect((await bob.api('POST', `/documents/${id}/versions`, other)).status).toBe(403);
  expect((await ada.api('POST', `/documents/${id}/versions`, { ...other, description: 'Of #salt' })).status).toBe(201);
  // What was removed is not counted for those who do not see it.
  await ada.api('POST', `/posts/${id}/remove`, { reason: 'Double' });
  expect((await tags(bob)).tags).toEqual([{ tag: 'winterroads', count: 1 }]);
});
