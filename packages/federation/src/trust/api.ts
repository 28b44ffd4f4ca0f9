import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type Context,
  decodeCursor,
  type Environment,
  encodeCursor,
  jsonAnswer,
  jsonBody,
  listOfItems,
  listQuery,
  type RequestContext,
  refuse,
  requireFederationOfficer,
  scopes,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { labelsApi } from './api-labels.ts';
import type { Change } from './change.ts';
import { decisionFor, newPartnerBody, partnerChangesBody, previewBody, readFields } from './input.ts';
import { type DecisionInput, decideAs } from './partners.ts';
import { requireDecider } from './policy.ts';
import { presentPartner } from './present.ts';
import { preview } from './preview.ts';
import { type Partner, pageOfPartners, partnerById, partnerByOrigin } from './store.ts';
import { partnerKinds, partnerStates } from './tables.ts';

const text = z.string().nullable();
const partner = z
  .object({
    id: z.string(),
    agency: z.string(),
    identifier: text,
    kind: z.enum(partnerKinds),
    origin: z.string(),
    hosts: z.array(z.object({ origin: z.string(), role: z.string() })),
    state: z.enum(partnerStates),
    confirmed: z.boolean(),
    scopes: z.array(z.enum(scopes)),
    groups: z.array(z.string()).nullable(),
    direction: z.enum(['in', 'out', 'both']),
    classification: text,
    introductions: z.boolean(),
    reason: z.string(),
    agreementRef: text,
    contact: text,
    privateRanges: z.boolean(),
    validFrom: text,
    reviewAt: text,
    expiresAt: text,
    pinnedKeyAt: text,
    keyChangedAt: text,
    fingerprint: text,
    software: text,
    source: z.string(),
    decidedBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi('Partner');
const way = z.object({ in: z.boolean(), out: z.boolean() });
const affectedGroups = z.array(
  z.object({ id: z.string(), name: z.string(), closed: z.boolean(), before: way, after: way }),
);
const shownPreview = z
  .object({
    before: partner.nullable(),
    after: partner,
    groups: affectedGroups,
    reach: affectedGroups,
    people: z.number(),
    items: z.number(),
    waiting: z.number(),
  })
  .openapi('PartnerPreview');

const params = z.object({ id: z.string() });

const routes = {
  list: createRoute({
    method: 'get',
    path: '/partners',
    request: { query: listQuery },
    responses: { 200: jsonAnswer(listOfItems(partner), 'Agencies on the list') },
  }),
  create: createRoute({
    method: 'post',
    path: '/partners',
    request: { body: jsonBody(newPartnerBody) },
    responses: { 201: jsonAnswer(partner, 'The new entry') },
  }),
  read: createRoute({
    method: 'get',
    path: '/partners/{id}',
    request: { params },
    responses: { 200: jsonAnswer(partner, 'One agency') },
  }),
  change: createRoute({
    method: 'patch',
    path: '/partners/{id}',
    request: { params, body: jsonBody(partnerChangesBody) },
    responses: { 200: jsonAnswer(partner, 'What it is now') },
  }),
  preview: createRoute({
    method: 'post',
    path: '/partners/{id}/preview',
    request: { params, body: jsonBody(previewBody) },
    responses: { 200: jsonAnswer(shownPreview, 'What the change would do; nothing has happened') },
  }),
};

/** Partners over REST; the federation officer's and administrators' business. */
export function api(app: OpenAPIHono<Environment>): void {
  labelsApi(app);
  app.openapi(routes.list, async (c) => {
    requireFederationOfficer(c);
    const { cursor, limit } = c.req.valid('query');
    const after = decodeCursor(cursor, ['string']);
    const rows = await pageOfPartners(c.var.context.db.reader, after ? String(after[0]) : null, limit + 1);
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return c.json({ items: items.map(presentPartner), next: last ? encodeCursor([last.id]) : null }, 200);
  });
  app.openapi(routes.create, async (c) => {
    const visitor = await requireDecider(c);
    const { origin, hosts, state, reason, ...covers } = c.req.valid('json');
    const { config, db } = c.var.context;
    const fields = await readFields(db.reader, config, { ...covers, hosts: hosts ?? [origin ?? ''] });
    const first = fields.hosts?.[0]?.origin ?? '';
    const known = await partnerByOrigin(db.reader, first);
    if (known) refuse('conflict', `${first} is on the list already: change the partner ${known.id}`);
    const made = await decide(c, visitor, decisionFor(state), { origin: first, fields, reason });
    return c.json(presentPartner(made), 201);
  });
  app.openapi(routes.read, async (c) => {
    requireFederationOfficer(c);
    return c.json(presentPartner(await load(c.var.context, c.req.valid('param').id)), 200);
  });
  app.openapi(routes.change, async (c) => {
    const visitor = await requireDecider(c);
    const { state, reason, ...covers } = c.req.valid('json');
    const { context } = c.var;
    const { origin } = await load(context, c.req.valid('param').id);
    const fields = await readFields(context.db.reader, context.config, covers);
    return c.json(presentPartner(await decide(c, visitor, decisionFor(state), { origin, fields, reason })), 200);
  });
  app.openapi(routes.preview, async (c) => {
    await requireDecider(c);
    const { state, ...covers } = c.req.valid('json');
    const { context } = c.var;
    const { origin } = await load(context, c.req.valid('param').id);
    const fields = await readFields(context.db.reader, context.config, covers);
    const change: Change = { what: decisionFor(state), origin, fields };
    const told = await preview(context, context.db.reader, change);
    const before = told.before && presentPartner(told.before);
    return c.json({ ...told, before, after: presentPartner(told.after) }, 200);
  });
}

async function load(context: Context, id: string): Promise<Partner> {
  return (await partnerById(context.db.reader, id)) ?? refuse('not_found', 'There is no such partner');
}

function decide(
  c: RequestContext,
  visitor: Visitor,
  what: Change['what'],
  input: Omit<DecisionInput, 'by'>,
): Promise<Partner> {
  const by = visitor.person.name;
  return transactAs(c, visitor, (work) => decideAs(work, what, { ...input, by }));
}
