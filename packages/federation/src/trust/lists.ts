import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import type { Partner } from './store.ts';
import type { PartnerDecisionRow } from './tables.ts';

/** The forms in which lists of nodes are passed on. */
export const listForms = ['joinery', 'mastodon', 'text'] as const;
export type ListForm = (typeof listForms)[number];

/** One line of a list, as it was written. Columns that a form does not have are absent. */
export type ListLine = {
  line: number;
  hosts: string[];
  state: 'allow' | 'suspend' | 'block' | 'skip';
  columns: Record<string, string>;
};

const columns = [
  'hosts',
  'agency',
  'identifier',
  'kind',
  'state',
  'scopes',
  'groups',
  'direction',
  'classification',
  'introductions',
  'reason',
  'agreement_ref',
  'contact',
  'private_ranges',
  'valid_from',
  'review_at',
  'expires_at',
  'confirmed',
  'software',
  'source',
  'decided_by',
  'updated_at',
] as const;

const largestList = 5_000;

/**
 * Reads a list in any of the forms: ours, Mastodon's and GoToSocial's CSV (`#domain,#severity,…`, with or without `#`; only `#domain` is a list of
 * allowed nodes), GoToSocial's JSON, or one address per line.
 * @param unmarked what entries mean in forms that do not say it
 * @throws {Error} in words, when the text is none of these or longer than 5,000 lines
 */
export function parseList(text: string, unmarked: 'allow' | 'block'): ListLine[] {
  const clean = text.replace(/^\uFEFF/, '').trim();
  const lines = clean.startsWith('[') ? parseJson(clean, unmarked) : parseTable(clean, unmarked);
  if (lines.length > largestList) throw new Error(`The list has more than ${largestList} lines`);
  return lines;
}

function parseTable(text: string, unmarked: 'allow' | 'block'): ListLine[] {
  const header = (text.split(/\r?\n/, 1)[0] ?? '').toLowerCase();
  if (!/(^|,)\s*"?#?(domain|hosts)\b/.test(header)) {
    return text.split(/\r?\n/).flatMap((line, index) => {
      const host = line.replace(/#.*$/, '').trim();
      return host === '' ? [] : [{ line: index + 1, hosts: [host], state: unmarked, columns: {} }];
    });
  }
  const rows: Record<string, string>[] = parse(text, {
    columns: (names: string[]) => names.map((name) => name.trim().toLowerCase().replace(/^#/, '')),
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
  });
  return rows.map((row, index) => {
    const plain = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value.replace(/^'(?=[=+\-@\t\r])/, '')]),
    );
    const hosts = (plain.hosts ?? plain.domain ?? '').split(/\s+/).filter(Boolean);
    return {
      line: index + 2,
      hosts,
      state: 'hosts' in plain ? stateOf(plain.state) : severity(plain.severity),
      columns: plain,
    };
  });
}

const jsonList = z.array(
  z.object({
    domain: z.string(),
    public_comment: z.string().nullish(),
    private_comment: z.string().nullish(),
    severity: z.string().nullish(),
  }),
);

function parseJson(text: string, unmarked: 'allow' | 'block'): ListLine[] {
  return jsonList.parse(JSON.parse(text)).map((entry, index) => ({
    line: index + 1,
    hosts: [entry.domain],
    state: entry.severity ? severity(entry.severity) : unmarked,
    columns: { public_comment: entry.public_comment ?? entry.private_comment ?? '' },
  }));
}

/** Mastodon's words: its "suspend" is our block, its "silence" stops less than any state of ours and so becomes a suspension. */
function severity(word: string | undefined): ListLine['state'] {
  if (word === undefined || word === '') return 'allow';
  if (word === 'suspend') return 'block';
  return word === 'silence' || word === 'limit' ? 'suspend' : 'skip';
}

/** Proposals and unknown states are not decisions: nothing follows from them here. */
function stateOf(word: string | undefined): ListLine['state'] {
  if (word === 'blocked') return 'block';
  if (word === 'suspended') return 'suspend';
  return word === 'allowed' ? 'allow' : 'skip';
}

/** The list in one of the forms. `joinery` holds everything; the others only hosts, and what they can say of them. */
export function writeList(partners: readonly Partner[], form: ListForm): string {
  if (form === 'text')
    return partners
      .filter(isAllowed)
      .flatMap(domains)
      .map((domain) => `${domain}\n`)
      .join('');
  if (form === 'mastodon') {
    const header = ['#domain', '#severity', '#reject_media', '#reject_reports', '#public_comment', '#obfuscate'];
    const blocked = partners.filter(({ state }) => state === 'blocked');
    const rows = blocked.flatMap((partner) =>
      domains(partner).map((domain) => [domain, 'suspend', 'True', 'True', partner.reason, 'False']),
    );
    return stringify([header, ...rows], { escape_formulas: true });
  }
  const rows = partners.map((partner) => ({
    ...partner,
    hosts: partner.hosts.map(({ origin }) => origin).join(' '),
    scopes: partner.scopes.join(' '),
    groups: partner.groups?.join(' ') ?? '*',
    agreement_ref: partner.agreementRef,
    introductions: partner.introductions ? 1 : 0,
    private_ranges: partner.privateRanges ? 1 : 0,
    valid_from: partner.validFrom,
    review_at: partner.reviewAt,
    expires_at: partner.expiresAt,
    confirmed: partner.confirmed ? 1 : 0,
    decided_by: partner.decidedBy,
    updated_at: partner.updatedAt,
  }));
  return stringify(rows, { header: true, columns: [...columns], escape_formulas: true });
}

/** The register of decisions, for other programs. */
export function writeRegister(rows: readonly PartnerDecisionRow[]): string {
  const names = ['id', 'at', 'origin', 'partner_id', 'what', 'by', 'reason', 'before', 'after'];
  return stringify([...rows], { header: true, columns: names, escape_formulas: true });
}

const isAllowed = ({ state }: Partner) => state === 'allowed';
const domains = ({ hosts }: Partner) => hosts.map(({ origin }) => new URL(origin).host);
