import { isId, type Reader } from '@joinery/core';
import type { FileRow, UploadRow } from './tables.ts';

/** What a file hangs on: `{ kind: 'posts', id }`. */
export type Holder = { kind: string; id: string };

export async function fileById(db: Reader, id: string): Promise<FileRow | undefined> {
  if (!isId(id)) return undefined;
  return db.selectFrom('files_file').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function fileByUri(db: Reader, uri: string): Promise<FileRow | undefined> {
  return db.selectFrom('files_file').selectAll().where('uri', '=', uri).executeTakeFirst();
}

/** Files of many things at once, in their order; those that wait for the scanner among them. */
export async function filesOf(db: Reader, kind: string, ids: readonly string[]): Promise<Map<string, FileRow[]>> {
  const found = new Map<string, FileRow[]>();
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('files_file')
    .selectAll()
    .where('holder_kind', '=', kind)
    .where('holder_id', 'in', [...ids])
    .orderBy('position')
    .orderBy('id')
    .execute();
  for (const row of rows) {
    const known = found.get(row.holder_id ?? '');
    if (known) known.push(row);
    else found.set(row.holder_id ?? '', [row]);
  }
  return found;
}

/** Files of somebody that hang on nothing yet, of those that are named; in the order of the names. */
export async function looseFiles(db: Reader, person: string, ids: readonly string[]): Promise<FileRow[]> {
  const good = ids.filter(isId).slice(0, 100);
  if (good.length === 0) return [];
  const rows = await db
    .selectFrom('files_file')
    .selectAll()
    .where('id', 'in', good)
    .where('owner_id', '=', person)
    .where('holder_id', 'is', null)
    .execute();
  return good.flatMap((id) => rows.find((row) => row.id === id) ?? []);
}

export async function uploadOf(db: Reader, id: string, person: string): Promise<UploadRow | undefined> {
  if (!isId(id)) return undefined;
  return db
    .selectFrom('files_upload')
    .selectAll()
    .where('id', '=', id)
    .where('person_id', '=', person)
    .executeTakeFirst();
}
