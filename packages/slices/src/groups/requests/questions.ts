import {
  type FieldFault,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  type Reader,
  refuse,
  type Work,
} from '@joinery/core';
import { streamOf } from '../addresses.ts';
import { canModerate } from '../policy.ts';
import { holdGroup, membershipOf } from '../store.ts';
import type { GroupRow } from '../tables.ts';

export const mostQuestions = 5;
export const longestQuestion = 300;
const longestAnswer = 1_000;

/** What somebody is asked who asks to take part. */
export type Question = { text: string; required: boolean };
/** What they said to it, with the question as it stood then. */
export type Answer = { question: string; answer: string };

/** The questions of a group, of whatever node, in their order. */
export async function questionsOf(db: Reader, group: string): Promise<Question[]> {
  const rows = await db
    .selectFrom('group_question')
    .select(['text', 'required'])
    .where('group_id', '=', group)
    .orderBy('position')
    .execute();
  return rows.map(({ text, required }) => ({ text, required: required === 1 }));
}

/** Replaces the questions of a group of ours; its nodes are told. @throws {Refusal} not_found, forbidden */
export async function setQuestions(work: Work, id: string, by: string, questions: readonly Question[]): Promise<void> {
  const group = await holdGroup(work, id);
  if (!group || group.deleted_at !== null) refuse('not_found', 'There is no such group here');
  if (group.local !== 1 || !canModerate(group, await membershipOf(work.db, id, by)))
    refuse('forbidden', 'Only those who run the group ask questions');
  if (!(await storeQuestions(work, id, questions))) return;
  await work.db.updateTable('groups').set({ updated_at: work.now }).where('id', '=', id).execute();
  work.emit('group.updated', streamOf(group), { group: id });
}

/** Writes the questions of a group. @returns whether they changed */
async function storeQuestions(work: Work, group: string, questions: readonly Question[]): Promise<boolean> {
  const before = await questionsOf(work.db, group);
  if (JSON.stringify(before) === JSON.stringify(questions)) return false;
  await work.db.deleteFrom('group_question').where('group_id', '=', group).execute();
  for (const [position, { text, required }] of questions.entries())
    await work.db
      .insertInto('group_question')
      .values({ group_id: group, position, text, required: required ? 1 : 0 })
      .execute();
  return true;
}

/** Takes over the questions of a group of another node (`joinery:questions`). */
export async function rememberQuestions(work: Work, group: string, value: Json | undefined): Promise<void> {
  const told = listOf(value)
    .filter(isObject)
    .slice(0, mostQuestions)
    .flatMap((one) => {
      const text = plain(one.name, longestQuestion);
      return text === '' ? [] : [{ text, required: one['joinery:required'] === true }];
    });
  await storeQuestions(work, group, told);
}

/** The questions as a member of the group's document; nothing where there are none. */
export async function questionsDocument(db: Reader, group: GroupRow): Promise<JsonObject> {
  const questions = await questionsOf(db, group.id);
  if (questions.length === 0) return {};
  return {
    'joinery:questions': questions.map(({ text, required }) => ({
      type: 'Note',
      name: text,
      'joinery:required': required,
    })),
  };
}

/**
 * Answers as they were typed, beside their questions; empty ones left out.
 * @param fieldOf name of the field of an answer
 * @throws {Refusal} invalid, naming the field (`answer<n>`) of each that is missing or too long
 */
export function answersFrom(
  questions: readonly Question[],
  typed: readonly string[],
  fieldOf = (index: number) => `answer${index}`,
): Answer[] {
  const texts = questions.map((_, index) => (typed[index] ?? '').replace(/\r\n?/g, '\n').trim());
  const faults = questions.flatMap(({ required }, index): FieldFault[] => {
    const field = fieldOf(index);
    const text = texts[index] ?? '';
    if (required && text === '') return [{ field, code: 'required' }];
    return [...text].length > longestAnswer ? [{ field, code: 'too_long', values: { maximum: longestAnswer } }] : [];
  });
  if (faults.length > 0) refuse('invalid', 'The group asks something before it lets people in', faults);
  return questions.flatMap(({ text }, index) => (texts[index] ? [{ question: text, answer: texts[index] }] : []));
}

/** Answers that came with a `Join` of another node (`joinery:answers`): plain text, cut to the lengths that hold here. */
export function readAnswers(value: Json | undefined): Answer[] {
  return listOf(value)
    .filter(isObject)
    .slice(0, mostQuestions)
    .flatMap((one) => {
      const [question, answer] = [plain(one.name, longestQuestion), plain(one.content, longestAnswer)];
      return question === '' || answer === '' ? [] : [{ question, answer }];
    });
}

/** Answers as members of a `Join`. */
export const answersDocument = (answers: readonly Answer[]): JsonObject =>
  answers.length === 0
    ? {}
    : { 'joinery:answers': answers.map(({ question, answer }) => ({ type: 'Note', name: question, content: answer })) };

const plain = (value: Json | undefined, longest: number): string =>
  typeof value === 'string' ? [...value.replace(/\r\n?/g, '\n').trim()].slice(0, longest).join('') : '';
