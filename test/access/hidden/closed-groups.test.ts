import type { CollectionKind, ObjectKind, Searchable, Slice } from '@joinery/core';
import { slices } from '@joinery/node';
import { searchIn } from '@joinery/slices/search';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { postKind } from '../../../packages/slices/src/search/kind-posts.ts';
import { checkSequences } from './property.ts';

const seed = Number(process.env.JOINERY_SEQUENCES_SEED ?? 20_261_122);
const runs = Number(process.env.JOINERY_SEQUENCES ?? 10_000);
/** Most steps of a sequence. */
const longest = Number(process.env.JOINERY_SEQUENCES_STEPS ?? 2);

it(`in ${runs} random sequences nobody comes upon anything of a closed group that is not theirs to see (hostile case 119)`, async () => {
  const tally = await checkSequences({ slices, runs, longest, seed });
  const { sequences, steps, answers, mails, seen } = tally;
  process.stdout.write(
    `Closed groups, seed ${seed}: ${sequences} sequences, ${steps} steps, ${answers} answers, ${mails} mails\n`,
  );
  expect(sequences).toBe(runs);
  // What may be seen was seen: otherwise there was nothing to hide.
  for (const visitor of ['owner', 'facilitator', 'member', 'members', 'second'] as const)
    expect([visitor, (seen.get(visitor) ?? 0) > runs / 1_000]).toEqual([visitor, true]);
}, 900_000);

/** The same slices, with a guard left out. */
function broken(change: {
  object?: (kind: ObjectKind) => Partial<ObjectKind>;
  collection?: (kind: CollectionKind) => Partial<CollectionKind>;
}): Slice[] {
  return slices.map((slice) => ({
    ...slice,
    ...(slice.objects && { objects: slice.objects.map((kind) => ({ ...kind, ...change.object?.(kind) })) }),
    ...(slice.collections && {
      collections: slice.collections.map((kind) => ({ ...kind, ...change.collection?.(kind) })),
    }),
  }));
}

/** Posts once more as another kind of thing, which whoever added it let everybody find. */
const carelessKind: Searchable = {
  ...postKind,
  kind: 'careless',
  mayFind: () => sql<boolean>`true`,
  entry: async (db, id) => {
    const found = await postKind.entry(db, id);
    return found && { ...found, circle: null };
  },
  results: async (context, visitor, ids, language) => {
    const owner = context.db.reader.selectFrom('person').select('id').where('name', '=', 'The owner');
    const { id } = await owner.executeTakeFirstOrThrow();
    return postKind.results(context, { ...visitor, person: { ...visitor.person, id } }, ids, language);
  },
};

const everybody = async () => true;
const faults: [string, Slice[]][] = [
  ['who may read a post', broken({ object: ({ path }) => (path === 'posts' ? { mayRead: everybody } : {}) })],
  [
    'the query of the search',
    slices.map((slice) => (slice.name === 'search' ? searchIn([{ name: 'careless', search: [carelessKind] }]) : slice)),
  ],
  ['the outbox of a group', broken({ collection: ({ name }) => (name === 'outbox' ? { mayRead: everybody } : {}) })],
];

it.each(faults)(
  'a guard left out is noticed: %s',
  async (_what, slices) => {
    await expect(checkSequences({ slices, runs: 2_000, longest, seed })).rejects.toThrow('Property failed');
  },
  300_000,
);
