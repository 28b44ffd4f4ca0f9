import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { prepareQuery } from '../db/prepared.ts';
import type { Schema } from '../db/schema.ts';
import { newId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import type { Reader } from '../slice.ts';
import { transact, type Work } from '../work.ts';
import { notePlanned } from './planned.ts';

const leaseSeconds = 120;
const attemptsBeforeFailed = 10;

/**
 * Asks for background work, in the same transaction as its cause.
 * @param options.key at most one unfinished job with this key: a second request has no effect
 * @param options.runAt instant (UTC); now unless given
 */
export async function enqueueJob(
  work: Work,
  name: string,
  data: JsonObject,
  options: { key?: string; runAt?: string } = {},
): Promise<void> {
  notePlanned(work.db);
  await work.db
    .insertInto('job')
    .values({
      id: newId(),
      name,
      key: options.key === undefined ? null : `${name} ${options.key}`,
      data: JSON.stringify(data),
      run_at: options.runAt ?? work.now,
      attempts: 0,
      leased_until: null,
      lease: null,
      last_error: null,
      state: 'waiting',
      created_at: work.now,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}

/**
 * Takes one due job under a lease and runs it. A process that dies lets its lease run out, and the job is taken again: handlers must bear that.
 * @returns false when nothing was due
 */
export async function runNextJob(context: Context): Promise<boolean> {
  const job = await takeJob(context);
  await job?.run();
  return job !== null;
}

/**
 * Takes one due job under a lease, which is renewed for as long as the job runs in this process.
 * @param except names of jobs that are left for later
 * @returns its name and what runs it; null when nothing was due
 */
export async function takeJob(
  context: Context,
  except: readonly string[] = [],
): Promise<{ name: string; run: () => Promise<void> } | null> {
  const job = await claim(context, except);
  return job ? { name: job.name, run: () => run(context, job) } : null;
}

type Claimed = NonNullable<Awaited<ReturnType<typeof claim>>>;

async function run(context: Context, job: Claimed): Promise<void> {
  const renewal = setInterval(() => void renew(context, job), (leaseSeconds * 1_000) / 3).unref();
  const handler = context.slices.map((slice) => slice.jobs?.[job.name]).find((candidate) => candidate !== undefined);
  let fault: string | null = null;
  try {
    if (!handler) throw new Error(`No slice handles the job ${job.name}`);
    await handler(context, JSON.parse(job.data) as JsonObject);
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
    context.logger.warn('job.failed', { job: job.name, attempts: job.attempts, reason: fault });
  } finally {
    clearInterval(renewal);
  }
  await transact(context, { kind: 'system', what: 'jobs' }, async (work) => {
    const mine = work.db.updateTable('job').where('id', '=', job.id).where('lease', '=', job.lease);
    if (fault === null) await finish(work.db, { id: job.id, lease: job.lease });
    else if (job.attempts >= attemptsBeforeFailed)
      await mine.set({ state: 'failed', key: null, lease: null, leased_until: null, last_error: fault }).execute();
    else
      await mine
        .set({ run_at: after(work.now, 5 * 2 ** job.attempts), lease: null, leased_until: null, last_error: fault })
        .execute();
  });
}

const finish = prepareQuery((db, { id, lease }: { id: string; lease: string | null }) =>
  db.deleteFrom('job').where('id', '=', id).where('lease', '=', lease),
);

async function renew(context: Context, job: Claimed): Promise<void> {
  try {
    await transact(context, { kind: 'system', what: 'jobs' }, async (work) => {
      await work.db
        .updateTable('job')
        .set({ leased_until: after(work.now, leaseSeconds) })
        .where('id', '=', job.id)
        .where('lease', '=', job.lease)
        .execute();
    });
  } catch (error) {
    context.logger.warn('job.lease_not_renewed', { job: job.name, reason: String(error) });
  }
}

/**
 * Ends the leases of a process that is known to have died, so that its jobs need not wait for their end. Only where this process is the only one that
 * takes jobs: a SQLite node runs one server per folder.
 */
export async function releaseLeases(context: Context): Promise<void> {
  if (context.db.dialect !== 'sqlite') return;
  await transact(context, { kind: 'system', what: 'jobs' }, async (work) => {
    await work.db
      .updateTable('job')
      .set({ leased_until: new Date(Date.parse(work.now) - 1).toISOString() })
      .where('state', '=', 'waiting')
      .where('leased_until', '>=', work.now)
      .execute();
  });
}

/**
 * When the next job can be taken: when it is due, or when the lease of a worker that may have died runs out. Null when there is none.
 * @param except names of jobs that are not looked at
 */
export async function nextJobAt(context: Context, except: readonly string[] = []): Promise<string | null> {
  const waiting = context.db.reader
    .selectFrom('job')
    .where('state', '=', 'waiting')
    .$if(except.length > 0, (query) => query.where('name', 'not in', except));
  const [due, lease] = await Promise.all([
    waiting.select('run_at').where('leased_until', 'is', null).orderBy('run_at').limit(1).executeTakeFirst(),
    waiting
      .select('leased_until')
      .where('leased_until', 'is not', null)
      .orderBy('leased_until')
      .limit(1)
      .executeTakeFirst(),
  ]);
  const [first = null] = [due?.run_at, lease?.leased_until].filter((at) => at != null).sort();
  return first;
}

async function claim(context: Context, except: readonly string[]) {
  const now = context.clock.now().toISOString();
  if (!(await isDue(context.db.reader, now, except))) return undefined;
  return transact(context, { kind: 'system', what: 'jobs' }, async (work) => {
    await failDeadly(work);
    const id = await nextDue(work.db, work.now, context.db.dialect, except);
    if (id === undefined) return undefined;
    const [claimed] = await take(work.db, { id, lease: newId(), until: after(work.now, leaseSeconds) });
    return claimed;
  });
}

async function isDue(db: Reader, now: string, except: readonly string[]): Promise<boolean> {
  if (except.length === 0) return (await firstDue(db, { now })).length > 0;
  return (await due(db, now).where('name', 'not in', except).execute()).length > 0;
}

const due = (db: Reader, now: string) =>
  db
    .selectFrom('job')
    .select('id')
    .where('state', '=', 'waiting')
    .where('run_at', '<=', now)
    .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<', now)]))
    .limit(1);
const firstDue = prepareQuery((db, { now }: { now: string }) => due(db, now));

const take = prepareQuery((db, { id, lease, until }: { id: string; lease: string; until: string }) =>
  db
    .updateTable('job')
    .set((eb) => ({ lease, leased_until: until, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', id)
    .returning(['id', 'name', 'data', 'attempts', 'lease']),
);

/** A job whose worker died each time it was tried would otherwise end one process after another. */
async function failDeadly(work: Work): Promise<void> {
  await failOften(work.db, { now: work.now });
}

const failOften = prepareQuery((db, { now }: { now: string }) =>
  db
    .updateTable('job')
    .set({ state: 'failed', key: null, lease: null, leased_until: null, last_error: 'The process ended while it ran' })
    .where('state', '=', 'waiting')
    .where('attempts', '>=', attemptsBeforeFailed)
    .where('leased_until', '<', now),
);

/** The one place where claiming differs: PostgreSQL has several workers, which step over each other's rows. */
async function nextDue(
  db: Transaction<Schema>,
  now: string,
  dialect: 'sqlite' | 'postgres',
  except: readonly string[],
): Promise<string | undefined> {
  const others = except.length > 0 ? sql`and name not in (${sql.join(except)})` : sql``;
  const lock = dialect === 'postgres' ? sql`for update skip locked` : sql``;
  const rows = await sql<{ id: string }>`
    select id from job
    where state = 'waiting' and run_at <= ${now} and (leased_until is null or leased_until < ${now}) ${others}
    order by run_at limit 1 ${lock}`.execute(db);
  return rows.rows[0]?.id;
}

function after(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1_000).toISOString();
}
