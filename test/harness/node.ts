import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountOfPerson,
  type Clock,
  createToken,
  type JsonObject,
  type Slice,
  transact,
  type WebApp,
} from '@joinery/core';
import { slices as allSlices, createNodeWebApp, type RunningNode, startNode } from '@joinery/node';
import { addPerson } from '@joinery/slices/people';
import { decideAs, type PartnerFields } from '../../packages/federation/src/trust/testing.ts';
import { createTestDatabase } from './postgres.ts';
import { copyMigrated, migrated } from './store.ts';

/** A person with sign-in at a test node, and the means to act as them. */
export type TestPerson = {
  id: string;
  uri: string;
  account: string;
  token: string;
  /** One REST call as this person. */
  api: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>;
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they state themselves
export type ApiAnswer = { status: number; body: any };

export type TestNode = AsyncDisposable &
  RunningNode & {
    name: string;
    /** Answers its requests without a network too. */
    webApp: WebApp;
    logged: string[];
    person: (name: string, options?: { administrator?: boolean }) => Promise<TestPerson>;
    /** Puts another node on this node's allow-list. */
    allow: (other: { origin: string; name?: string }, fields?: PartnerFields) => Promise<void>;
    decide: (
      what: 'allow' | 'suspend' | 'block' | 'change',
      other: { origin: string },
      fields?: PartnerFields,
    ) => Promise<void>;
    settle: () => Promise<void>;
  };

export type TestNodeOptions = {
  dialect?: 'sqlite' | 'postgres';
  slices?: Slice[];
  clock?: Clock;
  webApp?: WebApp;
  environment?: Record<string, string>;
};

/** Starts a whole node in this process: real database, real server on a free loopback port, federation and background work running. */
export async function startTestNode(name: string, options: TestNodeOptions = {}): Promise<TestNode> {
  const folder = mkdtempSync(join(tmpdir(), `joinery-${name}-`));
  const slices = options.slices ?? allSlices;
  const database = options.dialect === 'postgres' ? await createTestDatabase(migrated(slices)) : null;
  if (!database) await copyMigrated(slices, folder);
  const webApp = options.webApp ?? createNodeWebApp(options.slices);
  const logged: string[] = [];
  const running = await startNode(
    {
      JOINERY_DATA: folder,
      JOINERY_PORT: '0',
      JOINERY_AGENCY: name,
      JOINERY_LOOPBACK_PEERS: '1',
      JOINERY_UNDO_SECONDS: '0',
      ...(database ? { JOINERY_DATABASE_URL: database.url } : {}),
      ...options.environment,
    },
    { log: (line) => logged.push(line), ...options, webApp },
  );
  const { context, origin } = running;
  const decide: TestNode['decide'] = async (what, other, fields) => {
    await transact(context, { kind: 'command', by: 'test' }, (work) =>
      decideAs(work, what, { origin: other.origin, fields: fields ?? {}, by: 'test', reason: 'test' }),
    );
    await running.federation.bridge.trust.refresh();
  };
  return {
    ...running,
    ...{ name, webApp },
    logged,
    decide,
    allow: (other, fields) => decide('allow', other, { agency: other.name ?? other.origin, ...fields }),
    person: async (personName, { administrator = false } = {}) => {
      const email = `${personName.toLowerCase().replace(/[^a-z]+/g, '.')}@example.test`;
      const person = await addPerson(
        context,
        { kind: 'command', by: 'test' },
        { name: personName, email, administrator, federationOfficer: false },
      );
      const account = await accountOfPerson(context.db.reader, person.id);
      if (!account) throw new Error('The person has no account');
      const { token } = await transact(context, { kind: 'command', by: 'test' }, (work) =>
        createToken(work, { account: account.id, name: 'test' }),
      );
      return {
        id: person.id,
        uri: person.uri,
        account: account.id,
        token,
        api: (method, path, body) => callApi(origin, token, method, path, body),
      };
    },
    settle: () => settleAll([running]),
    [Symbol.asyncDispose]: async () => {
      await running.close();
      await database?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until all nodes have delivered, applied and done everything that follows from what has happened. */
export async function settleAll(nodes: Pick<RunningNode, 'context' | 'worker' | 'federation'>[]): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const before = await heads(nodes);
    for (const node of nodes) {
      await node.context.db.changes.poll();
      await node.worker?.drain();
      await node.federation.lanes.look();
      await node.federation.settled();
    }
    const after = await heads(nodes);
    quiet = after === before ? quiet + 1 : 0;
  }
}

async function heads(nodes: Pick<RunningNode, 'context'>[]): Promise<string> {
  const parts = await Promise.all(
    nodes.map(async ({ context: { db } }) => {
      const head = await db.reader.selectFrom('log_head').select('seq').executeTakeFirst();
      const ledger = await db.reader
        .selectFrom('ledger')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirst();
      const done = await db.reader
        .selectFrom('subscription')
        .select((eb) => eb.fn.sum<number>('acknowledged').as('n'))
        .executeTakeFirst();
      return `${head?.seq} ${ledger?.n} ${done?.n}`;
    }),
  );
  return parts.join('|');
}

async function callApi(
  origin: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as JsonObject) };
}

/** Everybody allows everybody. */
export async function allowEachOther(nodes: TestNode[], fields?: PartnerFields): Promise<void> {
  for (const one of nodes) for (const other of nodes) if (one !== other) await one.allow(other, fields);
}
