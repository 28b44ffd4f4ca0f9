import { type Context, type NodeChoice, refuse, type Work } from '@joinery/core';
import type { Language } from '@joinery/ui';

/** One choice as the page shows it. */
export type Choice = {
  name: string;
  label: string;
  value: string;
  standard: string;
  options: { value: string; label: string; description?: string | undefined }[];
};

const lookedAt = 'defaults_looked_at';

const choicesOf = (context: Pick<Context, 'slices'>): NodeChoice[] =>
  context.slices.flatMap((slice) => slice.choices ?? []).sort((one, other) => one.order - other.order);

/** Everything that an administrator decides for the whole node, with what holds now. */
export function nodeChoices(context: Context, language: Language): Promise<Choice[]> {
  return Promise.all(
    choicesOf(context).map(async (choice) => ({
      ...{ name: choice.name, label: choice.label(language), standard: choice.standard },
      value: await choice.value(context.db.reader),
      options: await choice.options(context, language),
    })),
  );
}

/** Whether an administrator has seen what holds, and kept or changed it. */
export async function hasLooked({ db }: Pick<Context, 'db'>): Promise<boolean> {
  const row = await db.reader.selectFrom('meta').select('value').where('name', '=', lookedAt).executeTakeFirst();
  return row !== undefined;
}

/**
 * Changes what is to be changed, all or nothing, and notes that somebody has looked.
 * @param chosen value by name of the choice; what is not in it stays
 * @param by local id of the administrator
 * @throws {Refusal} bad_request for a value that is not offered
 */
export async function saveChoices(
  work: Work,
  context: Context,
  chosen: ReadonlyMap<string, string>,
  by: string,
): Promise<void> {
  for (const choice of choicesOf(context)) {
    const value = chosen.get(choice.name);
    if (value === undefined || value === (await choice.value(work.db))) continue;
    await choice.change(work, value, by);
  }
  await work.db
    .insertInto('meta')
    .values({ name: lookedAt, value: work.now })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** What somebody chose in the form. @throws {Refusal} bad_request for a value that is not offered now */
export async function chosenIn(
  context: Context,
  language: Language,
  fields: ReadonlyMap<string, string[]>,
): Promise<Map<string, string>> {
  const chosen = new Map<string, string>();
  for (const { name, options } of await nodeChoices(context, language)) {
    const value = fields.get(name)?.[0];
    if (value === undefined) continue;
    if (!options.some((option) => option.value === value)) refuse('bad_request', `This cannot be chosen: ${name}`);
    chosen.set(name, value);
  }
  return chosen;
}
