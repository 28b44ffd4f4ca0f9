import { OpenAPIHono } from '@hono/zod-openapi';
import type { Environment } from '@joinery/core';
import { slices } from '@joinery/node';

/** Every route of all slices, as `METHOD /path/:with/:parameters`: pages, and the API below `/api/v1`. */
export function sliceRoutes(): string[] {
  const found = new Set<string>();
  for (const slice of slices) {
    for (const [build, prefix] of [
      [slice.routes, ''],
      [slice.api, '/api/v1'],
    ] as const) {
      const app = new OpenAPIHono<Environment>();
      build?.(app);
      for (const { method, path } of app.routes) found.add(`${method} ${prefix}${path}`);
    }
  }
  return [...found].sort();
}

/** Every address below which a slice has a page, as its routes name it. */
export const pageRoutes = (): string[] =>
  sliceRoutes().flatMap((route) => /^GET (\/(?!api\/v1\/).*)$/.exec(route)?.[1] ?? []);
