import { createHash } from 'node:crypto';
import type { Context } from '@joinery/core';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { entries, fileOf, hasFile } from './node.ts';

/**
 * What must hold after any fault: everything acknowledged is there, files among it, whole, nothing is there that nobody tried, each entry has its event exactly once,
 * and numbers of log and streams are dense.
 */
export async function expectWhole(context: Context, history: { tried: Set<string>; acknowledged: Set<string> }) {
  const present = await entries(context);
  expect([...history.acknowledged].filter((id) => !present.has(id))).toEqual([]);
  expect([...present].filter((id) => !history.tried.has(id))).toEqual([]);
  await expectFiles(context, history.acknowledged);
  const log = await context.db.reader.selectFrom('log').selectAll().orderBy('seq').execute();
  expect(log.map((row) => row.seq)).toEqual(log.map((_, index) => index + 1));
  const head = await context.db.reader.selectFrom('log_head').select('seq').executeTakeFirstOrThrow();
  expect(head.seq).toBe(log.length);
  expect(log.map((row) => JSON.parse(row.data).entry).sort()).toEqual([...present].sort());
  const streams = await context.db.reader.selectFrom('stream').select(['id', 'head']).execute();
  for (const stream of streams) {
    const numbers = log.filter((row) => row.stream === stream.id).map((row) => row.stream_seq);
    expect(numbers).toEqual(Array.from({ length: stream.head }, (_, index) => index + 1));
  }
}

/** Every acknowledged file is there, every file that lies under its final name is whole, and no row names one that is not there. */
export async function expectFiles(context: Context, acknowledged: Set<string>): Promise<void> {
  const named = await context.db.reader.selectFrom('blob').selectAll().where('unused_since', 'is', null).execute();
  const known = new Set(named.map((row) => row.sha256));
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  expect([...acknowledged].filter((id) => hasFile(id) && !known.has(hash(fileOf(id))))).toEqual([]);
  const content = async (sha256: string) =>
    new Uint8Array(await new Response(await context.files.read(sha256)).arrayBuffer());
  // Also those that no row names yet: whoever sends the same bytes next would be told that they are here.
  const half: string[] = [];
  const here = new Map<string, number>();
  for await (const { sha256, bytes } of context.files.list()) {
    here.set(sha256, bytes);
    // The tests' bucket stores what a request carried that broke off, which S3 does not; before bytes are taken to be there already their size is compared.
    const counts = context.files.kind === 'folder' || known.has(sha256);
    if (counts && hash(await content(sha256)) !== sha256) half.push(sha256);
  }
  expect(half, 'files that lie half under their final name').toEqual([]);
  const missing = named.filter(({ sha256, bytes }) => here.get(sha256) !== bytes);
  expect(missing, 'rows that name bytes that are not there').toEqual([]);
}

/** SQLite's own checks of a whole file. */
export async function expectSound(context: Context): Promise<void> {
  const check = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(context.db.writer);
  expect(check.rows).toEqual([{ integrity_check: 'ok' }]);
  expect((await sql`pragma foreign_key_check`.execute(context.db.writer)).rows).toEqual([]);
}
