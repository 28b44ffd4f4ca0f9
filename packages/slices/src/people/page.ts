import type { Environment } from '@joinery/core';
import { type PageOptions, pageModel, renderPage } from '@joinery/ui';
import type { Context as HonoContext } from 'hono';
import type { Child } from 'hono/jsx';

export type C = HonoContext<Environment>;

/** Answers a whole page. With an error it is 422: what was typed is still there. */
export async function show(c: C, options: PageOptions, body: Child): Promise<Response> {
  return c.html(renderPage(await pageModel(c, options), body), options.error ? 422 : 200);
}
