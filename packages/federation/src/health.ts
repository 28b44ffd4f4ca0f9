import { type AdministratorNotice, type Context, type HealthCheck, restoredState } from '@joinery/core';
import { formatDate, type Language } from '@joinery/ui';
import { sql } from 'kysely';
import { healthText } from './health-messages.ts';
import { laneHealth } from './peers.ts';
import { lastReach } from './reach.ts';
import { rulesToAnswer } from './restored/rules.ts';

const longMilliseconds = 15 * 60_000;
const shownNames = 5;
export const restoredPage = '/administration/restored';
const partnersPage = '/administration/partners';

/** How the exchange with other nodes is. */
export async function federationChecks(context: Context, language: Language): Promise<HealthCheck[]> {
  const t = healthText(language);
  const { reader } = context.db;
  const now = context.clock.now();
  const lanes = (await laneHealth(reader, now)).filter(
    ({ origin }) => context.ports.trust.mayFederate(origin, null, 'out').allowed,
  );
  const late = lanes.filter(
    (lane) =>
      lane.alarm ||
      lane.misconfigured ||
      (lane.oldestAt !== null && now.getTime() - Date.parse(lane.oldestAt) > longMilliseconds),
  );
  const parked = lanes.reduce((sum, lane) => sum + lane.parked.length, 0);
  const skewed = lanes.filter((lane) => lane.lastError?.startsWith('signature_clock'));
  const stuck = await reader
    .selectFrom('ledger')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'parked')
    .where('text', 'is not', null)
    .executeTakeFirst();
  const time = now.toISOString().slice(11, 19);
  const link = { href: partnersPage, text: t('partners') };
  return [
    late.length === 0
      ? { name: 'lanes', state: 'good', title: t('lanes'), says: t('lanesGood') }
      : {
          ...{ name: 'lanes', state: 'attention', title: t('lanes'), mend: t('lanesMend'), link },
          says: t('lanesWait', { count: late.length, names: names(late) }),
        },
    parked === 0
      ? { name: 'parked', state: 'good', title: t('parked'), says: t('parkedGood') }
      : {
          ...{ name: 'parked', state: 'attention', title: t('parked'), mend: t('parkedMend') },
          says: t('parkedSome', { count: parked }),
        },
    ...(Number(stuck?.count ?? 0) === 0
      ? [{ name: 'received', state: 'good', title: t('stuck'), says: t('stuckGood') } as const]
      : [
          {
            ...({ name: 'received', state: 'attention', title: t('stuck'), mend: t('stuckMend') } as const),
            says: t('stuckSome', { count: Number(stuck?.count) }),
          },
        ]),
    await notUnderstood(context, language),
    skewed.length === 0
      ? { name: 'clock', state: 'good', title: t('clock'), says: t('clockGood', { time }) }
      : {
          ...{ name: 'clock', state: 'attention', title: t('clock'), mend: t('clockMend') },
          says: t('clockOff', { time, names: names(skewed) }),
        },
    reachCheck(context, language),
    ...(await restoredCheck(context, language)),
  ];
}

const names = (lanes: { origin: string }[]) => {
  const shown = lanes.slice(0, shownNames).map(({ origin }) => new URL(origin).host);
  return shown.join(', ') + (lanes.length > shownNames ? ' …' : '');
};

const daysCounted = 7;
const shownKinds = 3;

/** How much came of which nothing is known here: other software says more than this version does, which is no fault. A sudden rise is worth a look. */
async function notUnderstood({ db, clock }: Context, language: Language): Promise<HealthCheck> {
  const t = healthText(language);
  const since = new Date(clock.now().getTime() - daysCounted * 86_400_000).toISOString();
  const rows = await db.reader
    .selectFrom('ledger')
    .select(['type', (eb) => eb.fn.countAll<number>().as('count')])
    // As a literal: only then the index with the same condition is used.
    .where('code', '=', sql.lit('not_understood'))
    .where('received_at', '>=', since)
    .groupBy('type')
    .execute();
  const figure = rows.reduce((sum, { count }) => sum + Number(count), 0);
  const kinds = rows
    .sort((one, other) => Number(other.count) - Number(one.count))
    .slice(0, shownKinds)
    .map(({ type, count }) => `${type.slice(0, 40) || '–'} (${count})`);
  const says = figure === 0 ? t('unknownNone') : t('unknownSome', { count: figure, kinds: kinds.join(', ') });
  return { name: 'not_understood', state: 'good', title: t('unknown'), says, figure };
}

function reachCheck(context: Context, language: Language): HealthCheck {
  const t = healthText(language);
  const { origin } = context.config;
  const reach = lastReach(context);
  const base = { name: 'reach', title: t('reach') };
  if (!reach) return { ...base, state: 'attention', says: t('reachUnknown') };
  const { detail } = reach;
  switch (reach.result) {
    case 'good':
      return { ...base, state: 'good', says: t('reachGood', { origin }) };
    case 'trial':
      return { ...base, state: 'attention', says: t('reachTrial', { origin }), mend: t('reachTrialMend') };
    case 'other':
      return { ...base, state: 'broken', says: t('reachOther', { origin }), mend: t('reachOtherMend') };
    case 'tls':
      return { ...base, state: 'broken', says: t('reachTls', { origin, detail }), mend: t('reachTlsMend') };
    case 'status':
      return { ...base, state: 'broken', says: t('reachStatus', { origin, detail }), mend: t('reachStatusMend') };
    default:
      return {
        ...{ ...base, state: 'broken', says: t('reachUnreachable', { origin, detail }) },
        mend: t('reachUnreachableMend'),
      };
  }
}

async function restoredCheck(context: Context, language: Language): Promise<HealthCheck[]> {
  const t = healthText(language);
  const state = await restoredState(context.db.reader);
  if (state === null) return [];
  const time = formatDate(language, 'UTC', state.asOf);
  const base = {
    name: 'restored',
    title: t('quarantine'),
    link: { href: restoredPage, text: t(state.confirmedAt === null ? 'quarantineGo' : 'quarantineLook') },
  };
  if (state.confirmedAt === null) return [{ ...base, state: 'attention', says: t('quarantineOpen', { time }) }];
  if (state.waiting.length === 0) return [{ ...base, state: 'good', says: t('quarantineDone', { time }) }];
  const waiting = state.waiting.map((origin) => ({ origin }));
  const says = t('quarantineWaits', { count: waiting.length, names: names(waiting) });
  return [{ ...base, state: 'attention', says, mend: t('quarantineWaitsMend') }];
}

/** On every page, until somebody has confirmed. */
export async function restoredNotice(context: Context, language: Language): Promise<AdministratorNotice[]> {
  const { reader } = context.db;
  const state = await restoredState(reader);
  const t = healthText(language);
  // What no list of administrators shows they cannot answer: rules of hidden groups are for those who run them.
  const off =
    state === null || state.confirmedAt === null ? 0 : (await rulesToAnswer(context, null, language, false)).length;
  if (off > 0)
    return [
      {
        kind: 'warning',
        text: t('rulesOff', { count: off }),
        link: { href: `${restoredPage}#rules`, text: t('rulesGo') },
      },
    ];
  if (state === null || state.confirmedAt !== null) return [];
  const text = t('quarantineOpen', { time: formatDate(language, 'UTC', state.asOf) });
  return [{ kind: 'warning', text, link: { href: restoredPage, text: t('quarantineGo') } }];
}
