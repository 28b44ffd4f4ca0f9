import {
  countAttempt,
  type Environment,
  followAddress,
  isRefusal,
  limits,
  nodeOrigin,
  originOf,
  type Refusal,
  type RequestContext,
  refuse,
  rememberNode,
  requireStaff,
  thingAt,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { fileByUri, mayReadFile, requesterOf } from '@joinery/slices/files';
import { resolveFor } from '@joinery/slices/groups';
import { type FieldError, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { messages } from './messages.ts';
import { type Asking, type Obstacle, ObstaclePage, OnwardPage, OpenLinkPage, OwnNodePage } from './views.tsx';

/** The two ends of a link between nodes. */
export function routes(app: Hono<Environment>): void {
  app.post('/own-node', goToOwnNode);
  app.get('/follow', openHere);
  app.post('/follow/ask', askForAgreement);
}

/**
 * Sends the browser to the node that somebody named. By a page that moves on and not by a redirect, since browsers hold redirects of a form to `form-action`
 * of the policy; and the reader sees where they are going.
 */
async function goToOwnNode(c: RequestContext) {
  const { context, csrf, language, form } = c.var;
  const path = thingAt(form?.fields.get('path')?.[0] ?? '');
  if (path === null) refuse('bad_request', 'Open a group, a post, a person or a file');
  const typed = form?.fields.get('node')?.[0] ?? '';
  const t = messages(language);
  const origin = nodeOrigin(typed, context.config);
  if (origin === null) {
    const errors: FieldError[] = [{ field: 'node', text: typed.trim() === '' ? t('nodeRequired') : t('nodeWrong') }];
    const title = t('ownNodeTitle');
    return showPage(c, { title, error: true }, <OwnNodePage {...{ language, csrf, path, typed, errors, title }} />);
  }
  if (origin === context.config.origin) return c.redirect(`/sign-in?next=${encodeURIComponent(path)}`, 303);
  rememberNode(c, origin);
  const href = followAddress(origin, `${context.config.origin}${path}`);
  const { host } = new URL(origin);
  c.header('Refresh', `0; url=${href}`);
  return showPage(c, { title: t('onward', { node: host }) }, <OnwardPage {...{ language, host, href }} />);
}

/** Opens what a link leads to. Only looks: following and joining are buttons on the page that it leads to. */
async function openHere(c: RequestContext) {
  const visitor = requireStaff(c);
  const { context, language } = c.var;
  const uri = (c.req.query('uri') ?? '').trim();
  if (uri === '') return askForLink(c, '', []);
  const origin = originOfLink(c, uri);
  if (origin === null) return askForLink(c, uri, [{ field: 'uri', text: messages(language)('uriWrong') }]);
  if (origin === context.config.origin && originOf(uri) !== null) {
    return c.redirect(thingAt(new URL(uri).pathname) ?? '/', 303);
  }
  // The node itself: what it offers is in the list.
  if ((uri === origin || uri === `${origin}/`) && context.ports.trust.mayFederate(origin, null, 'in').allowed)
    return c.redirect('/groups?at=elsewhere', 303);
  countAttempt(context, `follow ${visitor.account}`, limits.lookUps);
  try {
    const path = originOf(uri) === null ? null : thingAt(new URL(uri).pathname);
    if (path?.startsWith('/files/')) return c.redirect(await fileHere(c, origin, path), 303);
    const found = await resolveFor(context, uri, visitor, {});
    return c.redirect(`/${found.kind}/${found.id}`, 303);
  } catch (error) {
    const why = isRefusal(error) ? obstacleOf(c, error.code, origin) : null;
    if (why === null) throw error;
    return showObstacle(c, visitor, { uri, origin, why, errors: [] });
  }
}

/**
 * A file of another node is known by what it hangs on: nobody asks for one by its address alone.
 * @returns where it is read here
 * @throws {Refusal} no_agreement, not_found
 */
async function fileHere(c: RequestContext, origin: string, path: string): Promise<string> {
  const { context } = c.var;
  if (!context.ports.trust.mayFederate(origin, null, 'in').allowed)
    refuse('no_agreement', `There is no agreement with ${origin}`);
  const db = context.db.reader;
  const file = await fileByUri(db, `${origin}${path}`);
  if (!(await mayReadFile(context, db, requesterOf(c), file)) || !file) refuse('not_found', 'There is no such file');
  return `/files/${file.id}`;
}

/** The node that a link or handle leads to. */
function originOfLink(c: RequestContext, uri: string): string | null {
  const handle = /^(?:acct:)?[@!]?([^@\s/:]+@[^@\s/]+)$/.exec(uri)?.[1];
  return handle ? nodeOrigin(`@${handle}`, c.var.context.config) : originOf(uri);
}

type Stuck = { uri: string; origin: string; why: Obstacle; errors: readonly FieldError[]; typed?: string };

async function showObstacle(c: RequestContext, visitor: Visitor, { uri, origin, why, errors, typed }: Stuck) {
  const { context, csrf, language } = c.var;
  const { host } = new URL(origin);
  const t = messages(language);
  let asking: Asking | null = null;
  if (why === 'noAgreement') {
    const { asks } = context.ports;
    const db = context.db.reader;
    const group = groupAsked(uri);
    const own = (await asks.of(db, visitor.person.id)).filter((ask) => ask.origin === origin);
    const mine = own.find((ask) => ask.group === group) ?? null;
    const waiting = (await asks.waiting(db, origin)) - (own.some(({ state }) => state === 'open') ? 1 : 0);
    const reason = typed ?? (mine?.state === 'open' ? mine.reason : '');
    asking = { csrf, uri, others: Math.max(0, waiting), mine, typed: reason, errors };
  }
  const sent = c.req.method === 'GET' && c.req.query('asked') === '1';
  const notices = sent ? [{ kind: 'success' as const, text: t('askSent') }] : [];
  const page = <ObstaclePage {...{ reader: readerOf(c), why, host, again: followHere(uri), asking }} />;
  return showPage(c, { title: t(why, { node: host }), notices, error: errors.length > 0 }, page);
}

/** What the answer leads to: the thing behind the link; nothing certain behind a handle. */
const groupAsked = (uri: string): string | null => (originOf(uri) === null ? null : uri);

const followHere = (uri: string): string => `/follow?uri=${encodeURIComponent(uri)}`;

/** Asks the federation officer for an agreement with the node of a link. */
async function askForAgreement(c: RequestContext) {
  const visitor = requireStaff(c);
  const { context, form } = c.var;
  const uri = (form?.fields.get('uri')?.[0] ?? '').trim();
  const origin = originOfLink(c, uri);
  if (origin === null || origin === context.config.origin) refuse('bad_request', 'Ask for a link at another node');
  const why = disagreement(c, origin);
  // Allowed or blocked meanwhile: the page of the link says so.
  if (why !== 'noAgreement') return c.redirect(followHere(uri), 303);
  const reason = (form?.fields.get('reason')?.[0] ?? '').replace(/\r\n?/g, '\n');
  try {
    await transactAs(c, visitor, (work) =>
      context.ports.asks.ask(work, { person: visitor.person.id, origin, group: groupAsked(uri), reason }),
    );
  } catch (error) {
    const text = isRefusal(error) ? askFault(c, error) : null;
    if (text === null) throw error;
    return showObstacle(c, visitor, { uri, origin, why, errors: [{ field: 'reason', text }], typed: reason });
  }
  return c.redirect(`${followHere(uri)}&asked=1`, 303);
}

function askFault(c: RequestContext, { code, faults }: Refusal): string | null {
  const t = messages(c.var.language);
  if (code === 'too_many') return t('askTooMany');
  const fault = faults.find(({ field }) => field === 'reason');
  if (!fault) return null;
  return fault.code === 'too_long' ? t('askReasonLong') : t('askReasonMissing');
}

function obstacleOf(c: RequestContext, code: string, origin: string): Obstacle | null {
  switch (code) {
    case 'no_agreement':
    case 'unknown_node':
      return disagreement(c, origin);
    case 'not_found':
    case 'gone':
    case 'bad_request':
      return 'missing';
    case 'unavailable':
    case 'took_too_long':
      return 'away';
    default:
      return null;
  }
}

function disagreement(c: RequestContext, origin: string): Obstacle {
  const { allowed, reason } = c.var.context.ports.trust.mayFederate(origin, null, 'in');
  if (allowed) return 'notAllowedThere';
  return reason === 'blocked' ? 'blocked' : 'noAgreement';
}

function askForLink(c: RequestContext, typed: string, errors: readonly FieldError[]) {
  const { language } = c.var;
  const title = messages(language)('openTitle');
  return showPage(c, { title, error: errors.length > 0 }, <OpenLinkPage {...{ language, typed, errors }} />);
}
