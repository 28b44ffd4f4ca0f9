import type { ClassificationLabel, Scope } from '@joinery/core';
import type { IconName } from '@joinery/ui';
import { Badge, formatDate, type Language, type Tone } from '@joinery/ui';
import { scopeText } from './explain.ts';
import { trustText } from './messages.ts';
import type { AffectedGroup } from './preview.ts';
import type { Partner } from './store.ts';
import type { PartnerKind } from './tables.ts';
import { pageText } from './text.ts';

export const kindText = {
  government: 'kindGovernment',
  supplier: 'kindSupplier',
  'civil-society': 'kindCivil',
} as const satisfies Record<PartnerKind, string>;
export const directionText = { both: 'directionBoth', out: 'directionOut', in: 'directionIn' } as const;

/** Where an agreement stands at this moment, dates and key included. */
export type Standing = Partner['state'] | 'expired' | 'not_yet' | 'key_changed';

export function standingOf(partner: Partner, now: Date): Standing {
  if (partner.state !== 'allowed') return partner.state;
  if (partner.keyChangedAt !== null) return 'key_changed';
  const at = now.toISOString();
  if (partner.validFrom !== null && at < partner.validFrom) return 'not_yet';
  return partner.expiresAt !== null && at >= partner.expiresAt ? 'expired' : 'allowed';
}

const standings = {
  allowed: { tone: 'success', icon: 'check', text: 'stateAllowed' },
  expired: { tone: 'warning', icon: 'warning', text: 'stateExpired' },
  not_yet: { tone: 'info', icon: 'info', text: 'stateNotYet' },
  key_changed: { tone: 'danger', icon: 'warning', text: 'stateKey' },
  suspended: { tone: 'warning', icon: 'lock', text: 'stateSuspended' },
  blocked: { tone: 'danger', icon: 'close', text: 'stateBlocked' },
  proposed_by_us: { tone: 'info', icon: 'inbox', text: 'stateProposedByUs' },
  proposed_by_them: { tone: 'info', icon: 'inbox', text: 'stateProposedByThem' },
} as const satisfies Record<Standing, { tone: Tone; icon: IconName; text: string }>;

/** The word for a state. */
export const standingText = (standing: Standing) => standings[standing].text;

/** The state as a shape, a colour and words. */
export function StandingBadge({ partner, now, language }: { partner: Partner; now: Date; language: Language }) {
  const { tone, icon, text } = standings[standingOf(partner, now)];
  return (
    <Badge tone={tone} icon={icon}>
      {pageText(language)(text)}
    </Badge>
  );
}

/** The last day of an agreement, which ends with the instant after it. */
export function lastDay(expiresAt: string): Date {
  return new Date(Date.parse(expiresAt) - 1);
}

export function endInWords(expiresAt: string | null, language: Language): string {
  return expiresAt === null ? pageText(language)('noEnd') : formatDate(language, 'UTC', lastDay(expiresAt));
}

export function dayInWords(at: string | null, language: Language): string {
  return at === null ? '–' : formatDate(language, 'UTC', at);
}

/** What was decided, as the register shows it. */
const decisionText: Record<string, keyof typeof pageText.catalogue.en> = {
  allow: 'decisionAllow',
  propose: 'decisionPropose',
  receive: 'decisionReceive',
  suspend: 'decisionSuspend',
  block: 'decisionBlock',
  change: 'decisionChange',
  decline: 'decisionDecline',
  'ask-declined': 'decisionAskDeclined',
  'accept-key': 'decisionAcceptKey',
  'confirmed-by-them': 'decisionConfirmed',
  'revoked-by-them': 'decisionRevoked',
  'introduction-refused': 'decisionIntroductionRefused',
  'introduction-taken': 'decisionIntroductionTaken',
  labels: 'decisionLabels',
  'label-mapped': 'decisionLabelMapped',
  'key-pinned': 'decisionKeyPinned',
  'key-rotated': 'decisionKeyRotated',
  'key-changed': 'decisionKeyChanged',
};

export function decisionInWords(what: string, language: Language): string {
  const key = decisionText[what];
  return key ? pageText(language)(key) : what;
}

export function sourceInWords(source: string, language: Language): string {
  if (source === 'manual') return pageText(language)('sourceManual');
  return source === 'proposal' ? pageText(language)('sourceProposal') : source;
}

/** The name of a scope at the beginning of a line. */
export function scopeLabel(scope: Scope, language: Language): string {
  const name = trustText(language)(scopeText[scope]);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const aboutScope = {
  discover: 'scopesAboutDiscover',
  'open-groups': 'scopesAboutOpen',
  'closed-groups': 'scopesAboutClosed',
} as const satisfies Record<Scope, string>;

/** What a scope means for the people of both sides. */
export function scopeAbout(scope: Scope, language: Language): string {
  return pageText(language)(aboutScope[scope]);
}

/** A group by its name; without one where only its members may know of it. */
export function groupInWords({ name, closed }: { name: string; closed: boolean }, language: Language): string {
  const t = pageText(language);
  if (name === '') return t('groupHidden');
  return closed ? t('groupClosed', { name }) : name;
}

/** The names of some scopes, in one line. */
export function scopesInWords([first, ...others]: readonly Scope[], language: Language): string {
  if (!first) return pageText(language)('noMeaning');
  const rest = others.map((scope) => trustText(language)(scopeText[scope]));
  return [scopeLabel(first, language), ...rest].join(', ');
}

/** What an agreement covers, in one line. */
export function coversInWords(partner: Partner, language: Language): string {
  const t = pageText(language);
  if (partner.state === 'blocked') return '–';
  const names = scopesInWords(partner.scopes, language);
  if (partner.scopes.length === 0) return names;
  return partner.groups === null ? names : `${names}: ${t('namedCount', { count: partner.groups.length })}`;
}

/** The highest label that an agreement covers. */
export function classificationInWords(
  partner: Pick<Partner, 'classification'>,
  labels: readonly ClassificationLabel[],
  language: Language,
): string {
  return (labels.find(({ id }) => id === partner.classification) ?? labels[0])?.[language] ?? '–';
}

/** Whether a group is open to and from a partner. */
export function wayInWords(way: AffectedGroup['before'], language: Language): string {
  const t = pageText(language);
  if (way.in && way.out) return t('openBothWays');
  if (way.in) return t('onlyIn');
  return way.out ? t('onlyOut') : t('closed');
}

const day = 86_400_000;

/** Days until an agreement in force ends, when it is time to say so: from 30, 7 and 1 days on. Null before that, and after the end. */
export function daysLeft(partner: Partner, now: Date): number | null {
  if (partner.expiresAt === null || standingOf(partner, now) !== 'allowed') return null;
  const days = Math.ceil((Date.parse(partner.expiresAt) - now.getTime()) / day);
  return days <= 30 ? days : null;
}

/** How urgent an end is: it changes at 30, 7 and 1 days. */
export function urgency(days: number): 'info' | 'warning' | 'danger' {
  if (days <= 1) return 'danger';
  return days <= 7 ? 'warning' : 'info';
}
