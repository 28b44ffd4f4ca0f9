import {
  countAttempt,
  type Environment,
  followAddress,
  isRefusal,
  nodeOrigin,
  originOf,
  type RequestContext,
  refuse,
  rememberNode,
  requireVisitor,
  thingAt,
} from '@joinery/core';
import { type FieldError, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { messages } from './messages.ts';
import { type Obstacle, ObstaclePage, OnwardPage, OpenLinkPage, OwnNodePage } from './views.tsx';

/** Per person: a link is opened by hand. */
const lookUps = { times: 60, seconds: 60 };

/** The two ends of a link between nodes. */
export function routes(app: Hono<Environment>): void {
  app.post('/own-node', goToOwnNode);
  app.get('/follow', openHere);
}

/**
 * Sends the browser to the node that somebody named. By a page that moves on and not by a redirect, since browsers hold redirects of a form to `form-action`
 * of the policy; and the reader sees where they are going.
 */
async function goToOwnNode(c: RequestContext) {
  const { context, csrf, language, form } = c.var;
  const path = thingAt(form?.fields.get('path')?.[0] ?? '');
  if (path === null) refuse('bad_request', 'Open a group, a post or a person');
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
  const visitor = requireVisitor(c);
  const { context, language } = c.var;
  const uri = (c.req.query('uri') ?? c.req.query('object') ?? '').trim();
  if (uri === '') return askForLink(c, '', []);
  const origin = originOf(uri);
  const t = messages(language);
  if (origin === null) return askForLink(c, uri, [{ field: 'uri', text: t('uriWrong') }]);
  if (origin === context.config.origin) {
    const { pathname } = new URL(uri);
    return c.redirect(thingAt(pathname) ?? '/', 303);
  }
  countAttempt(context, `follow ${visitor.account}`, lookUps);
  try {
    const found = await context.ports.actors.resolve(uri);
    return c.redirect(`/${found.kind}/${found.id}`, 303);
  } catch (error) {
    const why = isRefusal(error) ? obstacleOf(c, error.code, origin) : null;
    if (why === null) throw error;
    const { host } = new URL(origin);
    const title = t(why, { node: host });
    const again = `/follow?uri=${encodeURIComponent(uri)}`;
    return showPage(c, { title }, <ObstaclePage {...{ language, why, host, again }} />);
  }
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
