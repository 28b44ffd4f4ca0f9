import {
  type ClassificationLabel,
  classificationLabels,
  fold,
  mapLabel,
  newId,
  type Reader,
  refuse,
  saveClassificationLabels,
  streams,
  type TheirLabel,
  theirLabels,
  type Work,
} from '@joinery/core';
import { type Decider, readDecider } from '../register.ts';
import { allPartners, type Partner, registerDecision } from '../store.ts';

/** The labels as they stand in the field: one per line, the lowest first, both languages with a slash between. */
export function labelLines(labels: readonly ClassificationLabel[]): string {
  return labels.map(({ en, nl }) => `${en} / ${nl}`).join('\n');
}

/**
 * Reads what was typed, a line for each label. A label keeps its id, and with it its groups and agreements, as long as one of its two words is the same.
 * @throws {Refusal} invalid, when a line is not two words with a slash between
 */
export function readLabelLines(text: string, before: readonly ClassificationLabel[]): ClassificationLabel[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const taken = new Set<string>();
  const typed = lines.map((line) => {
    const [en = '', nl = '', ...more] = line.split('/').map((word) => word.trim());
    if (en === '' || nl === '' || more.length > 0)
      refuse('invalid', 'Write each label in both languages', [{ field: 'labels', code: 'bad_format' }]);
    return { en, nl };
  });
  const isAs = (one: { en: string; nl: string }, language: 'en' | 'nl') => (other: ClassificationLabel) =>
    fold(one[language]) === fold(other[language]) && !taken.has(other.id);
  return typed.map((words) => {
    const known = before.find(isAs(words, 'en')) ?? before.find(isAs(words, 'nl'));
    if (known) taken.add(known.id);
    return { id: known?.id ?? '', ...words };
  });
}

/**
 * Changes the agency's labels; one row of the register.
 * @throws {Refusal} invalid, conflict when a label in use would go
 */
export async function decideLabels(work: Work, typed: string, decider: Decider): Promise<void> {
  const decided = readDecider(decider);
  const before = await classificationLabels(work.db);
  const partners = await allPartners(work.db);
  const inUse = new Set(partners.flatMap(({ classification }) => classification ?? []));
  const after = await saveClassificationLabels(work, readLabelLines(typed, before), inUse);
  // A decision about all partners: its subject is none of them.
  const [id, subject] = [newId(), newId()];
  await registerDecision(work, {
    id,
    at: work.now,
    partner_id: subject,
    origin: work.home,
    what: 'labels',
    ...decided,
    before: JSON.stringify(before),
    after: JSON.stringify(after),
  });
  work.emit('partner.changed', streams.local, { partner: subject, decision: id });
}

/** Labels that groups elsewhere carry, with the name of the agency, as its agreement has it. */
export async function theirsNamed(db: Reader): Promise<(TheirLabel & { agency: string })[]> {
  const partners = await allPartners(db);
  const names = new Map(partners.flatMap(({ agency, hosts }) => hosts.map(({ origin }) => [origin, agency] as const)));
  return (await theirLabels(db)).map((label) => ({
    ...label,
    agency: names.get(label.origin) ?? new URL(label.origin).host,
  }));
}

/**
 * Decides what labels of other agencies mean here; a row of the register for each that changes.
 * @param chosen what was sent: labels that no group carries are left out, and those that mean what they meant
 * @throws {Refusal} invalid (no such label of ours)
 */
export async function decideMeanings(
  work: Work,
  chosen: readonly { origin: string; en: string; label: string | null }[],
  decider: Decider,
): Promise<void> {
  const { by, reason } = readDecider(decider);
  const labels = await classificationLabels(work.db);
  const known = await theirLabels(work.db);
  const partners = await allPartners(work.db);
  for (const { origin, en, label } of chosen) {
    const theirs = known.find((one) => one.origin === origin && one.en === en);
    const before = theirs?.place == null ? null : (labels[theirs.place]?.id ?? null);
    if (!theirs || label === before) continue;
    if (!(await mapLabel(work, { origin, en, label, by, reason }))) continue;
    const partner = partners.find(({ hosts }) => hosts.some((host) => host.origin === origin));
    const [id, subject] = [newId(), partner?.id ?? newId()];
    const means = (ours: string | null) => JSON.stringify({ theirs: en, ours });
    const what = { what: 'label-mapped', by, reason, before: means(before), after: means(label) };
    await registerDecision(work, { id, at: work.now, partner_id: subject, origin, ...what });
    work.emit('partner.changed', streams.local, { partner: subject, decision: id });
  }
}

/** How many labels that groups of a partner carry mean nothing here. */
export async function unmappedOf(db: Reader, partner: Pick<Partner, 'hosts'>): Promise<number> {
  const here = new Set(partner.hosts.map(({ origin }) => origin));
  return (await theirLabels(db)).filter(({ origin, place }) => place === null && here.has(origin)).length;
}
