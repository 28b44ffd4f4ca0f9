import { type Context, isObject } from '@joinery/core';
import { formatDate, formatDateTime, type Language } from '@joinery/ui';
import { decisionInWords } from '../labels.tsx';
import { decisions } from '../store.ts';
import type { PartnerDecisionRow } from '../tables.ts';
import { pageText } from '../text.ts';
import { makePdf } from './pdf.ts';
import { paperText } from './text.ts';

const most = 2_000;

/** The register of decisions as a paper for the auditor, newest first; what is older than its 2,000 rows stands in the CSV file. */
export async function registerPdf(
  { config, db, clock }: Pick<Context, 'config' | 'db' | 'clock'>,
  reader: { language: Language; timeZone: string },
): Promise<Buffer> {
  const { language, timeZone } = reader;
  const t = pageText(language);
  const p = paperText(language);
  const rows = await decisions(db.reader, { limit: most + 1 });
  const made = p('made', { date: formatDate(language, timeZone, clock.now()), agency: config.agency });
  const footer = (page: number, pages: number) => `${made}  ${p('page', { page, pages })}`;
  const title = `${t('register')}: ${config.agency}`;
  return makePdf({ title, author: config.agency, language, landscape: true, footer }, (paper) => {
    paper.heading(1, title);
    paper.paragraph(t('registerLead'));
    if (rows.length > most) paper.paragraph(p('registerOlder', { count: most }), 'quiet');
    paper.table(
      [0.16, 0.16, 0.16, 0.18, 0.12, 0.22],
      [t('when'), t('decision'), t('agency'), t('hosts'), t('by'), t('reason')],
      rows
        .slice(0, most)
        .map((row) => [
          formatDateTime(language, timeZone, row.at),
          decisionInWords(row.what, language),
          agencyOf(row),
          new URL(row.origin).host,
          row.by,
          row.reason,
        ]),
    );
  });
}

function agencyOf({ after, before }: PartnerDecisionRow): string {
  const partner: unknown = JSON.parse(after ?? before ?? 'null');
  return isObject(partner) && typeof partner.agency === 'string' ? partner.agency : '–';
}
