import type { Context as HonoContext } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { TooMany } from '../accounts/throttle.ts';
import { isStorageFault } from '../db/storage-fault.ts';
import { isRefusal, Refusal, type RefusalCode } from '../errors.ts';
import type { Environment } from './environment.ts';
import { isUnsafe } from './forgery.ts';
import { refusalText, waitText } from './refusal-texts.ts';
import { safeNext } from './request-target.ts';

type C = HonoContext<Environment>;

/** What an error page says. No stack, no path, no query ever. */
export type ErrorModel = { status: number; code: RefusalCode; title: string; text: string; requestId: string };
/** Renders an error as a page; the status is set by whoever calls it. */
export type ErrorPage = (c: C, error: ErrorModel) => string | Promise<string>;

const codeOfStatus: Partial<Record<number, RefusalCode>> = {
  400: 'bad_request',
  401: 'signed_out',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_media_type',
  422: 'invalid',
};

/** SQLite and PostgreSQL say in their own ways that the disk is full, or that they are away for the moment. */
function refusalOfDatabase(error: Error): Refusal | null {
  const code = 'code' in error ? String(error.code) : '';
  // PostgreSQL ended a statement that took too long: `statement_timeout`.
  if (code === '57014') return new Refusal('took_too_long', '');
  if (code === 'SQLITE_FULL' || code === '53100' || code === 'ENOSPC') return new Refusal('storage_full', '');
  return isStorageFault(error) ? new Refusal('unavailable', '') : null;
}

/** Whatever was thrown, as a refusal; `internal` for what nobody expected. */
export function refusalOf(error: unknown): Refusal {
  if (isRefusal(error)) return error;
  if (error instanceof HTTPException) {
    const code = codeOfStatus[error.status];
    if (code) return new Refusal(code, error.status < 500 ? error.message : '');
  }
  return (error instanceof Error && refusalOfDatabase(error)) || new Refusal('internal', '');
}

/** Whether the answer is read by a program: everything below /api, and whoever asks for JSON and not for HTML. */
export function wantsProblem(c: HonoContext): boolean {
  if (c.req.path.startsWith('/api/')) return true;
  const accept = c.req.header('accept') ?? '';
  return accept.includes('json') && !accept.includes('text/html');
}

/** Problem details (RFC 9457) in the reader's language. */
export function problem(c: C, refusal: Refusal): Response {
  const { title, text } = refusalText(refusal.code, c.var.language ?? 'en');
  const body = {
    type: `urn:joinery:problem:${refusal.code}`,
    title,
    status: refusal.status,
    detail: refusal.message && refusal.message !== refusal.code ? refusal.message : text,
    code: refusal.code,
    ...(refusal.faults.length > 0 ? { errors: refusal.faults } : {}),
  };
  return new Response(JSON.stringify(body), {
    status: refusal.status,
    headers: { 'content-type': 'application/problem+json' },
  });
}

/** Answers what was thrown: a page, problem details, or the way to the sign-in page. */
export async function answerError(c: C, error: unknown, errorPage: ErrorPage): Promise<Response> {
  const refusal = refusalOf(error);
  note(c, refusal, error);
  if (refusal instanceof TooMany) c.header('Retry-After', String(refusal.retryAfter));
  else if (refusal.code === 'unavailable' || refusal.code === 'took_too_long') c.header('Retry-After', '30');
  if (wantsProblem(c)) {
    if (refusal.status === 401) c.header('WWW-Authenticate', 'Bearer');
    const answer = problem(c, refusal);
    return c.body(await answer.text(), refusal.status as 400, { 'content-type': 'application/problem+json' });
  }
  if (!c.get('context')) return c.text(refusalText(refusal.code, 'en').title, refusal.status as 400);
  if (refusal.code === 'signed_out') return c.redirect(signInPath(c), 303);
  const { title, text: plain } = refusalText(refusal.code, c.var.language);
  const text = refusal instanceof TooMany ? waitText(refusal.retryAfter, c.var.language) : plain;
  const model = { status: refusal.status, code: refusal.code, title, text, requestId: c.var.requestId };
  return c.html(await errorPage(c, model), refusal.status as 400);
}

/** Back to the page that was asked for, or, after a form, to the page that the form was on. */
function signInPath(c: C): string {
  const url = new URL(c.req.url);
  let next = `${url.pathname}${url.search}`;
  if (isUnsafe(c.req.method)) {
    const page = URL.parse(c.req.header('referer') ?? '');
    if (page && c.var.keptAs) page.searchParams.set('kept', c.var.keptAs);
    next = page && c.var.ownOrigins.includes(page.origin) ? `${page.pathname}${page.search}` : '/';
  }
  const safe = safeNext(next);
  return safe === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(safe)}`;
}

/** One line per refused or failed request. Only the first part of the path: the rest may hold a one-time token. */
function note(c: C, refusal: Refusal, error: unknown): void {
  const logger = c.get('context')?.logger;
  const fields = {
    request: c.var.requestId,
    method: c.req.method,
    part: `/${c.req.path.split('/')[1]?.slice(0, 30) ?? ''}`,
    status: refusal.status,
    refusal: refusal.code,
  };
  if (refusal.status < 500) logger?.info('http.refused', fields);
  else
    logger?.error('http.failed', {
      ...fields,
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
}
