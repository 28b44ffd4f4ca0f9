import { Badge, DataTable, formatDateTime, type Reader } from '@joinery/ui';
import type { LaneHealth } from '../peers.ts';
import { pageText } from './text.ts';

/** How delivery to a partner goes: what waits and since when, what it refused, and whether somebody should look. */
export function LaneState({ health, reader }: { health: LaneHealth | undefined; reader: Reader }) {
  const t = pageText(reader.language);
  if (!health) return '–';
  const late = health.items > 0 && health.lastError !== null;
  return (
    <div>
      <Badge tone={late ? 'warning' : 'neutral'}>{t('waitingNow', { count: health.items })}</Badge>
      {health.alarm && health.refusedSince !== null ? (
        <Badge tone="danger">
          {t('refusesUs', { date: formatDateTime(reader.language, reader.timeZone, health.refusedSince) })}
        </Badge>
      ) : null}
      {health.misconfigured ? <Badge tone="danger">{t('wrongSetting')}</Badge> : null}
      {health.aside > 0 ? <Badge tone="warning">{t('aside', { count: health.aside })}</Badge> : null}
      {health.parked.length > 0 ? <Badge tone="danger">{t('parked', { count: health.parked.length })}</Badge> : null}
      {health.oldestAt ? (
        <span class="app-quiet">
          {' '}
          {t('waitingSince', { date: formatDateTime(reader.language, reader.timeZone, health.oldestAt) })}
          {late ? '.' : null}
        </span>
      ) : null}
      {late ? <span class="app-quiet"> {faultInWords(health.lastError ?? '', reader)}</span> : null}
    </div>
  );
}

const faultTexts = {
  address_malformed: 'laneAddress',
  address_refused: 'lanePrivate',
  deadline_exceeded: 'laneDeadline',
  no_agreement: 'laneNoAgreement',
  peer_unreachable: 'laneUnreachable',
  redirect_refused: 'laneRedirect',
  scheme_refused: 'laneAddress',
  tls_failed: 'laneTls',
} as const;

/** @param fault code and details, as the lane wrote them down; the details are for operators and in English */
function faultInWords(fault: string, reader: Reader): string {
  const code = fault.split(':', 1)[0] ?? '';
  const known = Object.entries(faultTexts).find(([name]) => name === code)?.[1];
  return pageText(reader.language)(known ?? 'laneOther', { code });
}

/** What a partner did not take, with why, and how it is sent again. */
export function ParkedTable({ parked, reader }: { parked: LaneHealth['parked']; reader: Reader }) {
  const t = pageText(reader.language);
  return (
    <DataTable
      id="parked"
      caption={t('parkedItems')}
      rows={parked}
      columns={[
        { header: t('when'), cell: (item) => formatDateTime(reader.language, reader.timeZone, item.at) },
        { header: t('reason'), cell: (item) => item.error },
        { header: t('sendAgain'), cell: (item) => <code>joinery lanes resend {item.id}</code> },
      ]}
    />
  );
}
