import { people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb } from '../../../../test/harness/web.ts';
import { countReaders, files, readingsOf, removeFilesOf } from './index.ts';
import { forgetReaders, noteReading, rememberReadings, type Way, ways } from './readers.ts';
import { fileById } from './store.ts';
import { change, hangFile, nothing, thingsFor } from './testing/web.ts';

const first = { cursor: null, limit: 50 };

describeStores('Who read a file', (open) => {
  it('is written down once for each reader and hour with the most they did, and told to its owner and whom its holder names', async () => {
    let now = Date.parse('2026-11-22T10:05:00.000Z');
    const may: string[] = [];
    const run: string[] = [];
    const things = thingsFor(() => may, {
      keepsReaders: async () => true,
      seesReaders: async (_db, requester) => requester.kind === 'person' && run.includes(requester.person),
    });
    await using web = await openWeb(open, { slices: [people, files, things], now: () => new Date(now) });
    const { context } = web;
    const db = context.db.reader;
    const [anna, bert, cleo, dora] = [
      await web.account(),
      await web.account(),
      await web.account(),
      await web.account(),
    ];
    may.push(anna.person.id, bert.person.id, cleo.person.id);
    run.push(cleo.person.id);
    const id = await hangFile(web, anna, 'Plan.txt', 'one two three');
    const read = async (account: typeof anna, query = '', init: RequestInit = {}) =>
      (await account.browser.fetch(`/files/${id}${query}`, init)).text();
    const told = async () =>
      (await readingsOf(db, [id], first)).items.map(({ reader, how, at }) => [reader, how, at.slice(11, 16)]);

    await read(anna);
    await read(bert, '', { method: 'HEAD' });
    await read(dora);
    expect(await told()).toEqual([]);
    for (const range of ['bytes=0-3', 'bytes=4-6', 'bytes=7-']) await read(bert, '', { headers: { range } });
    expect(await told()).toEqual([[bert.person.id, ways.opened, '10:05']]);
    now += 600_000;
    await read(bert, '?download');
    await read(bert);
    expect(await told()).toEqual([[bert.person.id, ways.saved, '10:05']]);
    now += 3_600_000;
    await (await bert.browser.fetch(`/files/${id}/view`)).text();
    await web.api(cleo.token, 'GET', `/files/${id}/content`).then((answer) => answer.text());
    const file = await fileById(db, id);
    if (!file) throw new Error('no file');
    const peer = { kind: 'peer', origin: 'https://b.example', actor: '', trust: context.ports.trust } as const;
    await noteReading(context, file, peer, ways.opened);
    expect((await told()).map(([reader]) => reader).sort()).toEqual(
      [bert.person.id, bert.person.id, cleo.person.id, 'https://b.example'].sort(),
    );
    expect(await countReaders(db, [id])).toEqual({ people: 2, nodes: 1 });
    // What another node says of its record copy changes nothing of what was noted here, and is less than that.
    const said = (node: string, how: Way) =>
      change(web, (work) =>
        rememberReadings(work, file, 'https://c.example', [
          { uri: file.uri, node, at: new Date(now).toISOString(), how },
        ]),
      );
    const of = async (node: string) =>
      (await readingsOf(db, [id], first)).items.flatMap(({ reader, how, through }) =>
        reader === node ? [[how, through]] : [],
      );
    await said('https://b.example', ways.saved);
    expect(await of('https://b.example')).toEqual([[ways.opened, null]]);
    await said('https://d.example', ways.opened);
    await said('https://d.example', ways.saved);
    expect(await of('https://d.example')).toEqual([[ways.saved, 'https://c.example']]);
    await noteReading(context, file, { ...peer, origin: 'https://d.example' }, ways.opened);
    expect(await of('https://d.example')).toEqual([[ways.saved, null]]);
    await change(web, (work) =>
      work.db.deleteFrom('files_reading').where('reader', '=', 'https://d.example').execute(),
    );
    // It can name as many as it likes: so many are kept, within what its group still takes, and the page says that there were more.
    const many = (from: number, room?: number) =>
      change(web, (work) => {
        const at = new Date(now).toISOString();
        const nodes = Array.from({ length: 600 }, (_, index) => `https://made-up-${from + index}.example`);
        const told = nodes.map((node) => ({ ...{ uri: file.uri, node, at }, how: ways.opened }));
        return rememberReadings(work, file, 'https://c.example', told, room);
      });
    const incomplete = async (language: string) => {
      const answer = await anna.browser.fetch(`/files/${id}/readers`, { headers: { 'accept-language': language } });
      return /list is not complete|lijst is niet volledig/.test(await answer.text());
    };
    expect([await many(0, 10), await many(0), await incomplete('en')]).toEqual([10, 590, true]);
    expect([await many(600), await many(600), await many(0)]).toEqual([400, 0, 0]);
    expect(await countReaders(db, [id])).toEqual({ people: 2, nodes: 1_001 });
    await change(web, (work) => work.db.deleteFrom('files_reading').where('told_by', 'is not', null).execute());

    const page = await (await anna.browser.fetch(`/files/${id}/readers`)).text();
    expect(page).toContain('2 people of this node, 1 other node.');
    expect((await cleo.browser.fetch(`/files/${id}/readers`)).status).toBe(200);
    const list = await (await web.api(anna.token, 'GET', `/files/${id}/readers?limit=3`)).json();
    expect(list.items).toHaveLength(3);
    // When the node with the record copy last told of it: on the page, too.
    expect(list.told).toEqual([{ node: 'https://c.example', at: expect.any(String), complete: false }]);
    expect(page).toContain('c.example keeps a record copy. Who reads it there');
    const rest = await (await web.api(anna.token, 'GET', `/files/${id}/readers?cursor=${list.next}`)).json();
    expect(rest).toMatchObject({ items: [{ person: { id: bert.person.id }, node: null, did: 'saved' }], next: null });
    // Said before it is opened, with the way to the list for those who may see it.
    const view = async (account: typeof anna) => (await account.browser.fetch(`/files/${id}/view`)).text();
    expect(await view(bert)).toContain('see who opens this');
    expect(await view(bert)).not.toContain(`/files/${id}/readers`);
    expect(await view(anna)).toContain(`/files/${id}/readers`);
    const plain = async (path: string) =>
      (await (await bert.browser.fetch(path)).text()).replace(/[0-9a-f-]{36}|value="[^"]*"/g, '');
    expect((await bert.browser.fetch(`/files/${id}/readers`)).status).toBe(404);
    expect(await plain(`/files/${id}/readers`)).toBe(await plain(`/files/${nothing()}/readers`));
    expect((await web.api(bert.token, 'GET', `/files/${id}/readers`)).status).toBe(404);
    expect((await web.api(null, 'GET', `/files/${id}/readers`)).status).toBe(401);

    // A year after the first, but not after the others.
    now = Date.parse('2027-11-22T11:00:00.000Z');
    await forgetReaders(context);
    expect(await countReaders(db, [id])).toEqual({ people: 2, nodes: 1 });
    expect(await told()).toHaveLength(3);
    await change(web, (work) => removeFilesOf(work, { kind: 'things', id: 'thing' }));
    expect(await told()).toEqual([]);
  });

  it('is nobody’s business where nothing is kept', async () => {
    const may: string[] = [];
    await using web = await openWeb(open, { slices: [people, files, thingsFor(() => may)] });
    const [anna, bert] = [await web.account(), await web.account()];
    may.push(anna.person.id, bert.person.id);
    const id = await hangFile(web, anna, 'Plan.txt', 'one two three');
    await (await bert.browser.fetch(`/files/${id}`)).text();
    expect((await readingsOf(web.context.db.reader, [id], first)).items).toEqual([]);
    expect(await (await bert.browser.fetch(`/files/${id}/view`)).text()).not.toContain('see who opens');
    expect((await anna.browser.fetch(`/files/${id}/readers`)).status).toBe(404);
  });
});
