import { cookieName, createActorKeys, startSession, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { expect, it } from 'vitest';
import { heic, png } from '../../packages/slices/src/files/testing/pictures.ts';
import { createNetworkBrowser } from '../harness/network-browser.ts';
import { startTestNode } from '../harness/node.ts';
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
});
