import type { Context, HealthCheck } from '@joinery/core';
import { formatRelative, type Language } from '@joinery/ui';
import { forgetJob } from './copies.ts';
import { messages } from './messages.ts';

/** What reads the database ends within minutes; a backup of a large one may take longer. */
const longMilliseconds = 10 * 60_000;

/** Whether what was dropped of closed groups elsewhere still stands in files of this node, and the nodes whose it was wait for the receipt. Nothing is said where none does. */
export async function checks({ db, clock }: Context, language: Language): Promise<HealthCheck[]> {
  const rows = await db.reader.selectFrom('job').select('data').where('name', '=', forgetJob).limit(1_000).execute();
  const waiting = rows.map(({ data }) => String((JSON.parse(data) as { since?: string }).since ?? ''));
  const since = waiting.filter((at) => at !== '').sort()[0];
  if (since === undefined || clock.now().getTime() - Date.parse(since) < longMilliseconds) return [];
  const t = messages(language);
  const when = formatRelative(language, 'UTC', since, clock.now());
  const base = { name: 'dropped_copies', title: t('checkDropped') };
  return [
    {
      ...{ ...base, state: 'attention', says: t('checkDroppedSays', { when }), mend: t('checkDroppedMend') },
      figure: waiting.length,
    },
  ];
}
