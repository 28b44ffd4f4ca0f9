import { type ClassificationLabel, classificationLabels, labelsChanged } from './classification.ts';
import { refuse } from './errors.ts';
import { fold } from './fold.ts';
import type { Reader } from './slice.ts';
import type { Work } from './work.ts';

/** What an officer here decided that a label of another agency means: one of ours, or none, which withholds its groups. */
export type LabelMappingRow = {
  /** Node of the agency. */
  origin: string;
  /** Their word in English, folded. */
  word: string;
  /** Id of a label of ours; null: its groups are withheld. */
  label: string | null;
  decided_by: string;
  reason: string;
  at: string;
};

/** A label of another agency, as its groups carry it: its words, and its place among theirs, the lowest first, where they say it. */
type TheirWords = { en: string; nl: string; rank: number | null };

/** Such a label, and what it means here. `place` among our labels; null while nobody here has said, and groups with it are withheld. */
export type TheirLabel = TheirWords & { origin: string; groups: number; place: number | null; decided: boolean };

/** Everything that is needed to look up what labels of others mean. */
export type LabelMeanings = (origin: string, theirs: TheirWords) => { place: number | null; decided: boolean };

/**
 * How labels of others are read: as decided; where nobody has decided, by one of ours with the same word, unless it is said to stand at another place; otherwise not at all.
 * @param labels ours, the lowest first
 */
export async function labelMeanings(db: Reader, labels: readonly ClassificationLabel[]): Promise<LabelMeanings> {
  const rows = await db.selectFrom('label_mapping').selectAll().execute();
  const decided = new Map(rows.map((row) => [`${row.origin} ${row.word}`, row.label]));
  const words = labels.map(({ en, nl }) => [fold(en), fold(nl)]);
  return (origin, { en, nl, rank }) => {
    const label = decided.get(`${origin} ${fold(en)}`);
    const theirs = [fold(en), fold(nl)];
    const found =
      label === undefined
        ? words.findIndex((ours) => ours.some((word) => theirs.includes(word)))
        : labels.findIndex(({ id }) => id === label);
    const same = label !== undefined || rank === null || rank === found;
    return { place: found !== -1 && same ? found : null, decided: label !== undefined };
  };
}

/**
 * Decides what a label of another agency means here. Who may is decided before.
 * @param input.en their word in English
 * @param input.label id of one of ours; null withholds its groups
 * @returns whether anything changed: then an event has to follow, by which decisions do
 * @throws {Refusal} invalid, when there is no such label
 */
export async function mapLabel(
  work: Work,
  input: { origin: string; en: string; label: string | null; by: string; reason: string },
): Promise<boolean> {
  const { origin, label, by, reason } = input;
  const word = fold(input.en);
  if (label !== null && !(await classificationLabels(work.db)).some(({ id }) => id === label))
    refuse('invalid', 'There is no such label', [{ field: 'label', code: 'bad_choice' }]);
  const known = await work.db
    .selectFrom('label_mapping')
    .select('label')
    .where('origin', '=', origin)
    .where('word', '=', word)
    .executeTakeFirst();
  if (known && known.label === label) return false;
  const row = { label, decided_by: by, reason, at: work.now };
  await work.db
    .insertInto('label_mapping')
    .values({ origin, word, ...row })
    .onConflict((conflict) => conflict.columns(['origin', 'word']).doUpdateSet(row))
    .execute();
  await labelsChanged(work);
  return true;
}
