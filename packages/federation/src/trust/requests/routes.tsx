import {
  type Context,
  type Environment,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireFederationOfficer,
  theirLabels,
  transactAs,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { declineAsks, openAsks } from '../asks.ts';
import { declineProposal } from '../partners.ts';
import { mayDecide, requireDecider } from '../policy.ts';
import { checkProposal, readProposal } from '../proposals.ts';
import { partnerByOrigin, proposals } from '../store.ts';
import { pageText } from '../text.ts';
import { trustListOf } from '../trust.ts';
import { home } from '../views.tsx';
import { requestText } from './text.ts';
import { type Asked, answerField, RequestsPage, type TypedAnswer } from './views.tsx';
import { waitingRequests } from './waiting.ts';

/** What waits for the officer: proposals of other nodes, and what our own people ask for. */
export function requestRoutes(app: Hono<Environment>): void {
  app.get(`${home}/proposals`, async (c) => {
    requireFederationOfficer(c);
    return showRequests(c, null);
  });

  app.post(`${home}/proposals/answer`, async (c) => {
    const visitor = await requireDecider(c);
    const read = await readForm(c, z.object({ origin: z.string() }));
    if (!read.ok) refuse('bad_request', 'Name the node that the answer is about');
    const { origin } = read.value;
    const answer = c.var.form?.fields.get(answerField(origin))?.[0] ?? '';
    const r = requestText(c.var.language);
    try {
      await transactAs(c, visitor, (work) => declineAsks(work, { origin, answer, by: visitor.person.name }));
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'invalid') throw error;
      const isLong = error.faults.some(({ code }) => code === 'too_long');
      return showRequests(c, { origin, answer, error: isLong ? r('faultLong') : r('faultAnswer') });
    }
    return c.redirect(`${home}/proposals?outcome=answered`, 303);
  });

  app.post(`${home}/proposals/check`, async (c) => {
    const visitor = await requireDecider(c);
    const { context, language } = c.var;
    const read = await readForm(c, z.object({ origin: z.string(), what: z.enum(['check', 'decline']) }));
    if (!read.ok) refuse('bad_request', 'Choose what to do with the proposal');
    const { origin, what } = read.value;
    const by = visitor.person.name;
    if (what === 'decline') {
      const input = { origin, by, reason: pageText(language)('decline') };
      await transactAs(c, visitor, (work) => declineProposal(work, input));
      return c.redirect(`${home}/proposals`, 303);
    }
    return c.redirect(`${home}/proposals?outcome=${await check(context, origin, by)}`, 303);
  });

  app.get(`${home}/proposals/accept`, async (c) => {
    requireFederationOfficer(c);
    const partner = await partnerByOrigin(c.var.context.db.reader, c.req.query('origin') ?? '');
    if (!partner) refuse('not_found', 'Check the proposal first');
    return c.redirect(`${home}/${partner.id}/decide?what=allow`, 303);
  });
}

async function showRequests(c: RequestContext, typed: TypedAnswer | null) {
  const { context, csrf, language, visitor } = c.var;
  const t = pageText(language);
  const db = context.db.reader;
  const open = (await proposals(db)).filter(({ state }) => state !== 'accepted' && state !== 'declined');
  const rows = open.flatMap((row) => {
    const proposal = readProposal(row.document);
    return proposal ? [{ row, proposal }] : [];
  });
  const outcomes = {
    same: { kind: 'success', text: t('checkDone') },
    other: { kind: 'danger', text: t('checkFailed') },
    silent: { kind: 'warning', text: t('checkUnavailable') },
    answered: { kind: 'success', text: requestText(language)('answered') },
  } as const;
  const notice = Object.entries(outcomes).find(([name]) => name === c.req.query('outcome'))?.[1];
  const body = (
    <RequestsPage
      proposals={rows}
      asked={await askedFor(context)}
      typed={typed}
      waiting={await waitingRequests(db)}
      unmapped={(await theirLabels(db)).filter(({ place }) => place === null).length}
      decides={await mayDecide(db, visitor)}
      csrf={csrf}
      reader={readerOf(c)}
    />
  );
  return showPage(c, { title: t('requests'), notices: notice ? [notice] : [], error: typed !== null }, body);
}

async function askedFor({ db, ports }: Context): Promise<Asked[]> {
  return Promise.all(
    (await openAsks(db.reader)).map(async ({ origin, asks }) => ({
      origin,
      partner: (await partnerByOrigin(db.reader, origin)) ?? null,
      asks: await Promise.all(
        asks.map(async (ask) => ({ ...ask, name: (await ports.people.byId(db.reader, ask.person))?.name ?? '–' })),
      ),
    })),
  );
}

async function check(context: Context, origin: string, by: string): Promise<'same' | 'other' | 'silent'> {
  try {
    const same = await checkProposal(context, trustListOf(context), origin, {
      by,
      reason: 'Proposal checked at their node',
    });
    return same ? 'same' : 'other';
  } catch (error) {
    if (isRefusal(error) && error.code === 'unavailable') return 'silent';
    throw error;
  }
}
