import type { Activities } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';
import { handlers } from './activities-in.ts';
import { toActivity } from './activities-out.ts';
import { deliveryReport } from './delivery.ts';
import { fetchable } from './fetchable.ts';
import { onRecordTold, recordTold } from './record-told.ts';

/** Posts as activities, both ways. FEDERATION.md lists the shapes. */
export const activities: Activities = {
  toActivity: {
    ...toActivity,
    'post.record_told': (outgoing, { data }) => recordTold(outgoing, data.post),
    'post.delivered': async (outgoing, { data }) => {
      const group = await groupById(outgoing.db, data.group);
      if (!group || !outgoing.joineryPeer) return null;
      return { id: outgoing.id, ...(await deliveryReport(outgoing.db, group, data.node, data.posts)) };
    },
  },
  handlers: [...handlers, { types: ['Read'], apply: onRecordTold }],
  fetchable: { 'post.created': fetchable, 'post.edited': fetchable, 'post.passed_on': fetchable },
  othersOnly: ['post.liked', 'post.unliked'],
};
