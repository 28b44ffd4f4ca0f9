import { countAttempt, type Environment, limits, transact, type Visitor, type Work } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { type PageOptions, pageModel, type Reader, renderPage } from '@joinery/ui';
import type { Context as HonoContext } from 'hono';
import type { Child } from 'hono/jsx';
import { audienceChoices } from './audience.ts';
import type { ChosenAudience } from './posts.ts';
import type { PostAudience } from './tables.ts';

export type C = HonoContext<Environment>;

/** Answers a whole page. With an error it is 422: what was typed is still there. */
export async function show(c: C, options: PageOptions, body: Child): Promise<Response> {
  return c.html(renderPage(await pageModel(c, options), body), options.error ? 422 : 200);
}

/** Who reads the page, as far as dates and words are concerned. */
export function readerOf(c: C): Reader {
  const { visitor, language, context } = c.var;
  return { language, timeZone: visitor?.person.timeZone ?? 'UTC', now: context.clock.now() };
}

/** Carries out a change as the visitor. */
export function change<T>(c: C, visitor: Visitor, does: (work: Work) => Promise<T>): Promise<T> {
  return transact(c.var.context, { kind: 'person', person: visitor.person.id }, does);
}

/** Counts a topic or reply of somebody, from a page or the API, each for itself. @throws {TooMany} */
export function countPost(c: C, visitor: Visitor, by: 'posts' | 'postsByProgram' = 'posts'): void {
  countAttempt(c.var.context, `${by} ${visitor.account}`, limits[by]);
}

/** For whom somebody chose to write, with the name of the agency as they saw it. */
export async function audienceChosen(
  c: C,
  group: GroupRow,
  chosen: { audience?: PostAudience | undefined; agency?: string | undefined },
): Promise<ChosenAudience | undefined> {
  const { audience, agency } = chosen;
  if (audience === undefined || audience === 'group') return undefined;
  if (audience === 'facilitators') return { kind: audience, origin: null };
  const { db, config } = c.var.context;
  const choices = await audienceChoices(db.reader, group, config.agency);
  const named = choices?.agencies.find(({ origin }) => origin === agency);
  return { kind: audience, origin: agency ?? null, agency: named?.agency ?? null };
}
