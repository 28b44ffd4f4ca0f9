import {
  type Context,
  canonicalOrigin,
  prepareQuery,
  type Restored,
  readClassification,
  restoredName,
  type Scope,
  type Trust,
} from '@joinery/core';
import { decide, decideReading, type Introduction, type Snapshot } from './decide.ts';
import { introductionsName, readIntroductions } from './introduced/store.ts';
import { unansweredOrigins } from './restored.ts';
import { allPartners, toSnapshot } from './store.ts';

/** The allow-list in memory. */
export type TrustList = Trust & {
  mayRead: NonNullable<Trust['mayRead']>;
  /** Reads the list again when it has changed; resolves when decisions follow it. Never throws: an unreadable list closes everything. */
  refresh: () => Promise<void>;
  /** Origins with an agreement in force that covers this scope, in any direction. */
  allowed: (scope: Scope | null) => string[];
  /** Those of the origins that are blocked here: a group's host would pass on to them what our people write. */
  whichAreBlocked: (origins: readonly string[]) => string[];
  /**
   * Whether the peers' door may go to an origin that has no agreement in force: an administrator asks whether it is who it says, we have proposed an
   * agreement, or the end of one is told. Never for a blocked origin.
   */
  mayIntroduce: (origin: string) => boolean;
  /**
   * Opens `mayIntroduce` for a minute at most, because an administrator asked for a check, or to say goodbye.
   * @returns closes it again
   */
  markReachable: (origin: string) => () => void;
  /** A node without an entry, as closed groups vouch for it whose introductions are taken; empty for every other. */
  introductionsOf: (origin: string) => readonly Introduction[];
  /** Whether the partner's entry says that its hosts may have private addresses (within JOINERY_PRIVATE_RANGES). */
  privateRanges: (origin: string) => boolean;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** The node's own list, where its port is needed with more than a decision. @throws when the node has none */
export function trustListOf(context: { ports: { trust: Trust } }): TrustList {
  const { trust } = context.ports;
  if (!('markReachable' in trust)) throw new Error('This node was built without its list of partners');
  return trust as TrustList;
}

function quarantineOf(restored: Restored | null, unanswered: readonly string[]): Pick<Snapshot, 'quarantine'> {
  if (restored === null) return {};
  if (restored.confirmedAt === null) return { quarantine: 'everybody' };
  const apart = [...restored.waiting, ...unanswered];
  return apart.length > 0 ? { quarantine: new Set(apart) } : {};
}

/** By which it is seen that the list has to be read again. After every commit: one statement. */
const readVersions = prepareQuery((db) =>
  db.selectNoFrom((eb) => [
    eb.selectFrom('partner_version').select('version').as('partners'),
    eb.selectFrom('classification').select('version').where('id', '=', 1).as('labels'),
    eb.selectFrom('meta').select('value').where('name', '=', introductionsName).as('introductions'),
    eb.selectFrom('meta').select('value').where('name', '=', restoredName).as('restored'),
  ]),
);

const reachableMilliseconds = 60_000;
const retryMilliseconds = 250;

/**
 * Keeps the allow-list in memory. Before the first `refresh`, and whenever the list cannot be read, everything is closed. The list is read again
 * after each commit that decided something, of this process or of another one, as soon as `db.changes` tells.
 */
export function createTrust(
  node: Pick<Context, 'clock' | 'db' | 'slices'> & { config: Pick<Context['config'], 'origin'> },
): TrustList {
  const { db, clock } = node;
  const own = node.config.origin;
  const reachable = new Map<string, number>();
  let snapshot: Snapshot | null = null;
  let version: string | null = null;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const heldBackHere = async () =>
    (await Promise.all(node.slices.map((slice) => slice.heldBack?.(db.reader) ?? []))).flat();
  const load = async () => {
    try {
      const [versions] = await readVersions(db.reader, {});
      const restored = versions?.restored ? (JSON.parse(versions.restored) as Restored) : null;
      const unanswered = restored === null ? [] : await unansweredOrigins(db.reader);
      const heldBack = restored === null ? [] : await heldBackHere();
      const current = `${JSON.stringify(versions)} ${unanswered.join(' ')} ${heldBack.join(' ')}`;
      if (current === version) return;
      const partners = await allPartners(db.reader);
      const introduced = await readIntroductions(db.reader);
      const list = toSnapshot(own, partners, await readClassification(db.reader), introduced);
      snapshot = { ...list, ...quarantineOf(restored, unanswered), heldBack: new Set(heldBack) };
      version = current;
    } catch {
      snapshot = null;
      version = null;
      // The commit that would tell of an end may never come.
      clearTimeout(retry);
      if (!closed) retry = setTimeout(refresh, retryMilliseconds).unref();
    }
  };
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  // One reading at a time; whoever asks meanwhile waits for one that begins after asking.
  const refresh = (): Promise<void> => {
    if (running === undefined) {
      running = load().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running.then(() => {
      next = undefined;
      return refresh();
    });
    return next;
  };
  const unsubscribe = db.changes.subscribe(() => void refresh());

  const now = () => clock.now().getTime();
  const mayFederate: Trust['mayFederate'] = (origin, scope, direction, group) =>
    decide(snapshot, origin, scope, direction, group, now());
  const mayRead: TrustList['mayRead'] = (origin, group, direction) =>
    decideReading(snapshot, origin, group, direction, now());
  return {
    mayFederate,
    mayRead,
    introductionsOf: (origin) =>
      (snapshot?.introduced.get(canonicalOrigin(origin) ?? '') ?? []).filter(
        ({ group }) => mayRead(origin, { uri: group }, 'out').reason === 'introduced',
      ),
    refresh,
    allowed: (scope) =>
      [...(snapshot?.byOrigin.keys() ?? [])].filter(
        (origin) => mayFederate(origin, scope, 'in').allowed || mayFederate(origin, scope, 'out').allowed,
      ),
    whichAreBlocked: (origins) => origins.filter((origin) => mayFederate(origin, null, 'out').reason === 'blocked'),
    mayIntroduce: (origin) => {
      const { reason } = mayFederate(origin, null, 'out');
      if (reason === 'blocked' || reason === 'list_unreadable' || snapshot?.quarantine === 'everybody') return false;
      return snapshot?.byOrigin.get(origin)?.state === 'proposed_by_us' || (reachable.get(origin) ?? 0) > now();
    },
    markReachable: (origin) => {
      for (const [known, until] of reachable) if (until <= now()) reachable.delete(known);
      reachable.set(origin, now() + reachableMilliseconds);
      return () => reachable.delete(origin);
    },
    privateRanges: (origin) => snapshot?.byOrigin.get(origin)?.privateRanges ?? false,
    [Symbol.asyncDispose]: async () => {
      closed = true;
      clearTimeout(retry);
      unsubscribe();
      await running;
      await next;
    },
  };
}
