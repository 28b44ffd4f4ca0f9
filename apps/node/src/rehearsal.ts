import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Context, createActorKeys, type DoorAnswer, newId, transact, type Work } from '@joinery/core';
import {
  carriesKeyOf,
  decideAs,
  federationOf,
  fetchAs,
  type RehearsalStep,
  rehearsalSteps,
  sendAs,
} from '@joinery/federation';
import { createGroup, joinGroup, membershipOf } from '@joinery/slices/groups';
import { addPerson } from '@joinery/slices/people';
import { createTopic, deletePost, markdownText, postByUri, reply } from '@joinery/slices/posts';
import { type RunningNode, startNode } from './node.ts';

const by = { kind: 'system', what: 'rehearsal' } as const;
const longestWait = 20_000;

/**
 * Tries what an agreement does, with nodes that exist for some seconds only and leave nothing behind. A throw-away partner knocks at the real node,
 * which must be reached at its address and refuse whom it does not know; then a copy of the node, with its settings but without its content, makes an
 * agreement with the partner. The real node is only asked: nothing of it changes. See docs/adr/0011-rehearsal.md.
 */
export async function rehearse(real: Context): Promise<RehearsalStep[]> {
  const folder = await mkdtemp(join(tmpdir(), 'joinery-rehearsal-'));
  const nodes: RunningNode[] = [];
  try {
    const start = async (name: string, agency: string) => {
      const node = await startNode(settingsOf(real, join(folder, name), agency), { log: () => {} });
      nodes.push(node);
      return node;
    };
    const partner = await start('partner', 'Throw-away partner');
    const copy = await start('copy', real.config.agency);
    return await play(real, copy, partner);
  } finally {
    for (const node of nodes.reverse()) await node.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The settings of the real node, at a loopback address and in a folder of its own. */
function settingsOf({ config }: Context, folder: string, agency: string): Record<string, string> {
  return {
    JOINERY_DATA: folder,
    JOINERY_PORT: '0',
    JOINERY_AGENCY: agency,
    JOINERY_LOOPBACK_PEERS: '1',
    JOINERY_PRIVATE_RANGES: config.privateRanges.join(','),
    ...(config.outboundProxy ? { JOINERY_OUTBOUND_PROXY: config.outboundProxy } : {}),
    ...(config.caFile ? { JOINERY_CA_FILE: config.caFile } : {}),
  };
}

type Try = () => Promise<true | string>;

/** Everything in order; after a step that others need has failed, those are not tried. */
async function play(real: Context, copy: RunningNode, partner: RunningNode): Promise<RehearsalStep[]> {
  const tries: Record<RehearsalStep['name'], Try> = { ...(await knocks(real, partner)), ...agreement(copy, partner) };
  const steps: RehearsalStep[] = [];
  for (const name of rehearsalSteps) {
    const start = performance.now();
    const outcome = await tries[name]().catch((error: unknown) => (error instanceof Error ? error.message : 'failed'));
    const milliseconds = Math.round(performance.now() - start);
    steps.push({ name, ok: outcome === true, milliseconds, detail: outcome === true ? '' : outcome });
  }
  return steps;
}

/** What the real node does with a node that it does not know, over the same way as any other would come. */
async function knocks(real: Context, partner: RunningNode) {
  const { origin } = real.config;
  const own = federationOf(real);
  await decide(partner, 'allow', origin, real.config.agency);
  const isRefused = (answer: DoorAnswer): true | string => {
    if (!answer.ok && answer.body?.code === 'no_agreement') return true;
    return answer.ok ? 'It was let in' : `${answer.code}: ${answer.detail}`;
  };
  return {
    reached: async () => {
      const answer = await fetchAs(partner.federation, `${origin}/node`);
      if (!answer.ok) return `${answer.code}: ${answer.detail}`;
      return (own && (await carriesKeyOf(answer, own))) || 'Another node answers at this address: its key is not ours';
    },
    'reading-refused': async () => isRefused(await fetchAs(partner.federation, `${origin}/agency`)),
    'sending-refused': async () => isRefused(await sendAs(partner.federation, origin)),
  } satisfies Partial<Record<RehearsalStep['name'], Try>>;
}

/** What agencies do that have an agreement, and what remains when it ends. */
function agreement(copy: RunningNode, partner: RunningNode) {
  const nodes = [copy, partner];
  const here = { owner: '', group: '', closed: '' };
  const there = { person: '', group: '', topic: '' };
  const postAt = (node: RunningNode, uri: string) => postByUri(node.context.db.reader, uri);
  const write = (node: RunningNode, group: string, author: string, title: string) =>
    act(node, (work) => createTopic(work, { group, author, title, ...markdownText('This is a rehearsal.') }));
  return {
    agreed: async () => {
      await decide(copy, 'allow', partner.origin, 'Throw-away partner');
      await decide(partner, 'allow', copy.origin, copy.context.config.agency);
      return until(nodes, async () => (await isConfirmed(copy)) && (await isConfirmed(partner, copy.origin)));
    },
    joined: async () => {
      here.owner = await person(copy, 'Olga Owner');
      there.person = await person(partner, 'Pim Partner');
      const [keys, closedKeys] = [await createActorKeys(), await createActorKeys()];
      await act(copy, async (work) => {
        const { owner } = here;
        here.group = (await createGroup(work, { name: 'Rehearsal', handle: 'rehearsal', owner, keys })).uri;
        const closed = { name: 'Closed', handle: 'closed', owner, keys: closedKeys };
        here.closed = (await createGroup(work, { ...closed, reading: 'members', joining: 'request' })).uri;
      });
      there.group = (await partner.context.ports.actors.resolve(here.group)).id;
      await act(partner, (work) => joinGroup(work, { group: there.group, person: there.person }));
      const { reader } = partner.context.db;
      return until(nodes, async () => (await membershipOf(reader, there.group, there.person))?.state === 'member');
    },
    posted: async () => {
      there.topic = (await write(partner, there.group, there.person, 'A question')).uri;
      return until(nodes, async () => (await postAt(copy, there.topic))?.status === 'accepted');
    },
    answered: async () => {
      const replyTo = (await postAt(copy, there.topic))?.id;
      if (!replyTo) return 'There is nothing to answer';
      const answer = await act(copy, (work) =>
        reply(work, { replyTo, author: here.owner, ...markdownText('An answer.') }),
      );
      return until(nodes, async () => (await postAt(partner, answer.uri)) !== undefined);
    },
    closed: async () => {
      if (here.closed === '') return 'There is no group to ask for';
      const missing = here.closed.replace(/[^/]+$/, newId());
      const [closed, nothing] = [
        await fetchAs(partner.federation, here.closed),
        await fetchAs(partner.federation, missing),
      ];
      if (closed.ok || nothing.ok) return 'Something was given';
      return (closed.status === nothing.status && closed.body?.code === nothing.body?.code) || 'The answers differ';
    },
    deleted: async () => {
      const id = (await postAt(partner, there.topic))?.id;
      if (!id) return 'There is nothing to delete';
      await act(partner, (work) => deletePost(work, { post: id, author: there.person }));
      return until(nodes, async () => {
        const copied = await postAt(copy, there.topic);
        return copied === undefined || copied.deleted_at !== null;
      });
    },
    suspended: async () => {
      await decide(copy, 'suspend', partner.origin);
      const late = await write(copy, here.group.split('/').at(-1) ?? '', here.owner, 'After the end');
      await settle(nodes);
      const read = await fetchAs(partner.federation, here.group);
      if (read.ok || read.body?.code !== 'no_agreement') return 'The partner could still read';
      return (await postAt(partner, late.uri)) === undefined || 'The partner still got a post';
    },
  } satisfies Partial<Record<RehearsalStep['name'], Try>>;
}

function act<T>(node: RunningNode, does: (work: Work) => Promise<T>): Promise<T> {
  return transact(node.context, by, does);
}

async function person(node: RunningNode, name: string): Promise<string> {
  const email = `${name.split(' ')[0]?.toLowerCase()}@rehearsal.example`;
  return (await addPerson(node.context, by, { name, email, administrator: false, federationOfficer: false })).id;
}

async function decide(node: RunningNode, what: 'allow' | 'suspend', origin: string, agency?: string): Promise<void> {
  const fields = agency === undefined ? {} : { agency, privateRanges: true };
  await act(node, (work) => decideAs(work, what, { origin, fields, by: 'rehearsal', reason: 'Rehearsal' }));
  await node.federation.bridge.trust.refresh();
}

async function isConfirmed(node: RunningNode, origin?: string): Promise<boolean> {
  const rows = await node.context.db.reader
    .selectFrom('partner')
    .innerJoin('partner_host', 'partner_host.partner_id', 'partner.id')
    .select('partner.confirmed')
    .$if(origin !== undefined, (query) => query.where('partner_host.origin', '=', origin ?? ''))
    .execute();
  return rows.some(({ confirmed }) => confirmed === 1);
}

/** Lets both nodes deliver and take what there is, until something holds. */
async function until(nodes: RunningNode[], holds: () => Promise<boolean>): Promise<true | string> {
  const end = performance.now() + longestWait;
  while (performance.now() < end) {
    await settle(nodes);
    if (await holds()) return true;
    await setTimeout(20);
  }
  return `It had not happened after ${longestWait / 1000} seconds`;
}

async function settle(nodes: RunningNode[]): Promise<void> {
  for (const { context, worker, federation } of nodes) {
    await context.db.changes.poll();
    await worker?.drain();
    await federation.lanes.look();
    await federation.settled();
  }
}
