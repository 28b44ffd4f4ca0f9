import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  classificationLabels,
  type Environment,
  jsonAnswer,
  jsonBody,
  listOfItems,
  refuse,
  requireFederationOfficer,
  theirLabels,
  transactAs,
} from '@joinery/core';
import { z } from 'zod';
import { decideLabels, decideMeanings } from './classification/labels.ts';
import { decideIntroduced, introducedNodes } from './introduced/store.ts';
import { requireDecider } from './policy.ts';

const word = z.string().trim().min(1).max(100);
const labels = listOfItems(z.object({ id: z.string(), en: z.string(), nl: z.string() }).openapi('Label'));
const labelsBody = z.object({ labels: z.array(z.object({ en: word, nl: word })), reason: word.max(1_000) });
const theirs = listOfItems(
  z
    .object({
      home: z.string(),
      en: z.string(),
      nl: z.string(),
      rank: z.number().int().nullable().describe('Place among their labels, 0 the lowest'),
      groups: z.number().int(),
      label: z.string().nullable().describe('Id of the label of ours that it means; null: its groups are withheld'),
      decided: z.boolean().describe('False where nobody decided and it is the same word at the same place'),
    })
    .openapi('TheirLabel'),
);
const meaningBody = z.object({
  ...{ home: z.string().max(300), word, label: z.string().max(64).nullable(), reason: word.max(1_000) },
});
const introduced = listOfItems(
  z
    .object({ group: z.string(), home: z.string(), origin: z.string(), agency: z.string(), refused: z.boolean() })
    .openapi('IntroducedNode'),
);
const introducedBody = z.object({
  ...{ group: z.url(), origin: z.url(), refused: z.boolean(), reason: word.max(1_000) },
});

/** Labels of this agency and of others, and nodes that groups introduce, over REST: for those who look after partners. */
export function labelsApi(app: OpenAPIHono<Environment>): void {
  const list = <Schema extends z.ZodType>(path: string, schema: Schema, says: string) =>
    createRoute({ method: 'get', path, summary: says, responses: { 200: jsonAnswer(schema, says) } });
  const put = <Body extends z.ZodType, Schema extends z.ZodType>(
    path: string,
    body: Body,
    schema: Schema,
    says: string,
  ) =>
    createRoute({
      ...{ method: 'put', path, summary: says },
      ...{ request: { body: jsonBody(body) }, responses: { 200: jsonAnswer(schema, 'What holds now') } },
    } as const);

  const ours = async (db: Parameters<typeof classificationLabels>[0]) => ({
    items: [...(await classificationLabels(db))],
    next: null,
  });
  app.openapi(list('/labels', labels, 'Labels of this agency, the lowest first'), async (c) => {
    requireFederationOfficer(c);
    return c.json(await ours(c.var.context.db.reader), 200);
  });
  app.openapi(put('/labels', labelsBody, labels, 'Change the labels of this agency, the lowest first'), async (c) => {
    const visitor = await requireDecider(c);
    const { labels: wanted, reason } = c.req.valid('json');
    const typed = wanted.map(({ en, nl }) => `${en} / ${nl}`).join('\n');
    await transactAs(c, visitor, (work) => decideLabels(work, typed, { by: visitor.person.name, reason }));
    return c.json(await ours(c.var.context.db.reader), 200);
  });

  const shown = async (db: Parameters<typeof theirLabels>[0]) => {
    const known = await classificationLabels(db);
    const items = (await theirLabels(db)).map(({ origin, place, ...label }) => ({
      ...{ home: origin, ...label, label: place === null ? null : (known[place]?.id ?? null) },
    }));
    return { items, next: null };
  };
  app.openapi(list('/labels/theirs', theirs, 'Labels that groups of other agencies carry'), async (c) => {
    requireFederationOfficer(c);
    return c.json(await shown(c.var.context.db.reader), 200);
  });
  app.openapi(put('/labels/theirs', meaningBody, theirs, 'Say what a label of theirs means here'), async (c) => {
    const visitor = await requireDecider(c);
    const { home: origin, word: en, label, reason } = c.req.valid('json');
    const known = await theirLabels(c.var.context.db.reader);
    if (!known.some((one) => one.origin === origin && one.en === en))
      refuse('not_found', 'No group carries this label');
    const decider = { by: visitor.person.name, reason };
    await transactAs(c, visitor, (work) => decideMeanings(work, [{ origin, en, label }], decider));
    return c.json(await shown(c.var.context.db.reader), 200);
  });

  const nodes = async (db: Parameters<typeof introducedNodes>[0]) => ({
    items: (await introducedNodes(db)).map(({ group, host: home, origin, agency, refused }) => ({
      ...{ group, home, origin, agency, refused },
    })),
    next: null,
  });
  app.openapi(list('/introductions', introduced, 'Nodes that closed groups elsewhere introduce here'), async (c) => {
    requireFederationOfficer(c);
    return c.json(await nodes(c.var.context.db.reader), 200);
  });
  app.openapi(put('/introductions', introducedBody, introduced, 'Refuse an introduced node, or take it'), async (c) => {
    const visitor = await requireDecider(c);
    const input = { ...c.req.valid('json'), by: visitor.person.name };
    await transactAs(c, visitor, (work) => decideIntroduced(work, input));
    return c.json(await nodes(c.var.context.db.reader), 200);
  });
}
