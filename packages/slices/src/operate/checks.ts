import { statfs } from 'node:fs/promises';
import { type Context, type HealthCheck, lastBackup, version } from '@joinery/core';
import { formatRelative, type Language } from '@joinery/ui';
import { messages } from './messages.ts';

const gigabyte = 1_073_741_824;
const enoughFree = 2 * gigabyte;
const enoughShare = 0.05;
const backupEveryMilliseconds = 26 * 3_600_000;
const lateMilliseconds = 15 * 60_000;

/** What core knows of how the node is. */
export async function ownChecks(context: Context, language: Language): Promise<HealthCheck[]> {
  return Promise.all([
    databaseCheck(context, language),
    diskCheck(context, language),
    backupCheck(context, language),
    jobsCheck(context, language),
    mailCheck(context, language),
    versionCheck(language),
  ]);
}

/** Everything that the slices look at: what needs somebody first. */
export async function allChecks(context: Context, language: Language): Promise<HealthCheck[]> {
  const found = await Promise.all(context.slices.map((slice) => slice.checks?.(context, language) ?? []));
  const order = { broken: 0, attention: 1, good: 2 };
  return found.flat().sort((one, other) => order[one.state] - order[other.state]);
}

function databaseCheck(context: Context, language: Language): HealthCheck {
  const t = messages(language);
  const fault = context.db.fault();
  const base = { name: 'database', title: t('database') };
  if (fault !== null)
    return { ...base, state: 'broken', says: t('databaseBroken', { fault }), mend: t('databaseMend') };
  const kind = context.db.dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  return { ...base, state: 'good', says: t('databaseGood', { kind }) };
}

async function diskCheck(context: Context, language: Language): Promise<HealthCheck> {
  const t = messages(language);
  const base = { name: 'disk', title: t('disk') };
  try {
    const { bavail, blocks, bsize } = await statfs(context.config.dataFolder);
    const says = t('diskSays', { free: inGigabytes(bavail * bsize), total: inGigabytes(blocks * bsize) });
    const enough = bavail * bsize >= enoughFree || bavail / blocks >= enoughShare;
    return enough ? { ...base, state: 'good', says } : { ...base, state: 'attention', says, mend: t('diskMend') };
  } catch {
    return { ...base, state: 'broken', says: t('diskUnknown'), mend: t('diskMend') };
  }
}

const inGigabytes = (bytes: number) => (bytes / gigabyte).toFixed(bytes < 10 * gigabyte ? 1 : 0);

async function backupCheck(context: Context, language: Language): Promise<HealthCheck> {
  const t = messages(language);
  const now = context.clock.now();
  const last = await lastBackup(context.db.reader);
  const base = { name: 'backup', title: t('backup') };
  if (!last) return { ...base, state: 'attention', says: t('backupNever'), mend: t('backupMend') };
  const when = formatRelative(language, 'UTC', last.at, now);
  return now.getTime() - Date.parse(last.at) <= backupEveryMilliseconds
    ? { ...base, state: 'good', says: t('backupGood', { when }) }
    : { ...base, state: 'attention', says: t('backupOld', { when }), mend: t('backupMend') };
}

async function jobsCheck(context: Context, language: Language): Promise<HealthCheck> {
  const t = messages(language);
  const { reader } = context.db;
  const now = context.clock.now();
  const base = { name: 'jobs', title: t('jobs') };
  const failed = await reader
    .selectFrom('job')
    .select('name')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'failed')
    .groupBy('name')
    .execute();
  if (failed.length > 0) {
    const count = failed.reduce((sum, row) => sum + Number(row.count), 0);
    const names = failed.map(({ name }) => name).join(', ');
    return { ...base, state: 'attention', says: t('jobsFailed', { count, names }), mend: t('jobsMend') };
  }
  const before = new Date(now.getTime() - lateMilliseconds).toISOString();
  const late = await reader
    .selectFrom('job')
    .select('run_at')
    .where('state', '=', 'waiting')
    .where('run_at', '<', before)
    .where('leased_until', 'is', null)
    .orderBy('run_at')
    .limit(1)
    .executeTakeFirst();
  if (!late) return { ...base, state: 'good', says: t('jobsGood') };
  const when = formatRelative(language, 'UTC', late.run_at, now);
  return { ...base, state: 'attention', says: t('jobsLate', { when }), mend: t('jobsLateMend') };
}

function mailCheck(context: Context, language: Language): HealthCheck {
  const t = messages(language);
  const base = { name: 'mail', title: t('mail') };
  const { mail } = context.doors;
  return mail
    ? { ...base, state: 'good', says: t('mailGood', { server: mail.server }) }
    : { ...base, state: 'attention', says: t('mailNone'), mend: t('mailMend') };
}

function versionCheck(language: Language): HealthCheck {
  const t = messages(language);
  const says = t('versionSays', { version, node: process.versions.node });
  return { name: 'version', state: 'good', title: t('version'), says };
}
