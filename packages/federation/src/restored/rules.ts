import {
  answerWithheld,
  type By,
  type Context,
  streams,
  transact,
  type Visitor,
  type WithheldRow,
  type WithheldRule,
  withheldRows,
  withheldRules,
} from '@joinery/core';

/** A rule that a restore has switched off, in words. `mine`: whoever looks may answer it. `ends`: whose role ends when it is switched on unasked. */
export type RuleToAnswer = WithheldRow & { title: string; says: string; href: string; mine: boolean } & Pick<
    WithheldRule,
    'page'
  > & { ends: string[] };

/** What nobody has looked at yet, in the order in which it matters. @param visitor null for the command line, which answers everything. @param withEnds false where only their number is shown: whose role ends is read for each rule */
export async function rulesToAnswer(
  { db, slices }: Context,
  visitor: Visitor | null,
  language: 'en' | 'nl',
  withEnds = true,
): Promise<RuleToAnswer[]> {
  const rules = withheldRules(slices);
  const found: (RuleToAnswer & { order: number })[] = [];
  for (const row of await withheldRows(db.reader)) {
    const rule = rules.get(row.kind);
    const described = await rule?.describe(db.reader, row, language);
    if (!rule || !described) continue;
    const mine = visitor === null || (rule.may ? await rule.may(db.reader, visitor) : visitor.administrator);
    const ends = withEnds ? ((await rule.ends?.(db.reader, row)) ?? []) : [];
    found.push({ ...row, ...described, mine, ends, order: rule.order, ...(rule.page ? { page: rule.page } : {}) });
  }
  const names = new Intl.Collator(language);
  return found.sort((one, other) => one.order - other.order || names.compare(one.title, other.title));
}

/**
 * Answers rules that a restore has switched off.
 * @param who how registers name whoever answers
 * @throws {Refusal} not_found when somebody else has answered one of them
 */
export async function answerRules(
  context: Context,
  by: By,
  who: string,
  asked: readonly Pick<WithheldRow, 'kind' | 'subject'>[],
  on: boolean,
): Promise<void> {
  const rules = withheldRules(context.slices);
  for (const { kind, subject } of asked)
    await transact(context, by, async (work) => {
      await answerWithheld(work, rules, { kind, subject, on, by: who });
      const person = by.kind === 'person' ? by.person : null;
      work.emit('federation.rule_answered', streams.local, { kind, subject, on, by: person });
    });
  context.logger.info('restored.answered', { count: asked.length, on });
}
