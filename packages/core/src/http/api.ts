import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { z } from 'zod';
import { refuse } from '../errors.ts';
import type { Slice } from '../slice.ts';
import { parseJson, readBytes, readText } from './body.ts';
import type { Environment } from './environment.ts';
import { isUnsafe } from './forgery.ts';
import { faultsOf } from './form.ts';
import { createOnce, requestHash } from './idempotency.ts';
import { recogniseToken } from './visitor.ts';

type C = HonoContext<Environment>;

const longestBody = 1024 * 1024;
const goodKey = /^[\x21-\x7e]{1,255}$/;

/** Problem details (RFC 9457): what every refusal of the API looks like. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string', description: 'In the language of the reader' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable: programs decide by it' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'code'],
        properties: { field: { type: 'string' }, code: { type: 'string' }, values: { type: 'object' } },
      },
    },
  },
} as const;

/** Builds the REST API of all slices, to be mounted under /api/v1. Once per process. */
export function createApi(slices: Slice[]): OpenAPIHono<Environment> {
  const api = new OpenAPIHono<Environment>({
    defaultHook: (result) => {
      if (!result.success)
        refuse('invalid', 'Some values are not right', faultsOf(result.error, (result as { data?: unknown }).data));
    },
  });
  const answerOnce = createOnce();
  let description: string | undefined;

  api.get('/openapi.json', (c) => {
    description ??= JSON.stringify(describe(api));
    return c.body(description, 200, { 'content-type': 'application/json' });
  });
  api.use('*', async function authenticate(c, next) {
    await recogniseToken(c);
    await next();
  });
  api.use('*', async function readRequest(c, next) {
    if (!isUnsafe(c.req.method)) return next();
    // The bytes of an upload: read piece by piece by the route.
    if (c.req.method === 'PATCH' && c.req.header('content-type') === 'application/offset+octet-stream') return next();
    const body = await takeBody(c);
    const key = c.req.header('idempotency-key');
    if (c.req.method !== 'POST' || key === undefined) return next();
    if (!goodKey.test(key)) refuse('bad_request', 'An Idempotency-Key has 1 to 255 visible ASCII characters');
    const account = c.var.visitor?.account ?? refuse('signed_out');
    const url = new URL(c.req.url);
    await answerOnce(c, account, key, requestHash('POST', `${url.pathname}${url.search}`, body), next);
  });
  for (const slice of slices) slice.api?.(api);
  return api;
}

/**
 * Reads and checks the JSON of a changing request, and puts it back for the schemas of the route. No body at all counts as `{}`,
 * so that a missing body is checked like an empty one.
 */
async function takeBody(c: C): Promise<string> {
  const text = readText(await readBytes(c.req.raw, longestBody));
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (text !== '' && type !== 'application/json') refuse('unsupported_media_type', 'Send application/json');
  if (text !== '') parseJson(text);
  if (c.req.method === 'DELETE' && text === '') return '';
  const headers = new Headers(c.req.raw.headers);
  headers.set('content-type', 'application/json');
  headers.delete('content-length');
  c.req.raw = new Request(c.req.url, { method: c.req.method, headers, body: text || '{}' });
  return text;
}

type Operation = { parameters?: unknown[]; responses: Record<string, unknown> };

/** The OpenAPI document, made of the schemas of the routes, with what holds for all of them. */
function describe(api: OpenAPIHono<Environment>) {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Joinery', version: '1', description: 'REST API of a Joinery node. Version 1 only grows.' },
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }],
  });
  for (const path of Object.values(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(path) as [string, Operation][]) {
      operation.responses.default = {
        description: 'Refused: problem details (RFC 9457)',
        content: { 'application/problem+json': { schema: problemSchema } },
      };
      if (method !== 'post') continue;
      operation.parameters = [
        ...(operation.parameters ?? []),
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'The request is carried out once, however often it is sent with this key within 24 hours',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
      ];
    }
  }
  return document;
}

/** `?cursor=&limit=` of every list. */
export const listQuery = z.object({
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** An answer of a route, for its declaration. */
export function jsonAnswer<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The body that a route needs, for its declaration. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** A page of a list: `next` is the cursor of the page after it, null on the last one. */
export function listOfItems<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
