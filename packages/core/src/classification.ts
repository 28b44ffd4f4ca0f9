import { z } from 'zod';
import { prepareQuery } from './db/prepared.ts';
import { refuse } from './errors.ts';
import { fold } from './fold.ts';
import { newId } from './ids.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type LabelMappingRow, labelMeanings, type TheirLabel } from './label-mappings.ts';
import type { Reader } from './slice.ts';
import type { Work } from './work.ts';

/** How confidential the content of a group is, in the agency's own words. `id` is for the labels' users: words and place may change. */
export type ClassificationLabel = { id: string; en: string; nl: string };

/** More are no order that people keep in mind. */
export const mostLabels = 7;

export const longestLabel = 40;

const standard: readonly ClassificationLabel[] = [
  { id: 'public', en: 'Public', nl: 'Openbaar' },
  { id: 'internal', en: 'Internal', nl: 'Intern' },
  { id: 'confidential', en: 'Confidential', nl: 'Vertrouwelijk' },
];

const labelsSchema = z
  .array(z.object({ id: z.string().min(1), en: z.string().min(1), nl: z.string().min(1) }))
  .min(1)
  .max(mostLabels);
const placeSchema = z.number().int().nonnegative().max(1_000);
const wireName = z.string().trim().min(1).max(longestLabel);

/** What a group is labelled: with one of ours, or by the node it lives on, in its words. */
export type GroupClassification = { en: string; nl: string; label: string | null };

/** Who labelled the group, and why. */
type Decided = { by: string; reason: string };

export type ClassificationTables = {
  /** One row; without it the standard labels hold. `version` changes with the labels and with each group's. */
  classification: { id: number; labels: string | null; version: string };
  group_classification: {
    /** Local id of the group. */
    group_id: string;
    /** Id of a label of ours; null for a group of another node. */
    label: string | null;
    /** JSON: the words of the group's own node. */
    names: string | null;
    /** The group's node, where it is another one; and the label's place among the labels there, the lowest first, if it says so. */
    home: string;
    rank: number | null;
    reason: string;
    decided_by: string;
    at: string;
  };
  label_mapping: LabelMappingRow;
};

const scheme = prepareQuery((db) => db.selectFrom('classification').selectAll().where('id', '=', 1));
const labelOf = prepareQuery((db, { group }: { group: string }) =>
  db.selectFrom('group_classification').selectAll().where('group_id', '=', group),
);

/** The labels of this agency, the lowest first. @throws when they cannot be read: then nothing may be decided by them */
export async function classificationLabels(db: Reader): Promise<readonly ClassificationLabel[]> {
  return readLabels((await scheme(db, {}))[0]?.labels ?? null);
}

/** Id of the label that a person means, by its id or by its word in either language. */
export function findLabel(labels: readonly ClassificationLabel[], typed: string): string | undefined {
  const word = fold(typed.trim());
  return labels.find(({ id, en, nl }) => id === typed.trim() || fold(en) === word || fold(nl) === word)?.id;
}

/** Id of the label of ours that somebody names. @throws {Refusal} invalid when there is none */
export async function labelNamed(db: Reader, typed: string): Promise<string> {
  const found = findLabel(await classificationLabels(db), typed);
  return found ?? refuse('invalid', 'There is no such label', [{ field: 'label', code: 'bad_choice' }]);
}

function readLabels(text: string | null): readonly ClassificationLabel[] {
  return text === null ? standard : labelsSchema.parse(JSON.parse(text));
}

/** What a group is labelled; null when nobody has, which counts as the lowest. */
export async function classificationOf(db: Reader, group: string): Promise<GroupClassification | null> {
  const [row] = await labelOf(db, { group });
  if (!row) return null;
  if (row.names !== null) return { ...readNames(row.names), label: null };
  const labels = await classificationLabels(db);
  const label = labels.find(({ id }) => id === row.label);
  return label ? { en: label.en, nl: label.nl, label: label.id } : null;
}

function readNames(text: string): { en: string; nl: string } {
  return z.object({ en: wireName, nl: wireName }).parse(JSON.parse(text));
}

/** Everything that decisions need: the labels in order, and the place of each labelled group among them. */
export type Classification = {
  labels: readonly ClassificationLabel[];
  levels: ReadonlyMap<string, number>;
  /** Groups elsewhere with a label of which nobody here has said what it means: they count as the highest. */
  unmapped: ReadonlySet<string>;
};

/**
 * Reads labels and groups for decisions. What a label of another agency means here an officer says; a word that is ours, at the same place, means the same. Any other counts as
 * the highest, since nobody here has said what it allows.
 */
export async function readClassification(db: Reader): Promise<Classification> {
  const labels = await classificationLabels(db);
  const rows = await db.selectFrom('group_classification').selectAll().execute();
  const meaning = await labelMeanings(db, labels);
  const unmapped = new Set<string>();
  const highest = labels.length - 1;
  const levels = rows.map(({ group_id, label, names, home, rank }) => {
    if (names === null) {
      const found = labels.findIndex(({ id }) => id === label);
      return [group_id, found === -1 ? highest : found] as const;
    }
    const { place } = meaning(home, { ...readNames(names), rank });
    if (place === null) unmapped.add(group_id);
    return [group_id, place ?? highest] as const;
  });
  return { labels, levels: new Map(levels), unmapped };
}

/** The labels that groups of other agencies carry, by node and place there, and what each means here. */
export async function theirLabels(db: Reader): Promise<TheirLabel[]> {
  const meaning = await labelMeanings(db, await classificationLabels(db));
  const rows = await db
    .selectFrom('group_classification')
    .select(['names', 'home', 'rank'])
    .select((eb) => eb.fn.countAll<number>().as('groups'))
    .where('names', 'is not', null)
    .where('home', '<>', '')
    .groupBy(['names', 'home', 'rank'])
    .orderBy('home')
    .orderBy('rank')
    .orderBy('names')
    .limit(200)
    .execute();
  return rows.map(({ names, home, rank, groups }) => {
    const words = { ...readNames(names ?? ''), rank };
    return { ...words, origin: home, groups: Number(groups), ...meaning(home, words) };
  });
}

/**
 * Changes the agency's labels. One that a group or an agreement carries stays.
 * @param labels the lowest first; a new one has an empty id
 * @param inUse ids that agreements name
 * @throws {Refusal} invalid (none, too many, without words, two alike), conflict (one in use is missing)
 */
export async function saveClassificationLabels(
  work: Work,
  labels: readonly ClassificationLabel[],
  inUse: ReadonlySet<string>,
): Promise<readonly ClassificationLabel[]> {
  const clean = labels.map(({ id, en, nl }) => ({ id: id || newId(), en: en.trim(), nl: nl.trim() }));
  if (clean.length === 0) refuse('invalid', 'At least one label is needed', [{ field: 'labels', code: 'required' }]);
  if (clean.length > mostLabels)
    refuse('invalid', `At most ${mostLabels} labels`, [{ field: 'labels', code: 'too_large' }]);
  for (const language of ['en', 'nl'] as const) {
    if (clean.some((label) => label[language] === ''))
      refuse('invalid', 'A label needs its word in each language', [{ field: 'labels', code: 'required' }]);
    if (clean.some((label) => label[language].length > longestLabel))
      refuse('invalid', `At most ${longestLabel} characters`, [{ field: 'labels', code: 'too_long' }]);
    if (new Set(clean.map((label) => fold(label[language]))).size < clean.length)
      refuse('invalid', 'Two labels have the same word', [{ field: 'labels', code: 'taken' }]);
  }
  const carried = await work.db.selectFrom('group_classification').select('label').distinct().execute();
  const needed = new Set([...inUse, ...carried.flatMap(({ label }) => label ?? [])]);
  const before = await classificationLabels(work.db);
  const lost = before.find(({ id }) => needed.has(id) && !clean.some((label) => label.id === id));
  if (lost) refuse('conflict', `A group or an agreement carries "${lost.en}"`);
  await put(work, JSON.stringify(clean));
  return clean;
}

/** What decisions are made by has changed. */
export async function labelsChanged(work: Work): Promise<void> {
  await put(work);
}

async function put(work: Work, labels?: string): Promise<void> {
  const version = newId();
  await work.db
    .insertInto('classification')
    .values({ id: 1, labels: labels ?? null, version })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(labels === undefined ? { version } : { labels, version }),
    )
    .execute();
}

/**
 * Labels a group of this node, or takes its label away. Who may is decided before.
 * @param input.label id of one of ours; null for none
 * @returns whether anything changed: then an event has to follow, by which decisions do
 * @throws {Refusal} invalid, when there is no such label
 */
export async function classifyGroup(
  work: Work,
  input: { group: string; label: string | null } & Decided,
): Promise<boolean> {
  const { group, label, by, reason } = input;
  const labels = await classificationLabels(work.db);
  if (label !== null && !labels.some(({ id }) => id === label))
    refuse('invalid', 'There is no such label', [{ field: 'label', code: 'bad_choice' }]);
  const [before] = await labelOf(work.db, { group });
  if ((before?.label ?? null) === label) return false;
  await keep(work, group, label === null ? null : { label, names: null, home: '', rank: null, by, reason });
  return true;
}

/**
 * Keeps what the node of a group says that it is labelled.
 * @param home its node
 * @param said the member `joinery:classification` of its document
 * @returns whether anything changed
 */
export async function rememberClassification(
  work: Work,
  { group, home }: { group: string; home: string },
  said: Json | undefined,
): Promise<boolean> {
  const names = namesIn(said);
  const rank = isObject(said) ? (placeSchema.safeParse(said.rank).data ?? null) : null;
  const text = names && JSON.stringify(names);
  const [before] = await labelOf(work.db, { group });
  if ((before?.names ?? null) === text && (text === null || (before?.home === home && before.rank === rank)))
    return false;
  await keep(work, group, text === null ? null : { label: null, names: text, home, rank, by: '', reason: '' });
  return true;
}

/** A label without words that can be read is one all the same: it counts as unknown, and so as the highest. */
function namesIn(said: Json | undefined): { en: string; nl: string } | null {
  if (!isObject(said)) return null;
  const map = isObject(said.nameMap) ? said.nameMap : {};
  const word = (value: Json | undefined) => wireName.safeParse(value).data;
  const any = word(said.name) ?? word(map.en) ?? word(map.nl) ?? '?';
  return { en: word(map.en) ?? any, nl: word(map.nl) ?? any };
}

async function keep(
  work: Work,
  group: string,
  row: (Pick<ClassificationTables['group_classification'], 'label' | 'names' | 'home' | 'rank'> & Decided) | null,
): Promise<void> {
  await work.db.deleteFrom('group_classification').where('group_id', '=', group).execute();
  if (row) {
    const { by, ...rest } = row;
    await work.db
      .insertInto('group_classification')
      .values({ group_id: group, ...rest, decided_by: by, at: work.now })
      .execute();
  }
  await put(work);
}

/**
 * What a group's document says of its label (`joinery:classification`), with the label's place, the lowest first; undefined where it has none.
 * @param agency address of ours, whose words they are
 */
export async function classificationDocument(
  db: Reader,
  group: string,
  agency: string,
): Promise<JsonObject | undefined> {
  const found = await classificationOf(db, group);
  if (!found) return undefined;
  const rank = (await classificationLabels(db)).findIndex(({ id }) => id === found.label);
  return {
    name: found.en,
    nameMap: { en: found.en, nl: found.nl },
    ...(rank === -1 ? {} : { rank }),
    attributedTo: agency,
  };
}
