import type { Context, HealthCheck } from '@joinery/core';
import { formatRelative, type Language } from '@joinery/ui';
import { messages } from './messages.ts';

/** Whether files are looked at by a virus scanner, and whether it keeps up. */
export async function checks(context: Context, language: Language): Promise<HealthCheck[]> {
  const t = messages(language);
  const base = { name: 'scanner', title: t('scanner') };
  const waiting = await context.db.reader
    .selectFrom('files_file')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('created_at').as('since')])
    .where('state', '=', 'checking')
    .executeTakeFirst();
  const count = Number(waiting?.count ?? 0);
  if (count > 0) {
    const when = formatRelative(language, 'UTC', waiting?.since ?? '', context.clock.now());
    return [
      { ...base, state: 'attention', says: t('scannerWaits', { count, when }), figure: count, mend: t('scannerMend') },
    ];
  }
  return context.config.files.scanner === null
    ? [{ ...base, state: 'attention', says: t('scannerNone'), mend: t('scannerNoneMend') }]
    : [{ ...base, state: 'good', says: t('scannerGood'), figure: 0 }];
}
