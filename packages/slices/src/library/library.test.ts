import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, isRefusal, newId, streams } from '@joinery/core';
import { fileById, filesOf, mayReadFile, receiveFile } from '@joinery/slices/files';
import { joinGroup, setRole, updateGroup } from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import {
  binned,
  deletePost,
  editPost,
  inBin,
  lock,
  markdownText,
  postById,
  postByUri,
  posts,
  removeFromGroup,
  reply,
} from '@joinery/slices/posts';
import { describe, expect, test } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { openNode, type TestNode } from '../../../../test/harness/two-nodes.ts';
import { emptyJob } from './after-effects.ts';
import { addDocument, addVersion, fitting, mark, placeDocument, restoreDocument, titleOf } from './documents.ts';
import { changeFolder, chooseFoldersBy, forgetLibrary, makeFolder, removeFolder } from './folders.ts';
import { library } from './index.ts';
import { deepest } from './input.ts';
import { jobs } from './jobs.ts';
import { countDocuments, findDocument, listDocuments, officialDocuments, tagsIn } from './lists.ts';
import { documentOf, foldersOf, libraryUri, pathTo, versionsOf } from './store.ts';
import { notePlaces } from './tree.ts';
import { entriesOf } from './zip.ts';

const text = 'A leaflet about Tell Us Once.\n';

/** A file that hangs on nothing yet. */
async function bring(context: Context, owner: PersonRow, name: string, content = text): Promise<string> {
  const id = newId();
  const path = join(context.files.incoming, id);
  await writeFile(path, content);
  return (await receiveFile(context, { id, path, name, owner: owner.id })).id;
}

const refusal = (change: Promise<unknown>) =>
  change.then(
    () => 'done',
    (error: unknown) =>
      isRefusal(error) ? `${error.code} ${error.faults.map(({ code }) => code).join()}`.trim() : String(error),
  );

/** A node with a group that Olga runs and Mia is a member of; `now` can be moved. */
async function setUp(dialect: 'sqlite' | 'postgres') {
  let now = new Date('2026-11-22T10:00:00.000Z');
  const node = await openNode(dialect, { slices: [library], now: () => now });
  const olga = await node.addPerson('Olga Owner');
  const mia = await node.addPerson('Mia Member');
  const bo = await node.addPerson('Bo Bystander');
  const group = await node.addGroup(olga);
  await node.act((work) => joinGroup(work, { group: group.id, person: mia.id }));
  const folder = (name: string, parent = '', by = olga) =>
    node.act((work) => makeFolder(work, { group: group.id, parent, name, by: by.id }));
  const add = async (by: PersonRow, name: string, place = '', content = text) => {
    const file = await bring(node.context, by, name, content);
    const input = {
      group: group.id,
      folder: place,
      by: by.id,
      title: titleOf(name),
      language: 'en',
      file,
      note: 'First',
    };
    return node.act((work) => addDocument(work, input));
  };
  const db = node.context.db.reader;
  const names = async (viewer: PersonRow, place = '', order: 'name' | 'newest' | 'largest' = 'name') => {
    const seen = { person: viewer.id, moderates: viewer.id === olga.id };
    const options = { group: group.id, folder: place, order, limit: 50 };
    return (await listDocuments(db, seen, options)).items.map(({ title }) => title);
  };
  const later = (days: number) => {
    now = new Date(now.getTime() + days * 86_400_000);
  };
  return { node, db, olga, mia, bo, group, folder, add, names, later };
}

describe.each(['sqlite', 'postgres'] as const)('A library on %s', (dialect) => {
  const missing = dialect === 'postgres' && postgresMissing !== undefined;
  const it = test.skipIf(missing);

  it('has folders: unique names in each, no deeper than eight, none in itself, removed when empty', async () => {
    const { node, db, olga, mia, group, folder, add } = await setUp(dialect);
    await using _ = node;
    const forms = await folder('Forms');
    expect(await refusal(folder('FÓRMS'))).toBe('invalid taken');
    const inner = await folder('Forms', forms.id);
    expect(await refusal(folder('Mine', '', mia))).toBe('forbidden');
    await node.act((work) => chooseFoldersBy(work, { group: group.id, foldersBy: 'members', by: olga.id }));
    const mine = await folder('Mine', '', mia);
    const change = (id: string, by: PersonRow, more: { name?: string; parent?: string }) =>
      refusal(node.act((work) => changeFolder(work, { folder: id, by: by.id, ...more })));
    expect(await change(forms.id, mia, { name: 'Hers' })).toBe('forbidden');
    expect(await change(mine.id, mia, { name: 'Ours', parent: forms.id })).toBe('done');
    expect(await change(mine.id, mia, { name: 'FORMS' })).toBe('invalid taken');
    expect(await change(forms.id, olga, { parent: inner.id })).toBe('invalid bad_choice');
    let deep = inner;
    for (let level = 3; level <= deepest; level += 1) deep = await folder(`Level ${level}`, deep.id);
    expect(await refusal(folder('Too deep', deep.id))).toBe('invalid too_large');
    const aside = await folder('Aside');
    expect(await change(forms.id, olga, { parent: aside.id })).toBe('invalid too_large');
    expect(pathTo(await foldersOf(db, group.id), deep.id).map(({ name }) => name)).toHaveLength(deepest);
    const document = await add(mia, 'a.txt', aside.id);
    const remove = (id: string) => refusal(node.act((work) => removeFolder(work, { folder: id, by: olga.id })));
    expect(await remove(aside.id)).toBe('conflict');
    expect(await remove(forms.id)).toBe('conflict');
    await node.act((work) => deletePost(work, { post: document.id, author: mia.id }));
    expect(await remove(aside.id)).toBe('done');
  });

  it('keeps each document in one folder, lists what a reader may see, and lets author and facilitators move it', async () => {
    const { node, db, olga, mia, bo, group, folder, add, names } = await setUp(dialect);
    await using _ = node;
    const forms = await folder('Forms');
    const short = await add(mia, 'b_short  form.txt', forms.id, 'b');
    const long = await add(olga, 'Áccents.txt', forms.id, 'long text');
    expect(await names(mia, forms.id)).toEqual(['Áccents', 'b short form']);
    expect(await names(mia, forms.id, 'largest')).toEqual(['Áccents', 'b short form']);
    const move = (post: string, place: string, by: PersonRow) =>
      refusal(node.act((work) => placeDocument(work, { post, folder: place, by: by.id })));
    expect(await move(long.id, '', mia)).toBe('forbidden');
    expect(await move(long.id, '', bo)).toBe('forbidden');
    expect(await move(short.id, newId(), mia)).toBe('not_found');
    expect(await move(short.id, '', olga)).toBe('done');
    expect(await names(mia)).toEqual(['b short form']);
    await node.act((work) => removeFromGroup(work, { post: short.id, by: olga.id, reason: 'Old' }));
    const seen = { person: bo.id, moderates: false };
    expect(await countDocuments(db, seen, group.id)).toEqual(new Map([[forms.id, 1]]));
    expect([await names(mia), await names(olga), await names(bo)]).toEqual([['b short form'], ['b short form'], []]);
    expect(await refusal(add(bo, 'no.txt'))).toBe('not_member');
    const pack = (by: PersonRow, official: boolean) =>
      refusal(node.act((work) => mark(work, { post: long.id, official, by: by.id })));
    expect(await pack(mia, true)).toBe('forbidden');
    expect(await pack(olga, true)).toBe('done');
    expect((await officialDocuments(db, seen, group.id)).map(({ title }) => title)).toEqual(['Áccents']);
    expect(await pack(olga, false)).toBe('done');
    expect(await officialDocuments(db, seen, group.id)).toEqual([]);
  });

  it('shows who came later nothing of before, where new members see nothing of the past', async () => {
    const { node, db, olga, mia, bo, group, folder, add, names, later } = await setUp(dialect);
    await using _ = node;
    const forms = await folder('Forms');
    const old = await add(mia, 'old.txt', forms.id);
    await node.act((work) => mark(work, { post: old.id, official: true, by: olga.id }));
    const closed = { reading: 'members', history: 'joining', joining: 'open' } as const;
    await node.act((work) => updateGroup(work, group.id, olga.id, closed));
    later(1);
    await node.act((work) => joinGroup(work, { group: group.id, person: bo.id }));
    later(1);
    await add(mia, 'new.txt', forms.id);
    const seen = async (person: PersonRow) => {
      const viewer = { person: person.id, moderates: false };
      const zipped: (string | null)[] = [];
      for await (const { file } of entriesOf(node.context, viewer, group.id, await foldersOf(db, group.id), null))
        zipped.push(file);
      return {
        listed: await names(person, forms.id),
        count: (await countDocuments(db, viewer, group.id)).get(forms.id),
        official: (await officialDocuments(db, viewer, group.id)).map(({ title }) => title),
        zipped: zipped.length,
        before: (await findDocument(db, viewer, group.id, old.id)) !== undefined,
      };
    };
    const all = { listed: ['new', 'old'], count: 2, official: ['old'], zipped: 2, before: true };
    expect(await seen(mia)).toEqual(all);
    expect(await seen(bo)).toEqual({ listed: ['new'], count: 1, official: [], zipped: 1, before: false });
  });

  it('keeps every version with who and why, has an older one again, and loses nothing when two bring one at once', async () => {
    const { node, db, olga, mia, bo, add } = await setUp(dialect);
    await using _ = node;
    const post = await add(mia, 'plan.txt', '', 'one');
    const version = async (by: PersonRow, content: string, expected?: number) => {
      const file = await bring(node.context, by, 'plan.txt', content);
      const input = { post: post.id, by: by.id, file, note: content, expected };
      return refusal(node.act((work) => addVersion(work, input)));
    };
    expect(await version(bo, 'not mine')).toBe('forbidden');
    expect(await version(mia, 'two', 1)).toBe('done');
    expect(await version(olga, 'three, from the first', 1)).toBe('stale_revision');
    expect(await version(olga, 'three', 2)).toBe('done');
    const restore = { post: post.id, by: mia.id, restore: 1, note: 'The first again' };
    await node.act((work) => addVersion(work, restore));
    const hash = (content: string) => createHash('sha256').update(content).digest('hex');
    const shown = await Promise.all(
      (await versionsOf(db, post.id)).map(async ({ number, note, by_name, file_id }) => {
        const file = await fileById(db, file_id ?? '');
        return [number, note, by_name, file?.sha256, file?.holder_kind];
      }),
    );
    expect(shown).toEqual([
      [4, 'The first again', 'Mia Member', hash('one'), 'posts'],
      [3, 'three', 'Olga Owner', hash('three'), 'library'],
      [2, 'two', 'Mia Member', hash('two'), 'library'],
      [1, 'First', 'Mia Member', hash('one'), 'library'],
    ]);
    expect((await postById(db, post.id))?.revision).toBe(4);
    const [old] = (await filesOf(db, 'library', [post.id])).get(post.id) ?? [];
    const read = (person: PersonRow | null) =>
      mayReadFile(
        node.context,
        db,
        person ? { kind: 'person', person: person.id, administrator: false, guest: false } : { kind: 'nobody' },
        old ?? expect.fail(),
      );
    expect([await read(bo), await read(null)]).toEqual([true, false]);
    const page = () => posts.fileHolders?.find(({ kind }) => kind === 'posts')?.page?.(db, post.id);
    expect((await page())?.label).toBe('plan');
    await node.act((work) => removeFromGroup(work, { post: post.id, by: olga.id, reason: null }));
    expect((await page())?.label).toBe('Open data');
    expect([await read(bo), await read(mia)]).toEqual([false, true]);
    const swap = { post: post.id, author: mia.id, files: [] };
    expect(await refusal(node.act((work) => editPost(work, swap)))).toBe('conflict');
  });

  it('has a deleted document again within 30 days, for its author alone, and keeps nothing of it after that', async () => {
    const { node, db, olga, mia, group, folder, add, names, later } = await setUp(dialect);
    await using _ = node;
    const forms = await folder('Forms');
    const post = await add(mia, 'plan.txt', forms.id, 'one');
    const file = await bring(node.context, mia, 'plan.txt', 'two');
    await node.act((work) => addVersion(work, { post: post.id, by: mia.id, file, note: 'Better' }));
    await node.act((work) => deletePost(work, { post: post.id, author: mia.id }));
    await node.follow();
    expect([await names(mia, forms.id), await names(olga, forms.id)]).toEqual([[], []]);
    expect((await inBin(db, { group: group.id })).map(({ title }) => title)).toEqual(['plan']);
    const kept = (await fileById(db, file)) ?? expect.fail();
    const read = (person: PersonRow) =>
      mayReadFile(node.context, db, { kind: 'person', person: person.id, administrator: false, guest: false }, kept);
    expect([kept.holder_kind, await read(mia), await read(olga)]).toEqual(['bin', true, false]);
    // Whoever may not read in the group any more does not read what they deleted there either.
    const set = (reading: typeof group.reading, state: 'member' | 'none') =>
      node.act(async ({ db }) => {
        await db.updateTable('groups').set({ reading }).where('id', '=', group.id).execute();
        await db.updateTable('group_member').set({ state }).where('person_id', '=', mia.id).execute();
      });
    await set('members', 'none');
    expect(await read(mia)).toBe(false);
    await set(group.reading, 'member');
    later(29);
    const restore = (id: string, by: PersonRow) =>
      refusal(node.act((work) => restoreDocument(work, { post: id, by: by.id })));
    expect(await restore(post.id, olga)).toBe('not_found');
    const twice = await Promise.allSettled(
      [1, 2].map(() => node.act((work) => restoreDocument(work, { post: post.id, by: mia.id }))),
    );
    const had = twice.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const again = had[0] ?? expect.fail();
    expect(had).toHaveLength(1);
    expect(again.uri).not.toBe(post.uri);
    expect(await names(olga, forms.id)).toEqual(['plan']);
    expect((await versionsOf(db, again.id)).map(({ note }) => note)).toEqual(['Better', 'First']);
    expect((await filesOf(db, 'posts', [again.id])).get(again.id)?.map(({ id }) => id)).toEqual([file]);
    expect(await restore(post.id, mia)).toBe('not_found');

    await node.act((work) => deletePost(work, { post: again.id, author: mia.id }));
    await node.follow();
    later(30.1);
    expect(await restore(again.id, mia)).toBe('not_found');
    const [job] = await db
      .selectFrom('job')
      .selectAll()
      .where('name', '=', emptyJob)
      .orderBy('run_at', 'desc')
      .execute();
    expect(JSON.parse(job?.data ?? '{}')).toEqual({ post: again.id });
    await jobs[emptyJob]?.(node.context, { post: again.id });
    expect([await binned(db, again.id), await documentOf(db, again.id), await versionsOf(db, again.id)]).toEqual([
      undefined,
      undefined,
      [],
    ]);
    expect(await fileById(db, file)).toBeUndefined();
  });

  it('undoes no decision of those who run the group when its author deletes a document and has it back', async () => {
    const { node, db, olga, mia, group, add } = await setUp(dialect);
    await using _ = node;
    const answered = async (name: string) => {
      const post = await add(mia, name);
      await node.act((work) => mark(work, { post: post.id, official: true, by: olga.id }));
      const text = markdownText('Is this the last word?');
      return { post, said: await node.act((work) => reply(work, { replyTo: post.id, author: olga.id, ...text })) };
    };
    const remove = async (post: string) => {
      await node.act((work) => deletePost(work, { post, author: mia.id }));
      await node.follow();
    };
    const haveBack = (post: string) => node.act((work) => restoreDocument(work, { post, by: mia.id }));
    const topicOf = async (post: string) => (await postById(db, post))?.topic_id;

    const locked = await answered('locked.txt');
    await node.act((work) => lock(work, { post: locked.post.id, by: olga.id }));
    const { locked_at } = (await postById(db, locked.post.id)) ?? expect.fail();
    await remove(locked.post.id);
    const again = await haveBack(locked.post.id);
    expect(locked_at).not.toBeNull();
    expect(await postById(db, again.id)).toMatchObject({ locked_at, reply_count: 1 });
    expect(await topicOf(locked.said.id)).toBe(again.id);
    expect((await documentOf(db, again.id))?.official_at).not.toBeNull();

    const removed = await answered('removed.txt');
    await node.act((work) => removeFromGroup(work, { post: removed.post.id, by: olga.id, reason: 'No' }));
    await remove(removed.post.id);
    expect(await inBin(db, { group: group.id })).toEqual([]);
    expect(await refusal(haveBack(removed.post.id))).toBe('not_found');

    // Where its removal is known, and its author's node had not heard of it.
    const crossed = await answered('crossed.txt');
    await remove(crossed.post.id);
    await node.act((work) =>
      work.db.updateTable('post').set({ removed_at: work.now }).where('id', '=', crossed.post.id).execute(),
    );
    const anew = await haveBack(crossed.post.id);
    expect([await topicOf(crossed.said.id), (await documentOf(db, anew.id))?.official_at]).toEqual([
      crossed.post.id,
      null,
    ]);
  });

  it('shows members of other nodes the same tree, takes what they bring, and hears their facilitators alone', async () => {
    const { node: host, olga, mia, group, folder, add, names } = await setUp(dialect);
    await using _ = host;
    await using council = await openNode(dialect, { slices: [library] });
    const anna = await council.addPerson('Anna Away');
    await host.know(anna);
    await council.know(olga);
    await council.know(mia);
    const there = await council.knowGroup(host, group);
    const sync = async (from: TestNode, to: TestNode) => {
      await from.follow();
      for (const activity of await from.outbox(to)) await to.receive(activity, { verified: 'proof' });
      await to.follow();
    };
    const both = async () => {
      await sync(council, host);
      await sync(host, council);
      await sync(host, council);
    };
    const forms = await folder('Forms');
    const inner = await folder('Old', forms.id);
    const post = await add(mia, 'leaflet.txt', inner.id);
    await council.act((work) => joinGroup(work, { group: there.id, person: anna.id }));
    await both();
    const tree = async () => {
      const folders = await foldersOf(council.context.db.reader, there.id);
      return folders.map(({ id, official_at }) => [
        pathTo(folders, id)
          .map(({ name }) => name)
          .join('/'),
        official_at !== null,
      ]);
    };
    expect(await tree()).toEqual([
      ['Forms', false],
      ['Forms/Old', false],
    ]);
    const place = async (node: TestNode, uri: string) => {
      const db = node.context.db.reader;
      const row = await db.selectFrom('library_document').selectAll().where('uri', '=', uri).executeTakeFirst();
      const folders = await foldersOf(db, row?.group_id ?? '');
      return (
        row && [
          pathTo(folders, row.folder_id)
            .map(({ name }) => name)
            .join('/'),
          row.official_at !== null,
        ]
      );
    };
    // Its place is known before the post itself is.
    expect(await place(council, post.uri)).toEqual(['Forms/Old', false]);

    const [formsThere] = await foldersOf(council.context.db.reader, there.id);
    const file = await bring(council.context, anna, 'ours.txt');
    const ours = await council.act((work) =>
      addDocument(work, {
        ...{ group: there.id, folder: formsThere?.id ?? '', by: anna.id, title: 'Ours', language: 'en', file },
        note: 'From the council',
      }),
    );
    await both();
    const here = (await postByUri(host.context.db.reader, ours.uri)) ?? expect.fail();
    expect([here.kind, await names(mia, forms.id)]).toEqual(['document', ['Ours']]);
    expect(await versionsOf(host.context.db.reader, here.id)).toMatchObject([
      { number: 1, note: 'From the council', by_id: null, by_name: 'Anna Away' },
    ]);
    const next = await bring(council.context, anna, 'ours.txt', 'Better');
    const description = markdownText('Of #winter roads');
    await council.act((work) =>
      addVersion(work, { post: ours.id, by: anna.id, file: next, note: 'Better', description }),
    );
    await both();
    // What it is about travels with it, and finds it there: to who sees it.
    const tags = (person: PersonRow) =>
      tagsIn(host.context.db.reader, { person: person.id, moderates: false }, group.id);
    expect(await tags(mia)).toEqual([{ tag: 'winter', count: 1 }]);
    const tagged = { group: group.id, folder: '', tag: 'winter', order: 'name', limit: 50 } as const;
    const byTag = await listDocuments(host.context.db.reader, { person: mia.id, moderates: false }, tagged);
    expect(byTag.items.map(({ title, folder_id }) => [title, folder_id])).toEqual([['Ours', forms.id]]);
    const hers = await bring(host.context, olga, 'leaflet.txt', 'Olga');
    const theirs = { post: post.id, by: olga.id, file: hers, note: 'Olga', description };
    expect(await refusal(host.act((work) => addVersion(work, theirs)))).toBe('forbidden');
    const told = await versionsOf(host.context.db.reader, here.id);
    expect(told.map(({ number, note, file_id }) => [number, note, file_id !== null])).toEqual([
      [2, 'Better', false],
      [1, 'From the council', true],
    ]);

    // A member elsewhere cannot mark; a facilitator elsewhere can, and so can its author move it.
    const official = (post: string) => council.act((work) => mark(work, { post, official: true, by: anna.id }));
    expect(await refusal(official(ours.id))).toBe('forbidden');
    const forged = {
      ...{ id: `${council.origin}/activities/forged`, type: 'Add', actor: anna.uri, audience: group.uri },
      ...{ object: ours.uri, target: `${group.uri}/library/official` },
    };
    expect(await host.receive(forged)).toBe('forbidden');
    await council.act((work) => placeDocument(work, { post: ours.id, folder: '', by: anna.id }));
    await both();
    expect(await place(host, ours.uri)).toEqual(['', false]);
    const annaHere = (await host.know(anna)).id;
    await host.act((work) => setRole(work, { group: group.id, person: annaHere, role: 'facilitator', by: olga.id }));
    await both();
    await official(ours.id);
    await council.act((work) => mark(work, { folder: formsThere?.id ?? '', official: true, by: anna.id }));
    await both();
    expect(await place(host, ours.uri)).toEqual(['', true]);
    expect((await foldersOf(host.context.db.reader, group.id)).map(({ official_at }) => official_at !== null)).toEqual([
      true,
      false,
    ]);

    // Two folders change names in one step, one goes: what lay there lies in the library itself.
    await host.act((work) => changeFolder(work, { folder: inner.id, name: 'New', parent: '', by: olga.id }));
    await host.act((work) => changeFolder(work, { folder: forms.id, name: 'Old', by: olga.id }));
    await host.act((work) => changeFolder(work, { folder: inner.id, name: 'Forms', by: olga.id }));
    await both();
    expect(await tree()).toEqual([
      ['Forms', false],
      ['Old', true],
    ]);
    expect(await place(council, post.uri)).toEqual(['Forms', false]);
    const lie = {
      ...{ id: `${council.origin}/activities/lie`, type: 'Update', actor: anna.uri },
      object: { id: `${group.uri}/library`, type: 'Collection', 'joinery:folders': [] },
    };
    expect(await host.receive(lie)).not.toBe('applied');
    expect(await foldersOf(host.context.db.reader, group.id)).toHaveLength(2);

    // What another group's node says of an address decides nothing here, before the post is known and after.
    const other = await council.knowGroup(host, await host.addGroup(olga));
    const foreign = { object: `${host.origin}/posts/not-yet`, target: libraryUri(other), official: true };
    await council.act((work) => notePlaces(work, other, [foreign]));
    await council.act((work) => notePlaces(work, there, [{ object: foreign.object, target: libraryUri(there) }]));
    expect(await place(council, foreign.object)).toEqual(['', true]);
    const later = await add(mia, 'later.txt');
    await council.act((work) =>
      notePlaces(work, other, [{ object: later.uri, target: libraryUri(other), official: true }]),
    );
    const kind = posts.objects?.find(({ path }) => path === 'posts') ?? expect.fail();
    const object = (await kind.load(host.context.db.reader, { id: later.id })) ?? expect.fail();
    const asking = { db: host.context.db.reader, origin: host.origin, joineryPeer: true };
    const document = (await kind.toDocument?.(asking, object)) ?? expect.fail();
    const how = { fetchedAt: new Date().toISOString(), verified: 'origin' } as const;
    await council.act(async (work) => kind.saveRemote?.(work, document, how));
    await sync(host, council);
    const arrived = (await postByUri(council.context.db.reader, later.uri)) ?? expect.fail();
    expect([arrived.group_id, await place(council, later.uri)]).toEqual([there.id, ['', false]]);

    // Without access nothing of the library is known but what our own people brought; the host tells it all when it lets the node in again.
    await council.act((work) => forgetLibrary(work, there.id));
    expect([await tree(), await place(council, post.uri), await place(council, ours.uri)]).toEqual([
      [],
      undefined,
      ['', false],
    ]);
    await host.act(async (work) =>
      work.emit('group.admitted', streams.local, { group: group.id, node: council.origin }),
    );
    await sync(host, council);
    expect(await place(council, ours.uri)).toEqual(['', true]);
    expect(await tree()).toHaveLength(2);

    await council.act((work) => deletePost(work, { post: ours.id, author: anna.id }));
    await both();
    // That it was official is known while its author may have it back, and nothing else of it.
    expect([await place(host, ours.uri), await names(mia)]).toEqual([['', true], ['later']]);
    const gone = await postByUri(host.context.db.reader, ours.uri);
    await jobs[emptyJob]?.(host.context, { post: gone?.id ?? '' });
    expect(await place(host, ours.uri)).toBeUndefined();
  });
});

test('What travels of earlier versions is the newest, and never more than their readers take', () => {
  const version = (number: number) => ({
    version: number,
    note: 'x'.repeat(1_000),
    document: { pieces: 'y'.repeat(3_000) },
  });
  const many = Array.from({ length: 20 }, (_, index) => version(20 - index));
  const told = fitting(many);
  expect(told.map((one) => one.version)).toEqual(many.slice(0, told.length).map((one) => one.version));
  expect([told.length > 5, JSON.stringify(told).length < 41_000]).toEqual([true, true]);
  expect(fitting(many.slice(0, 3))).toHaveLength(3);
  expect(fitting([{ note: 'x'.repeat(50_000) }])).toEqual([]);
});
