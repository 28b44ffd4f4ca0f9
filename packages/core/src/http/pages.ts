import type { Hono } from 'hono';
import { refuse } from '../errors.ts';
import type { Slice } from '../slice.ts';
import type { Environment } from './environment.ts';
import { issueFormToken, isUnsafe, refuseForgery } from './forgery.ts';
import { createOnce, requestHash } from './idempotency.ts';
import { readKeptForm } from './kept-forms.ts';
import { chooseLanguage, rememberLanguage } from './language.ts';
import type { Live } from './live.ts';
import { safeNext } from './request-target.ts';
import { dropArrived } from './uploads.ts';
import { assertShownToStrangers, recogniseSession } from './visitor.ts';

/** Adds everything that pages need, then the pages of all slices. */
export function servePages(app: Hono<Environment>, slices: Slice[], live: Live): void {
  const answerOnce = createOnce();
  const signed = slices.flatMap((slice) => slice.signedPaths ?? []);
  const fileForms = slices.flatMap((slice) => slice.fileForms ?? []);

  app.all('/api/*', (c) => c.notFound());
  app.use('*', async function prepare(c, next) {
    await recogniseSession(c);
    c.set('language', chooseLanguage(c));
    if (![...signed, '/sign-in', '/language'].some((path) => c.req.path.startsWith(path)))
      await assertShownToStrangers(c);
    issueFormToken(c);
    if (!isUnsafe(c.req.method)) c.set('kept', await readKeptForm(c));
    else if (!signed.some((path) => c.req.path.startsWith(path)))
      await refuseForgery(
        c,
        fileForms.some((form) => form.test(c.req.path)),
      );
    try {
      await next();
    } finally {
      if (c.var.form) await dropArrived(c.var.form);
    }
    // Not by `c.header`, which would read the whole answer into another one.
    const { headers } = c.res;
    if (headers.get('content-type')?.startsWith('text/html')) headers.set('content-language', c.var.language);
  });
  app.use('*', async function sendOnce(c, next) {
    const { form, visitor } = c.var;
    const key = form?.fields.get('once')?.[0];
    if (!form || !visitor || !key || !/^[\w-]{16,64}$/.test(key)) return next();
    // A form that was sent again after a change is another form: its content is part of the key.
    const content = requestHash(c.req.method, c.req.path, JSON.stringify([...form.fields]));
    await answerOnce(c, visitor.account, `form ${key} ${content}`, content, next);
  });
  app.get('/events', live.answer);
  for (const slice of slices) slice.routes?.(app);
  // After the slices: the one that keeps people notes the choice of somebody signed in, and passes on.
  app.post('/language', async (c) => {
    const fields = c.var.form?.fields;
    const language = fields?.get('language')?.[0];
    if (language !== 'en' && language !== 'nl') refuse('bad_request', 'Choose a language that this site has');
    rememberLanguage(c, language);
    return c.redirect(safeNext(fields?.get('next')?.[0]), 303);
  });
}
