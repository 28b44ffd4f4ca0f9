import { type Context, transact } from '@joinery/core';
import { notBuilt } from './aside.ts';

/** What peers have acknowledged, written in groups: a kill loses at most a moment of it, and the peer then gets a few items twice, which its ledger knows. */
type Acknowledgements = {
  add: (stream: string, origin: string, epoch: string, sequence: number) => void;
  flush: () => Promise<void>;
};

const gatherMilliseconds = 50;

/**
 * @param how.pulled the peer has read the stream itself: what its lane had stepped over came with the rest
 */
export function createAcknowledgements(context: Context, how: { pulled: boolean }): Acknowledgements {
  let gathered = new Map<string, { stream: string; origin: string; epoch: string; sequence: number }>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async () => {
    const now = gathered;
    gathered = new Map();
    if (now.size === 0) return;
    await transact(context, { kind: 'system', what: 'acknowledgements' }, async (work) => {
      for (const { stream, origin, epoch, sequence } of now.values()) {
        await work.db
          .updateTable('subscription')
          .set({ acknowledged: sequence, epoch })
          .where('stream', '=', stream)
          .where('origin', '=', origin)
          .where((eb) => eb.or([eb('acknowledged', '<', sequence), eb('epoch', '!=', epoch)]))
          .execute();
        if (!how.pulled) continue;
        await work.db
          .deleteFrom('lane_item')
          .where('origin', '=', origin)
          .where('stream', '=', stream)
          .where('stream_seq', '<=', sequence)
          .where('error', 'not like', `${notBuilt}:%`)
          .execute();
      }
    });
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write, write);
    return writing;
  };
  return {
    add: (stream, origin, epoch, sequence) => {
      gathered.set(`${origin} ${stream}`, { stream, origin, epoch, sequence });
      timer ??= setTimeout(
        () => flush().catch((error) => context.logger.error('lane.acknowledge_failed', { reason: String(error) })),
        gatherMilliseconds,
      );
    },
    flush,
  };
}
