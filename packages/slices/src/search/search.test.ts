import { migrate, transact, type Visitor } from '@joinery/core';
import { ban, deleteGroup, invite, leaveGroup, updateGroup } from '@joinery/slices/groups';
import { disablePerson, updateProfile } from '@joinery/slices/people';
import { deletePost, editPost, markdownText, putBack, removeFromGroup } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { rebuild } from './fill.ts';
import { addBeginnings } from './fulltext.ts';
import { postKind } from './kind-posts.ts';
import { migrations } from './migrations.ts';
import { by, kinds, openSearch } from './testing/world.ts';

describeStores('Search', (open) => {
  it('finds posts, groups and people by the words in them', async () => {
    await using world = await openSearch(open);
    const ada = await world.person('Ada de Vries', { role: 'Adviseur parkeren' });
    const group = await world.group(ada, 'Parkeren in de binnenstad', { summary: 'Vergunningen en zones' });
    const topic = await world.topic(
      ada,
      group,
      'Nieuwe regeling',
      'Hoe gaat het met de **coördinatie** van bewonersvergunningen?',
    );
    const answer = await world.reply(ada, topic, "Per e-mail, via Midden-Nederland. De auto's staan bij het cafe.");
    await world.settle();
    const finds = (asked: string | Record<string, string>) => world.finds(ada, asked);
    expect(await finds('parkeren')).toEqual([`group ${group.id}`, `person ${ada.id}`]);
    expect(await finds({ q: 'parkeren', kind: 'person' })).toEqual([`person ${ada.id}`]);
    expect(await finds('vries')).toEqual([`person ${ada.id}`]);
    for (const asked of ['coordinatie', 'COÖRDINATIE bewoners', 'bewonersvergunningen -parkeren']) {
      expect(await finds(asked), asked).toEqual([`post ${topic.id}`]);
    }
    for (const asked of [
      'email',
      'e-mail',
      'E‑Mail',
      '"midden nederland"',
      'middennederland',
      'midden-neder',
      'autos',
      "auto's",
      'café',
    ]) {
      expect(await finds(asked), asked).toEqual([`post ${answer.id}`]);
    }
    for (const asked of [
      '"nederland midden"',
      'nieuwe -coördinatie',
      '"regeling hoe"',
      'vergunning bewo',
      'ca',
      '-nieuwe',
    ]) {
      expect(await finds(asked), asked).toEqual([]);
    }
  });

  it('puts what has the words in its title first, then the newest, and goes on page after page without a gap', async () => {
    await using world = await openSearch(open);
    const ada = await world.person('Ada');
    const group = await world.group(ada, 'Group');
    const posts: string[] = [];
    for (let number = 0; number < 7; number += 1) {
      const { id } = await world.topic(ada, group, number % 3 === 0 ? 'Lantern posts' : 'Other', 'About a lantern');
      posts.push(`post ${id}`);
    }
    await world.settle();
    const inTitle = [6, 3, 0].map((index) => posts[index]);
    const inText = [5, 4, 2, 1].map((index) => posts[index]);
    expect(await world.finds(ada, 'lantern', 2)).toEqual([...inTitle, ...inText]);
    expect(await world.finds(ada, { q: 'lantern', order: 'newest' }, 3)).toEqual(posts.toReversed());
  });

  it('narrows down by kind, group, agency, language and day', async () => {
    await using world = await openSearch(open, { now: () => new Date('2026-03-10T12:00:00.000Z') });
    const ada = await world.person('Ada');
    const bo = await world.person('Bo', { agency: 'Ministerie van Brücken' });
    const [one, two] = [await world.group(ada, 'One'), await world.group(ada, 'Two')];
    await world.join(bo, one);
    const first = await world.topic(ada, one, 'Bridge', 'Text', 'en');
    const second = await world.topic(bo, one, 'Bridge', 'Text', 'nl');
    const third = await world.topic(ada, two, 'Bridge', 'Text', 'nl-BE');
    await world.settle();
    const finds = async (more: Record<string, string>) => (await world.finds(ada, { q: 'bridge', ...more })).sort();
    const posts = (...all: { id: string }[]) => all.map(({ id }) => `post ${id}`).sort();
    expect(await finds({})).toEqual(posts(first, second, third));
    expect(await finds({ group: one.id })).toEqual(posts(first, second));
    expect(await finds({ agency: 'brucken' })).toEqual(posts(second));
    expect(await finds({ agency: 'nobody' })).toEqual([]);
    expect(await finds({ language: 'nl' })).toEqual(posts(second, third));
    expect(await finds({ since: '2026-03-10', until: '2026-03-10' })).toEqual(posts(first, second, third));
    expect(await finds({ since: '2026-03-11' })).toEqual([]);
    expect(await finds({ until: '2026-03-09' })).toEqual([]);
    expect(await finds({ since: '2026-03-10T12:00:01Z' })).toEqual([]);
    expect(await finds({ kind: 'group' })).toEqual([]);
  });

  it('answers whatever is typed, the same on both databases, without reading any of it as a command (hostile cases 169, 170, 173)', async () => {
    await using world = await openSearch(open);
    const ada = await world.person('Ada');
    const group = await world.group(ada, 'Group');
    const post = await world.topic(
      ada,
      group,
      'Near or and not',
      "Robert'); drop table post; -- secret:column 100% a_b",
    );
    await world.settle();
    const nothing = [
      '',
      '"',
      '""',
      '-',
      '--',
      '"-"',
      '*',
      '^',
      '( )',
      '('.repeat(1_000),
      'NEAR(x y)',
      'title:secret',
      'col:secret',
      '{words}: x',
      "'",
      "''",
      '\\',
      '\0',
      '::',
      '!',
      '& | !',
      'x & y',
      '<->',
      ':*',
      '-"',
      '💥',
      '😀'.repeat(200),
      '%',
      '_',
      '\u202e',
      '\ud800',
      '-near',
      'zz'.repeat(500_000),
      'a\u0300'.repeat(5_000),
      'ﷺ',
    ];
    for (const typed of nothing) expect(await world.finds(ada, typed), typed.slice(0, 40)).toEqual([]);
    const it = [
      'near',
      'NEAR',
      'near or and not',
      'NEAR AND NOT',
      '"near or',
      'or',
      'near*',
      '^near',
      'near:',
      '(near)',
      "robert');",
      'drop table',
      'secret:column',
      "'near'",
      '“near or”',
      '100%',
      'a_b',
      'near \0',
      '-- near',
      'near -',
      `near ${'-x '.repeat(50)}`,
      'near -zzz',
      'AND OR NOT',
      'NEAR(',
      '"near',
      'a*b',
      'or and',
      '\ud800near',
    ];
    for (const typed of it.filter((one) => one !== '-- near')) {
      expect(await world.finds(ada, typed), typed.slice(0, 40)).toEqual([`post ${post.id}`]);
    }
    await expect(world.finds(ada, { q: 'near', group: "x' or '1'='1" })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('forgets at once what was removed, deleted or edited, and finds the new words', async () => {
    await using world = await openSearch(open);
    const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
    const group = await world.group(ada, 'Group');
    await world.join(bo, group);
    const [removed, deleted, edited] = [
      await world.topic(bo, group, 'Heron'),
      await world.topic(bo, group, 'Heron'),
      await world.topic(bo, group, 'Heron'),
    ];
    const below = await world.reply(bo, removed, 'A heron');
    await world.settle();
    expect(await world.finds(ada, 'heron')).toHaveLength(4);
    await world.change((work) => removeFromGroup(work, { post: removed.id, by: ada.id, reason: null }));
    await world.change((work) => deletePost(work, { post: deleted.id, author: bo.id }));
    await world.change((work) =>
      editPost(work, { post: edited.id, author: bo.id, title: 'Stork', ...markdownText('x') }),
    );
    // Before the index knows, and after.
    for (const person of [ada, bo]) expect(await world.finds(person, 'heron')).toEqual([]);
    await world.settle();
    for (const person of [ada, bo]) expect(await world.finds(person, 'heron')).toEqual([]);
    expect(await world.finds(ada, 'stork')).toEqual([`post ${edited.id}`]);
    const kept = await world.context.db.reader
      .selectFrom('search_entry')
      .select('item_id')
      .where('kind', '=', 'post')
      .execute();
    expect(kept.map((row) => row.item_id).sort()).toEqual([below.id, edited.id].sort());
    await world.change((work) => putBack(work, { post: removed.id, by: ada.id }));
    await world.settle();
    expect((await world.finds(bo, 'heron')).sort()).toEqual([`post ${removed.id}`, `post ${below.id}`].sort());
  });

  it('finds nothing by the words of a post that is hidden on this node, and names no hidden topic', async () => {
    await using world = await openSearch(open);
    const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
    const group = await world.group(ada, 'Birds');
    const topic = await world.topic(ada, group, 'Bittern libel');
    const below = await world.reply(ada, topic, 'A wagtail');
    await world.settle();
    await world.change((work) =>
      work.db
        .updateTable('post')
        .set({ hidden_at: work.now, hidden_reason: 'Libel' })
        .where('id', '=', topic.id)
        .execute(),
    );
    expect(await world.finds(bo, 'bittern')).toEqual([]);
    const visitor = { person: { ...bo, timeZone: 'UTC' }, administrator: false } as unknown as Visitor;
    const found = await postKind.results(world.context, visitor, [below.id], 'en');
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('Bittern');
  });

  it('shows groups and what is in them to those alone who may come upon them', async () => {
    await using world = await openSearch(open);
    const [ada, bo, cy] = [await world.person('Ada'), await world.person('Bo'), await world.person('Cy')];
    const closed = await world.group(ada, 'Otter closed', { reading: 'members', joining: 'request' });
    const hidden = await world.group(ada, 'Otter hidden', { reading: 'members', joining: 'invited', listed: false });
    const unlisted = await world.group(ada, 'Otter unlisted', { listed: false });
    const inside = [];
    for (const group of [closed, hidden, unlisted]) inside.push(await world.topic(ada, group, 'Otters'));
    const [inClosed, inHidden, inUnlisted] = inside.map(({ id }) => `post ${id}`);
    await world.settle();
    const sorted = async (person: typeof ada, asked: string | Record<string, string> = 'otter') =>
      (await world.finds(person, asked)).sort();
    const groups = [closed, hidden, unlisted].map(({ id }) => `group ${id}`);
    expect(await sorted(ada)).toEqual([...groups, inClosed, inHidden, inUnlisted].sort());
    // A listed closed group can be asked to let one in; the others are not to be known of.
    expect(await sorted(bo)).toEqual([`group ${closed.id}`]);
    // By link it can be read, and so what is in it is found within.
    expect(await sorted(bo, { q: 'otter', group: unlisted.id })).toEqual([inUnlisted]);
    expect(await sorted(bo, { q: 'otter', group: hidden.id })).toEqual([]);
    await world.change((work) => invite(work, { group: hidden.id, person: bo.id, by: ada.id }));
    expect(await sorted(bo)).toEqual([`group ${closed.id}`, `group ${hidden.id}`, inHidden].sort());
    await world.join(bo, hidden);
    await world.change((work) => leaveGroup(work, { group: hidden.id, person: bo.id }));
    expect(await sorted(bo)).toEqual([`group ${closed.id}`]);
    await world.join(cy, unlisted);
    expect(await sorted(cy)).toEqual([`group ${closed.id}`, `group ${unlisted.id}`, inUnlisted].sort());
    await world.change((work) => ban(work, { group: unlisted.id, person: cy.id, by: ada.id, until: null }));
    expect(await sorted(cy)).toEqual([`group ${closed.id}`]);
    // Opened, closed, and ended.
    await world.change((work) => updateGroup(work, closed.id, ada.id, { reading: 'partners' }));
    await world.settle();
    expect(await sorted(bo)).toEqual([`group ${closed.id}`, inClosed].sort());
    await world.change((work) => updateGroup(work, closed.id, ada.id, { reading: 'members', listed: false }));
    expect(await sorted(bo)).toEqual([]);
    await world.settle();
    expect(await sorted(bo)).toEqual([]);
    await world.change((work) => deleteGroup(work, closed.id, ada.id));
    expect(await sorted(ada, { q: 'otter', kind: 'post' })).toEqual([inHidden, inUnlisted].sort());
  });

  it('shows nobody who has left, nobody by old words, and people of other nodes only through groups', async () => {
    await using world = await openSearch(open);
    const [ada, cy] = [await world.person('Ada'), await world.person('Cyriel')];
    const bo = await world.person('Bo', { role: 'Glazier' });
    const hidden = await world.group(ada, 'Hidden', { listed: false });
    const far = await world.person('Faraway');
    await world.join(far, hidden);
    await world.change((work) =>
      work.db.updateTable('person').set({ local: 0, home: 'https://other.example' }).where('id', '=', far.id).execute(),
    );
    await world.settle();
    expect(await world.finds(ada, 'faraway')).toEqual([`person ${far.id}`]);
    expect(await world.finds(bo, 'faraway')).toEqual([]);
    await world.change((work) => disablePerson(work, cy.id));
    await world.change((work) => updateProfile(work, bo.id, { role: 'Baker' }));
    for (const name of ['cyriel', 'glazier']) expect(await world.finds(ada, name)).toEqual([]);
    await world.settle();
    for (const name of ['cyriel', 'glazier']) expect(await world.finds(ada, name)).toEqual([]);
    expect(await world.finds(ada, 'bak')).toEqual([`person ${bo.id}`]);
  });

  it('shows groups of other nodes while lists do, and afterwards to those who take part', async () => {
    const origins = ['https://other.example'];
    await using world = await openSearch(open, {
      ports: { peers: { allowed: () => origins, summary: async () => null, tryNow: async () => {} } },
    });
    const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
    const group = await world.group(ada, 'Elsewhere');
    const post = await world.topic(ada, group, 'Elsewhere');
    await world.change((work) =>
      work.db
        .updateTable('groups')
        .set({ local: 0, home: 'https://other.example' })
        .where('id', '=', group.id)
        .execute(),
    );
    await world.settle();
    const both = [`group ${group.id}`, `post ${post.id}`].sort();
    expect((await world.finds(bo, 'elsewhere')).sort()).toEqual(both);
    origins.length = 0;
    expect(await world.finds(bo, 'elsewhere')).toEqual([]);
    expect((await world.finds(ada, 'elsewhere')).sort()).toEqual(both);
  });

  it('takes in what was there before it came, and makes its index anew in small parts', async () => {
    await using world = await openSearch(open);
    const { context } = world;
    const ada = await world.person('Ada');
    const group = await world.group(ada, 'Before');
    for (let number = 0; number < 3; number += 1) await world.topic(ada, group, `Before ${number}`);
    // As if the slice had never been here: no tables, no place in the log.
    await transact(context, by, async (work) => {
      for (const table of ['search_entry', 'search_index']) await work.db.schema.dropTable(table).execute();
      await work.db.deleteFrom('log_reader').where('name', '=', 'search').execute();
      await work.db.deleteFrom('job').where('name', 'like', 'search.%').execute();
      await work.db
        .deleteFrom('migration' as never)
        .where('name' as never, 'like', '%-search' as never)
        .execute();
    });
    await migrate(context.db.writer, context.db.dialect, [migrations]);
    expect(await world.finds(ada, 'before')).toEqual([]);
    const waiting = () => context.db.reader.selectFrom('job').select('id').where('name', '=', 'search.fill').execute();
    while ((await waiting()).length > 0) {
      await transact(context, by, (work) => work.db.updateTable('job').set({ run_at: work.now }).execute());
      await world.settle();
    }
    expect(await world.finds(ada, 'before')).toHaveLength(4);
    const entries = () => context.db.reader.selectFrom('search_entry').selectAll().orderBy('position').execute();
    const before = await entries();
    expect(await rebuild(context, kinds, { empty: false })).toBe(before.length);
    expect(await entries()).toEqual(before);
    // An index from before beginnings were kept ready.
    await transact(context, by, (work) => addBeginnings(work.db));
    expect(await world.finds(ada, 'bef')).toHaveLength(4);
    // A damaged index, with rows that nobody knows any more.
    await transact(context, by, (work) =>
      work.db
        .insertInto('search_entry')
        .values({ ...before[0], position: 5, kind: 'gone', item_id: 'x' } as never)
        .execute(),
    );
    expect(await rebuild(context, kinds, { empty: true })).toBe(before.length);
    expect(await entries()).toEqual(before);
    expect((await world.finds(ada, 'before')).length).toBe(4);
  });
});
