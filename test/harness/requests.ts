import type { RunningNode } from '@joinery/node';

/** The requests that a node makes of others: how many, by purpose and by whom it asked. */
export type Requests = {
  /** Counted by `<purpose> → <origin>`. */
  made: () => Record<string, number>;
  clear: () => void;
};

/** Counts from now on every request that goes out through the door of a node, whatever comes of it. */
export function countRequests({ federation }: Pick<RunningNode, 'federation'>): Requests {
  const counts = new Map<string, number>();
  const { note } = federation.outbound;
  federation.outbound.note = (connection) => {
    const key = `${connection.purpose} → ${new URL(connection.url).origin}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    note(connection);
  };
  return { made: () => Object.fromEntries(counts), clear: () => counts.clear() };
}
