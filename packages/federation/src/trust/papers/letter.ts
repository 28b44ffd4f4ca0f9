import { type Context, classificationLabels } from '@joinery/core';
import { formatDate, type Language } from '@joinery/ui';
import { fingerprint, ownKey } from '../fingerprint.ts';
import {
  classificationInWords,
  coversInWords,
  dayInWords,
  directionText,
  endInWords,
  kindText,
  standingOf,
  standingText,
} from '../labels.tsx';
import { groupNames, type Partner, referenceOf } from '../store.ts';
import { pageText } from '../text.ts';
import { makePdf } from './pdf.ts';
import { paperText } from './text.ts';

/** One page to sign by two agencies: who, which nodes, which keys, what is exchanged, from when to when. */
export async function connectionLetter(
  { config, db, clock }: Pick<Context, 'config' | 'db' | 'clock'>,
  partner: Partner,
  language: Language,
): Promise<Buffer> {
  const t = pageText(language);
  const p = paperText(language);
  const now = clock.now();
  const date = formatDate(language, 'UTC', now);
  const own = await ownKey(db.reader, config.origin);
  const names = await groupNames(db.reader, partner);
  const labels = await classificationLabels(db.reader);
  const groups = partner.groups === null ? t('allGroups') : names.join(', ') || '–';
  const confirmed = partner.confirmed ? p('confirmedByThem') : p('notConfirmed');
  const title = `${p('letter')}: ${config.agency} – ${partner.agency}`;
  const footer = () => p('made', { date, agency: config.agency });
  return makePdf({ title, author: config.agency, language, footer }, (paper) => {
    paper.heading(1, p('letter'));
    paper.paragraph(p('letterLead', { own: config.agency, theirs: partner.agency }));
    paper.facts([
      { term: p('reference'), value: referenceOf(partner) },
      { term: p('status'), value: `${t(standingText(standingOf(partner, now)))}. ${confirmed}` },
    ]);
    paper.heading(2, p('nodes'));
    paper.facts([
      { term: p('ourNode', { agency: config.agency }), value: config.origin },
      {
        term: p('ourNode', { agency: partner.agency }),
        value: shorten(partner.hosts.map(({ origin }) => origin).join(', '), 300),
      },
      ...(partner.identifier ? [{ term: t('identifier'), value: partner.identifier }] : []),
      { term: t('kind'), value: t(kindText[partner.kind]) },
    ]);
    paper.heading(2, p('keys'));
    paper.facts([
      { term: p('fingerprintOf', { agency: config.agency }), value: own ? fingerprint(own) : '–' },
      {
        term: p('fingerprintOf', { agency: partner.agency }),
        value: partner.pinnedKey ? fingerprint(partner.pinnedKey) : p('keyUnknown'),
      },
    ]);
    paper.paragraph(p('keysHint'), 'quiet');
    paper.heading(2, p('agreement'));
    paper.facts([
      { term: t('scopes'), value: coversInWords(partner, language) },
      {
        term: t('classification'),
        value: classificationInWords(partner, labels, language),
      },
      ...(partner.introductions ? [{ term: t('introductionsTerm'), value: t('introductionsYes') }] : []),
      { term: t('coverage'), value: shorten(groups, 300) },
      { term: t('direction'), value: t(directionText[partner.direction]) },
      { term: t('begins'), value: dayInWords(partner.validFrom ?? partner.createdAt, language) },
      { term: t('ends'), value: endInWords(partner.expiresAt, language) },
      ...(partner.reviewAt ? [{ term: t('review'), value: dayInWords(partner.reviewAt, language) }] : []),
      { term: t('reason'), value: shorten(partner.reason, 300) },
      { term: t('by'), value: partner.decidedBy },
      ...(partner.contact ? [{ term: t('contact'), value: partner.contact }] : []),
    ]);
    paper.heading(2, p('signatures'));
    paper.signatures([p('sign', { agency: config.agency }), p('sign', { agency: partner.agency })]);
  });
}

/** One page stays one page. */
function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
