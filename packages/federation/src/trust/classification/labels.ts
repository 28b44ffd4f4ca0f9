import {
  type ClassificationLabel,
  classificationLabels,
  fold,
  newId,
  refuse,
  saveClassificationLabels,
  streams,
  type Work,
} from '@joinery/core';
import { type Decider, readDecider } from '../register.ts';
import { allPartners, registerDecision } from '../store.ts';

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
