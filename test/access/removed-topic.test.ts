import { createActorKeys, nodeActor, type Requester, runAfterEffects, runNextJob, transact } from '@joinery/core';
import { feed } from '@joinery/slices/feed';
import { files } from '@joinery/slices/files';
import { createGroup, groups, joinGroup } from '@joinery/slices/groups';
import { links } from '@joinery/slices/links';
import { notifications } from '@joinery/slices/notifications';
import { type PersonRow, people } from '@joinery/slices/people';
import { createTopic, markdownText, type PostRow, posts, putBack, removeFromGroup, reply } from '@joinery/slices/posts';
import { searchIn } from '@joinery/slices/search';
import { describe, expect, it } from 'vitest';
import { openWeb } from '../../packages/slices/src/people/testing/web.ts';
import { postgresMissing } from '../harness/postgres.ts';
import { trustEverybody } from '../harness/store.ts';

const by = { kind: 'system', what: 'test' } as const;
const word = 'koolraap';
const slices = [people, files, groups, posts, notifications, feed, links, searchIn([])];

/** A thread that somebody of the group began, an answer by somebody else that names who began it, and who may look. */
async function openThread(dialect: 'sqlite' | 'postgres') {
  const web = await openWeb(slices, { dialect });
  const { context } = web;
  const names = ['Olga Owner', 'Tom Topic', 'Ans Answer', 'Mia Member', 'Otto Outside'];
  const [owner, author, answerer, member, outsider] = (await Promise.all(names.map((name) => web.add(name)))) as [
    PersonRow,
    PersonRow,
    PersonRow,
    PersonRow,
    PersonRow,
  ];
  const keys = await createActorKeys();
  const [topic, answer] = await transact(context, by, async (work) => {
    const group = await createGroup(work, { name: 'Kale', handle: 'kale', owner: owner.id, keys, reading: 'web' });
    for (const { id } of [author, answerer, member]) await joinGroup(work, { group: group.id, person: id });
    const begun = await createTopic(work, {
      group: group.id,
      author: author.id,
      title: 'Kale',
      ...markdownText('Kale?'),
    });
    const text = markdownText(`Rather #${word}, @${author.handle}`);
    return [begun, await reply(work, { replyTo: begun.id, author: answerer.id, ...text })] as const;
  });
  const settle = async () => {
    for (;;) if ((await runAfterEffects(context)) === 0 && !(await runNextJob(context))) return;
  };
  await settle();
  const decide = async (does: typeof removeFromGroup | typeof putBack) => {
    await transact(context, by, (work) => does(work, { post: topic.id, by: owner.id, reason: 'Off topic' }));
    await settle();
  };
  return { web, context, topic, answer, decide, owner, author, answerer, member, outsider };
}

/** What every door of one post answers to somebody. */
async function doorsOf({ web, context }: Awaited<ReturnType<typeof openThread>>, person: PersonRow, post: PostRow) {
  const browser = await web.signedIn(person);
  const api = async (method: string, path: string) => {
    const { status, json } = await web.api(person, method, `/posts/${post.id}${path}`);
    return path === '' && status === 200 ? `${status} removed ${json.removed}` : String(status);
  };
  const page = async (path: string) => {
    const answer = await browser.get(`/posts/${post.id}${path}`);
    // A reply is shown on the page of its topic.
    return answer.status === 303 ? '200' : String(answer.status);
  };
  const follow = await browser.get(`/follow?uri=${encodeURIComponent(post.uri)}`);
  return {
    page: await page(''),
    history: await page('/history'),
    remove: await page('/remove'),
    post: await api('GET', ''),
    revisions: await api('GET', '/revisions'),
    delivery: await api('GET', '/delivery'),
    like: await api('PUT', '/like'),
    followed: (await browser.get(follow.location ?? '/')).status === 404,
    document: await documentFor(context, post),
  };
}

/** Whether its ActivityStreams document goes to the web and to a partner. */
async function documentFor(context: Awaited<ReturnType<typeof openThread>>['context'], post: PostRow) {
  const kind = posts.objects?.find(({ path }) => path === 'posts');
  const object = await kind?.load(context.db.reader, { id: post.id });
  const origin = 'https://partner.example';
  const peer: Requester = { kind: 'peer', origin, actor: nodeActor(origin), trust: trustEverybody };
  const may = [];
  for (const requester of [{ kind: 'nobody' } as const, peer])
    may.push(object !== undefined && (await kind?.mayRead(context.db.reader, requester, object)));
  return may;
}

/** Everywhere that words of posts stand together. */
async function listsOf({ web, topic }: Awaited<ReturnType<typeof openThread>>, person: PersonRow) {
  const browser = await web.signedIn(person);
  const shown: string[] = [];
  for (const path of ['/feed', `/search?q=${word}`, '/notifications', `/groups/${topic.group_id}/posts`])
    if (JSON.stringify((await web.api(person, 'GET', path)).json).includes(`${word}`)) shown.push(`api ${path}`);
  for (const path of [
    '/',
    '/notifications',
    `/tags/${word}`,
    `/groups/${topic.group_id}`,
    `/groups/${topic.group_id}/feed.atom`,
  ]) {
    const { html } = await browser.get(path);
    // The tag itself is what was asked for.
    if (html.replaceAll(`#${word}</`, '').includes(`Rather`)) shown.push(path);
  }
  if ((await browser.get(`/groups/${topic.group_id}/suggestions?q=%23kool`)).html.includes(word))
    shown.push('suggestions');
  return shown;
}

const tests = (dialect: 'sqlite' | 'postgres') => () => {
  it('is at every door what the removed topic is there, for everybody, and comes back with it', async () => {
    const world = await openThread(dialect);
    await using _closed = world.web;
    const { web, topic, answer, decide, owner, author, answerer, member, outsider } = world;
    const everybody = { owner, author, answerer, member, outsider };
    for (const person of Object.values(everybody)) {
      expect((await doorsOf(world, person, answer)).post).toBe('200 removed false');
      expect(await listsOf(world, person)).toContain(`api /search?q=${word}`);
    }
    expect(await listsOf(world, author)).toEqual(
      expect.arrayContaining(['api /notifications', '/notifications', `/tags/${word}`, 'suggestions']),
    );
    expect(await documentFor(world.context, answer)).toEqual([true, true]);

    await decide(removeFromGroup);
    for (const [name, person] of Object.entries(everybody)) {
      const ofTopic = await doorsOf(world, person, topic);
      expect([name, await doorsOf(world, person, answer)]).toEqual([name, ofTopic]);
      expect([name, ofTopic.post]).toEqual([name, name === 'owner' || name === 'author' ? '200 removed true' : '404']);
      expect([name, ofTopic.document]).toEqual([name, [false, false]]);
      expect([name, await listsOf(world, person)]).toEqual([name, []]);
    }
    for (const person of [owner, author]) {
      const { json } = await web.api(person, 'GET', `/posts/${topic.id}`);
      expect(json.replies).toMatchObject([{ id: answer.id, removed: true, removedReason: 'Off topic' }]);
    }
    const put = await web.api(owner, 'DELETE', `/posts/${answer.id}/remove`);
    expect(put.json).toMatchObject({ id: answer.id, removed: true });

    await decide(putBack);
    for (const person of Object.values(everybody)) {
      expect((await doorsOf(world, person, answer)).post).toBe('200 removed false');
      expect(await listsOf(world, person)).toContain(`api /search?q=${word}`);
    }
  });

  it('and a thread for those who run the group shows its words, and its tags, to nobody else', async () => {
    const world = await openThread(dialect);
    await using _closed = world.web;
    const { context, topic, decide, owner, author, member, outsider } = world;
    await decide(removeFromGroup);
    await transact(context, by, async (work) => {
      const closed = { reading: 'members' } as const;
      await work.db.updateTable('groups').set(closed).where('id', '=', topic.group_id).execute();
      const audience = { kind: 'facilitators', origin: null } as const;
      const text = markdownText(`Rather #${word}, @${author.handle} and @${member.handle}`);
      await createTopic(work, { group: topic.group_id, author: owner.id, title: 'Few', ...text, audience });
    });
    while (await runAfterEffects(context));
    expect(await listsOf(world, owner)).toEqual(expect.arrayContaining(['suggestions', `/tags/${word}`]));
    for (const person of [author, member, outsider])
      expect([person.name, await listsOf(world, person)]).toEqual([person.name, []]);
  });
};

describe('What was answered to a removed topic, on SQLite,', tests('sqlite'));
describe.skipIf(postgresMissing)('What was answered to a removed topic, on PostgreSQL,', tests('postgres'));
