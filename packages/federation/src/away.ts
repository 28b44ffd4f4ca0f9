/** Nodes that did not answer a look-up, and when each is asked again. */
export type Away = {
  /** It did not answer. @returns whether it has had enough tries, so that what needs it has to go on without */
  noted: (origin: string) => boolean;
  /** It answers. */
  answered: (origin: string) => void;
  /** It has shown that it lives: ask at once. */
  heard: (origin: string) => void;
  [Symbol.dispose]: () => void;
};

/** However often it is heard of: what it sends must not make this node ask all the time. */
const leastWaitMilliseconds = 1_000;
const firstWaitMilliseconds = 1_000;
const longestWaitMilliseconds = 600_000;
/** About four minutes: a node that delivers and never answers must not keep its own items for ever. */
const enoughTries = 8;

/** @param again is called when it is time to ask that node again */
export function createAway(again: (origin: string) => void): Away {
  const nodes = new Map<string, { tries: number; since: number; timer: NodeJS.Timeout | undefined }>();
  return {
    noted: (origin) => {
      const node = nodes.get(origin) ?? { tries: 0, since: 0, timer: undefined };
      nodes.set(origin, node);
      if (!node.timer) {
        const wait = Math.min(longestWaitMilliseconds, firstWaitMilliseconds * 2 ** node.tries);
        node.tries += 1;
        node.since = performance.now();
        node.timer = setTimeout(
          () => {
            node.timer = undefined;
            again(origin);
          },
          // Jitter: many nodes may wait for the same one.
          wait * (0.75 + Math.random() / 2),
        ).unref();
      }
      return node.tries > enoughTries;
    },
    answered: (origin) => {
      const node = nodes.get(origin);
      if (node && !node.timer) nodes.delete(origin);
    },
    heard: (origin) => {
      const node = nodes.get(origin);
      if (!node?.timer || performance.now() - node.since < leastWaitMilliseconds) return;
      clearTimeout(node.timer);
      node.timer = undefined;
      again(origin);
    },
    [Symbol.dispose]: () => {
      for (const { timer } of nodes.values()) clearTimeout(timer);
      nodes.clear();
    },
  };
}
