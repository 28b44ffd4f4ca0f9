import { refuse } from '../errors.ts';
import type { Visitor } from '../http/environment.ts';
import type { Reader, Slice } from '../slice.ts';
import type { Work } from '../work.ts';

/** A rule that lets others in and that a restore has switched off: whether it still held when the node was lost, nobody but its people knows. */
export type WithheldRow = {
  /** Of the rule: a key of `Slice.withheld`. */
  kind: string;
  /** Which one, where there are several; empty otherwise. */
  subject: string;
  /** What its slice needs to switch it on as it was. */
  data: string;
  at: string;
};

/** A kind of rule that a restore switches off until somebody has looked at it. */
export type WithheldRule = {
  order: number;
  /** Where those of this kind are looked at together, when there is such a page: they are then one line in the list of what is off. */
  page?: {
    href: string;
    title: (count: number, language: 'en' | 'nl') => string;
    says: (language: 'en' | 'nl') => string;
  };
  /** What it is and whom it lets in, in words, and where it is set; null for what is not there any more. */
  describe: (
    db: Reader,
    row: WithheldRow,
    language: 'en' | 'nl',
  ) => Promise<{ title: string; says: string; href: string } | null>;
  /** Who may answer; administrators where it says nothing. */
  may?: (db: Reader, visitor: Visitor) => Promise<boolean>;
  /** Whose role ends when it is switched on without having been asked about them, in words; nobody's where it says nothing. */
  ends?: (db: Reader, row: WithheldRow) => Promise<string[]>;
  /** Switches it on as it was. */
  putBack: (work: Work, row: WithheldRow) => Promise<void>;
  /** Makes sure that it stays off where being asked about is all that keeps it off. @param by who answers, as registers name them */
  leaveOff?: (work: Work, row: WithheldRow, by: string) => Promise<void>;
};

/** Notes that a rule was switched off by a restore; its slice has done so in the same unit of work. */
export async function withhold(work: Work, kind: string, subject: string, data = ''): Promise<void> {
  await work.db
    .insertInto('withheld')
    .values({ kind, subject, data, at: work.now })
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).doNothing())
    .execute();
}

/** What nobody has looked at yet; of one kind, or of all. @param ending what the subject ends in: an id */
export function withheldRows(db: Reader, kind?: string, ending?: string): Promise<WithheldRow[]> {
  const rows = db.selectFrom('withheld').selectAll().orderBy('kind').orderBy('subject');
  const ofKind = kind === undefined ? rows : rows.where('kind', '=', kind);
  return (ending === undefined ? ofKind : ofKind.where('subject', 'like', `% ${ending}`)).execute();
}

/** The rules of all slices, by kind. */
export function withheldRules(slices: readonly Slice[]): Map<string, WithheldRule> {
  return new Map(slices.flatMap((slice) => Object.entries(slice.withheld ?? {})));
}

/**
 * Somebody has looked at a rule: it is switched on as it was, or stays off for good, and whoever wants it then sets it anew.
 * @param asked.by who answers, as registers name them
 * @throws {Refusal} not_found when somebody else has answered
 */
export async function answerWithheld(
  work: Work,
  rules: ReadonlyMap<string, WithheldRule>,
  asked: { kind: string; subject: string; on: boolean; by: string },
): Promise<void> {
  const { kind, subject, on, by } = asked;
  const row = await work.db
    .deleteFrom('withheld')
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .returningAll()
    .executeTakeFirst();
  const rule = rules.get(kind);
  if (!row || !rule) refuse('not_found', 'Somebody has answered this already');
  if (on) await rule.putBack(work, row);
  else await rule.leaveOff?.(work, row, by);
}
