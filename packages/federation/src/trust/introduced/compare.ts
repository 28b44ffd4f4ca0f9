import {
  addressOf,
  isObject,
  type JsonObject,
  originOf,
  ownEpoch,
  type Reader,
  readEpoch,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import type { Bridge } from '../../bridge.ts';
import { membersDigest } from '../../participation.ts';
import { isCovered } from '../../pending.ts';
import { type IntroducedNode, introducedDocument, readIntroduced } from './list.ts';
import { introductionRow, isOurs, nodesIn, saveIntroduction } from './store.ts';

/**
 * Two nodes compare which nodes a closed group introduces, with all else that they share: a list that one of them lost, or that another restore brought back, vouches for nodes that
 * the group vouches for no more. What counts is what the group's own node says at its own address.
 */

type List = { group: string; nodes: readonly IntroducedNode[] };

/** Which nodes a list is of, with their keys and names; the order says nothing. */
const digestOf = (nodes: readonly IntroducedNode[]): string =>
  membersDigest(nodes.map(({ origin, agency, key }) => JSON.stringify([origin, agency, key])));

/** Lines of the digest of two nodes: one for each list that names anybody. */
function linesOf(lists: readonly List[]): string[] {
  return lists.flatMap(({ group, nodes }) => (nodes.length === 0 ? [] : `${group}#introduced ${digestOf(nodes)}`));
}

/** Of our groups: as a peer with members in them is told. */
export async function introducedLinesHere(bridge: Bridge, peer: string): Promise<string[]> {
  const { reader } = bridge.context.db;
  const rows = await reader
    .selectFrom('introduction')
    .select(['group_uri', 'group_id', 'nodes'])
    .where('is_on', '=', 1)
    .where('group_id', 'is not', null)
    .execute();
  if (rows.length === 0) return [];
  const gets = await reader
    .selectFrom('subscription')
    .select('stream')
    .where('origin', '=', peer)
    .where('ends_after', 'is', null)
    .where(
      'stream',
      'in',
      rows.map(({ group_id }) => streams.members(group_id ?? '')),
    )
    .execute();
  const told = new Set(gets.flatMap(({ stream }) => (isCovered(bridge.trust, peer, stream) ? stream : [])));
  const lists = rows.filter(({ group_id }) => told.has(streams.members(group_id ?? '')));
  return linesOf(lists.map((row) => ({ group: row.group_uri, nodes: asTold(nodesIn(row), peer) })));
}

/** Of groups of a peer: as they are known here. */
export async function introducedLinesThere(db: Reader, peer: string): Promise<string[]> {
  const rows = db.selectFrom('introduction').select(['group_uri', 'nodes']).where('group_id', 'is', null);
  const theirs = (await rows.execute()).filter(({ group_uri }) => originOf(group_uri) === peer);
  return linesOf(theirs.map((row) => ({ group: row.group_uri, nodes: nodesIn(row) })));
}

/** Whoever is told a list knows itself and the group's node. */
const asTold = (nodes: readonly IntroducedNode[], peer: string) => nodes.filter(({ origin }) => origin !== peer);

/**
 * What the list of shared streams says of a closed group of ours. Also that nobody is introduced: a peer may have a list of before a restore.
 * @param stream of the group's members
 * @param group its address; null when nobody of the peer takes part
 * @returns null when this node may not speak of it now
 */
export async function introducedSaid(bridge: Bridge, peer: string, stream: string, group: string | null) {
  const { reader } = bridge.context.db;
  if (group === null || !stream.endsWith('/members') || !isCovered(bridge.trust, peer, stream)) return null;
  const row = await introductionRow(reader, group);
  const nodes = row?.is_on === 1 ? asTold(nodesIn(row), peer) : [];
  return introducedDocument(group, { version: row?.version ?? 0, epoch: await ownEpoch(reader), nodes });
}

/** Mends lists that the group's own node says differently. One difference alone changes nothing: its `Update` may be on its way. */
export function createIntroducedRepair(bridge: Bridge) {
  const differing = new Set<string>();

  const compareOne = async (peer: string, group: string, entry: JsonObject): Promise<void> => {
    const said = readIntroduced(entry['joinery:introduced'], group);
    if (!said) return;
    const { reader } = bridge.context.db;
    const known = await introductionRow(reader, group);
    if (known?.group_id != null || !(await isOurs(reader, group))) return;
    const nodes = asTold(said.nodes, bridge.context.config.origin).filter(({ origin }) => origin !== peer);
    if (digestOf(nodes) === digestOf(known ? nodesIn(known) : [])) return void differing.delete(group);
    if (!differing.has(group)) return void differing.add(group);
    differing.delete(group);
    const mended = await transact(bridge.context, { kind: 'peer', origin: peer }, (work) =>
      mend(work, peer, { ...said, group, nodes }),
    );
    if (mended) bridge.context.logger.info('introduced.repaired', { origin: peer });
  };

  return {
    /** @param entries of the peer's list of streams, which say whom each of its closed groups introduces */
    compare: async (peer: string, entries: JsonObject[]): Promise<void> => {
      for (const entry of entries) {
        const group = addressOf(entry.attributedTo);
        if (group?.startsWith(`${peer}/`) && isObject(entry['joinery:introduced']))
          await compareOne(peer, group, entry);
      }
    },
    /** Everything is equal again. */
    agree: (peer: string): void => {
      for (const group of differing) if (group.startsWith(`${peer}/`)) differing.delete(group);
    },
  };
}

/** @returns false when it was said before the group's node was restored, or a newer list came meanwhile */
async function mend(
  work: Work,
  peer: string,
  said: List & { version: number; epoch: unknown; nodes: IntroducedNode[] },
): Promise<boolean> {
  if (!(await isOurs(work.db, said.group))) return false;
  const read = await readEpoch(work, peer, said.epoch);
  const known = await introductionRow(work.db, said.group);
  if (read === null || (known && known.epoch === read.epoch && known.version > said.version)) return false;
  const row = { group_uri: said.group, group_id: null, is_on: 0, version: said.version, epoch: read.epoch };
  await saveIntroduction(work, { ...row, nodes: JSON.stringify(said.nodes) });
  work.emit('partner.introduced', streams.local, { group: said.group });
  return true;
}
