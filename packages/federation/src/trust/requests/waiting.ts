import type { Reader } from '@joinery/core';
import { openAsks } from '../asks.ts';
import { readProposal } from '../proposals.ts';
import { proposals } from '../store.ts';

/** How much waits for the officer: proposals that nobody has decided about, and nodes that our people ask for. */
export async function waitingRequests(db: Reader): Promise<number> {
  const [proposed, asked] = await Promise.all([proposals(db), openAsks(db)]);
  const undecided = proposed.filter(
    ({ state, document }) => (state === 'unverified' || state === 'checked') && readProposal(document) !== null,
  );
  return undecided.length + asked.length;
}
