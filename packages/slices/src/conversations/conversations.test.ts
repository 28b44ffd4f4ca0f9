import { type Restored, sizes, type Trust } from '@joinery/core';
import { rememberFiles } from '@joinery/slices/files';
import { conversationOf, groupById, groups, joinGroup, membershipOf } from '@joinery/slices/groups';
import { deletePerson, disablePerson, type PersonRow, personById } from '@joinery/slices/people';
import {
  createTopic,
  deletePost,
  editPost,
  handleReport,
  like,
  listFeed,
  listThreadFromEnd,
  markAllRead,
  markdownText,
  newByGroup,
  postById,
  report,
  reportedMessages,
  seesPost,
  topicOf,
} from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { beginConversation, seen } from './conversations.ts';
import { keysFor } from './elsewhere.ts';
import { listConversations, pageAround, participantsOf, unreadOf } from './lists.ts';
import { peopleMeant } from './names.ts';
import { openWorld, refusalOf } from './testing/world.ts';

const trustNobody: Trust = { mayFederate: () => ({ allowed: false, reason: 'not_listed' }) };

describeStores('a conversation', (open) => {
  it('is a hidden group of those who are named, with one thread, and nobody runs it', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say, act } = world;
    const [anna, bram, cato] = [await add('Anna'), await add('Bram'), await add('Cato')];
    const made = await begin(anna, [bram, cato, bram, anna], 'Shall we?', '  Summer   party ');
    const db = context.db.reader;
    const row = await groupById(db, made.id);
    expect(row).toMatchObject({ kind: 'conversation', reading: 'members', joining: 'invited', listed: 0 });
    expect(row).toMatchObject({
      name: 'Summer party',
      member_count: 3,
      uri: `${context.config.origin}/groups/${made.id}`,
    });
    for (const person of [anna, bram, cato])
      expect(await membershipOf(db, made.id, person.id)).toMatchObject({ state: 'member', role: 'member' });
    await say(made, bram, 'Yes!');
    const topic = (await topicOf(db, made.id)) ?? '';
    const { items } = await listThreadFromEnd(db, topic, { person: cato.id, moderates: false }, { limit: 9 });
    expect(items.map(({ excerpt }) => excerpt)).toEqual(['Shall we?', 'Yes!']);
    // Neither a second thread nor a way in.
    const second = { group: made.id, author: anna.id, title: 'More', ...markdownText('More') };
    expect(await refusalOf(act((work) => createTopic(work, second)))).toBe('conflict');
    const dirk = await add('Dirk');
    expect(await refusalOf(act((work) => joinGroup(work, { group: made.id, person: dirk.id })))).toBe('not_found');
    // No name leads to it, and it has no keys.
    expect(await db.selectFrom('handle').select('name').where('id', '=', made.id).execute()).toEqual([]);
    expect(await db.selectFrom('key').select('id').where('actor', '=', made.uri).execute()).toEqual([]);
  });

  it('takes two to twelve people, of other nodes only by an agreement', async () => {
    await using world = await openWorld(open, { ports: { trust: trustNobody } });
    const { add, begin, bring, remote, act, effects } = world;
    const anna = await add('Anna');
    const others: PersonRow[] = [];
    for (let count = 0; count < sizes.conversation.most; count += 1) others.push(await add(`Other ${count}`));
    expect(await refusalOf(begin(anna, []))).toBe('invalid');
    expect(await refusalOf(begin(anna, [anna]))).toBe('invalid');
    expect(await refusalOf(begin(anna, others))).toBe('invalid');
    const full = await begin(anna, others.slice(1));
    const [late = anna] = others;
    expect(await refusalOf(bring(full, late, anna))).toBe('invalid');
    const ria = await remote();
    const two = await begin(anna, [late]);
    expect(await refusalOf(bring(two, { id: ria }, anna))).toBe('no_agreement');
    await act((work) => disablePerson(work, others[1]?.id ?? ''));
    expect(await refusalOf(bring(two, others[1] ?? anna, anna))).toBe('disabled');
    expect(await refusalOf(bring(two, { id: 'nobody' }, anna))).toBe('not_found');
    // With somebody gone there is room again, for one: of two who are brought at the same moment too.
    await effects();
    const last = await add('Last');
    const both = await Promise.all([late, last].map((person) => refusalOf(bring(full, person, anna))));
    expect(both.sort()).toEqual(['invalid', 'not refused']);
    const [inIt = late] = (await participantsOf(world.context.db.reader, full.id))
      .map(({ person }) => person)
      .filter(({ id }) => id === late.id || id === last.id);
    expect(await bring(full, inIt, anna)).toBe(false);
  });

  it('tells a guest, who begins none, nothing of the people whom they name', async () => {
    await using world = await openWorld(open);
    const { add, begin, remote, act } = world;
    const [anna, gone] = [await add('Anna'), await add('Gone')];
    await act((work) => disablePerson(work, gone.id));
    const guest = await add('Gus', { sponsor: anna.id, of: 'Partner', until: '2099-01-01' });
    const named = [anna, gone, { id: await remote() }, { id: 'nobody' }] as PersonRow[];
    for (const one of named) expect(await refusalOf(begin(guest, [one]))).toBe('forbidden');
  });

  it('brings in somebody elsewhere with keys of its own, who stay in it after a restore: their node knows whether they left', async () => {
    await using world = await openWorld(open);
    const { context, act, add, remote, begin } = world;
    const [anna, ria] = [await add('Anna'), await remote()];
    const keys = await keysFor(context, [ria]);
    const made = await act((work) =>
      beginConversation(work, { by: anna.id, people: [ria], subject: '', content: 'Hello', language: 'en', keys }),
    );
    const here = await begin(anna, [await add('Bram')]);
    const keyed = await context.db.reader
      .selectFrom('key')
      .select('actor')
      .where('actor', 'like', '%/groups/%')
      .execute();
    expect(new Set(keyed.map(({ actor }) => actor))).toEqual(new Set([made.uri]));
    const streams = await context.db.reader.selectFrom('subscription').select(['stream', 'origin']).execute();
    expect(streams).toContainEqual({ stream: `group:${made.id}/members`, origin: 'https://known.example' });
    await act(async (work) => groups.chooseAnew?.(work, { at: '2100-01-01T00:00:00.000Z' } as Restored));
    const stateOf = async (group: { id: string }, person: string) =>
      (await membershipOf(context.db.reader, group.id, person))?.state;
    expect([await stateOf(made, anna.id), await stateOf(made, ria), await stateOf(here, anna.id)]).toEqual([
      'unconfirmed',
      'member',
      'unconfirmed',
    ]);
  });

  it('tells no other node anything, whoever is mentioned in it', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say, leave, act, remote, effects } = world;
    const db = context.db.reader;
    await remote();
    const [anna, bram, cato] = [await add('Anna'), await add('Bram'), await add('Cato')];
    const jobs = async () => (await db.selectFrom('job').select(['name', 'data']).execute()).length;
    const before = await jobs();
    const made = await begin(anna, [bram], `@ria@known.example @${cato.handle} #whispered`);
    const post = await say(made, bram, '@ria@known.example');
    await act((work) => editPost(work, { post: post.id, author: bram.id, ...markdownText('@ria@other.example') }));
    await act((work) => like(work, { post: post.id, by: { uri: anna.uri, person: anna.id } }));
    await act((work) => report(work, { post: post.id, reporter: anna.id, reason: 'Rude' }));
    await act((work) => deletePost(work, { post: post.id, author: bram.id }));
    await leave(made, bram);
    await effects();
    expect(await jobs()).toBe(before);
    expect(await db.selectFrom('subscription').selectAll().execute()).toEqual([]);
    const streams = await db
      .selectFrom('log')
      .select(['stream', 'data'])
      .where('data', 'like', `%${made.id}%`)
      .execute();
    expect(new Set(streams.map(({ stream }) => stream))).toEqual(new Set(['local', `group:${made.id}/members`]));
    // Who wrote in it is not looked up by anybody either.
    expect((await personById(db, anna.id))?.public_since).toBeNull();
  });

  it('lets whoever is in it bring others, who read what is said from then on', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, bring } = world;
    const [anna, bram, cato, dirk] = [await add('Anna'), await add('Bram'), await add('Cato'), await add('Dirk')];
    const made = await begin(anna, [bram], 'Before');
    expect(await refusalOf(bring(made, dirk, cato))).toBe('not_found');
    await bring(made, cato, bram);
    expect(await conversationOf(context.db.reader, made.id, cato.id)).toBeDefined();
    const people = await participantsOf(context.db.reader, made.id);
    expect(people.find(({ person }) => person.id === cato.id)).toMatchObject({ broughtBy: bram.id, leftAt: null });
    const lastOf = async (person: { id: string }) =>
      (await listConversations(context, person.id, { limit: 5 })).items[0]?.last?.excerpt;
    expect(await lastOf(cato)).toBeUndefined();
    expect(await lastOf(bram)).toBe('Before');
    const topic = (await topicOf(context.db.reader, made.id)) ?? '';
    expect(await seesPost(context.db.reader, cato.id, { id: topic, topic_id: topic })).toBe(false);
    // They answer what they have not read the beginning of.
    const answer = await world.say(made, cato, 'After');
    for (const person of [cato, bram]) expect(await lastOf(person)).toBe('After');
    expect(await seesPost(context.db.reader, cato.id, answer)).toBe(true);
    expect(await unreadOf(context, cato.id)).toEqual([]);
  });

  it('is gone for whoever left or was disabled, and ends with the last one', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say, leave, act, effects } = world;
    const db = context.db.reader;
    const [anna, bram, cato] = [await add('Anna'), await add('Bram'), await add('Cato')];
    const made = await begin(anna, [bram, cato], 'For you', 'Whispered subject');
    const { id: post } = await say(made, anna, 'Whispered #words');
    const said = { uri: 'https://b.example/files/1', name: 'Whispered.txt', media_type: 'text/plain', bytes: 1 };
    const hashes = { sha256: '0'.repeat(64), pieces: '', alt: null };
    await act((work) => rememberFiles(work, { kind: 'posts', id: post }, [{ ...said, ...hashes }]));
    await leave(made, bram);
    expect(await conversationOf(db, made.id, bram.id)).toBeUndefined();
    expect(await refusalOf(say(made, bram, 'Still here?'))).toBe('not_found');
    expect(await refusalOf(leave(made, bram))).toBe('not_found');
    expect((await listConversations(context, bram.id, { limit: 5 })).items).toEqual([]);
    await act((work) => disablePerson(work, cato.id));
    await effects();
    expect(await conversationOf(db, made.id, cato.id)).toBeUndefined();
    expect(await conversationOf(db, made.id, anna.id)).toBeDefined();
    expect((await groupById(db, made.id))?.member_count).toBe(1);
    await act((work) => deletePerson(work, anna.id));
    await effects();
    expect((await groupById(db, made.id))?.deleted_at).not.toBeNull();
    expect(await groupById(db, made.id)).toMatchObject({ member_count: 0, name: '' });
    // Nobody could ever read it again: nothing of what was said is left.
    expect(await db.selectFrom('post_revision').select('post_id').execute()).toEqual([]);
    for (const table of ['post', 'post_tag', 'post_like', 'post_read_topic', 'files_file', 'log', 'groups'] as const)
      expect(JSON.stringify(await db.selectFrom(table).selectAll().execute())).not.toMatch(/For you|Whispered|words/);
  });

  it('goes on when its first message is deleted; only authors change what they wrote, and not its subject', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say, act } = world;
    const [anna, bram] = [await add('Anna'), await add('Bram')];
    const made = await begin(anna, [bram], 'First', 'Party');
    const topic = (await topicOf(context.db.reader, made.id)) ?? '';
    await act((work) => editPost(work, { post: topic, author: anna.id, title: 'Funeral', ...markdownText('Second') }));
    expect(await postById(context.db.reader, topic)).toMatchObject({ title: 'Party', excerpt: 'Second' });
    const change = { post: topic, author: bram.id, ...markdownText('Mine') };
    expect(await refusalOf(act((work) => editPost(work, change)))).toBe('forbidden');
    await act((work) => deletePost(work, { post: topic, author: anna.id }));
    const reply = await say(made, bram, 'Pity');
    expect(reply.topic_id).toBe(topic);
    expect(await topicOf(context.db.reader, made.id)).toBe(topic);
  });

  it('counts what is new to each, apart from groups, until they look', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say, act } = world;
    const [anna, bram] = [await add('Anna'), await add('Bram')];
    const made = await begin(anna, [bram]);
    await say(made, anna, 'Are you there?');
    const count = async (person: typeof anna) => (await unreadOf(context, person.id)).map((row) => row.count);
    expect([await count(bram), await count(anna)]).toEqual([[2], []]);
    const now = context.clock.now();
    expect(await newByGroup(context.db.reader, bram.id, now)).toEqual([]);
    expect((await listFeed(context.db.reader, bram.id, { limit: 5 })).items).toEqual([]);
    // What is read on the start page is not read here.
    await act((work) => markAllRead(work, bram.id, null));
    expect(await count(bram)).toEqual([2]);
    const topic = (await topicOf(context.db.reader, made.id)) ?? '';
    const at = context.clock.now().toISOString();
    await act((work) => seen(work, { conversation: made.id, topic, person: bram.id, at }));
    expect(await count(bram)).toEqual([]);
  });

  it('lists the liveliest first, in pages, and those with somebody', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say } = world;
    const [anna, bram, cato] = [await add('Anna'), await add('Bram'), await add('Cato')];
    const one = await begin(anna, [bram]);
    const two = await begin(cato, [anna]);
    const three = await begin(anna, [bram, cato]);
    await say(one, bram, 'News');
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listConversations>> = await listConversations(context, anna.id, {
        cursor,
        limit: 1,
      });
      ids.push(...page.items.map(({ conversation }) => conversation.id));
      cursor = page.next;
    } while (cursor);
    expect(ids).toEqual([one.id, three.id, two.id]);
    const both = await listConversations(context, anna.id, { limit: 5, with: cato.id });
    expect(both.items.map(({ conversation }) => conversation.id)).toEqual([three.id, two.id]);
  });

  it('shows long ones from the end, and the page on which a message stands', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say } = world;
    const db = context.db.reader;
    const [anna, bram] = [await add('Anna'), await add('Bram')];
    const made = await begin(anna, [bram], '0');
    for (let count = 1; count < 10; count += 1) await say(made, count % 2 ? bram : anna, String(count));
    const topic = (await topicOf(db, made.id)) ?? '';
    const viewer = { person: bram.id, moderates: false };
    const page = async (before: string | null) => {
      const { items, earlier } = await listThreadFromEnd(db, topic, viewer, { before, limit: 4 });
      return { said: items.map(({ excerpt }) => excerpt).join(''), earlier };
    };
    const last = await page(null);
    expect(last.said).toBe('6789');
    const middle = await page(last.earlier);
    expect(middle.said).toBe('2345');
    expect((await page(middle.earlier)).said).toBe('01');
    expect((await page(middle.earlier)).earlier).toBeNull();
    const all = await listThreadFromEnd(db, topic, viewer, { limit: 20 });
    for (const [index, post] of all.items.entries()) {
      const { said } = await page(await pageAround(db, topic, post, 4));
      expect(said).toContain(String(index));
    }
  });

  it('has a reported message read by administrators, that one as it was, and nobody else', async () => {
    await using world = await openWorld(open);
    const { context, add, begin, say, act } = world;
    const db = context.db.reader;
    const [anna, bram, cato] = [await add('Anna'), await add('Bram'), await add('Cato')];
    const made = await begin(anna, [bram], 'Nice');
    const post = await say(made, anna, 'Not **nice**');
    const of = (reporter: string, id = post.id) => ({ post: id, reporter, reason: 'Rude' });
    expect(await refusalOf(act((work) => report(work, of(cato.id))))).toBe('not_found');
    expect(await refusalOf(act((work) => report(work, of(anna.id))))).toBe('forbidden');
    const id = await act((work) => report(work, of(bram.id)));
    await act((work) => deletePost(work, { post: post.id, author: anna.id }));
    expect(await reportedMessages(db)).toMatchObject([
      { id, reason: 'Rude', author_id: anna.id, reporter_id: bram.id, content: '<p>Not <strong>nice</strong></p>\n' },
    ]);
    const handle = (administrator: boolean, who = cato.id) =>
      act((work) => handleReport(work, { report: id ?? '', by: who, administrator }));
    expect(await refusalOf(handle(false))).toBe('not_found');
    expect(await refusalOf(handle(false, anna.id))).toBe('not_found');
    await handle(true);
    expect(await reportedMessages(db)).toEqual([]);
    // Of what its author deleted nothing is kept that nobody needs any more.
    const kept = await db.selectFrom('post_report').selectAll().where('id', '=', id).execute();
    expect(kept).toMatchObject([{ reason: 'Rude', content: null, handled_by: cato.id }]);
  });

  it('takes handles and whole names, and asks about everything else', async () => {
    await using world = await openWorld(open, { ports: { trust: trustNobody } });
    const { context, add, remote } = world;
    await remote();
    const [jan, janna, other] = [await add('Jan Jansen'), await add('Janna Smit'), await add('Jan Jansen')];
    const { origin } = context.config;
    const meant = async (typed: string) => {
      const found = await peopleMeant(context, typed, jan.id);
      const unclear = found.unclear.map(({ term, candidates }) => [term, ...candidates.map(({ id }) => id).sort()]);
      return { people: found.people.map(({ id }) => id), unclear, unknown: found.unknown, elsewhere: found.elsewhere };
    };
    const nobody = { people: [], unclear: [], unknown: [], elsewhere: [] };
    const host = new URL(origin).host;
    expect(await meant(`@${jan.handle}, ${janna.handle}@${host}; ${jan.handle}`)).toEqual({
      ...nobody,
      people: [jan.id, janna.id, jan.id],
    });
    expect(await meant(` janna SMIT\n${origin}/people/${other.id}`)).toEqual({
      ...nobody,
      people: [janna.id, other.id],
    });
    expect(await meant('Jan Jansen')).toEqual({ ...nobody, unclear: [['Jan Jansen', ...[jan.id, other.id].sort()]] });
    expect(await meant('smit')).toEqual({ ...nobody, unclear: [['smit', janna.id]] });
    expect(await meant('Piet, %')).toEqual({ ...nobody, unknown: ['Piet', '%'] });
    expect(await meant('ria remote, @ria@known.example, https://known.example/people/1')).toEqual({
      ...nobody,
      // By name only those whom a group or conversation leads to.
      unknown: ['ria remote'],
      elsewhere: ['@ria@known.example', 'https://known.example/people/1'],
    });
  });
});
