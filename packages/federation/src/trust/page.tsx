import type { Reader as DatabaseReader, Environment, Visitor } from '@joinery/core';
import { type NoticeKind, pageModel, type Reader, renderPage } from '@joinery/ui';
import type { Context as HonoContext } from 'hono';
import type { Child } from 'hono/jsx';
import { readProposal } from './proposals.ts';
import { proposals } from './store.ts';

type C = HonoContext<Environment>;

/** Who reads, for dates on the pages. */
export function readerOf(c: C, visitor: Visitor): Reader & { now: Date } {
  return { language: c.var.language, timeZone: visitor.person.timeZone || 'UTC', now: c.var.context.clock.now() };
}

/** Answers with a page; with 422 one whose form had faults. */
export async function show(
  c: C,
  title: string,
  body: Child,
  options: { status?: 200 | 422; notice?: { kind: NoticeKind; text: string } } = {},
) {
  const { status = 200, notice } = options;
  return c.html(
    renderPage(await pageModel(c, { title, error: status === 422, notices: notice ? [notice] : [] }), body),
    status,
  );
}

/** How many proposals wait to be checked. */
export async function waitingProposals(db: DatabaseReader): Promise<number> {
  return (await proposals(db)).filter((row) => row.state === 'unverified' && readProposal(row.document) !== null)
    .length;
}
