import type { Context, HealthCheck } from '@joinery/core';
import { formatBytes, formatRelative, type Language } from '@joinery/ui';
import { messages } from './messages.ts';

/** Whether files are looked at by a virus scanner, whether that and the record copies keep up, and where files come from that a browser could run. */
export async function checks(context: Context, language: Language): Promise<HealthCheck[]> {
  const scanner = await scannerCheck(context, language);
  return [...scanner, mediaCheck(context, language), ...(await copiesCheck(context, language))];
}

/** Without a second address such files come from the node's own, as attachments in a sandbox: a fault of a browser would be one of the node's. */
function mediaCheck({ config }: Context, language: Language): HealthCheck {
  const t = messages(language);
  const base = { name: 'media_origin', title: t('media') };
  return config.files.mediaOrigin === null
    ? { ...base, state: 'attention', says: t('mediaNone'), mend: t('mediaNoneMend') }
    : { ...base, state: 'good', says: t('mediaGood', { origin: config.files.mediaOrigin }) };
}

async function scannerCheck(context: Context, language: Language): Promise<HealthCheck[]> {
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

const reasons = { too_large: 'copyTooLarge', infected: 'copyInfected', other_type: 'copyOtherType' } as const;
/** A node that was away for a while is nothing to look at. */
const longWait = 24 * 3_600_000;

/** Whether the files that groups here promise to keep are kept. Nothing is said by nodes that never promised it. */
async function copiesCheck({ db, clock, config }: Context, language: Language): Promise<HealthCheck[]> {
  const t = messages(language);
  const rows = await db.reader
    .selectFrom('files_copy')
    .innerJoin('files_file', 'files_file.id', 'files_copy.file_id')
    .select((eb) => ['files_copy.state', 'reason', eb.fn.countAll<number>().as('count'), eb.fn.min('at').as('since')])
    .select((eb) => eb.fn.sum<number | null>('files_file.bytes').as('bytes'))
    .groupBy(['files_copy.state', 'reason'])
    .execute();
  if (rows.length === 0) return [];
  const base = { name: 'record_copies', title: t('copies') };
  const of = (state: string) => rows.filter((row) => row.state === state);
  const total = (found: typeof rows) => found.reduce((sum, { count }) => sum + Number(count), 0);
  const [full] = of('wanted').filter(({ reason }) => reason === 'no_room');
  if (full) {
    const kept = formatBytes(
      language,
      of('kept').reduce((sum, { bytes }) => sum + Number(bytes ?? 0), 0),
    );
    const count = Number(full.count);
    const says = t('copiesFull', { count, kept, most: formatBytes(language, config.files.copies) });
    return [{ ...base, state: 'attention', says, figure: count, mend: t('copiesFullMend') }];
  }
  const refused = of('refused');
  if (refused.length > 0) {
    const why = refused
      .flatMap(({ reason }) => (reason === null || reason === 'no_room' ? [] : t(reasons[reason])))
      .join(', ');
    const count = total(refused);
    const says = t('copiesRefused', { count, reasons: why });
    return [{ ...base, state: 'attention', says, figure: count, mend: t('copiesRefusedMend') }];
  }
  const [waiting] = of('wanted');
  if (waiting && clock.now().getTime() - Date.parse(waiting.since) > longWait) {
    const count = Number(waiting.count);
    const says = t('copiesWait', { count, when: formatRelative(language, 'UTC', waiting.since, clock.now()) });
    return [{ ...base, state: 'attention', says, figure: count, mend: t('copiesWaitMend') }];
  }
  return [{ ...base, state: 'good', says: t('copiesGood', { count: total(of('kept')) }), figure: 0 }];
}
