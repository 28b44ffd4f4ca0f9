import { type Doors, type Ports, refuse } from '@joinery/core';

const closed = async () => refuse('no_agreement', 'This node has no agreement with any other node');

/** Ports and doors of a node that exchanges nothing with anybody: what holds until federation has taken its place. */
export function closedPorts(): Pick<Ports, 'trust' | 'peers' | 'actors'> {
  return {
    trust: { mayFederate: () => ({ allowed: false, reason: 'not_listed' }) },
    peers: { allowed: () => [], summary: async () => null },
    actors: { resolve: closed, history: closed },
  };
}

export function closedDoors(): Doors {
  const refused = async () => ({ ok: false as const, code: 'no_agreement', retryable: false, detail: 'No agreement' });
  return { peers: { fetchDocument: refused, post: refused } };
}
