import { statfs } from 'node:fs/promises';
import { sql } from 'kysely';
import { restoredState } from '../backup/quarantine.ts';
import type { Context } from '../context.ts';
import { coreMigrations } from '../schema-migrations.ts';
import { transact } from '../work.ts';
import type { RequestContext } from './environment.ts';

export type Check = { name: string; ok: boolean; reason: string };
export type Readiness = { ready: boolean; checks: Check[] };

const leastFree = 64 * 1024 * 1024;
/** Anybody may ask, and one of the checks writes: the answer is kept for so many milliseconds. */
const keptFor = 2_000;

/** Makes the function that says whether a node can do its work, with the reasons in words. */
export function createReadiness() {
  const kept = new WeakMap<Context, { at: number; answer: Promise<Readiness> }>();
  return (context: Context): Promise<Readiness> => {
    const known = kept.get(context);
    const now = performance.now();
    if (known && now - known.at < keptFor) return known.answer;
    const answer = look(context);
    kept.set(context, { at: now, answer });
    return answer;
  };
}

async function look(context: Context): Promise<Readiness> {
  const checks = await Promise.all([checkDatabase(context), checkMigrations(context), checkDisk(context)]);
  checks.push(...(await checkRestored(context)));
  return { ready: checks.every((check) => check.ok), checks };
}

async function checkDatabase(context: Context): Promise<Check> {
  const name = 'database';
  try {
    await transact(context, { kind: 'system', what: 'readiness' }, async (work) => {
      await work.db
        .insertInto('meta')
        .values({ name: 'write_probe', value: work.now })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: work.now }))
        .execute();
    });
    return { name, ok: true, reason: 'can be written' };
  } catch (error) {
    context.logger.error('ready.database', { reason: error instanceof Error ? error.message : String(error) });
    return {
      name,
      ok: false,
      reason: 'cannot be written: look at the log of the node, at the disk, and at the database server',
    };
  }
}

async function checkMigrations(context: Context): Promise<Check> {
  const name = 'migrations';
  const known = [...coreMigrations, ...context.slices.map((slice) => slice.migrations ?? {})].flatMap(Object.keys);
  try {
    const rows = await sql<{ name: string }>`select name from migration`.execute(context.db.reader);
    const ran = new Set(rows.rows.map((row) => row.name));
    const missing = known.filter((migration) => !ran.has(migration)).length;
    if (missing > 0) return { name, ok: false, reason: `${missing} have not run: restart the node` };
    return { name, ok: true, reason: 'all have run' };
  } catch {
    return { name, ok: false, reason: 'the database cannot be read' };
  }
}

/** It serves its administrators meanwhile, so it is ready. */
async function checkRestored(context: Context): Promise<Check[]> {
  const state = await restoredState(context.db.reader).catch(() => null);
  if (state === null || state.confirmedAt !== null) return [];
  const reason = `in quarantine: restored from a backup as of ${state.asOf}; exchanges nothing and sends no mail until an administrator confirms it (joinery restore confirm)`;
  return [{ name: 'restored', ok: true, reason }];
}

async function checkDisk(context: Context): Promise<Check> {
  const name = 'disk';
  try {
    const { bavail, bsize } = await statfs(context.config.dataFolder);
    const free = Math.floor((bavail * bsize) / 1_048_576);
    if (bavail * bsize < leastFree) return { name, ok: false, reason: `only ${free} MB left: free some space` };
    return { name, ok: true, reason: 'has space' };
  } catch {
    return { name, ok: false, reason: 'the data folder cannot be read' };
  }
}

/** Whether a request comes from this machine itself, not through a proxy that runs on it. */
export function askedHere(c: RequestContext): boolean {
  const socket = c.env?.incoming?.socket?.remoteAddress;
  const forwarded = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'];
  return isLoopbackAddress(socket) && !forwarded.some((name) => c.req.header(name) !== undefined);
}

export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(?:::1|(?:::ffff:)?127\.)/.test(address);
}

/** What the slices look at, as the page about the node's health shows it. */
export async function gatherHealth(context: Context) {
  const found = await Promise.all(context.slices.map((slice) => slice.checks?.(context, 'en') ?? []));
  return found.flat().map(({ name, state, says, figure, mend }) => ({
    ...{ name, state, says },
    ...(figure !== undefined && { figure }),
    ...(mend && { mend }),
  }));
}

/** /.well-known/security.txt (RFC 9116): where to report a weakness. Renewed by the day, valid for 180 days. */
export function securityText(context: Context): string {
  const { origin, contact } = context.config;
  const day = 24 * 3_600_000;
  const expires = new Date(Math.floor(context.clock.now().getTime() / day) * day + 180 * day).toISOString();
  return [
    `Contact: ${contact ?? `${origin}/`}`,
    `Expires: ${expires}`,
    'Preferred-Languages: en, nl',
    `Canonical: ${origin}/.well-known/security.txt`,
    '',
  ].join('\n');
}
