import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Slice } from '../slice.ts';
import { createApi } from './api.ts';
import { type AssetsOf, answerAsset } from './assets.ts';
import { createClientAddress } from './client-address.ts';
import type { Environment } from './environment.ts';
import { answerError, type ErrorPage } from './errors.ts';
import { askedHere, createReadiness, gatherHealth, isLoopbackAddress, securityText } from './health.ts';
import { acceptedLanguage } from './language.ts';
import { createLive, liveTopic } from './live.ts';
import { servePages } from './pages.ts';
import { checkHost, checkTarget } from './request-target.ts';
import { harden } from './security-headers.ts';

export type WebAppParts = {
  slices: Slice[];
  errorPage: ErrorPage;
  /** Files for browsers; without it none are served. */
  assets?: AssetsOf;
  /**
   * Handlers that run before pages and know neither sessions nor forms: federation answers ActivityStreams, inboxes and WebFinger
   * here. What they do not answer goes on.
   */
  federation?: MiddlewareHandler<Environment>[];
  /**
   * Answers a request for a host that no node of this process has; null leaves it at 421.
   * @param nodes those of this process
   */
  misdirected?: (request: Request, nodes: Context[]) => Response | null;
};

/** The web side of a process: routes are built once, any number of nodes share them. */
export type WebApp = {
  fetch: (request: Request, env?: Partial<HttpBindings>) => Response | Promise<Response>;
  /**
   * Answers for a node from now on.
   * @param alsoAt further `host:port` under which browsers may reach it: where a trial on this machine listens
   */
  addNode: (context: Context, alsoAt?: string[]) => void;
  removeNode: (context: Context) => void;
  /** Ends what would keep connections open for as long as a browser wants: before the process stops. */
  endStreams: (context: Context) => void;
  /** Every route that there is, as `METHOD /path/:with/:parameters`; what the federation answers before them is not among them. */
  routes: string[];
};

type Node = {
  context: Context;
  ownOrigins: string[];
  clientAddress: ReturnType<typeof createClientAddress>;
  /** By its second address it hands out files and nothing else. */
  onlyFiles?: true;
};

/** Builds routes and middleware. Nothing in it belongs to one node: each request finds its own by host name. */
export function createWebApp(parts: WebAppParts): WebApp {
  const nodes = new Map<string, Node>();
  const app = new Hono<Environment>();
  const readiness = createReadiness();
  const live = createLive();

  app.onError((error, c) => answerError(c, error, parts.errorPage));
  app.notFound((c) => {
    const methods = methodsAt(app, c.req.path).filter((method) => !answers(method, c.req.method));
    if (methods.length > 0) c.header('Allow', methods.join(', '));
    return answerError(c, new Refusal(methods.length > 0 ? 'method_not_allowed' : 'not_found', ''), parts.errorPage);
  });

  app.use('*', async function begin(c, next) {
    c.set('requestId', newId());
    c.set('visitor', null);
    c.set('requester', null);
    c.set('session', null);
    c.set('ask', async (request) => app.fetch(request, {}));
    c.set('form', null);
    c.set('policy', null);
    c.set('kept', null);
    c.set('liveTopic', (group) => liveTopic(c, group));
    c.set('keptAs', null);
    c.set('csrf', '');
    c.set('ownOrigins', []);
    c.set('language', acceptedLanguage(c));
    await next();
    harden(c);
  });
  app.get('/livez', (c) => c.json({ alive: true }));
  app.use('*', async function findNode(c, next) {
    checkHost(c.env?.incoming?.rawHeaders);
    const socket = c.env?.incoming?.socket?.remoteAddress;
    const node =
      nodes.get(c.req.header('host')?.toLowerCase() ?? new URL(c.req.url).host) ?? probed(c.req.path, socket);
    if (!node && nodes.size === 0) return c.text('Starting', 503, { 'retry-after': '2' });
    if (!node) {
      const contexts = [...new Set([...nodes.values()].map(({ context }) => context))];
      return parts.misdirected?.(c.req.raw, contexts) ?? c.text('Not here', 421);
    }
    c.set('context', node.context);
    if (node.onlyFiles && !/^\/files\/[^/]+\/[^/]+\//.test(c.req.path)) return c.text('Not found', 404);
    c.set('ownOrigins', node.ownOrigins);
    const client = node.clientAddress(socket, c.req.header('x-forwarded-for'));
    c.set('clientAddress', client.address);
    c.set('clientNetwork', client.network);
    // As it came over the line: building a URL of it already resolves dot segments.
    checkTarget(c.env?.incoming?.url ?? c.req.url.slice(c.req.url.indexOf('/', c.req.url.indexOf('//') + 2)));
    await next();
  });

  /** A health check from this machine rarely knows the public name. */
  function probed(path: string, socket: string | undefined): Node | undefined {
    const all = new Set([...nodes.values()]);
    return path === '/readyz' && isLoopbackAddress(socket) && all.size === 1 ? [...all][0] : undefined;
  }

  app.get('/readyz', async (c) => {
    const answer = await readiness(c.var.context);
    // A monitor on this machine is told all; the public only what the node needs to work.
    if (askedHere(c))
      return c.json({ ...answer, health: await gatherHealth(c.var.context) }, answer.ready ? 200 : 503, {
        'cache-control': 'no-store',
      });
    return c.json(answer, answer.ready ? 200 : 503, { 'cache-control': 'no-store' });
  });
  app.get('/.well-known/security.txt', (c) => c.text(securityText(c.var.context)));
  app.get('/:kind{assets|theme}/:file', async (c, next) => {
    const { context } = c.var;
    const style = await context.slices.find((slice) => slice.houseStyle)?.houseStyle?.(context);
    const files = [parts.assets?.(context), style?.files];
    for (const some of files) {
      const answer = some && answerAsset(c, some);
      if (answer) return answer;
    }
    return next();
  });
  for (const handler of parts.federation ?? []) app.use('*', handler);
  app.route('/api/v1', createApi(parts.slices));
  for (const slice of parts.slices) slice.callbacks?.(app);
  servePages(app, parts.slices, live);

  return {
    fetch: (request, env) => app.fetch(request, env ?? {}),
    addNode: (context, alsoAt = []) => {
      const own = new URL(context.config.origin);
      const ownOrigins = [own.origin, ...alsoAt.map((host) => `http://${host}`)];
      const node = { context, ownOrigins, clientAddress: createClientAddress(context.config.trustedProxies) };
      for (const host of [own.host, ...alsoAt]) nodes.set(host, node);
      const { mediaOrigin } = context.config.files;
      if (mediaOrigin !== null) nodes.set(new URL(mediaOrigin).host, { ...node, onlyFiles: true });
    },
    endStreams: live.end,
    routes: [
      ...new Set(app.routes.flatMap(({ method, path }) => (method === 'ALL' ? [] : `${method} ${path}`))),
    ].sort(),
    removeNode: (context) => {
      live.end(context);
      for (const [host, node] of nodes) if (node.context === context) nodes.delete(host);
    },
  };
}

/** Who answers GET answers HEAD as well. */
const answers = (method: string, asked: string) => method === asked || (method === 'HEAD' && asked === 'GET');

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Methods that have a route at this path; middleware, which takes every method, does not count. */
function methodsAt(app: Hono<Environment>, path: string): string[] {
  const found = methods.filter((method) => {
    const [matches] = app.router.match(method, path);
    return matches.some(([[, route]]) => route.method === method);
  });
  return found.includes('GET') ? ['GET', 'HEAD', ...found.slice(1)] : found;
}
