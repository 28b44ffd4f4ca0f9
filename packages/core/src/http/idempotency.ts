import type { Context as HonoContext } from 'hono';
import { sha256 } from '../accounts/one-way.ts';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { once } from '../once.ts';
import { transact } from '../work.ts';
import type { Environment } from './environment.ts';
import { type Named, readableIn, readsAll } from './still-readable.ts';
import { requireVisitor } from './visitor.ts';

type C = HonoContext<Environment>;

const kept = 24 * 3_600_000;
const answerStep = -1;
const keptHeaders = new Set(['content-type', 'content-disposition', 'location', 'set-cookie', 'content-language']);

type Stored = { status: number; headers: [string, string][]; body: string };
/** What whoever asked could read when it was kept, of what the request and its answer name. */
type Reads = { reads?: Named };

/**
 * Makes the function that carries a request out once, however often it is sent (draft-ietf-httpapi-idempotency-key-header).
 *
 * The answer of a request exists only after its last COMMIT, so it cannot be written in the same transaction as the effect, and a
 * process killed in between would do everything again when the client repeats. Therefore each unit of work writes what it answered
 * together with what it did, under the key. A repeated request runs its handler again, but units of work that were committed
 * answer from there without running; the handler then builds the answer that was lost. An answer is stored before it is sent, so
 * one that a client has seen is repeated byte for byte. Two processes with the same key at once: the primary key lets one of them
 * commit, the other is undone and told to try again; within one process the second waits for the first. Everything is sealed
 * with the node's secret, since answers can hold tokens and cookies, of which the database otherwise keeps only hashes.
 *
 * An answer is repeated to whoever may still read what they could read then: to somebody who was removed from a closed group meanwhile there is nothing at that address.
 */
export function createOnce() {
  const running = new Map<string, Promise<unknown>>();

  return async function answerOnce(
    c: C,
    account: string,
    key: string,
    request: string,
    handle: () => Promise<void>,
  ): Promise<void> {
    const place = `${account}\n${key}`;
    while (running.has(place)) await running.get(place)?.catch(() => {});
    const run = carryOut(c, account, key, request, handle);
    running.set(place, run);
    try {
      await run;
    } finally {
      running.delete(place);
    }
  };
}

async function carryOut(
  c: C,
  account: string,
  key: string,
  request: string,
  handle: () => Promise<void>,
): Promise<void> {
  const { context } = c.var;
  const known = await read(context, account, key);
  if (known.some((row) => row.request !== request)) {
    refuse('idempotency_mismatch', 'This Idempotency-Key was used for another request: take a new one');
  }
  const { person } = requireVisitor(c);
  const db = context.db.reader;
  for (const { result } of known) {
    const { reads = [] } = unseal(context, result) as Reads;
    if (!(await readsAll(context, db, person, reads))) refuse('not_found', 'There is nothing at this address');
  }
  const answered = known.find((row) => row.step === answerStep);
  if (answered) {
    send(c, unseal(context, answered.result) as Stored);
    return;
  }
  const steps = new Map(known.map((row) => [row.step, (unseal(context, row.result) as { answer?: unknown }).answer]));
  let next = 0;
  let open = true;
  const nextStep = () => {
    if (!open) return undefined;
    const step = next++;
    return {
      ...(steps.has(step) ? { earlier: { answer: steps.get(step) } } : {}),
      record: async (db: Parameters<typeof write>[0], answer: unknown, now: string) => {
        const reads = await readableIn(context, db, person, c.req.path);
        const result = seal(context, { answer, reads });
        const first = await write(db, { account, key, step, request, result, now });
        if (!first) refuse('conflict', 'The same request is being carried out at the moment: send it again');
      },
    };
  };
  try {
    await once.run({ nextStep }, handle);
  } finally {
    open = false;
  }
  // What may go differently next time is not kept.
  if (c.res.status >= 500 || c.res.status === 429 || c.res.status === 409) return;
  const headers = [...c.res.headers].filter(([name]) => keptHeaders.has(name));
  const answer: Stored = { status: c.res.status, headers, body: await c.res.text() };
  const isJson = answer.headers.some(([name, value]) => name === 'content-type' && value.includes('json'));
  const named = `${c.req.path} ${c.res.headers.get('location')} ${isJson ? answer.body : ''}`;
  await store(context, account, key, request, { ...answer, reads: await readableIn(context, db, person, named) });
  send(c, answer);
}

function read(context: Context, account: string, key: string) {
  const oldest = new Date(context.clock.now().getTime() - kept).toISOString();
  return context.db.reader
    .selectFrom('idempotency')
    .select(['step', 'request', 'result'])
    .where('account_id', '=', account)
    .where('key', '=', key)
    .where('created_at', '>', oldest)
    .execute();
}

type Row = { account: string; key: string; step: number; request: string; result: string; now: string };

async function write(db: Parameters<Parameters<typeof transact>[2]>[0]['db'], row: Row): Promise<boolean> {
  const { now, account, ...rest } = row;
  const oldest = new Date(Date.parse(now) - kept).toISOString();
  await db.deleteFrom('idempotency').where('account_id', '=', account).where('created_at', '<=', oldest).execute();
  const done = await db
    .insertInto('idempotency')
    .values({ account_id: account, ...rest, created_at: now })
    .onConflict((conflict) => conflict.columns(['account_id', 'key', 'step']).doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

async function store(
  context: Context,
  account: string,
  key: string,
  request: string,
  answer: Stored & Reads,
): Promise<void> {
  await transact(context, { kind: 'system', what: 'idempotency' }, async (work) => {
    const row = { account, key, step: answerStep, request, result: seal(context, answer), now: work.now };
    if (!(await write(work.db, row))) refuse('conflict', 'The same request was just answered: send it again');
  });
}

/** Numbers of rows come as big integers, which JSON does not have. */
function seal(context: Context, value: object): string {
  return context.secret.encrypt(
    JSON.stringify(value, (_name, part) => (typeof part === 'bigint' ? Number(part) : part)),
  );
}

function unseal(context: Context, sealed: string): unknown {
  return JSON.parse(context.secret.decrypt(sealed));
}

function send(c: C, answer: Stored): void {
  c.res = undefined;
  c.res = new Response(answer.body, { status: answer.status, headers: answer.headers });
}

/** What makes two requests the same: method, path, and body byte for byte. */
export function requestHash(method: string, path: string, body: Uint8Array | string): string {
  return sha256(`${method} ${path} ${sha256(body)}`);
}
