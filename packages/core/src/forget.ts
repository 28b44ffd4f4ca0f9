import type { Context } from './context.ts';
import { catchUp } from './log/after-effects.ts';

/**
 * Sees to it that what was deleted stands in no file of the database any more: neither in rows, nor in what slices make of them, nor in the write-ahead log. Outside a unit of work.
 * @param of.until number of the last event that tells of it
 * @param of.tables those that it was deleted from
 * @returns false while another connection holds the log open: to be tried again
 */
export async function forgetDeleted(
  context: Context,
  of: { until: number; tables: readonly string[] },
): Promise<boolean> {
  await catchUp(context, of.until);
  const tables = [...of.tables];
  for (const slice of context.slices) tables.push(...((await slice.forget?.(context)) ?? []));
  return context.db.erase(tables);
}
