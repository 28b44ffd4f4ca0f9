import { type Context, enqueueJob, isRefusal, type JsonObject, type Reader, transact, type Work } from '@joinery/core';

const freshMinutes = 15;
const refreshJob = 'groups.directory';

/** What is known of the lists of other nodes: those that have not told theirs yet, and when the oldest of the others was read. */
export type DirectoryState = { unread: string[]; oldest: string | null };

/**
 * Has the lists of groups of these nodes read anew where they are older than a quarter of an hour. Does not wait for them: what is known already is shown.
 * @param origins Joinery nodes whose agreement covers discovery
 */
export async function refreshDirectory(context: Context, origins: readonly string[]): Promise<DirectoryState> {
  if (origins.length === 0) return { unread: [], oldest: null };
  const db = context.db.reader;
  const rows = await db.selectFrom('group_directory').selectAll().where('origin', 'in', origins).execute();
  const known = new Map(rows.map((row) => [row.origin, row]));
  const stale = new Date(context.clock.now().getTime() - freshMinutes * 60_000).toISOString();
  const due = origins.filter((origin) => (known.get(origin)?.asked_at ?? '') < stale);
  if (due.length > 0) {
    await transact(context, { kind: 'system', what: refreshJob }, async (work) => {
      for (const origin of due) await askForList(work, origin);
    });
  }
  const read = rows.map((row) => row.read_at).filter((at) => at !== null);
  return {
    unread: origins.filter((origin) => !known.get(origin)?.read_at),
    oldest: read.sort()[0] ?? null,
  };
}

/** Has the list of one node read in the background. */
async function askForList(work: Work, origin: string): Promise<void> {
  await work.db
    .insertInto('group_directory')
    .values({ origin, asked_at: work.now, read_at: null })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet({ asked_at: work.now }))
    .execute();
  await enqueueJob(work, refreshJob, { origin }, { key: origin });
}

/** Background work: reads one node's list. What it lists no more is listed here no more; whoever takes part in it keeps it. */
export const directoryJobs = {
  [refreshJob]: async (context: Context, data: JsonObject): Promise<void> => {
    const origin = String(data.origin);
    const list = await context.ports.actors.listedGroups(origin).catch((error: unknown) => {
      // No agreement (any more), other software, or away: asked again when somebody looks.
      if (isRefusal(error)) return null;
      throw error;
    });
    if (list === null) return;
    await transact(context, { kind: 'peer', origin }, async (work) => {
      const listed = new Set(list.groups);
      const gone = list.complete ? (await listedAt(work.db, origin)).filter((id) => !listed.has(id)) : [];
      for (let start = 0; start < gone.length; start += 500) {
        await work.db
          .updateTable('groups')
          .set({ listed: 0 })
          .where('id', 'in', gone.slice(start, start + 500))
          .execute();
      }
      await work.db.updateTable('group_directory').set({ read_at: work.now }).where('origin', '=', origin).execute();
    });
  },
};

async function listedAt(db: Reader, origin: string): Promise<string[]> {
  const rows = await db
    .selectFrom('groups')
    .select('id')
    .where('home', '=', origin)
    .where('local', '=', 0)
    .where('listed', '=', 1)
    .execute();
  return rows.map((row) => row.id);
}
