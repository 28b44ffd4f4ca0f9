import type { Context } from '@joinery/core';
import type { ZipEntry } from '@joinery/slices/files';
import { listDocuments, type Viewer } from './lists.ts';
import { pathTo, within } from './store.ts';
import type { FolderRow } from './tables.ts';

const portion = 100;

/**
 * The newest file of each document in a folder and in those below it, as somebody sees them, a folder at a time.
 * @param all folders of the group, with the names that the zip gets
 * @param folder local id; null for all of the library
 */
export async function* entriesOf(
  { db }: Pick<Context, 'db'>,
  viewer: Viewer,
  group: string,
  all: readonly FolderRow[],
  folder: string | null,
): AsyncGenerator<ZipEntry> {
  const places = folder === null ? ['', ...all.map(({ id }) => id)] : within(all, folder).map(({ id }) => id);
  const above = folder === null ? 0 : pathTo(all, folder).length;
  for (const place of places) {
    const folders = pathTo(all, place)
      .slice(above)
      .map(({ name }) => name);
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const options = { group, folder: place, order: 'id' as const, cursor, limit: portion };
      const page: Awaited<ReturnType<typeof listDocuments>> = await listDocuments(db.reader, viewer, options);
      for (const { file_id } of page.items) if (file_id !== null) yield { folders, file: file_id };
      cursor = page.next;
    }
  }
}
