import { writeFile } from 'node:fs/promises';
import { accountOfPerson, arrivingPath, disableAccount, newId, transact, type Work } from '@joinery/core';
import { receiveFile } from '@joinery/slices/files';
import { ban, removeMember } from '@joinery/slices/groups';
import { addDocument, addVersion } from '@joinery/slices/library';
import { deletePost } from '@joinery/slices/posts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { mediaOrigin, openSeed, type Seed } from './seed.ts';

// A file that a browser could run is handed out from a second address, without a session: by an address that its reader was given before.
const by = { kind: 'system', what: 'test' } as const;
const secret = '<!doctype html><p>Kestrelgloom</p>';
let seed: Seed;
/** A document of the colleague in the closed group, with an older version. */
const made = { document: '', older: '', newer: '' };
/** What the member was given for each of the two while they read them. */
const passes: string[] = [];
beforeAll(async () => {
  seed = await openSeed();
  const { closed, colleague } = seed.things;
  const bring = async (name: string) => {
    const id = newId();
    const path = arrivingPath(seed.context.files, id);
    await writeFile(path, `${secret}${name}`);
    return (await receiveFile(seed.context, { id, path, name, owner: colleague })).id;
  };
  made.older = await bring('one.html');
  made.newer = await bring('two.html');
  const about = { group: closed, folder: '', by: colleague, title: 'Plan', language: 'en' };
  made.document = await act(async (work) => {
    const { id } = await addDocument(work, { ...about, file: made.older });
    await addVersion(work, { post: id, by: colleague, file: made.newer, note: 'Newer' });
    return id;
  });
  for (const file of [made.older, made.newer]) {
    const led = await seed.browser('member').fetch(`/files/${file}`);
    passes.push(led.headers.get('location') ?? '');
  }
  seed.keep();
});
afterAll(() => seed?.[Symbol.asyncDispose]());
afterEach(() => seed.restore());

const act = <T>(does: (work: Work) => Promise<T>) => transact(seed.context, by, does);
const wholePart = { range: 'bytes=0-8' };

async function at(address: string, headers: Record<string, string> = {}, method = 'GET') {
  const host = new URL(address).host;
  const answer = await seed.webApp.fetch(new Request(address, { method, headers: { host, ...headers } }));
  return { status: answer.status, text: await answer.text() };
}

/** Everything that is read of the two files, by their passes and as the member reads them otherwise. */
async function reads(): Promise<[string, number, boolean][]> {
  const found: [string, number, boolean][] = [];
  const tell = (what: string, { status, text }: { status: number; text: string }) =>
    found.push([what, status, text.includes('Kestrelgloom') || text.includes('<!doctype')]);
  for (const [index, pass] of passes.entries()) {
    const file = index === 0 ? made.older : made.newer;
    tell(`pass ${index}`, await at(pass));
    tell(`part by pass ${index}`, await at(pass, wholePart));
    tell(`kept by pass ${index}`, await at(pass, { 'if-none-match': `"${file}"` }));
    tell(`length by pass ${index}`, await at(pass, {}, 'HEAD'));
    const member = { authorization: `Bearer ${seed.tokens.member}` };
    const content = await seed.api('GET', `/api/v1/files/${file}/content`, undefined, { ...member, ...wholePart });
    tell(`REST ${index}`, { status: content.status, text: await content.text() });
    for (const path of [`/files/${file}`, `/files/${file}?download`, `/files/${file}/view`]) {
      const answer = await seed.browser('member').fetch(path, { headers: wholePart });
      const text = answer.status === 404 ? '' : (answer.headers.get('location') ?? (await answer.text()));
      found.push([path.replace(file, String(index)), answer.status, text.includes('/files/')]);
    }
  }
  const zip = await seed.browser('member').fetch(`/groups/${seed.things.closed}/library/zip`);
  await zip.arrayBuffer();
  found.push(['zip', zip.status, zip.headers.get('content-type') === 'application/zip']);
  return found;
}

it('a pass is worth what its reader may read: each version, whole, in part, and whether it has changed', async () => {
  expect(passes.every((pass) => pass.startsWith(`${mediaOrigin}/files/`))).toBe(true);
  const statuses = (await reads()).map(([what, status]) => [what, status]);
  expect(Object.fromEntries(statuses)).toMatchObject({
    ...{ 'pass 0': 200, 'part by pass 0': 206, 'kept by pass 0': 304, 'length by pass 0': 200, 'REST 0': 302 },
    ...{ 'pass 1': 200, 'part by pass 1': 206, 'kept by pass 1': 304, 'length by pass 1': 200, 'REST 1': 302 },
    ...{ '/files/0': 302, '/files/0/view': 200, '/files/1': 302, '/files/1/view': 200, zip: 200 },
  });
});

const endings: Record<string, (work: Work) => Promise<unknown>> = {
  'were removed': (work) =>
    removeMember(work, { group: seed.things.closed, person: seed.things.member, by: seed.things.owner }),
  'were banned': (work) =>
    ban(work, { group: seed.things.closed, person: seed.things.member, by: seed.things.owner, until: null }),
  'lost their account': async (work) =>
    disableAccount(work, (await accountOfPerson(work.db, seed.things.member))?.id ?? ''),
};
it.each(Object.keys(endings))(
  'after they %s it is worth nothing, as no other address of the files is',
  async (what) => {
    await act(async (work) => void (await endings[what]?.(work)));
    const isGone = (status: number) => [404, 303, 401].includes(status);
    const open = (await reads()).filter(([, status, tells]) => !isGone(status) || tells);
    // The page that says that there is nothing is one of the node.
    expect(open.filter(([, status]) => status !== 404)).toEqual([]);
    // To the byte what an address gets that was made up.
    const [first = ''] = passes;
    const madeUp = await at(first.replace(made.older, '01a1f000-0000-7000-8000-000000000000'));
    const plain = (text: string) =>
      text.replace(/[0-9a-f-]{36}|[A-Za-z0-9_-]{43}|"requestId":"[^"]*"|[0-9a-f]{16,32}/g, '');
    const given = await at(first);
    expect([given.status, plain(given.text)]).toEqual([madeUp.status, plain(madeUp.text)]);
    expect(given.text).not.toContain('Kestrelgloom');
  },
);

it('after the document was deleted neither of its versions is read any more', async () => {
  await act((work) => deletePost(work, { post: made.document, author: seed.things.colleague }));
  for (const pass of passes) expect([(await at(pass)).status, (await at(pass, wholePart)).status]).toEqual([404, 404]);
});
