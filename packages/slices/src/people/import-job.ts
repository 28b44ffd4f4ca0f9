import { type Context, enqueueJob, type JsonObject, type Reader, type Work } from '@joinery/core';
import { isLanguage, type Language } from '@joinery/ui';
import { z } from 'zod';
import type { ImportRow } from './import-file.ts';
import { importPeople } from './onboarding.ts';

const jobName = 'people.import';

/** People per job: keys of so many are made in about a second, well within a lease. */
const perJob = 10;

const jobData = z.object({
  by: z.string(),
  language: z.string(),
  mail: z.boolean().default(false),
  rows: z.array(
    z.object({
      name: z.string(),
      email: z.string(),
      handle: z.string().optional(),
      role: z.string().optional(),
      language: z.enum(['en', 'nl']).optional(),
    }),
  ),
});

/** Asks for a list of people to be added in the background, a few at a time; with `mail` each gets a sign-in link. */
export async function enqueueImport(
  work: Work,
  by: string,
  rows: readonly ImportRow[],
  language: Language,
  mail: boolean,
): Promise<void> {
  for (let start = 0; start < rows.length; start += perJob) {
    const part = rows.slice(start, start + perJob).map(({ line: _line, ...row }) => row);
    await enqueueJob(work, jobName, { by, language, mail, rows: part });
  }
}

/** At most so many people are still to be added by imports. */
export async function waitingImports(db: Reader): Promise<number> {
  const { count } = await db
    .selectFrom('job')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('name', '=', jobName)
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return Number(count) * perJob;
}

/** Background work of this slice. Running a part again adds only who is missing. */
export const jobs = {
  [jobName]: async (context: Context, data: JsonObject): Promise<void> => {
    const { by, rows, language, mail } = jobData.parse(data);
    const outcomes = await importPeople(
      context,
      { kind: 'person', person: by },
      rows,
      isLanguage(language) ? language : 'en',
      mail,
    );
    const refused = outcomes.filter((outcome) => 'skipped' in outcome && outcome.skipped === 'refused').length;
    if (refused > 0) context.logger.warn('people.import_refused', { count: refused });
  },
};
