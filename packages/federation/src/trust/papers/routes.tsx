import { type Environment, isId, type RequestContext, refuse, requireFederationOfficer } from '@joinery/core';
import { readerOf } from '@joinery/ui';
import type { Hono } from 'hono';
import { partnerById } from '../store.ts';
import { home } from '../views.tsx';
import { connectionLetter } from './letter.ts';
import { registerPdf } from './register-pdf.ts';

/** What is printed: the register, and the letter by which two agencies connect. `?language=` takes another language than the reader's. */
export function paperRoutes(app: Hono<Environment>): void {
  app.get(`${home}/register.pdf`, async (c) => {
    requireFederationOfficer(c);
    return answerPdf(c, await registerPdf(c.var.context, { ...readerOf(c), language: languageOf(c) }), 'register.pdf');
  });

  app.get(`${home}/:id/letter.pdf`, async (c) => {
    requireFederationOfficer(c);
    const id = c.req.param('id');
    const partner = isId(id) ? await partnerById(c.var.context.db.reader, id) : undefined;
    if (!partner) refuse('not_found', 'There is no such partner');
    const name = `connection-${new URL(partner.origin).host.replace(/[^a-z0-9.-]/g, '-')}.pdf`;
    return answerPdf(c, await connectionLetter(c.var.context, partner, languageOf(c)), name);
  });
}

function languageOf(c: RequestContext): 'en' | 'nl' {
  const asked = c.req.query('language');
  return asked === 'en' || asked === 'nl' ? asked : c.var.language;
}

function answerPdf(c: RequestContext, bytes: Buffer, name: string): Response {
  c.header('content-disposition', `attachment; filename="${name}"`);
  return c.body(new Uint8Array(bytes), 200, { 'content-type': 'application/pdf' });
}
