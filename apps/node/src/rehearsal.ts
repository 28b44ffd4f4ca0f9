import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, createActorKeys, type DoorAnswer, newId } from '@joinery/core';
import { carriesKeyOf, federationOf, fetchAs, type RehearsalStep, rehearsalSteps, sendAs } from '@joinery/federation';
import { createGroup, joinGroup, membershipOf } from '@joinery/slices/groups';
import { deletePost, markdownText, reply } from '@joinery/slices/posts';
import { type RunningNode, startNode } from './node.ts';
import { closedGroup } from './rehearsal/closed.ts';
import { act, decide, person, postAt, settle, until, write } from './rehearsal/hands.ts';

/** What may go wrong on purpose, for the test that no line is green by itself. */
export type Meddling = {
  /** Milliseconds that anything may take. */
  longest?: number;
  before?: (step: RehearsalStep['name'], nodes: { copy: RunningNode; partner: RunningNode }) => Promise<void>;
};

const longestWait = 20_000;

/**
 * Tries what an agreement does, with nodes that exist for some seconds only and leave nothing behind. A throw-away partner knocks at the real node,
 * which must be reached at its address and refuse whom it does not know; then a copy of the node, with its settings but without its content, makes an
 * agreement with the partner. The real node is only asked: nothing of it changes. See docs/adr/0011-rehearsal.md.
 */
export async function rehearse(real: Context, meddling: Meddling = {}): Promise<RehearsalStep[]> {
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
    const startWriter = () => start('writer', 'Second throw-away partner');
    return await play(real, { copy, partner, startWriter }, meddling);
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
async function play(
  real: Context,
  { copy, partner, startWriter }: { copy: RunningNode; partner: RunningNode; startWriter: () => Promise<RunningNode> },
  { longest = longestWait, before }: Meddling,
): Promise<RehearsalStep[]> {
  const tries: Record<RehearsalStep['name'], Try> = {
    ...(await knocks(real, partner)),
    ...agreement(copy, partner, startWriter, longest),
  };
  const steps: RehearsalStep[] = [];
  for (const name of rehearsalSteps) {
    await before?.(name, { copy, partner });
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
  await decide(partner, 'allow', { origin, agency: real.config.agency });
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
function agreement(copy: RunningNode, partner: RunningNode, startWriter: () => Promise<RunningNode>, longest: number) {
  const nodes = [copy, partner] as const;
  const here = { owner: '', group: '', closed: '', reader: '' };
  const there = { group: '', topic: '' };
  return {
    agreed: async () => {
      await decide(copy, 'allow', { origin: partner.origin, agency: 'Throw-away partner' });
      await decide(partner, 'allow', { origin: copy.origin, agency: copy.context.config.agency });
      return until(nodes, longest, async () => (await isConfirmed(copy)) && (await isConfirmed(partner, copy.origin)));
    },
    joined: async () => {
      here.owner = await person(copy, 'Olga Owner');
      here.reader = await person(partner, 'Pim Partner');
      const [keys, closedKeys] = [await createActorKeys(), await createActorKeys()];
      await act(copy, async (work) => {
        const { owner } = here;
        here.group = (await createGroup(work, { name: 'Rehearsal', handle: 'rehearsal', owner, keys })).uri;
        const closed = { name: 'Closed', handle: 'closed', owner, keys: closedKeys };
        here.closed = (await createGroup(work, { ...closed, reading: 'members', joining: 'request' })).uri;
      });
      there.group = (await partner.context.ports.actors.resolve(here.group)).id;
      await act(partner, (work) => joinGroup(work, { group: there.group, person: here.reader }));
      const { reader } = partner.context.db;
      return until(
        nodes,
        longest,
        async () => (await membershipOf(reader, there.group, here.reader))?.state === 'member',
      );
    },
    posted: async () => {
      there.topic = (await write(partner, there.group, here.reader, 'A question')).uri;
      return until(nodes, longest, async () => (await postAt(copy, there.topic))?.status === 'accepted');
    },
    answered: async () => {
      const replyTo = (await postAt(copy, there.topic))?.id;
      if (!replyTo) return 'There is nothing to answer';
      const answer = await act(copy, (work) =>
        reply(work, { replyTo, author: here.owner, ...markdownText('An answer.') }),
      );
      return until(nodes, longest, async () => (await postAt(partner, answer.uri)) !== undefined);
    },
    closed: async () => {
      if (here.closed === '') return 'There is no group to ask for';
      const missing = here.closed.replace(/[^/]+$/, newId());
      const [closed, nothing] = [
        await fetchAs(partner.federation, here.closed),
        await fetchAs(partner.federation, missing),
      ];
      if (closed.ok || nothing.ok) return 'Something was given';
      if (closed.status === undefined) return `${closed.code}: ${closed.detail}`;
      return (closed.status === nothing.status && closed.body?.code === nothing.body?.code) || 'The answers differ';
    },
    ...closedGroup(nodes, here, startWriter, longest),
    deleted: async () => {
      const id = (await postAt(partner, there.topic))?.id;
      if (!id || (await postAt(copy, there.topic)) === undefined) return 'There is nothing to delete';
      await act(partner, (work) => deletePost(work, { post: id, author: here.reader }));
      return until(nodes, longest, async () => {
        const copied = await postAt(copy, there.topic);
        return copied === undefined || copied.deleted_at !== null;
      });
    },
    suspended: async () => {
      await decide(copy, 'suspend', partner);
      const late = await write(copy, here.group.split('/').at(-1) ?? '', here.owner, 'After the end');
      await settle(nodes);
      const read = await fetchAs(partner.federation, here.group);
      if (read.ok || read.body?.code !== 'no_agreement') return 'The partner could still read';
      return (await postAt(partner, late.uri)) === undefined || 'The partner still got a post';
    },
  } satisfies Partial<Record<RehearsalStep['name'], Try>>;
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
