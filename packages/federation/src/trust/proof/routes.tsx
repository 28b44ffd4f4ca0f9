import {
  type Context,
  type Environment,
  isId,
  originOf,
  type RequestContext,
  refuse,
  requireFederationOfficer,
  type StoredObject,
  type Visitor,
} from '@joinery/core';
import { type Language, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { federationOf } from '../../federation.ts';
import { explain, heldBy } from '../explain.ts';
import { groupInWords } from '../labels.tsx';
import { proofPdf } from '../papers/proof-pdf.ts';
import { exchangedWith, shareableGroups } from '../preview.ts';
import { type Partner, partnerById } from '../store.ts';
import { home } from '../views.tsx';
import { proofText } from './text.ts';
import { readItem, type Trial, tryItem } from './try.ts';
import { ProofPage } from './views.tsx';

const mostSuggestions = 10;
const thing = /\/(groups|posts|people)\/([0-9a-f-]{36})/;

/** The proof of what a partner gets, and what others get of the same thing. */
export function proofRoutes(app: Hono<Environment>): void {
  app.get(`${home}/:id/proof`, async (c) => {
    const visitor = requireFederationOfficer(c);
    const { context, language } = c.var;
    const id = c.req.param('id');
    const partner = isId(id) ? await partnerById(context.db.reader, id) : undefined;
    if (!partner) refuse('not_found', 'There is no such partner');
    const typed = (c.req.query('thing') ?? '').slice(0, 2000);
    const item = typed === '' ? null : readItem(typed, context.config.origin);
    const trials = item === null ? [] : await tryOwn(c, partner, item);
    const fault = typed !== '' && item === null;
    const body = (
      <ProofPage
        partner={partner}
        typed={typed}
        fault={fault}
        example={`${context.config.origin}/groups/…`}
        suggestions={item === null ? await sharedGroups(context, partner, language) : []}
        trials={trials}
        said={item === null ? null : await explain(context, context.db.reader, partner.origin, item, language)}
        seen={item === null ? null : await seenBy(context, visitor, item, trials)}
        reader={readerOf(c)}
      />
    );
    const title = proofText(language)('titleFor', { agency: partner.agency });
    return showPage(c, { title, error: fault }, body);
  });

  app.get(`${home}/:id/proof.pdf`, async (c) => {
    const visitor = requireFederationOfficer(c);
    const { context, language } = c.var;
    const id = c.req.param('id');
    const partner = isId(id) ? await partnerById(context.db.reader, id) : undefined;
    const item = readItem((c.req.query('thing') ?? '').slice(0, 2000), context.config.origin);
    if (!partner || item === null) refuse('not_found', 'There is no such partner, or nothing to ask for');
    const trials = await tryOwn(c, partner, item);
    const said = await explain(context, context.db.reader, partner.origin, item, language);
    const paper = await proofPdf(context, { partner, item, trials, said, by: visitor.person.name }, readerOf(c));
    const name = `proof-${new URL(partner.origin).host.replace(/[^a-z0-9.-]/g, '-')}.pdf`;
    c.header('content-disposition', `attachment; filename="${name}"`);
    return c.body(new Uint8Array(paper), 200, { 'content-type': 'application/pdf' });
  });
}

async function tryOwn(c: RequestContext, partner: Partner, item: string): Promise<Trial[]> {
  const node = federationOf(c.var.context);
  if (!node) throw new Error('This node was built without federation');
  return tryItem(node, c.var.ask, partner.origin, item, await closedGroupElsewhere(c.var.context, item));
}

/** The closed group of another node that something of ours was written in. */
async function closedGroupElsewhere(context: Context, item: string): Promise<string | null> {
  const found = await ruleOf(context, item);
  const group = found && (await found.groupOf?.(context.db.reader, found.object));
  return group?.closed && originOf(group.uri) !== context.config.origin ? group.uri : null;
}

/** Groups of this node: those that the partner exchanges something in, then others that agreements can open. */
async function sharedGroups(
  context: Context,
  partner: Partner,
  language: Language,
): Promise<{ href: string; name: string }[]> {
  const shared = (await exchangedWith(context, context.db.reader, [partner.origin]))(partner.origin);
  const known = new Set(shared.map(({ group }) => group));
  const others = (await shareableGroups(context, context.db.reader)).filter(({ group }) => !known.has(group));
  const named = (one: { name: string }) => one.name !== '';
  const found = await Promise.all(
    [...shared.filter(named).slice(0, 50), ...others.filter(named).slice(0, mostSuggestions)].map(async (one) => ({
      name: groupInWords(one, language),
      object: await load(context, 'groups', { id: one.group }),
    })),
  );
  return found
    .flatMap(({ name, object }) => (object?.local ? [{ href: object.uri, name }] : []))
    .slice(0, mostSuggestions);
}

/** The partner's answer, for somebody who may read the thing as well: looking after agreements opens no content. */
async function seenBy(context: Context, visitor: Visitor, item: string, trials: readonly Trial[]) {
  const given = trials.find(({ asker, status }) => (asker === 'partner' || asker === 'token') && status === 200);
  if (!given || given.text === '') return null;
  const found = await ruleOf(context, item);
  // Not as an administrator: their right to mend things is no right to look around.
  const requester = {
    kind: 'person' as const,
    person: visitor.person.id,
    administrator: false,
    guest: visitor.person.guest,
  };
  if (!found || !(await found.mayRead(context.db.reader, requester, found.object))) return null;
  return JSON.stringify(JSON.parse(given.text), null, 2);
}

/** The thing at an address here, or what it hangs on, with the rule by which it is read. */
async function ruleOf(context: Context, item: string) {
  const [, path = '', id = ''] = thing.exec(item) ?? [];
  const kind = kindOf(context, path);
  const object = await load(context, path, { id });
  return kind && object ? { object, ...kind } : heldBy(context, context.db.reader, item);
}

function kindOf(context: Context, path: string) {
  return context.slices.flatMap(({ objects }) => objects ?? []).find((kind) => kind.path === path);
}

async function load(context: Context, path: string, by: { id: string }): Promise<StoredObject | undefined> {
  return kindOf(context, path)?.load(context.db.reader, by);
}
