import {
  type Context,
  createSignInLink,
  hasAdministrator,
  isTrial,
  linkMinutes,
  readConfig,
  serve,
  startWorker,
  transact,
  type WebApp,
  type WebServer,
  type Worker,
} from '@joinery/core';
import type { FederationNode } from '@joinery/federation';
import { type NodeOptions, openNode } from './open-node.ts';
import { createNodeWebApp } from './web.ts';

export type RunningNode = {
  context: Context;
  federation: FederationNode;
  /** Public address. */
  origin: string;
  /** Port it listens on; null for a worker. */
  port: number | null;
  /** Null for a process that only serves pages. */
  worker: Worker | null;
  /** Stops accepting, lets what runs finish, closes the database. */
  close: () => Promise<void>;
};

/**
 * Starts one node in this process. Several can run beside each other and share one web app.
 * @param environment settings; with `JOINERY_PORT=0` and no origin it takes a free port and the origin `http://localhost:<port>`
 * @throws {ConfigError} all faults of the settings at once; others in words
 */
export async function startNode(
  environment: Record<string, string | undefined>,
  options: NodeOptions & { webApp?: WebApp } = {},
): Promise<RunningNode> {
  let config = readConfig(environment);
  const webApp = options.webApp ?? createNodeWebApp(options.slices);
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let step = closing.pop(); step; step = closing.pop()) await step();
  };
  let server: WebServer | null = null;
  try {
    if (config.role !== 'worker') {
      server = await serve(webApp, config);
      closing.push(server.close);
      if (config.port === 0) config = readConfig({ ...environment, JOINERY_PORT: String(server.port) });
    }
    const node = await openNode(config, true, options);
    const { context } = node;
    context.db.changes.start();
    const worker = config.role === 'web' ? null : startWorker(context);
    if (worker) {
      for (const slice of context.slices) await slice.started?.(context);
      await node.federation.start();
    }
    // From the last to the first: no new requests, then no background work, then no database.
    closing.unshift(
      async () => node[Symbol.asyncDispose](),
      async () => worker?.[Symbol.asyncDispose](),
      async () => webApp.removeNode(context),
    );
    if (server) webApp.addNode(context, isTrial(config) ? loopbackHosts(server.port) : []);
    closing.push(async () => webApp.endStreams(context));
    const { federation } = node;
    return { context, federation, origin: config.origin, port: server?.port ?? null, worker, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A trial answers however this machine is called. */
function loopbackHosts(port: number): string[] {
  return ['localhost', '127.0.0.1', '[::1]'].map((host) => `${host}:${port}`);
}

/** While nobody administers the node: a new one-time link to become its administrator, otherwise null. Older ones end. */
export async function firstAdministratorLink(context: Context): Promise<string | null> {
  return transact(context, { kind: 'system', what: 'first start' }, async (work) => {
    if (await hasAdministrator(work.db)) return null;
    const minutes = linkMinutes['first-administrator'];
    return (await createSignInLink(work, { account: null, purpose: 'first-administrator', minutes })).address;
  });
}
