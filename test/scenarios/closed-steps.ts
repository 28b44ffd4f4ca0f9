import { createToken, restoredState, transact, type Work } from '@joinery/core';
import {
  approve,
  ban,
  decline,
  declineInvitation,
  deleteGroup,
  groupByUri,
  invite,
  joinGroup,
  leaveGroup,
  removeMember,
  setQuestions,
  unban,
  updateGroup,
} from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import {
  createTopic,
  deletePost,
  editPost,
  like,
  lock,
  markdownText,
  pin,
  postByUri,
  putBack,
  removeFromGroup,
  reply,
  unlike,
  unlock,
} from '@joinery/slices/posts';
import { expect } from 'vitest';
import { confirmRestored } from '../../packages/federation/src/rejoin.ts';
import { answerRules, rulesToAnswer } from '../../packages/federation/src/restored/rules.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';
import type { Things } from './closed-probe.ts';
import { introducingSteps } from './closed-steps-introduced.ts';
import { runningSteps } from './closed-steps-running.ts';
import { common, type Letter, type Row, words } from './closed-table.ts';
import { by, type ClosedWorld, limit, scopes } from './closed-world.ts';

/** Where no mail arrives. */
export const nobodyListens = { JOINERY_SMTP_URL: 'smtp://127.0.0.1:9' };
/** Minutes. A node that was refused asks for its lease again after one. */
const day = 24 * 60;
const leaseAgain = 2;

/** What steps have in common. */
export type Tools = {
  people: { nora: TestPerson; dora: TestPerson; xena: TestPerson };
  /** Local ids of the group. */
  at: { b: string; c: string };
  act: <T>(node: TestNode, does: (work: Work) => Promise<T>) => Promise<T>;
  text: (letter: Letter, more?: string) => ReturnType<typeof markdownText>;
  /** Local id of the post of B. */
  copy: (node: TestNode) => Promise<string>;
  memberAtA: (person: { uri: string }) => Promise<string>;
  byAda: (does: (work: Work, about: { post: string; by: string }) => Promise<unknown>) => Promise<void>;
  forward: (minutes: number) => Promise<void>;
  wake: () => Promise<void>;
  open: () => Promise<void>;
};

/**
 * What happens in each row of the table.
 * @param onStart told of A when it is another process
 */
export function createSteps(
  world: ClosedWorld,
  things: Things,
  people: { nora: TestPerson; dora: TestPerson; xena: TestPerson },
  onStart: (node: TestNode) => void,
) {
  const { b, c, x, ada, bob, cleo, group, settle } = world;
  const at = { b: '', c: '' };
  const kept: { stolen: Parameters<typeof runningSteps>[2]['stolen'] } = { stolen: undefined };
  let topic = '';
  let backup = '';
  const act = <T>(node: TestNode, does: (work: Work) => Promise<T>): Promise<T> => transact(node.context, by, does);
  const text = (letter: Letter, more = '') => markdownText(`${words[letter]} ${common} ${more}`);
  /** B alone decides, so that no notice is waited for: with a token that counts, C reads at B until then, and within a second nothing. */
  const endsAtB = async (decide: () => Promise<unknown>): Promise<void> => {
    const token = await world.forged({ version: 99 });
    const status = async () => (await world.get(c, things.post ?? '', token)).status;
    expect(await status()).toBe(200);
    const began = performance.now();
    await decide();
    await until(async () => (await status()) !== 200, limit);
    const took = Math.round(performance.now() - began);
    console.log(`refused at B ${took} ms after it decided`);
    expect(took).toBeLessThanOrEqual(1_000);
  };
  const copy = async (node: TestNode) => (await postByUri(node.context.db.reader, things.post ?? ''))?.id ?? '';
  const memberAtA = async (person: { uri: string }) =>
    (await personByUri(world.a.context.db.reader, person.uri))?.id ?? '';
  const documentId = async () => (await postByUri(b.context.db.reader, things.document ?? ''))?.id ?? '';
  /** Lanes try now what they have put off. */
  const wake = async () => {
    for (const one of [world.a, b, c, x])
      for (const other of [world.a, b, c, x]) if (one !== other) one.federation.lanes.wake(other.origin);
    await settle();
  };
  /** Members open the group: what was dropped comes back. */
  const open = async () => {
    await wake();
    for (const [node, person, id] of [
      [b, bob, at.b],
      [c, cleo, at.c],
    ] as const) {
      await person.api('GET', `/groups/${id}/posts`);
      await person.api('GET', `/posts/${await copy(node)}`);
    }
    await settle();
  };
  const byAda = async (does: (work: Work, about: { post: string; by: string }) => Promise<unknown>) => {
    const post = await copy(world.a);
    await act(world.a, (work) => does(work, { post, by: ada.id }));
  };
  const aboutCleo = async (
    does: (work: Work, about: { group: string; person: string; by: string }) => Promise<unknown>,
  ) => {
    const person = await memberAtA(cleo);
    await act(world.a, (work) => does(work, { group: group.id, person, by: ada.id }));
  };
  const asks = () => {
    const answers = [{ question: 'What for?', answer: 'To learn' }];
    return act(b, (work) => joinGroup(work, { group: at.b, person: bob.id, answers }));
  };
  const again = async () => {
    await settle();
    await world.become(c, cleo);
  };
  const change = (input: Parameters<typeof updateGroup>[3]) =>
    act(world.a, (work) => updateGroup(work, group.id, ada.id, input));
  const forward = async (minutes: number) => {
    world.clock.forward(minutes);
    await wake();
  };

  const tools: Tools = { people, at, act, text, copy, memberAtA, byAda, forward, wake, open };
  const steps: Record<Row['what'], () => Promise<unknown>> = {
    ...introducingSteps(world, things, tools),
    ...runningSteps(world, tools, kept),
    'group made': () => change({ name: words.G }),
    'group hidden': () => change({ listed: false }),
    invited: async () => {
      const person = (await world.a.context.ports.actors.resolve(bob.uri)).id;
      await act(world.a, (work) => invite(work, { group: group.id, person, by: ada.id }));
    },
    'invitation declined': async () => {
      at.b = (await groupByUri(b.context.db.reader, group.uri))?.id ?? '';
      await act(b, (work) => declineInvitation(work, { group: at.b, person: bob.id }));
    },
    'listed again': () => change({ listed: true }),
    'asks to join': async () => {
      const questions = [{ text: 'What for?', required: true }];
      await act(world.a, (work) => setQuestions(work, group.id, ada.id, questions));
      // B knows it as it was when it was hidden.
      at.b = (await b.context.ports.actors.resolve(group.uri, { maximumAgeSeconds: 0 })).id;
      await asks();
    },
    'turned down': async () => {
      const person = await memberAtA(bob);
      await act(world.a, (work) => decline(work, { group: group.id, person, by: ada.id, reason: 'Not yet' }));
    },
    'asks again': () => asks(),
    admitted: async () => {
      const person = await memberAtA(bob);
      await act(world.a, (work) => approve(work, { group: group.id, person, by: ada.id }));
    },
    'somebody of C joins': async () => {
      await act(world.a, (work) => setQuestions(work, group.id, ada.id, []));
      at.c = await world.become(c, cleo);
    },
    'post with a file': async () => {
      const file = await uploadFile(b, bob, `${words.F}.txt`, Buffer.from(`${words.F} ${common} ${words.F}`));
      const names = `@ada-owner@${new URL(world.a.origin).host}`;
      const input = { group: at.b, author: bob.id, title: words.P, ...text('P', names), files: [{ id: file }] };
      const post = await act(b, (work) => createTopic(work, input));
      const rows = b.context.db.reader.selectFrom('log').select('id').where('name', '=', 'post.created');
      const event = await rows.where('data', 'like', `%${post.id}%`).executeTakeFirstOrThrow();
      topic = post.id;
      Object.assign(things, { post: post.uri, file: `${b.origin}/files/${file}` });
      things.activity = `${b.origin}/activities/${event.id}`;
    },
    edited: () => act(b, (work) => editPost(work, { post: topic, author: bob.id, ...text('E') })),
    liked: async () => {
      const post = await copy(c);
      await act(c, (work) => like(work, { post, by: { person: cleo.id, uri: cleo.uri } }));
    },
    'like taken back': async () => {
      const post = await copy(c);
      await act(c, (work) => unlike(work, { post, by: { uri: cleo.uri } }));
    },
    'reply at C': async () => {
      const replyTo = await copy(c);
      await act(c, (work) => reply(work, { replyTo, author: cleo.id, ...text('R') }));
    },
    pinned: () => byAda(pin),
    locked: () => byAda(lock),
    'post of the host': async () => {
      await byAda(unlock);
      const input = { group: group.id, author: ada.id, title: words.H, ...text('H') };
      things.minutes = (await act(world.a, (work) => createTopic(work, input))).uri;
    },
    'document in the library': async () => {
      const file = await uploadFile(b, bob, `${words.D}.txt`, Buffer.from(`${words.D} ${common}`));
      const input = { file, title: `${words.D} ${common}` };
      things.document = (await bob.api('POST', `/groups/${at.b}/library/documents`, input)).body.uri;
      things.paper = `${b.origin}/files/${file}`;
    },
    'file replaced': async () => {
      const id = await documentId();
      const { revision } = (await bob.api('GET', `/documents/${id}`)).body;
      const file = await uploadFile(b, bob, `${words.V}.txt`, Buffer.from(`${words.V} ${common}`));
      await bob.api('POST', `/documents/${id}/versions`, { file, note: 'Newer', revision });
      things.paper = `${b.origin}/files/${file}`;
    },
    'file deleted': async () => {
      await bob.api('DELETE', `/posts/${await documentId()}`);
      things.binned = things.paper;
    },
    'removed by a facilitator': () => byAda((work, about) => removeFromGroup(work, { ...about, reason: 'Elsewhere' })),
    'put back': () => byAda(putBack),
    'left, and nobody else is of C': () => act(c, (work) => leaveGroup(work, { group: at.c, person: cleo.id })),
    'joins again': again,
    'last member of C removed': () => aboutCleo(removeMember),
    'let in again': again,
    banned: () => aboutCleo((work, about) => ban(work, { ...about, until: null })),
    'ban ended, and let in': async () => {
      await aboutCleo(unban);
      await again();
    },
    'A suspends C': () => world.a.decide('suspend', c),
    'A allows C again': async () => {
      await world.a.decide('allow', c, { scopes: [...scopes] });
      await forward(leaseAgain);
    },
    'B suspends C': () => endsAtB(() => b.decide('suspend', c)),
    'B allows C again': async () => {
      await b.decide('allow', c, { scopes: [...scopes] });
    },
    'B narrows its agreement with C': () =>
      endsAtB(() => b.decide('change', c, { scopes: ['discover', 'open-groups'] })),
    'B widens it': () => b.decide('change', c, { scopes: [...scopes] }),
    'A narrows its agreement with C': () => world.a.decide('change', c, { scopes: ['discover', 'open-groups'] }),
    'A widens it': async () => {
      await world.a.decide('change', c, { scopes: [...scopes] });
      await forward(leaseAgain);
    },
    'agreement of A with C ended': async () => {
      const expiresAt = new Date(world.clock.now().getTime() + 60_000).toISOString();
      await world.a.decide('change', c, { expiresAt });
      await settle();
      await forward(2);
    },
    renewed: async () => {
      await world.a.decide('change', c, { expiresAt: null });
      await forward(leaseAgain);
    },
    'A away for four days': async () => {
      world.lineToA.cut();
      await forward(4 * day);
    },
    'A away for a month': () => forward(27 * day),
    'A is back': async () => {
      world.lineToA.mend();
      await forward(16);
    },
    'deleted by its author': async () => {
      backup = await world.backUp();
      await act(b, (work) => deletePost(work, { post: topic, author: bob.id }));
    },
    'A restored from before that': async () => {
      await world.restore(backup);
      onStart(world.a);
      await settle();
      await confirmRestored(world.a.context, by, { take: 'trusted', administrators: [] });
      await answerRules(world.a.context, by, 'test', await rulesToAnswer(world.a.context, null, 'en'), true);
      await until(async () => (await restoredState(world.a.context.db.reader))?.waiting.length === 0, 2 * limit);
      for (const person of [ada, people.nora])
        person.token = (
          await act(world.a, (work) => createToken(work, { account: person.account, name: 'test' }))
        ).token;
      await forward(16);
    },
    archived: () => change({ archived: true }),
    'group deleted': () => act(world.a, (work) => deleteGroup(work, group.id, ada.id)),
  };
  return { steps, open, kept };
}
