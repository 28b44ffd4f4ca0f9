import { type Context, enqueueJob, type JsonObject, type Reader, transact, type Work } from '@joinery/core';
import type { Answer } from './questions.ts';

const forgetJob = 'groups.forget-answers';
/** Answers are kept for those who decided until so many days after the decision. */
const daysKept = 30;

/** Keeps what somebody answered when they asked to take part, in place of what they answered before. */
export async function putAnswers(
  work: Work,
  { group, person }: { group: string; person: string },
  answers: readonly Answer[],
): Promise<void> {
  await forgetAnswers(work, { group, person });
  for (const [position, { question, answer }] of answers.entries())
    await work.db
      .insertInto('group_answer')
      .values({ group_id: group, person_id: person, position, question, answer, at: work.now })
      .execute();
}

/** What these people answered, by person. Only for those who run the group, and for the activity that asks. */
export async function answersOf(db: Reader, group: string, people: readonly string[]): Promise<Map<string, Answer[]>> {
  const answers = new Map<string, Answer[]>();
  if (people.length === 0) return answers;
  const rows = await db
    .selectFrom('group_answer')
    .selectAll()
    .where('group_id', '=', group)
    .where('person_id', 'in', people)
    .orderBy('position')
    .execute();
  for (const { person_id, question, answer } of rows)
    answers.set(person_id, [...(answers.get(person_id) ?? []), { question, answer }]);
  return answers;
}

export async function forgetAnswers(work: Pick<Work, 'db'>, at: { group: string; person: string }): Promise<void> {
  await work.db
    .deleteFrom('group_answer')
    .where('group_id', '=', at.group)
    .where('person_id', '=', at.person)
    .execute();
}

/** Of a request that was decided: what was answered goes a month later. */
export async function forgetAnswersLater(work: Work, { group, person }: { group: string; person: string }) {
  const [known] = (await answersOf(work.db, group, [person])).values();
  if (!known) return;
  const runAt = new Date(Date.parse(work.now) + daysKept * 86_400_000).toISOString();
  await enqueueJob(
    work,
    forgetJob,
    { group, person, until: work.now },
    { key: `${group} ${person} ${work.now}`, runAt },
  );
}

/** Background work. Who asked again meanwhile has answered anew, and that stays. */
export const answerJobs = {
  [forgetJob]: async (context: Context, data: JsonObject): Promise<void> => {
    await transact(context, { kind: 'system', what: forgetJob }, async (work) => {
      await work.db
        .deleteFrom('group_answer')
        .where('group_id', '=', String(data.group))
        .where('person_id', '=', String(data.person))
        .where('at', '<=', String(data.until))
        .execute();
    });
  },
};
