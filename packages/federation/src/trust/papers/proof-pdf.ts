import type { Context } from '@joinery/core';
import { formatDateTime, formatNumber, type Language } from '@joinery/ui';
import type { Explanation } from '../explain.ts';
import { proofText } from '../proof/text.ts';
import type { Trial } from '../proof/try.ts';
import { askerInWords } from '../proof/words.ts';
import type { Partner } from '../store.ts';
import { pageText } from '../text.ts';
import { makePdf } from './pdf.ts';
import { paperText } from './text.ts';

/** What was asked and answered, for a file: who asked, which answer each got, and why. Nothing of what the item says is in it. */
export async function proofPdf(
  { config, clock }: Pick<Context, 'config' | 'clock'>,
  shown: { partner: Partner; item: string; trials: readonly Trial[]; said: Explanation; by: string },
  reader: { language: Language; timeZone: string },
): Promise<Buffer> {
  const { partner, item, trials, said, by } = shown;
  const { language, timeZone } = reader;
  const p = proofText(language);
  const paper = paperText(language);
  const date = formatDateTime(language, timeZone, clock.now());
  const made = paper('made', { date, agency: config.agency });
  const title = p('titleFor', { agency: partner.agency });
  const footer = (page: number, pages: number) => `${made}  ${paper('page', { page, pages })}`;
  return makePdf({ title, author: config.agency, language, footer }, (page) => {
    page.heading(1, title);
    page.paragraph(p('lead'));
    page.facts([
      { term: p('item'), value: item },
      { term: paper('ourNode', { agency: partner.agency }), value: partner.origin },
      { term: pageText(language)('by'), value: by },
      { term: pageText(language)('when'), value: date },
    ]);
    page.heading(2, p('answer'));
    page.table(
      [0.5, 0.2, 0.18, 0.12],
      [p('asker'), p('answer'), p('code'), p('bytes')],
      trials.map(({ asker, status, code, bytes }) => [
        askerInWords(asker, partner.agency, language),
        `${p(status === 200 ? 'given' : 'refused')} (${status})`,
        code ?? '–',
        `${formatNumber(language, bytes)} B`,
      ]),
    );
    if (trials.some(({ asker }) => asker === 'token')) page.paragraph(p('tokenNote'), 'quiet');
    page.heading(2, p('why'));
    for (const line of said.lines) page.paragraph(line);
  });
}
