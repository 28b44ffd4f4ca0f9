import type { FieldFault } from '@joinery/core';
import { scopes } from '@joinery/core';
import type { FieldError, Language } from '@joinery/ui';
import { z } from 'zod';
import { defaultScopes, entryText } from './change.ts';
import { readEntry } from './entry.ts';
import type { PartnerChangesBody } from './input.ts';
import { trustText } from './messages.ts';
import type { Partner } from './store.ts';
import { type PartnerKind, partnerKinds } from './tables.ts';
import { pageText } from './text.ts';

const line = z.string().trim().max(200, 'too_long').optional();
const lines = z.string().max(20_000).optional();

/** The partner form as browsers send it. */
export const partnerForm = z.object({
  partner: z.string().optional(),
  what: z.enum(['allow', 'propose', 'change', 'suspend', 'block', 'accept-key']),
  agency: line,
  identifier: line,
  kind: z.enum(partnerKinds).optional(),
  hosts: lines,
  scopes: z.array(z.enum(scopes)),
  coverage: z.enum(['all', 'named']).optional(),
  groups: lines,
  direction: z.enum(['in', 'out', 'both']).optional(),
  classification: line,
  reason: z.string().trim().min(1, 'required').max(1000, 'too_long'),
  agreementRef: line,
  contact: line,
  introductions: z.literal('1').optional(),
  privateRanges: z.literal('1').optional(),
  validFrom: line,
  reviewAt: line,
  expiresAt: line,
});

export type PartnerForm = z.infer<typeof partnerForm>;

/** What stands in the fields. */
export type TypedPartner = {
  agency: string;
  identifier: string;
  kind: PartnerKind;
  hosts: string;
  scopes: readonly string[];
  coverage: string;
  groups: string;
  direction: string;
  classification: string;
  reason: string;
  agreementRef: string;
  contact: string;
  introductions: string;
  privateRanges: string;
  validFrom: string;
  reviewAt: string;
  expiresAt: string;
};

const year = 365 * 86_400_000;

/** An empty form with what suits most organisations of a kind. */
export function emptyForm(kind: PartnerKind, now: Date): TypedPartner {
  return {
    agency: '',
    identifier: '',
    kind,
    hosts: '',
    scopes: defaultScopes[kind],
    coverage: kind === 'supplier' ? 'named' : 'all',
    groups: '',
    direction: 'both',
    classification: '',
    reason: '',
    agreementRef: '',
    contact: '',
    introductions: '',
    privateRanges: '',
    validFrom: '',
    reviewAt: '',
    expiresAt: kind === 'supplier' ? new Date(now.getTime() + year).toISOString().slice(0, 10) : '',
  };
}

/** The form as an agreement stands now; the reason is asked for anew. @param names handles of the named groups */
export function formOf(partner: Partner, names: readonly string[]): TypedPartner {
  const lastDay = (at: string | null) => (at === null ? '' : new Date(Date.parse(at) - 1).toISOString().slice(0, 10));
  return {
    agency: partner.agency,
    identifier: partner.identifier ?? '',
    kind: partner.kind,
    hosts: partner.hosts.map(({ origin }) => origin).join('\n'),
    scopes: partner.scopes,
    coverage: partner.groups === null ? 'all' : 'named',
    groups: names.join('\n'),
    direction: partner.direction,
    classification: partner.classification ?? '',
    reason: '',
    agreementRef: partner.agreementRef ?? '',
    contact: partner.contact ?? '',
    introductions: partner.introductions ? '1' : '',
    privateRanges: partner.privateRanges ? '1' : '',
    validFrom: partner.validFrom?.slice(0, 10) ?? '',
    reviewAt: partner.reviewAt?.slice(0, 10) ?? '',
    expiresAt: lastDay(partner.expiresAt),
  };
}

/** The form as the body that the API takes. Decisions without fields of their own (suspend, block, key) change nothing else. */
export function bodyOf(form: PartnerForm): PartnerChangesBody {
  if (form.hosts === undefined) return {};
  const list = (text: string | undefined) =>
    (text ?? '')
      .split(/[\n,]/)
      .map((part) => part.trim())
      .filter(Boolean);
  return {
    agency: form.agency,
    identifier: form.identifier ?? null,
    kind: form.kind,
    hosts: list(form.hosts),
    scopes: form.scopes,
    groups: form.coverage === 'named' ? list(form.groups) : null,
    direction: form.direction,
    classification: form.classification ?? null,
    agreementRef: form.agreementRef ?? null,
    contact: form.contact ?? null,
    introductions: form.introductions === '1',
    privateRanges: form.privateRanges === '1',
    validFrom: form.validFrom ?? null,
    reviewAt: form.reviewAt ?? null,
    expiresAt: form.expiresAt ?? null,
  };
}

/** What is wrong, in words that say what to do. @param hosts what was typed as addresses, to explain why one cannot be used */
export function explainFaults(
  faults: readonly FieldFault[],
  hosts: string,
  config: { origin: string; loopbackPeers: boolean },
  language: Language,
): FieldError[] {
  return faults.map((fault) => ({ field: fault.field, text: faultText(fault, hosts, config, language) }));
}

function faultText(
  fault: FieldFault,
  hosts: string,
  config: { origin: string; loopbackPeers: boolean },
  language: Language,
): string {
  const t = pageText(language);
  if (fault.field === 'hosts' && fault.code !== 'taken') return hostFault(hosts, config, language);
  switch (fault.code) {
    case 'required':
      return fault.field === 'reason' ? t('faultReason') : t('faultMissing');
    case 'taken':
      return t('faultTaken', { agency: fault.values?.agency ?? '' });
    case 'unknown':
      return t('faultGroup', { name: fault.values?.name ?? '' });
    case 'bad_choice':
      return t('faultChoice');
    case 'bad_format':
      return t('faultDate');
    case 'does_not_match':
      return t('faultDates');
    case 'too_long':
      return t('faultTooLong');
    default:
      return t('faultOther');
  }
}

function hostFault(hosts: string, config: { origin: string; loopbackPeers: boolean }, language: Language): string {
  const typed = hosts
    .split(/[\n,]/)
    .map((part) => part.trim())
    .filter(Boolean);
  for (const text of typed.length > 0 ? typed : ['']) {
    const entry = readEntry(text, { own: config.origin, loopback: config.loopbackPeers });
    if (!entry.ok)
      return trustText(language)(entryText[entry.fault], { typed: text, suggestion: entry.suggestion ?? '' });
  }
  return pageText(language)('faultOther');
}
