import {
  type CommandInput,
  type Context,
  classificationLabels,
  type Direction,
  findLabel,
  holderOf,
  isId,
  originOf,
  type Reader,
  refuse,
  type Scope,
  scopes,
} from '@joinery/core';
import { z } from 'zod';
import { type ChangeKind, type PartnerFields, readDay, readHosts } from './change.ts';
import { type PartnerKind, partnerKinds } from './tables.ts';

type Config = Pick<Context['config'], 'origin' | 'loopbackPeers'>;

const short = z.string().trim().max(200);

const host = z.union([
  z.string(),
  z.object({ origin: z.string(), role: z.enum(['node', 'media', 'other']).optional() }),
]);

/** What API and pages may say about a partner; names as in the contract. */
const covers = {
  agency: short.min(1).optional(),
  identifier: short.nullish(),
  kind: z.enum(partnerKinds).optional(),
  hosts: z.array(host).min(1).max(50).optional(),
  scopes: z.array(z.enum(scopes)).optional(),
  groups: z.array(short.min(1)).max(500).nullish(),
  direction: z.enum(['in', 'out', 'both']).optional(),
  classification: short.nullish(),
  agreementRef: short.nullish(),
  contact: short.nullish(),
  introductions: z.boolean().optional(),
  privateRanges: z.boolean().optional(),
  validFrom: short.nullish(),
  reviewAt: short.nullish(),
  expiresAt: short.nullish(),
};

const states = { allowed: 'allow', proposed_by_us: 'propose', suspended: 'suspend', blocked: 'block' } as const;
const state = z.enum(['allowed', 'proposed_by_us', 'suspended', 'blocked']);

/** Body of POST /partners. */
export const newPartnerBody = z
  .object({
    ...covers,
    agency: short.min(1),
    origin: z.string().optional(),
    state: state.default('allowed'),
    reason: z.string().max(1000),
  })
  .refine((body) => body.origin !== undefined || body.hosts !== undefined, { path: ['origin'], message: 'required' });

/** Body of PATCH /partners/{id}. */
export const partnerChangesBody = z.object({ ...covers, state: state.optional(), reason: z.string().max(1000) });

/** Body of POST /partners/{id}/preview: a change without its reason. */
export const previewBody = z.object({ ...covers, state: state.optional() });

export type PartnerChangesBody = z.infer<typeof previewBody>;

/** The decision that leads to a wanted state; a change of the entry alone when no state is named. */
export function decisionFor(wanted: keyof typeof states | undefined): ChangeKind {
  return wanted === undefined ? 'change' : states[wanted];
}

/**
 * Turns what was typed into fields of a partner: addresses canonical, groups as local ids, days as instants.
 * @throws {Refusal} invalid, naming the field
 */
export async function readFields(db: Reader, config: Config, body: PartnerChangesBody): Promise<PartnerFields> {
  const date = (name: 'validFrom' | 'reviewAt' | 'expiresAt', edge: 'begins' | 'ended') => {
    const text = body[name];
    return text === undefined ? undefined : readDay(text, name, edge);
  };
  return {
    agency: body.agency,
    identifier: orNull(body.identifier),
    kind: body.kind,
    hosts: body.hosts && readHosts(body.hosts, config),
    scopes: body.scopes,
    groups: body.groups && (await Promise.all(body.groups.map((name) => groupId(db, config, name)))),
    ...(body.groups === null ? { groups: null } : {}),
    direction: body.direction,
    classification: await labelId(db, body.classification),
    agreementRef: orNull(body.agreementRef),
    contact: orNull(body.contact),
    introductions: body.introductions,
    privateRanges: body.privateRanges,
    validFrom: date('validFrom', 'begins'),
    reviewAt: date('reviewAt', 'begins'),
    expiresAt: date('expiresAt', 'ended'),
  };
}

/** Id of a label of this agency by its id or by its word in either language; null for the lowest. @throws {Refusal} invalid */
async function labelId(db: Reader, typed: string | null | undefined): Promise<string | null | undefined> {
  if (!typed) return orNull(typed);
  const found = findLabel(await classificationLabels(db), typed);
  return found ?? refuse('invalid', `There is no label "${typed}"`, [{ field: 'classification', code: 'bad_choice' }]);
}

/** An emptied field means none; a field that is not there stays as it is. */
function orNull(text: string | null | undefined): string | null | undefined {
  return text === undefined ? undefined : text || null;
}

/** Local id of a group by id, by handle, or by its address on this node. */
async function groupId(db: Reader, config: Config, name: string): Promise<string> {
  const last =
    originOf(name) === config.origin ? (/^\/groups\/([^/]+)$/.exec(new URL(name).pathname)?.[1] ?? '') : name;
  if (isId(last)) return last;
  const holder = await holderOf(db, last.replace(/^@/, '').toLowerCase());
  if (holder?.kind === 'group') return holder.id;
  return refuse('invalid', `There is no group "${name}" here`, [
    { field: 'groups', code: 'unknown', values: { name } },
  ]);
}

/** Reads the options of the command line into the body that the API takes. @throws {Refusal} invalid */
export function commandBody(options: CommandInput['options']): PartnerChangesBody {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const list = (name: string) =>
    text(name)
      ?.split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  return {
    agency: text('agency'),
    kind: choice<PartnerKind>('kind', text('kind'), partnerKinds),
    scopes: list('scopes')?.map((scope) => choice<Scope>('scopes', scope, scopes) as Scope),
    groups: text('groups') === '*' ? null : list('groups'),
    classification: text('classification'),
    direction: choice<Direction>('direction', text('direction'), ['in', 'out', 'both']),
    expiresAt: text('expires'),
  };
}

function choice<T extends string>(field: string, text: string | undefined, allowed: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const found = allowed.find((value) => value === text);
  if (found === undefined)
    refuse('invalid', `--${field} is one of: ${allowed.join(', ')}`, [{ field, code: 'bad_choice' }]);
  return found;
}
