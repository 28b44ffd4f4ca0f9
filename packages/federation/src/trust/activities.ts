import { type Activities, type Inbound, nodeActor } from '@joinery/core';
import { introducesActivity } from './introduced/host.ts';
import { introducedHandler } from './introduced/receive.ts';
import { noteConfirmation } from './partners.ts';
import { keepStatement } from './statements.ts';
import { partnerById } from './store.ts';

/** The collection that an agreement adds the other's server actor to: it need not be readable. */
const partnersOf = (origin: string) => `${nodeActor(origin)}#partners`;

/** `Add` says that we allow their node, `Remove` that we no longer do. @param own our origin @param origin theirs */
export function agreementActivity(id: string, type: 'Add' | 'Remove', own: string, origin: string) {
  return {
    id,
    type,
    actor: nodeActor(own),
    object: nodeActor(origin),
    target: partnersOf(own),
    to: [nodeActor(origin)],
  };
}

/** Both sides allow each other: each tells the other's node, and takes it back as the last delivery. Only Joinery nodes understand it. */
export const activities: Activities = {
  toActivity: {
    'partner.offered': async (outgoing, { data }) => {
      const partner = await partnerById(outgoing.db, data.partner);
      return outgoing.joineryPeer && partner?.state === 'allowed'
        ? agreementActivity(outgoing.id, 'Add', outgoing.origin, data.origin)
        : null;
    },
    'partner.revoked': async (outgoing, { data }) => {
      const partner = await partnerById(outgoing.db, data.partner);
      return outgoing.joineryPeer && partner?.state === 'suspended'
        ? agreementActivity(outgoing.id, 'Remove', outgoing.origin, data.origin)
        : null;
    },
    'partner.introduces': (outgoing, { data }) => introducesActivity(outgoing, data),
  },
  handlers: [
    introducedHandler,
    {
      types: ['Add', 'Remove'],
      apply: async (work, inbound) => {
        if (inbound.activity.target !== partnersOf(inbound.origin)) return null;
        if (!isFromNode(inbound, work.home))
          return { state: 'ignored', why: 'Only a server actor speaks for its node' };
        await keepStatement(work, inbound);
        const changed = await noteConfirmation(work, inbound.origin, inbound.type === 'Add');
        return changed ? { state: 'applied' } : { state: 'ignored', why: 'Known already' };
      },
    },
  ],
};

function isFromNode(inbound: Inbound, home: string): boolean {
  const direct = inbound.through === null && inbound.actor === nodeActor(inbound.origin);
  return direct && inbound.activity.object === nodeActor(home);
}
