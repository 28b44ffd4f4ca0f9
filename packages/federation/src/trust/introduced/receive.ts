import { type InboundHandler, isObject, readEpoch, streams } from '@joinery/core';
import { readIntroduced } from './list.ts';
import { introductionRow, isOurs, saveIntroduction } from './store.ts';

/** A group elsewhere says which nodes its members are at. Kept as it is said; whether anything follows from it is decided each time. */
export const introducedHandler: InboundHandler = {
  types: ['Update'],
  apply: async (work, inbound) => {
    const { object } = inbound.activity;
    if (!isObject(object) || object['joinery:introduced'] === undefined) return null;
    const group = inbound.actor;
    if (inbound.verified === 'unchecked' || inbound.through !== null || object.id !== `${group}#introduced`)
      return { state: 'ignored', why: 'Only a group speaks for its nodes' };
    const list = readIntroduced(object['joinery:introduced'], group);
    if (!list) return { state: 'ignored', why: 'Not the list of this group' };
    if (!(await isOurs(work.db, group))) return { state: 'ignored', why: 'Nobody here is in this group' };
    const known = await introductionRow(work.db, group);
    const read = await readEpoch(work, inbound.origin, list.epoch);
    if (read === null) return { state: 'ignored', why: 'Said before its node was restored' };
    const { epoch } = read;
    // A list of an epoch that the node never said it is in gives way to any of one that counts.
    const isNewer = known === undefined || known.epoch !== epoch || known.version < list.version;
    if (!isNewer || known?.group_id != null) return { state: 'ignored', why: 'A newer list is known' };
    const nodes = list.nodes.filter(({ origin }) => origin !== work.home && origin !== inbound.origin);
    const row = { group_uri: group, group_id: null, is_on: 0, version: list.version, epoch };
    await saveIntroduction(work, { ...row, nodes: JSON.stringify(nodes) });
    work.emit('partner.introduced', streams.local, { group });
    return { state: 'applied' };
  },
};
