import {
  type Context,
  createKeyRing,
  createMailDoor,
  inOneCommit,
  isInQuarantine,
  type MailDoor,
  type Ports,
  transact,
  version,
} from '@joinery/core';
import { createAcknowledgements } from './acknowledgements.ts';
import type { Bridge } from './bridge.ts';
import { type CatchUp, createCatchUp } from './catch-up.ts';
import { createClosedReading } from './closed/reading.ts';
import { createPeersDoor, type PeersDoor } from './door.ts';
import { createDiscovery } from './fedify.ts';
import { createRemoteFiles } from './files.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { tryNow } from './lane-waits.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { createOutbound, type Outbound } from './outbound.ts';
import { type Builder, createBuilder } from './outgoing.ts';
import { ensurePeer } from './peers.ts';
import { createRejoin } from './rejoin.ts';
import { createRemoteKeys } from './remote-keys.ts';
import { createActors } from './resolve.ts';
import { asks } from './trust/asks.ts';
import { planAllWarnings } from './trust/expiry/plan.ts';
import { introductions } from './trust/introduced/host.ts';
import { useOf } from './trust/preview.ts';
import { partnerById } from './trust/store.ts';
import { createTrust } from './trust/trust.ts';

/** The federation of one node: its doors and ports, what it receives and what it delivers. */
export type FederationNode = {
  /** The whole context, doors and ports included. */
  context: Context;
  bridge: Bridge;
  door: PeersDoor;
  /** What it connected to, and why. */
  outbound: Outbound;
  builder: Builder;
  inbox: Inbox;
  catchUp: CatchUp;
  lanes: Lanes;
  /** WebFinger and NodeInfo. */
  discovery: (request: Request) => Promise<Response>;
  /** A peer has asked for what comes after a number: it has everything up to it. */
  acknowledge: (stream: string, origin: string, epoch: string, sequence: number) => void;
  /** A peer has sent something that was proven. */
  contact: (origin: string) => void;
  /** Begins to deliver, and what an earlier process left undone. */
  start: () => Promise<void>;
  /** Resolves when nothing more can be applied or delivered now. */
  settled: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** What a node is made of before federation gives it doors and ports. */
export type Ground = Omit<Context, 'doors' | 'ports'> & { ports: Pick<Ports, 'people'> };

const contactEvery = 30_000;
/** While its lane, or something that it did not give, waits; not at every message, or a node that sends and does not take would be tried all the time. */
const contactEveryWhileWaiting = 1_000;
const nodes = new WeakMap<Context, FederationNode>();

/** The federation of a node that was made in this process. */
export function federationOf(context: Context): FederationNode | undefined {
  return nodes.get(context);
}

/**
 * Makes the federation of a node. Nothing is sent before `start`; what is asked for (a look-up, a proposal) works at once.
 */
export async function createFederation(ground: Ground): Promise<FederationNode> {
  const trust = createTrust(ground);
  const door = createPeersDoor({
    mayReach: (origin) => {
      const decision = trust.mayFederate(origin, null, 'out');
      const inward = decision.allowed ? decision : trust.mayFederate(origin, null, 'in');
      const privateRanges = trust.privateRanges(origin);
      // An introduced node is only read: lanes, look-ups and all else ask for an agreement first.
      return inward.allowed || trust.mayIntroduce(origin) || trust.introductionsOf(origin).length > 0
        ? { allowed: true, reason: 'allowed', privateRanges }
        : { ...inward, privateRanges };
    },
    userAgent: `Joinery/${version} (+${ground.config.origin}/)`,
    loopbackPeers: ground.config.loopbackPeers,
    privateRanges: ground.config.privateRanges,
    services: async () =>
      (await Promise.all(ground.slices.map((slice) => slice.services?.(ground.db.reader) ?? []))).flat(),
    outboundProxy: ground.config.outboundProxy,
    caFile: ground.config.caFile,
    now: () => ground.clock.now(),
    onConnection: (connection) => nodes.get(context)?.outbound.note(connection),
  });
  // Doors and ports refer to each other through the context that holds both.
  const context: Context = Object.assign(ground, {
    doors: { peers: door, mail: quarantinedMail(ground), services: door.services },
    ports: ground.ports as Ports,
  });
  const keys = createKeyRing(ground.secret);
  const bridge: Bridge = {
    context,
    trust,
    keys,
    remoteKeys: createRemoteKeys({ context, keys }),
    unanswered: new Set(),
  };
  context.ports = {
    asks,
    introductions,
    agreements: {
      byId: async (db, id) => {
        const partner = await partnerById(db, id);
        if (!partner) return null;
        const { agency, expiresAt } = partner;
        return { partner: id, agency, expiresAt, use: (await useOf(context, db, [partner]))(partner) };
      },
    },
    people: ground.ports.people,
    files: createRemoteFiles(bridge, door),
    trust,
    peers: {
      allowed: trust.allowed,
      summary: async (db, origin) => {
        const peer = await db.selectFrom('peer').selectAll().where('origin', '=', origin).executeTakeFirst();
        const decision = trust.mayFederate(origin, null, 'in');
        if (!peer && decision.reason === 'not_listed') return null;
        return {
          origin,
          agency: decision.agency ?? null,
          joinery: peer?.joinery === 1,
          state: decision.allowed ? 'allowed' : decision.reason,
          lastSuccessAt: peer?.last_success_at ?? null,
        };
      },
      tryNow,
    },
    closedGroups: createClosedReading(bridge),
    actors: createActors(bridge, (origin) => nodes.get(context)?.catchUp.toWorkOff(origin)),
  };
  await trust.refresh();
  const node = assemble(bridge, door);
  nodes.set(context, node);
  return node;
}

/** Nothing leaves a restored node before a person has confirmed it: mail waits, as it does while the mail server is away. */
function quarantinedMail({ config, db }: Ground): MailDoor | null {
  const door = createMailDoor(config);
  return (
    door && {
      ...door,
      send: async (mail) =>
        (await isInQuarantine(db.reader))
          ? {
              ok: false,
              retryable: true,
              detail: 'This node was restored from a backup: an administrator has to confirm it first',
            }
          : door.send(mail),
    }
  );
}

function assemble(bridge: Bridge, door: PeersDoor): FederationNode {
  const { context } = bridge;
  const builder = createBuilder(bridge);
  const catchUp = createCatchUp(bridge);
  const inbox = createInbox(bridge, catchUp);
  const lanes = createLanes(bridge, builder, (origin) => {
    if (bridge.unanswered.delete(origin)) tellSlices(origin);
  });
  const outbound = createOutbound(context);
  /** It takes what is sent to it: what it did not give is asked for. */
  const tellSlices = (origin: string) =>
    void transact(context, { kind: 'peer', origin }, async (work) => {
      for (const slice of context.slices) await slice.heard?.(work, origin);
    }).catch((error) => context.logger.warn('peer.contact_not_noted', { origin, reason: String(error) }));
  const acknowledgements = createAcknowledgements(context, { pulled: true });
  const rejoin = createRejoin(bridge, {
    open: async (origin) => {
      catchUp.compare(origin, '');
      await lanes.tellHeads(origin);
      lanes.wake(origin);
    },
  });
  const contacts = new Map<string, number>();
  // A decision about a partner may let a lane go on that waited without alarm.
  const stop = context.db.changes.subscribe(() => {
    bridge.trust
      .refresh()
      .then(() => lanes.trustChanged())
      .catch(() => {});
  });
  return {
    context,
    bridge,
    door,
    outbound,
    builder,
    inbox,
    catchUp,
    lanes,
    discovery: createDiscovery(context),
    acknowledge: acknowledgements.add,
    contact: (origin) => {
      catchUp.heard(origin);
      const now = context.clock.now().getTime();
      const waits = lanes.isWaiting(origin) || bridge.unanswered.has(origin);
      if (now - (contacts.get(origin) ?? 0) < (waits ? contactEveryWhileWaiting : contactEvery)) return;
      contacts.set(origin, now);
      bridge.unanswered.delete(origin);
      void noteContact(context, { kind: 'peer', origin }, { context, origin })
        .then(() => lanes.wake(origin))
        .catch((error) => context.logger.warn('peer.contact_not_noted', { origin, reason: String(error) }));
    },
    start: async () => {
      await catchUp.start();
      await lanes.start();
      rejoin.start();
      await planAllWarnings(context);
    },
    settled: async () => {
      await lanes.settled();
      await catchUp.settled();
    },
    [Symbol.asyncDispose]: async () => {
      stop();
      nodes.delete(context);
      await rejoin[Symbol.asyncDispose]();
      await lanes[Symbol.asyncDispose]();
      await catchUp[Symbol.asyncDispose]();
      await acknowledgements.flush();
      await door[Symbol.asyncDispose]();
      await outbound[Symbol.asyncDispose]();
      await bridge.trust[Symbol.asyncDispose]();
    },
  };
}

/** It lives: its lane need not wait any longer. All nodes of a group answer at the same time. */
const noteContact = inOneCommit(async (work, { context, origin }: { context: Context; origin: string }) => {
  await ensurePeer(work, origin);
  await work.db
    .updateTable('peer')
    .set((eb) => ({
      last_contact_at: work.now,
      retry_at: eb.case().when('lane', '!=', 'open').then(null).else(eb.ref('retry_at')).end(),
    }))
    .where('origin', '=', origin)
    .execute();
  for (const slice of context.slices) await slice.heard?.(work, origin);
});
