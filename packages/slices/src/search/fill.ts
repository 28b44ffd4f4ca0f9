import { type Context, enqueueJob, type JsonObject, type Searchable, transact, type Work } from '@joinery/core';
import { indexThing, removeEntry } from './entries.ts';
import { emptyIndex, forgetWords, holdIndex } from './fulltext.ts';

export const fillJob = 'search.fill';
const forgetJob = 'search.forget';
const groupJob = 'search.group';
const by = { kind: 'system', what: 'search' } as const;

/** Things per unit of work, and milliseconds after which one ends: others write in between. */
const perUnit = 100;
const unitTime = 300;
/** Between two parts of a job other background work gets its turn. */
const pause = 100;
const forgetAfter = 86_400_000;

/** Where filling goes on: the kind, and the id after which. Null when all is done. */
type Place = { kind: string; after: string } | null;

/** Indexes the next things of a kind. */
async function fillPart(context: Context, kinds: readonly Searchable[], place: NonNullable<Place>): Promise<Place> {
  const index = kinds.findIndex((searchable) => searchable.kind === place.kind);
  const searchable = kinds[index];
  if (!searchable) return null;
  return transact(context, by, async (work) => {
    await holdIndex(work.db);
    const until = performance.now() + unitTime;
    const ids = await searchable.ids(work.db, place.after, perUnit);
    let after = place.after;
    for (const id of ids) {
      await indexThing(work, searchable, id);
      after = id;
      if (performance.now() > until) return { kind: place.kind, after };
    }
    if (ids.length === perUnit) return { kind: place.kind, after };
    const next = kinds[index + 1];
    return next ? { kind: next.kind, after: '' } : null;
  });
}

const start = (kinds: readonly Searchable[]): Place => (kinds[0] ? { kind: kinds[0].kind, after: '' } : null);

/**
 * Makes the whole index anew, in small units of work; it answers searches meanwhile.
 * @param options.empty begin with an empty index: for one that is damaged
 * @returns number of things that can be found
 */
export async function rebuild(
  context: Context,
  kinds: readonly Searchable[],
  options: { empty: boolean },
): Promise<number> {
  if (options.empty) {
    await transact(context, by, async (work) => {
      await holdIndex(work.db);
      await emptyIndex(work.db);
    });
  }
  for (let place = start(kinds); place; ) place = await fillPart(context, kinds, place);
  await removeUnknown(context, kinds);
  const { count } = await context.db.reader
    .selectFrom('search_entry')
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What slices put in that this node has no more. */
async function removeUnknown(context: Context, kinds: readonly Searchable[]): Promise<void> {
  const known = kinds.map((searchable) => searchable.kind);
  for (let left = true; left; ) {
    left = await transact(context, by, async (work) => {
      await holdIndex(work.db);
      const rows = await work.db
        .selectFrom('search_entry')
        .select('position')
        .where('kind', 'not in', known)
        .limit(perUnit)
        .execute();
      for (const { position } of rows) await removeEntry(work, position);
      return rows.length === perUnit;
    });
  }
}

/** Words of what was deleted leave the index for good within a day, all of a day in one go: that writes the whole index anew. */
export async function planForgetting(work: Work): Promise<void> {
  const runAt = new Date(Date.parse(work.now) + forgetAfter).toISOString();
  await enqueueJob(work, forgetJob, { begin: true }, { key: 'deleted', runAt });
}

/** One at a time for a node; who asks meanwhile shares the next. */
const forgetting = new WeakMap<Context, { running: Promise<void>; next: Promise<void> | null }>();

/** Words of what was taken out leave the index for good, now. @returns its tables */
export async function forgetNow(context: Context): Promise<readonly string[]> {
  const known = forgetting.get(context);
  if (known) {
    known.next ??= known.running.catch(() => {}).then(() => forgetOnce(context));
    await known.next;
  } else await forgetOnce(context);
  return ['search_entry', 'search_index'];
}

async function forgetOnce(context: Context): Promise<void> {
  const running = mergeAll(context);
  const mine = { running, next: null };
  forgetting.set(context, mine);
  try {
    await running;
  } finally {
    if (forgetting.get(context) === mine) forgetting.delete(context);
  }
}

async function mergeAll(context: Context): Promise<void> {
  for (let begin = true, more = true; more; begin = false) {
    more = await transact(context, by, async (work) => {
      await holdIndex(work.db);
      return forgetWords(work.db, begin);
    });
    // Whoever waits meanwhile is served between two steps.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What is in a group is found by others than before: its things are indexed anew, in the background. */
export async function planGroup(work: Work, group: string): Promise<void> {
  await enqueueJob(work, groupJob, { group, after: 0 });
}

/** Background work of search: each run a small part, then itself again. */
export function jobsOf(kinds: readonly Searchable[]): Record<string, (c: Context, d: JsonObject) => Promise<void>> {
  const later = (work: Work) => new Date(Date.parse(work.now) + pause).toISOString();
  return {
    [fillJob]: async (context, data) => {
      const place = typeof data.kind === 'string' ? { kind: data.kind, after: String(data.after ?? '') } : start(kinds);
      const next = place && (await fillPart(context, kinds, place));
      if (next) await transact(context, by, (work) => enqueueJob(work, fillJob, next, { runAt: later(work) }));
    },
    [forgetJob]: async (context, { begin }) => {
      await transact(context, by, async (work) => {
        await holdIndex(work.db);
        if (await forgetWords(work.db, begin === true))
          await enqueueJob(work, forgetJob, { begin: false }, { runAt: later(work) });
      });
    },
    [groupJob]: async (context, { group, after }) => {
      await transact(context, by, async (work) => {
        await holdIndex(work.db);
        const rows = await work.db
          .selectFrom('search_entry')
          .select(['position', 'kind', 'item_id'])
          .where('group_id', '=', String(group))
          .where('position', '>', Number(after))
          .orderBy('position')
          .limit(perUnit)
          .execute();
        for (const row of rows) {
          const searchable = kinds.find((one) => one.kind === row.kind);
          if (searchable) await indexThing(work, searchable, row.item_id);
        }
        const last = rows.at(-1);
        if (rows.length < perUnit || !last) return;
        await enqueueJob(work, groupJob, { group: String(group), after: last.position }, { runAt: later(work) });
      });
    },
  };
}
