import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  addPerson,
  decide,
  type NodeProcess,
  type ProcessPerson,
  startProcess,
} from '../harness/process.ts';
import { until } from '../harness/until.ts';

/**
 * The story of product.md's first row, between processes, by REST and command line only: a department hosts a group, two councils that
 * have no agreement with each other work in it, and a node that nobody allowed gets nothing.
 */
const limit = 6_000;
const earlierTopics = 220;
const figures: { step: string; milliseconds: number }[] = [];

type Post = Answer['body'];
type Group = { id: string; uri: string };

/** Somebody in the group, with the group's local id at their node. */
type Member = ProcessPerson & { group: string; node: NodeProcess };

let department: NodeProcess;
let council: NodeProcess;
let parish: NodeProcess;
let stranger: NodeProcess;
let group: Group;
let ada: Member;
let bob: Member;
let cleo: Member;
let dina: Member;
let eve: ProcessPerson;

/** For what a command has done already: the command line's own start is not measured. */
const nothing = async () => undefined;

/** What the command line decided holds within a second in the running node, which is a process of its own. */
async function aSecondLater(): Promise<void> {
  const decided = performance.now();
  await until(() => performance.now() - decided >= 1_000, limit);
}

/** Does one thing and waits until everybody concerned has it. */
async function step<T>(name: string, act: () => Promise<T>, reached: (result: T) => Promise<boolean>): Promise<T> {
  const began = performance.now();
  const result = await act();
  await until(() => reached(result), limit).catch((error: unknown) => {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}\n${logs()}`);
  });
  const milliseconds = Math.round(performance.now() - began);
  figures.push({ step: name, milliseconds });
  expect(milliseconds, name).toBeLessThan(limit);
  return result;
}

const logs = () => [department, council, parish].map((node) => `--- ${node?.name}\n${complaints(node)}`).join('\n');

const complaints = (node: NodeProcess) =>
  node
    .log()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"level":"info"'))
    .slice(-20)
    .join('\n');

async function made(answer: Promise<Answer>): Promise<Post> {
  const { status, body } = await answer;
  expect([200, 201], status < 500 ? JSON.stringify(body) : logs()).toContain(status);
  return body;
}

async function topics(member: Member, most: number): Promise<Post[]> {
  const items: Post[] = [];
  let cursor = '';
  while (items.length < most) {
    const page = await made(member.api('GET', `/groups/${member.group}/posts?limit=100${cursor}`));
    items.push(...page.items);
    if (page.next === null) break;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
  return items.slice(0, most);
}

/** The post as this person's node shows it to them; of a reply, `topic` says in which thread to look. */
async function seen(member: Member, uri: string, topic = uri): Promise<Post | undefined> {
  const page = await made(member.api('GET', `/groups/${member.group}/posts?limit=100`));
  const found = page.items.find((item: Post) => item.uri === topic);
  if (!found || topic === uri) return found;
  const thread = await made(member.api('GET', `/posts/${found.id}`));
  return thread.replies.find((item: Post) => item.uri === uri);
}

async function everybody(members: Member[], holds: (member: Member) => Promise<boolean>): Promise<boolean> {
  for (const member of members) if (!(await holds(member))) return false;
  return true;
}

const write = (member: Member, title: string, content: string) =>
  made(member.api('POST', `/groups/${member.group}/posts`, { title, content }));

async function answer(member: Member, topic: string, content: string): Promise<Post> {
  const found = await seen(member, topic);
  return made(member.api('POST', `/posts/${found?.id}/replies`, { content }));
}

/** One verb on a post, by whoever's node knows it under another id. */
async function act(member: Member, method: string, verb: string, uri: string, topic = uri, body?: unknown) {
  const found = await seen(member, uri, topic);
  return made(member.api(method, `/posts/${found?.id}${verb}`, body));
}

async function standing(member: Member): Promise<Post> {
  return (await made(member.api('GET', `/groups/${member.group}`))).membership;
}

async function enter(node: NodeProcess, person: ProcessPerson): Promise<Member> {
  const known = await made(person.api('POST', '/memberships/remote', { uri: group.uri, join: true }));
  expect(['requested', 'member']).toContain(known.membership.state);
  const member = { ...person, group: known.id, node };
  await step(
    `${person.name} asks to join and is let in`,
    async () => {
      await until(async () => {
        const asked = await made(ada.api('GET', `/groups/${group.id}/members?state=requested`));
        const request = asked.items.find((item: Post) => item.person.uri === person.uri);
        if (request) await made(ada.api('POST', `/groups/${group.id}/members/${request.person.id}/approve`, {}));
        return request !== undefined;
      }, limit);
    },
    async () => (await standing(member)).state === 'member',
  );
  return member;
}

beforeAll(async () => {
  [department, council, parish, stranger] = await Promise.all([
    startProcess('Department of Transport'),
    startProcess('Harrowdean Council'),
    startProcess('Wexcombe Council'),
    startProcess('Somebody Else'),
  ]);
  const [owner, ...others] = await Promise.all([
    addPerson(department, 'Ada Owner'),
    addPerson(council, 'Bob Council', '--admin'),
    addPerson(council, 'Cleo Council'),
    addPerson(parish, 'Dina Parish'),
    addPerson(stranger, 'Eve Stranger'),
  ]);
  const made = await owner.api('POST', '/groups', {
    name: 'Concessionary travel',
    handle: 'travel',
    joining: 'request',
  });
  expect(made.status).toBe(201);
  group = made.body;
  ada = { ...owner, group: group.id, node: department };
  const [first, second, third, last] = others as [ProcessPerson, ProcessPerson, ProcessPerson, ProcessPerson];
  bob = { ...first, group: '', node: council };
  cleo = { ...second, group: '', node: council };
  dina = { ...third, group: '', node: parish };
  eve = last;
  await Promise.all([
    decide(department, 'allow', council),
    decide(council, 'allow', department),
    decide(parish, 'allow', department),
    // The stranger's own list lets it ask; the department's does not let it in.
    decide(stranger, 'allow', department),
  ]);
  await decide(department, 'allow', parish);
  for (let first = 1; first <= earlierTopics; first += 20) {
    const numbers = Array.from({ length: 20 }, (_, index) => first + index);
    await Promise.all(numbers.map((n) => write(ada, `Earlier topic ${n}`, `What was said about ${n}`)));
  }
}, 180_000);

afterAll(async () => {
  console.info(
    figures.map(({ step: name, milliseconds }) => `${String(milliseconds).padStart(6)} ms  ${name}`).join('\n'),
  );
  await Promise.all([department, council, parish, stranger].map((node) => node?.[Symbol.asyncDispose]()));
});

/** The steps tell one story: each begins where the one before it ended. */
describe('Three agencies in one group', () => {
  it('a person opens the group from its link and sees the last 200 topics with their texts', async () => {
    const opened = await step(
      'following a group by its link',
      () => made(bob.api('POST', '/memberships/remote', { uri: group.uri, join: false })),
      async ({ id }) => (await made(bob.api('GET', `/groups/${id}`))).following,
    );
    expect(opened).toMatchObject({ home: department.origin, membership: { state: 'none' } });
    bob.group = opened.id;
    const there = await topics(ada, 200);
    const here = await step(
      'the last 200 topics on first opening',
      () => topics(bob, 200),
      async () => true,
    );
    const shown = (items: Post[]) => items.map(({ uri, title, content, author }) => [uri, title, content, author.uri]);
    expect(shown(here)).toEqual(shown(there));
    expect(here[0]).toMatchObject({ author: { name: 'Ada Owner', agency: department.name } });
  });

  it('people of both councils ask to join and are let in', async () => {
    bob = await enter(council, bob);
    cleo = await enter(council, cleo);
    dina = await enter(parish, dina);
    expect(await topics(dina, 200)).toHaveLength(200);
  });

  let question: Post;
  let reply: Post;
  let remark: Post;

  it('a question and its answers reach everybody, with name and agency of their authors', async () => {
    const everyone = [ada, bob, dina];
    question = await step(
      'a question',
      () => write(bob, 'Companion passes', 'Who *pays* for them?'),
      ({ uri }) => everybody(everyone, async (member) => (await seen(member, uri))?.status === 'accepted'),
    );
    reply = await step(
      'the department answers',
      () => answer(ada, question.uri, 'The travel authority does.'),
      ({ uri }) =>
        everybody(everyone, async (member) => (await seen(member, uri, question.uri))?.status === 'accepted'),
    );
    remark = await step(
      'the second council remarks',
      () => answer(dina, question.uri, 'Not with us.'),
      ({ uri }) =>
        everybody(everyone, async (member) => (await seen(member, uri, question.uri))?.status === 'accepted'),
    );
    expect(await seen(dina, question.uri)).toMatchObject({
      content: question.content,
      author: { uri: bob.uri, name: 'Bob Council', agency: council.name, home: council.origin },
      verified: 'proof',
    });
    expect(await seen(bob, remark.uri, question.uri)).toMatchObject({
      content: remark.content,
      author: { uri: dina.uri, name: 'Dina Parish', agency: parish.name, home: parish.origin },
      verified: 'proof',
    });
  });

  it('tells the author which nodes have the post', async () => {
    const asHost = (await made(ada.api('GET', `/posts/${reply.id}/delivery`))) as Post;
    expect(asHost).toMatchObject({ nodes: 2, reached: 2, waiting: 0, failed: 0, unknown: 0 });
    expect(asHost.detail.map((line: Post) => line.home).sort()).toEqual([council.origin, parish.origin].sort());
    // The host reports once its posts have had some seconds to arrive.
    await until(async () => {
      const told = await made(bob.api('GET', `/posts/${question.id}/delivery`));
      return told.nodes === 2 && told.reached === 2 && told.waiting === 0 && told.unknown === 0;
    }, 15_000);
  }, 30_000);

  it('an edit, a like and what answered the question reach everybody', async () => {
    await step(
      'an edit',
      () => made(bob.api('PATCH', `/posts/${question.id}`, { content: 'Who pays for *them*?' })),
      (changed) =>
        everybody([ada, bob, dina], async (member) => {
          const post = await seen(member, question.uri);
          return post?.revision === 2 && post.content === changed.content && post.status === 'accepted';
        }),
    );
    await step(
      'a like',
      () => act(dina, 'PUT', '/like', reply.uri, question.uri, {}),
      () => everybody([ada, bob, dina], async (member) => (await seen(member, reply.uri, question.uri))?.likes === 1),
    );
    await step(
      'what answered it',
      () => act(bob, 'POST', '/answered', reply.uri, question.uri, {}),
      () =>
        everybody([ada, bob, dina], async (member) => {
          const topic = await seen(member, question.uri);
          return topic?.answered === (await seen(member, reply.uri, question.uri))?.id;
        }),
    );
  });

  it('a lock reaches everybody, and a reply that crosses it is refused with the reason', async () => {
    // The department hears the council and is not heard by it: the lock and the reply cross on the way.
    await decide(department, 'allow', council, '--direction', 'in');
    await aSecondLater();
    await act(ada, 'POST', '/lock', question.uri, question.uri, {});
    const late = await answer(bob, question.uri, 'One thing more');
    expect(late.status).toBe('waiting');
    await decide(department, 'allow', council, '--direction', 'both');
    await step('a lock, and a reply refused by it', nothing, async () => {
      const shown = await made(bob.api('GET', `/posts/${late.id}`));
      return (
        shown.status === 'refused' &&
        shown.refusal === 'locked' &&
        (await everybody([bob, dina], async (member) => (await seen(member, question.uri))?.locked === true))
      );
    });
    const known = await seen(bob, question.uri);
    const refused = await bob.api('POST', `/posts/${known?.id}/replies`, { content: 'And another' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'locked' } });
    expect(await seen(dina, late.uri, question.uri)).toBeUndefined();
    await step(
      'opened again',
      () => act(ada, 'DELETE', '/lock', question.uri),
      () => everybody([bob, dina], async (member) => (await seen(member, question.uri))?.locked === false),
    );
    await step(
      'a pin',
      () => act(ada, 'POST', '/pin', question.uri, question.uri, {}),
      () => everybody([bob, dina], async (member) => (await seen(member, question.uri))?.pinned === true),
    );
  });

  it('a removal with its reason, and a report without its reporter, reach those concerned', async () => {
    await step(
      'a removal',
      () => act(ada, 'POST', '/remove', remark.uri, question.uri, { reason: 'Not about travel' }),
      async () =>
        (await seen(bob, remark.uri, question.uri)) === undefined &&
        (await seen(dina, remark.uri, question.uri))?.removedReason === 'Not about travel',
    );
    await step(
      'a report',
      () => act(dina, 'POST', '/report', question.uri, question.uri, { reason: 'Names a resident' }),
      async () => (await made(ada.api('GET', `/groups/${group.id}/reports`))).items.length === 1,
    );
    const [report] = (await made(ada.api('GET', `/groups/${group.id}/reports`))).items;
    expect(report).toMatchObject({ reason: 'Names a resident', reporter: null, home: parish.origin });
    expect(JSON.stringify(report)).not.toContain(dina.uri);
    expect((await dina.api('GET', `/groups/${dina.group}/reports`)).status).toBe(403);
  });

  it('a ban reaches the person, whose posts are refused', async () => {
    const before = await write(cleo, 'Before the ban', 'Some words');
    await until(async () => (await seen(dina, before.uri)) !== undefined, limit);
    const members = (await made(ada.api('GET', `/groups/${group.id}/members?limit=100`))).items;
    const there = members.find((item: Post) => item.person.uri === cleo.uri).person.id;
    await step(
      'a ban',
      () => made(ada.api('POST', `/groups/${group.id}/members/${there}/ban`, { reason: 'Advertising' })),
      async () => (await standing(cleo)).state === 'banned',
    );
    const refused = await cleo.api('POST', `/groups/${cleo.group}/posts`, { title: 'Buy this', content: 'Now' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'banned' } });
    expect((await made(cleo.api('GET', `/posts/${before.id}`))).content).toBe(before.content);
  });

  it('a deletion leaves a tombstone everywhere', async () => {
    await step(
      'a deletion',
      () => made(bob.api('DELETE', `/posts/${question.id}`)),
      () =>
        everybody([ada, bob, dina], async (member) => {
          const post = await seen(member, question.uri);
          return post?.deleted === true && post.content === '' && post.title === null;
        }),
    );
    // Its author hears from the host who else took the deletion.
    await until(async () => {
      const told = await made(bob.api('GET', `/posts/${question.id}/delivery`));
      return told.nodes === 2 && told.reached === 2 && told.deletedOn === 2 && told.unknown === 0;
    }, 15_000);
  }, 30_000);

  it('a suspension holds within a second, and lifting it lets everything through', async () => {
    const other = await made(ada.api('POST', '/groups', { name: 'Road works', handle: 'roads' }));
    await decide(department, 'suspend', council);
    // The promise: a running server heeds what another process decided within a second.
    await aSecondLater();
    const refused = await bob.api('POST', '/memberships/remote', { uri: other.uri });
    expect(refused.status, JSON.stringify(refused.body)).toBeGreaterThanOrEqual(400);
    const waiting = await write(bob, 'While suspended', 'Does this arrive?');
    const missed = await write(ada, 'News', 'For those with an agreement');
    await until(async () => (await seen(dina, missed.uri)) !== undefined, limit);
    await until(async () => {
      const peers = (await made(bob.api('GET', '/peers'))).items;
      return peers.find((peer: Post) => peer.origin === department.origin).lane === 'waiting';
    }, limit);
    expect(await seen(bob, missed.uri)).toBeUndefined();
    expect(await seen(bob, waiting.uri)).toMatchObject({ status: 'waiting' });
    expect(await seen(ada, waiting.uri)).toBeUndefined();
    await decide(department, 'allow', council);
    await step(
      'an agreement that is resumed',
      nothing,
      async () =>
        (await seen(bob, missed.uri)) !== undefined &&
        (await seen(bob, waiting.uri))?.status === 'accepted' &&
        (await everybody([ada, dina], async (member) => (await seen(member, waiting.uri)) !== undefined)),
    );
  });

  it('who leaves keeps what they wrote, and nothing more is delivered', async () => {
    const own = await write(bob, 'Ours', 'The council wrote this.');
    await until(async () => (await seen(dina, own.uri))?.status === 'accepted', limit);
    const members = async () => (await made(ada.api('GET', `/groups/${group.id}`))).memberCount;
    const before = await members();
    await step(
      'leaving',
      () => made(bob.api('POST', `/groups/${bob.group}/leave`)),
      async () => (await members()) === before - 1 && (await standing(bob)).state === 'none',
    );
    const later = await write(ada, 'After they left', 'For those who are still here');
    await until(async () => (await seen(dina, later.uri)) !== undefined, limit);
    // Delivered to those who are still in the group; who may read it can still open it.
    const delivery = await made(ada.api('GET', `/posts/${later.id}/delivery`));
    expect(delivery.detail.map((line: Post) => line.home)).toEqual([parish.origin]);
    expect((await made(bob.api('GET', '/feed'))).items).toEqual([]);
    expect(await made(bob.api('GET', `/posts/${own.id}`))).toMatchObject({ content: own.content, status: 'accepted' });
    expect(await seen(ada, own.uri)).toMatchObject({ content: own.content });
  });

  it('a node that nobody allowed gets nothing', async () => {
    const asked = await eve.api('POST', '/memberships/remote', { uri: group.uri });
    expect(asked.status).toBeGreaterThanOrEqual(400);
    expect(asked.status).toBeLessThan(500);
    expect((await made(eve.api('GET', '/groups'))).items).toEqual([]);
    expect((await made(eve.api('GET', '/feed'))).items).toEqual([]);
    const accept = 'application/activity+json';
    const unsigned = await fetch(group.uri, { headers: { accept } });
    expect(unsigned.status).toBeGreaterThanOrEqual(400);
    const said = (await department.command('explain', stranger.origin, group.uri)) as Post;
    expect(said).toMatchObject({ allowed: false });
    expect(said.lines.join(' ')).toContain('there is no agreement with this node');
  });
});
