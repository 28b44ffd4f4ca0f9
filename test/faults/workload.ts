/** A process that writes until it has written enough, or is stopped in whatever way. Settings: one JSON text as its argument. */
import { startWorker } from '@joinery/core';
import { sql } from 'kysely';
import { nameFirst, openFaultNode, writeMany } from './node.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as import('./child.ts').WorkloadSettings;
await using node = await openFaultNode(settings);
if (settings.synchronous)
  await sql`pragma synchronous = ${sql.raw(settings.synchronous)}`.execute(node.context.db.writer);
if (settings.nameFirst) node.context.files.keep = nameFirst(settings.folder);
const worker = settings.work ? startWorker(node.context) : null;
process.stdout.write('READY\n');
try {
  await writeMany(node.context, settings.writers, settings.each, settings.history);
} finally {
  await worker?.[Symbol.asyncDispose]();
}
