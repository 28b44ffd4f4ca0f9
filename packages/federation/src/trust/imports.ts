import { type ClassificationLabel, findLabel, isRefusal, refuse, scopes, type Work } from '@joinery/core';
import type { Language } from '@joinery/ui';
import { applyChange, type Change, type PartnerFields, readDay, readHosts } from './change.ts';
import { explainFaults } from './form.ts';
import type { ListLine } from './lists.ts';
import { allowPartner, blockPartner, suspendPartner } from './partners.ts';
import type { Decider } from './register.ts';
import type { Partner } from './store.ts';
import { partnerKinds } from './tables.ts';
import { pageText } from './text.ts';

/** What an import would do, line by line; nothing happens before it is applied. */
export type ImportPlan = {
  /** Name under which the list is remembered as the source of its entries. */
  source: string;
  added: Change[];
  changed: Change[];
  /** Came from this source before and is no longer on the list: will be suspended. */
  removed: Change[];
  /** What somebody here decided otherwise: stays as it is. */
  conflicting: { line: number; host: string; detail: string }[];
  /** Lines that cannot be used. */
  refused: { line: number; host: string; detail: string }[];
  /** Hosts below or above another one on the list: neither covers the other. */
  subdomains: { host: string; other: string }[];
  unchanged: number;
};

const decisionOf = { allow: 'allow', suspend: 'suspend', block: 'block' } as const;

/**
 * Compares a list with what stands here.
 * @param options.labels of this agency
 * @param options.complete the list is all there is from this source: what is missing in it is suspended
 * @param options.language of the explanations; English unless given
 */
export function planImport(
  lines: readonly ListLine[],
  existing: readonly Partner[],
  config: { origin: string; loopbackPeers: boolean },
  options: {
    labels: readonly ClassificationLabel[];
    source: string;
    complete: boolean;
    now: string;
    language?: Language;
  },
): ImportPlan {
  const { source, now, language = 'en' } = options;
  const plan: ImportPlan = {
    source,
    added: [],
    changed: [],
    removed: [],
    conflicting: [],
    refused: [],
    subdomains: [],
    unchanged: 0,
  };
  const byOrigin = new Map(
    existing.flatMap((partner) => partner.hosts.map(({ origin }) => [origin, partner] as const)),
  );
  const mentioned = new Set<string>();
  const seen = new Map<string, string>();
  for (const line of lines) {
    const host = line.hosts.join(' ');
    try {
      if (line.state === 'skip') continue;
      const hosts = readHosts(line.hosts, config);
      const origin = hosts[0]?.origin;
      if (origin === undefined) continue;
      for (const other of hosts) seen.set(new URL(other.origin).hostname, other.origin);
      const before = hosts.map((entry) => byOrigin.get(entry.origin)).find(Boolean);
      if (before) mentioned.add(before.id);
      const conflict = before && conflictWith(before, decisionOf[line.state], source, language);
      if (conflict) {
        plan.conflicting.push({ line: line.line, host, detail: conflict });
        continue;
      }
      if (!before && line.state === 'suspend') continue;
      const fields: PartnerFields = { ...fieldsOf(line.columns, options.labels), source: before?.source ?? source };
      if (!before || 'hosts' in line.columns) fields.hosts = hosts;
      const change: Change = { what: decisionOf[line.state], origin: before?.origin ?? origin, fields };
      const after = applyChange(before, change, now);
      if (!before) plan.added.push(change);
      else if (isDifferent(before, after)) plan.changed.push(change);
      else plan.unchanged += 1;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [fault] = explainFaults(error.faults, line.hosts.join('\n'), config, language);
      plan.refused.push({ line: line.line, host, detail: fault?.text ?? error.message });
    }
  }
  if (options.complete) {
    for (const partner of existing) {
      if (partner.source !== source || mentioned.has(partner.id) || partner.state !== 'allowed') continue;
      plan.removed.push({ what: 'suspend', origin: partner.origin, fields: {} });
    }
  }
  for (const { hosts } of existing) for (const { origin } of hosts) seen.set(new URL(origin).hostname, origin);
  for (const host of seen.keys()) {
    const other = [...parents(host)].find((parent) => seen.has(parent));
    if (other) plan.subdomains.push({ host, other });
  }
  return plan;
}

/** Carries out a plan; each line is one decision in the register. @throws {Refusal} as the decisions do, and then nothing of it happens */
export async function applyImport(work: Work, plan: ImportPlan, decider: Decider): Promise<number> {
  const changes = [...plan.added, ...plan.changed, ...plan.removed];
  for (const { what, origin, fields } of changes) {
    const input = { origin, fields, ...decider };
    if (what === 'allow') await allowPartner(work, input);
    else if (what === 'suspend') await suspendPartner(work, input);
    else await blockPartner(work, input);
  }
  return changes.length;
}

function conflictWith(
  before: Partner,
  what: 'allow' | 'suspend' | 'block',
  source: string,
  language: Language,
): string | undefined {
  const t = pageText(language);
  const { agency, state } = before;
  if (state === 'blocked' && what !== 'block') return t('importIsBlocked', { agency });
  if (state === 'suspended' && what === 'allow') return t('importIsSuspended', { agency });
  if (state === 'allowed' && what !== 'allow' && before.source !== source) return t('importIsAllowed', { agency });
  return undefined;
}

function fieldsOf(columns: Record<string, string>, labels: readonly ClassificationLabel[]): PartnerFields {
  const text = (name: string) => columns[name] || undefined;
  const list = (name: string) => text(name)?.split(/\s+/);
  const groups = text('groups');
  const direction = text('direction');
  const fields: PartnerFields = {
    agency: text('agency'),
    identifier: text('identifier'),
    kind: partnerKinds.find((kind) => kind === columns.kind),
    scopes: list('scopes')?.flatMap((name) => scopes.find((scope) => scope === name) ?? []),
    groups: groups === undefined ? undefined : groups === '*' ? null : groups.split(/\s+/),
    direction: direction === 'in' || direction === 'out' || direction === 'both' ? direction : undefined,
    classification: labelIn(labels, text('classification')),
    agreementRef: text('agreement_ref'),
    contact: text('contact'),
    validFrom: text('valid_from') && readDay(columns.valid_from, 'validFrom', 'begins'),
    reviewAt: text('review_at') && readDay(columns.review_at, 'reviewAt', 'begins'),
    expiresAt: text('expires_at') && readDay(columns.expires_at, 'expiresAt', 'ended'),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A word that is no label of this agency would mean nothing, or something else. @throws {Refusal} invalid */
function labelIn(labels: readonly ClassificationLabel[], text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const found = findLabel(labels, text);
  return found ?? refuse('invalid', `There is no label "${text}"`, [{ field: 'classification', code: 'bad_choice' }]);
}

function isDifferent(before: Partner, after: Partner): boolean {
  const comparable = (partner: Partner) => JSON.stringify({ ...partner, updatedAt: '' });
  return comparable(before) !== comparable(after);
}

function* parents(host: string): Generator<string> {
  const labels = host.split('.');
  for (let index = 1; index < labels.length - 1; index += 1) yield labels.slice(index).join('.');
}
