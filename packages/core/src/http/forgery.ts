import { timingSafeEqual } from 'node:crypto';
import type { Context as HonoContext } from 'hono';
import { randomToken, sha256 } from '../accounts/one-way.ts';
import { refuse } from '../errors.ts';
import { readCookie, writeCookie } from './cookies.ts';
import type { Environment, SentForm } from './environment.ts';
import { readSentForm } from './form.ts';
import { keepForm } from './kept-forms.ts';

type C = HonoContext<Environment>;

/** The header by which a script of ours proves what a hidden field proves for a form. */
const tokenHeader = 'x-joinery-form';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request may change something (RFC 9110 §9.2.1). */
export const isUnsafe = (method: string): boolean => !safeMethods.has(method);

/**
 * Makes the token for forms: bound to the session, or, signed out, to a random cookie of this browser.
 * Only this node can make it, and it is worth nothing in another session.
 */
export function issueFormToken(c: C): void {
  const { secret } = c.var.context;
  if (c.var.visitor && c.var.session) {
    c.set('csrf', secret.mac('form', `session ${sha256(c.var.session)}`));
    return;
  }
  let mark = readCookie(c, 'form');
  if (mark === null && !isUnsafe(c.req.method)) {
    mark = randomToken();
    writeCookie(c, 'form', mark);
  }
  if (mark !== null) c.set('csrf', secret.mac('form', `browser ${mark}`));
}

/**
 * Lets a changing request of a page through only when it comes from a page of ours (OWASP ASVS 5.0, 3.5.1): `Origin` or
 * `Sec-Fetch-Site` says so, and the form carries the token.
 * @param takesFiles whether large files may come with the form: `Slice.fileForms`
 * @throws {Refusal} csrf; signed_out when the form belongs to a session that has ended; what `readSentForm` throws
 */
export async function refuseForgery(c: C, takesFiles = false): Promise<void> {
  if (!isFromHere(c)) refuse('csrf', 'The request does not come from a page of this site');
  // A script of ours says the token in a header; the body is then whatever the route reads.
  const said = c.req.header(tokenHeader);
  const mayKeep = (fields: SentForm['fields']) => c.var.visitor !== null && isToken(c, fields.get('csrf')?.[0]);
  const form: SentForm =
    said === undefined
      ? await readSentForm(c, takesFiles ? mayKeep : null)
      : { fields: new Map([['csrf', [said]]]), files: new Map(), arrived: [], tooLarge: false };
  if (!isToken(c, form.fields.get('csrf')?.[0])) {
    if (c.var.session !== null && c.var.visitor === null) {
      c.set('keptAs', await keepForm(c, form));
      refuse('signed_out', 'The session has ended: sign in again');
    }
    refuse('csrf', 'The form is too old: load the page again');
  }
  c.set('form', form);
}

function isToken(c: C, text: string | undefined): boolean {
  const sent = Buffer.from(text ?? '');
  const expected = Buffer.from(c.var.csrf);
  return expected.length > 0 && sent.length === expected.length && timingSafeEqual(sent, expected);
}

function isFromHere(c: C): boolean {
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined ? site === 'same-origin' : c.var.ownOrigins.includes(origin);
}
