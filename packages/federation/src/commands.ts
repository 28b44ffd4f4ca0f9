import { type Command, canonicalOrigin, refuse, streams, transact } from '@joinery/core';
import { retryLane } from './lane-waits.ts';
import { laneHealth } from './peers.ts';
import { restoredCommands } from './restored/commands.ts';

/** Command line for the operator: what waits for which peer, and sending a parked item again. */
export const commands: Command[] = [
  ...restoredCommands,
  {
    name: 'lanes',
    summary: 'Shows per peer what waits, when it last worked, and what is parked',
    run: async (context) => {
      const lanes = await laneHealth(context.db.reader, context.clock.now());
      const lines = lanes.map((lane) => {
        const lag = lane.oldestAt === null ? 'nothing waits' : `${lane.items} waiting since ${lane.oldestAt}`;
        const fault = lane.lastError === null ? '' : `; last error: ${lane.lastError}`;
        const alarm = lane.alarm
          ? `; it has refused us since ${lane.refusedSince}: look at clocks, keys and the agreement`
          : '';
        const setting = lane.misconfigured
          ? '; a setting there or here is wrong: nothing is lost, try again with joinery lanes retry when it is mended'
          : '';
        const aside = lane.aside === 0 ? '' : `; ${lane.aside} refused and tried aside`;
        const parked = lane.parked.map((item) => `\n    parked ${item.id}: ${item.error}`).join('');
        return `${lane.origin}: ${lane.lane}; ${lag}; last success ${lane.lastSuccessAt ?? 'never'}${fault}${alarm}${setting}${aside}${parked}`;
      });
      return { json: lanes, say: lines.length === 0 ? 'No other node is known yet.' : lines.join('\n') };
    },
  },
  {
    name: 'lanes retry',
    summary: 'Tries a node now to which nothing could be delivered',
    arguments: ['origin'],
    run: async (context, input) => {
      const origin = canonicalOrigin(input.arguments[0] ?? '') ?? '';
      const tried = await transact(context, { kind: 'command', by: 'lanes retry' }, (work) => retryLane(work, origin));
      if (!tried)
        refuse('not_found', `No delivery to ${input.arguments[0] ?? ''} waits to be tried: see joinery lanes`);
      return { json: { origin }, say: `${origin} is tried now: see joinery lanes.` };
    },
  },
  {
    name: 'lanes resend',
    summary: 'Sends a parked item again',
    arguments: ['id'],
    run: async (context, input) => {
      const id = input.arguments[0] ?? '';
      const row = await context.db.reader.selectFrom('lane_item').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) refuse('not_found', `No item ${id} is parked: see joinery lanes`);
      await transact(context, { kind: 'command', by: 'lanes resend' }, async (work) => {
        await work.db
          .updateTable('lane_item')
          .set({ state: 'aside', retry_at: work.now, created_at: work.now })
          .where('id', '=', id)
          .execute();
        // The lanes run in another process: they see that the log has grown.
        work.emit('federation.resent', streams.local, { item: id });
      });
      return {
        json: { id, origin: row.origin, state: 'aside' },
        say: `The item is sent to ${row.origin} again.`,
      };
    },
  },
];
