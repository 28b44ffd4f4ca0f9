import { streams } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';
import { type Group, type PersonHere, reads } from './model.ts';
import { topicMark } from './questions.ts';
import type { World } from './world.ts';

/** Somebody's open page: what it is told of as it happens. */
export type Listening = AsyncDisposable & {
  /** What of it was wrong to say, in words; null when nothing was. @throws when nothing at all came */
  wrong: () => Promise<string | null>;
};

const held: (() => void)[] = [];

/** News come half a second after what happened; here when they are asked for, by what holds then. @returns puts that back */
export function holdNews(): Disposable {
  const usual = globalThis.setTimeout;
  const holding = (call: () => void, milliseconds?: number, ...rest: unknown[]) => {
    if (milliseconds !== 500) return usual(call, milliseconds, ...rest);
    held.push(call);
    return usual(() => {}, 0);
  };
  globalThis.setTimeout = Object.assign(holding, usual) as typeof setTimeout;
  return {
    [Symbol.dispose]: () => {
      globalThis.setTimeout = usual;
      held.length = 0;
    },
  };
}

/**
 * Opens the stream of a page about a group and about one that everybody reads, by whose news it is known that all that came before has been told.
 * @returns null for whoever is told of nothing
 */
export async function listen(world: World, visitor: PersonHere, group: Group): Promise<Listening | null> {
  const open = world.groups.find(({ kind }) => kind === 'open');
  if (!open) throw new Error('There is no open group');
  held.length = 0;
  const topics = [group, open].map((one) => `topic=${one.id}.${topicMark(world, one, visitor)}`).join('&');
  const headers = { cookie: world.here[visitor].session };
  const answer = await world.fetch(new Request(`${world.origin}/events?${topics}`, { headers }));
  const reader = answer.status === 200 ? answer.body?.getReader() : undefined;
  if (!reader) return null;
  return {
    wrong: async () => {
      await world.act(async (work) => {
        const row = await groupById(work.db, open.id);
        if (row) work.emit('group.updated', streams.local, { group: row.id });
      });
      for (const tell of held.splice(0)) tell();
      let said = '';
      while (!said.includes(open.id)) {
        const { done, value } = await reader.read();
        // Its account may not listen any more, which ends it.
        if (done) break;
        said += new TextDecoder().decode(value);
      }
      const told = world.words
        .in(said)
        .filter(({ place }) => place.group !== open && !reads(place.group, visitor, world.agreementOf(visitor)));
      return told.length === 0 ? null : `${visitor}, live: ${said}`;
    },
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}
