import { setTimeout } from 'node:timers/promises';
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
 * Two councils work in a department's group while their nodes are killed at moments that a seed decides. Afterwards all nodes agree, nothing
 * that was acknowledged is missing, and nothing is doubled. `JOINERY_SEEDS=7` repeats one seed, `JOINERY_SEEDS=1,2,3` several.
 */
const seeds = (process.env.JOINERY_SEEDS ?? '1,2,3,4,5,6,7,8,9,10').split(',').map(Number);
const killsPerSeed = 2;
/** Longest time into a step at which a node is killed, in milliseconds. */
const latest = 60;
const agreeWithin = 30_000;

type Body = Answer['body'];
type Member = ProcessPerson & { node: NodeProcess; group: string };

let nodes: NodeProcess[];
let people: ProcessPerson[];

/** Mulberry32: the same numbers for the same seed, on every machine. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

beforeAll(async () => {
  nodes = await Promise.all(['Department', 'Council', 'Parish'].map((name) => startProcess(name)));
  const [department, council, parish] = nodes as [NodeProcess, NodeProcess, NodeProcess];
  people = await Promise.all(
    (['Ada Owner', 'Bob Council', 'Dina Parish'] as const).map((name, index) =>
      addPerson(nodes[index] ?? department, name, '--admin'),
    ),
  );
  await Promise.all([
    decide(department, 'allow', council),
    decide(council, 'allow', department),
    decide(parish, 'allow', department),
  ]);
  await decide(department, 'allow', parish);
}, 120_000);

afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node[Symbol.asyncDispose]()));
});

let keys = 0;
let tries = 0;

/**
 * One request as a careful client makes it: after a broken connection the same again, under the same Idempotency-Key, until there is an answer.
 */
async function ask(person: ProcessPerson, method: string, path: string, body?: unknown): Promise<Answer> {
  keys += 1;
  const headers: Record<string, string> = method === 'POST' ? { 'idempotency-key': `${person.id}-${keys}` } : {};
  let last: Answer | undefined;
  await until(async () => {
    try {
      last = await person.api(method, path, body, headers);
    } catch {
      return false;
    }
    return last.status < 500 && last.body?.code !== 'conflict';
  }, 20_000);
  return last ?? expect.fail('no answer');
}

/** @returns what a 2xx answered: acknowledged from here on */
async function acknowledged(answer: Promise<Answer>): Promise<Body> {
  const { status, body } = await answer;
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return body;
}

const topicsOf = async (member: Member): Promise<Body[]> =>
  (await acknowledged(ask(member, 'GET', `/groups/${member.group}/posts?limit=100`))).items;

/** Everything that a node shows of the group, in a form that is the same on every node when they agree. */
async function view(member: Member) {
  const group = await acknowledged(ask(member, 'GET', `/groups/${member.group}`));
  const topics = await topicsOf(member);
  const threads: Body[] = await Promise.all(
    topics.map((topic) => acknowledged(ask(member, 'GET', `/posts/${topic.id}`))),
  );
  const posts: Body[] = threads.flatMap(({ replies, ...topic }) => [topic, ...replies]);
  const uris = new Map(posts.map((post) => [post.id, post.uri]));
  const shown = posts
    .map((post) => ({
      uri: post.uri,
      title: post.title,
      content: post.content,
      revision: post.revision,
      author: post.author.uri,
      replyTo: post.replyTo && uris.get(post.replyTo),
      replyCount: post.replyCount,
      likes: post.likes,
      answered: post.answered && uris.get(post.answered),
      pinned: post.pinned,
      locked: post.locked,
      status: post.status,
      removed: post.removed,
      deleted: post.deleted,
    }))
    .sort((one, other) => (one.uri < other.uri ? -1 : 1));
  return { state: group.membership?.state, posts: shown };
}

/** One step of the story, into which the seed may let a node die. */
type Step = () => Promise<void>;

function killer(random: (below: number) => number, steps: number, told: string[]) {
  const at = new Set<number>();
  while (at.size < killsPerSeed) at.add(random(steps));
  let number = 0;
  return async (name: string, step: Step): Promise<void> => {
    const index = number;
    number += 1;
    if (!at.has(index)) return step();
    const victim = nodes[random(nodes.length)] ?? expect.fail('no node');
    const after = random(latest);
    told.push(`${victim.name} killed ${after} ms into "${name}"`);
    const running = step();
    // The step's own fault is told when it is waited for.
    running.catch(() => {});
    await setTimeout(after);
    await victim.kill();
    await victim.restart();
    await running;
  };
}

const stepCount = 12;

async function story(seed: number, told: string[]): Promise<{ members: Member[]; promised: Map<string, string> }> {
  const random = randomFrom(seed);
  const doing = killer(random, stepCount, told);
  const [owner, asker, reader] = people as [ProcessPerson, ProcessPerson, ProcessPerson];
  // Another group for each try, so that a second one begins anew.
  tries += 1;
  const made = await acknowledged(
    ask(owner, 'POST', '/groups', { name: `Seed ${seed}`, handle: `seed-${seed}-${tries}` }),
  );
  const [ada, bob, dina] = [owner, asker, reader].map((person, index) => ({
    ...person,
    group: made.id as string,
    node: nodes[index],
  })) as [Member, Member, Member];
  const enter = (member: Member) => async () => {
    member.group = (await acknowledged(ask(member, 'POST', '/memberships/remote', { uri: made.uri }))).id;
    await until(async () => {
      const group = await acknowledged(ask(member, 'GET', `/groups/${member.group}`));
      return group.membership.state === 'member';
    }, agreeWithin);
  };
  /** The post as this member's node knows it; waits until it does. */
  const known = async (member: Member, uri: string): Promise<Body> => {
    let found: Body;
    await until(async () => {
      found = (await topicsOf(member)).find((topic) => topic.uri === uri);
      return found !== undefined && found.status === 'accepted';
    }, agreeWithin);
    return found;
  };
  const knownReply = async (member: Member, topic: string, uri: string): Promise<Body> => {
    let found: Body;
    await until(async () => {
      const thread = await acknowledged(ask(member, 'GET', `/posts/${topic}`));
      found = thread.replies.find((post: Body) => post.uri === uri);
      return found !== undefined;
    }, agreeWithin);
    return found;
  };
  const promised = new Map<string, string>();
  const write = async (member: Member, title: string) => {
    const body = { title, content: `${title}, says ${member.name}` };
    const post = await acknowledged(ask(member, 'POST', `/groups/${member.group}/posts`, body));
    promised.set(post.uri, post.content);
    return post;
  };
  const answer = async (member: Member, topic: string) => {
    const { id } = await known(member, topic);
    const post = await acknowledged(ask(member, 'POST', `/posts/${id}/replies`, { content: `So says ${member.name}` }));
    promised.set(post.uri, post.content);
    return post;
  };
  let question: Body;
  let news: Body;
  let reply: Body;
  await doing('Bob joins', enter(bob));
  await doing('Dina joins', enter(dina));
  await doing('Bob asks', async () => {
    question = await write(bob, 'Question');
  });
  await doing('Ada tells', async () => {
    news = await write(ada, 'News');
  });
  await doing('Ada answers', async () => {
    reply = await answer(ada, question.uri);
  });
  await doing('Dina answers', async () => void (await answer(dina, question.uri)));
  await doing('Bob edits', async () => {
    const changed = await acknowledged(ask(bob, 'PATCH', `/posts/${question.id}`, { content: 'A better question' }));
    promised.set(question.uri, changed.content);
  });
  await doing('Bob and Dina like', async () => {
    await acknowledged(ask(dina, 'PUT', `/posts/${(await known(dina, news.uri)).id}/like`, {}));
    await acknowledged(ask(bob, 'PUT', `/posts/${(await knownReply(bob, question.id, reply.uri)).id}/like`, {}));
  });
  await doing('Bob is helped', async () => {
    await acknowledged(ask(bob, 'POST', `/posts/${(await knownReply(bob, question.id, reply.uri)).id}/answered`, {}));
  });
  await doing('Ada pins', async () => void (await acknowledged(ask(ada, 'POST', `/posts/${news.id}/pin`, {}))));
  await doing('Dina writes and deletes', async () => {
    const slip = await write(dina, 'A slip');
    promised.delete(slip.uri);
    const { status } = await ask(dina, 'DELETE', `/posts/${slip.id}`);
    expect([200, 410]).toContain(status);
  });
  await doing('Ada locks', async () => void (await acknowledged(ask(ada, 'POST', `/posts/${news.id}/lock`, {}))));
  return { members: [ada, bob, dina], promised };
}

/** Members of the groups whose stories have ended. */
const finished: Member[][] = [];

describe('Nodes that are killed at any moment', () => {
  it.each(seeds)(
    'agree, miss nothing and double nothing (seed %d)',
    async (seed) => {
      const told: string[] = [];
      const began = performance.now();
      let views: Awaited<ReturnType<typeof view>>[] = [];
      try {
        const { members, promised } = await story(seed, told);
        const settled = performance.now();
        await until(async () => {
          views = await Promise.all(members.map(view));
          const [first, ...others] = views.map(({ state, ...rest }) => JSON.stringify(rest));
          const complete = views[0]?.posts.filter(({ uri }) => promised.has(uri)).length === promised.size;
          const liked = views[0]?.posts.filter(({ likes }) => likes === 1).length === 2;
          return complete && liked && others.every((other) => other === first);
        }, agreeWithin);
        console.info(
          `seed ${seed}: ${told.join('; ')}; agreed ${Math.round(performance.now() - settled)} ms after the last step (${Math.round(performance.now() - began)} ms in all)`,
        );
        for (const { posts, state } of views) {
          expect(state).toBe('member');
          expect(new Map(posts.filter(({ deleted }) => !deleted).map(({ uri, content }) => [uri, content]))).toEqual(
            promised,
          );
          expect(new Set(posts.map(({ uri }) => uri)).size).toBe(posts.length);
          expect(posts.every(({ status }) => status === 'accepted')).toBe(true);
          expect(posts.find(({ title }) => title === 'News')).toMatchObject({ likes: 1, pinned: true, locked: true });
          expect(posts.find(({ title }) => title === 'Question')).toMatchObject({
            revision: 2,
            replyCount: 2,
            answered: expect.any(String),
          });
        }
        const [host] = members as [Member];
        const { items } = await acknowledged(ask(host, 'GET', `/groups/${host.group}/members?limit=100`));
        expect(items.map((item: Body) => item.person.uri).sort()).toEqual(people.map(({ uri }) => uri).sort());
        finished.push(members);
      } catch (error) {
        const logs = nodes.map((node) => `--- ${node.name}\n${complaints(node)}`).join('\n');
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(
          `JOINERY_SEEDS=${seed}: ${told.join('; ')}\n${why}\n${JSON.stringify(views, null, 1)}\n${logs}`,
        );
      }
    },
    90_000,
  );

  it('know how many members the first group has, which is told once a minute', async () => {
    for (const member of finished[0] ?? []) {
      await until(
        async () => (await acknowledged(ask(member, 'GET', `/groups/${member.group}`))).memberCount === people.length,
        75_000,
      );
    }
  }, 90_000);
});

const complaints = (node: NodeProcess) =>
  node
    .log()
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"level":"info"'))
    .slice(-15)
    .join('\n');
