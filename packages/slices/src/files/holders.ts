import type { Context, FileHolder, Reader } from '@joinery/core';
import type { FileRow } from './tables.ts';

/** What rules the files of a kind of thing. */
export function holderOf(context: Pick<Context, 'slices'>, file: Pick<FileRow, 'holder_kind'>): FileHolder | undefined {
  return context.slices.flatMap((slice) => slice.fileHolders ?? []).find(({ kind }) => kind === file.holder_kind);
}

/** Whether a file of this node, or a record copy, has these bytes. */
export async function isUsedHere(db: Reader, sha256: string): Promise<boolean> {
  const file = await db
    .selectFrom('files_file')
    .select('id')
    .where('sha256', '=', sha256)
    .where('local', '=', 1)
    .where('state', '!=', 'infected')
    .limit(1)
    .executeTakeFirst();
  const copy = await db
    .selectFrom('files_copy')
    .select('file_id')
    .where('sha256', '=', sha256)
    .where('state', '=', 'kept')
    .limit(1)
    .executeTakeFirst();
  return file !== undefined || copy !== undefined;
}
