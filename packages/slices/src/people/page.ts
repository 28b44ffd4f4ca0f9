import type { Environment } from '@joinery/core';
import { type PageOptions, pageModel, renderPage } from '@joinery/ui';
import type { Context as HonoContext } from 'hono';
import type { Child } from 'hono/jsx';

export type C = HonoContext<Environment>;

/** Answers a whole page, with 422 when it says what was wrong with a form, unless another status is given. */
export async function show(c: C, options: PageOptions & { status?: 410 | 429 }, body: Child): Promise<Response> {
  const { status, ...page } = options;
  return c.html(renderPage(await pageModel(c, page), body), status ?? (options.error ? 422 : 200));
}
