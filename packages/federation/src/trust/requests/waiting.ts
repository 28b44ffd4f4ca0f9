import type { Reader } from '@joinery/core';
import { openAsks } from '../asks.ts';
import { readProposal } from '../proposals.ts';
import { proposals } from '../store.ts';

/** How much waits for the officer: proposals that nobody has checked, and nodes that our people ask for. */
export async function waitingRequests(db: Reader): Promise<number> {
  const [proposed, asked] = await Promise.all([proposals(db), openAsks(db)]);
  const unchecked = proposed.filter((row) => row.state === 'unverified' && readProposal(row.document) !== null);
  return unchecked.length + asked.length;
}
