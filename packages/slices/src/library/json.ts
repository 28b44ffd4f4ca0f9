import { originOf } from '@joinery/core';
import { type FileRow, fileJson, fileSchema } from '@joinery/slices/files';
import type { PostBinRow } from '@joinery/slices/posts';
import { z } from 'zod';
import type { ListedDocument } from './lists.ts';
import type { FolderRow, VersionRow } from './tables.ts';

/** A folder as the API shows it. */
export const folderSchema = z.object({
  id: z.string(),
  uri: z.string(),
  home: z.string(),
  group: z.string().describe('Local id of its group'),
  parent: z.string().nullable().describe('Local id of the folder it lies in; null in the library itself'),
  name: z.string(),
  official: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export function folderJson(folder: FolderRow): z.infer<typeof folderSchema> {
  const { id, uri, group_id: group, name } = folder;
  return {
    ...{ id, uri, home: originOf(uri) ?? '', group, name },
    parent: folder.parent_id === '' ? null : folder.parent_id,
    official: folder.official_at !== null,
    createdAt: folder.created_at,
    updatedAt: folder.updated_at,
  };
}

/** A document as the API shows it. `GET /posts/{id}` has the same id, with what was said about it. */
export const documentSchema = z.object({
  id: z.string().describe('Local id of its post'),
  uri: z.string(),
  home: z.string(),
  group: z.string(),
  folder: z.string().nullable().describe('Local id; null in the library itself'),
  title: z.string().nullable(),
  official: z.boolean(),
  version: z.number().int().nullable().describe('Number of the newest version, where it is known'),
  revision: z.number().int().describe('Of its post: what a new version is compared with'),
  file: fileSchema.nullable(),
  author: z.object({ id: z.string(), uri: z.string(), name: z.string(), agency: z.string(), home: z.string() }),
  status: z.enum(['waiting', 'accepted', 'refused']),
  removed: z.boolean(),
  likes: z.number().int(),
  replyCount: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  fetchedAt: z.string().optional(),
});

export function documentJson(
  group: string,
  document: ListedDocument,
  file: FileRow | undefined,
): z.infer<typeof documentSchema> {
  return {
    id: document.id,
    uri: document.uri,
    home: originOf(document.uri) ?? document.author_home,
    group,
    folder: document.folder_id === '' ? null : document.folder_id,
    title: document.title,
    official: document.official_at !== null,
    version: document.version,
    revision: document.revision,
    file: file ? fileJson(file) : null,
    author: {
      id: document.author_id,
      uri: document.author_uri,
      name: document.author_name,
      agency: document.author_agency,
      home: document.author_home,
    },
    status: document.status,
    removed: document.removed_at !== null,
    likes: document.likes,
    replyCount: document.reply_count,
    createdAt: document.published_at,
    updatedAt: document.updated_at,
    ...(document.fetched_at === null ? {} : { fetchedAt: document.fetched_at }),
  };
}

export const versionSchema = z.object({
  number: z.number().int(),
  note: z.string(),
  by: z.string().describe('Name of who brought it'),
  at: z.string(),
  file: fileSchema.nullable(),
});

export function versionJson(version: VersionRow, file: FileRow | undefined): z.infer<typeof versionSchema> {
  const { number, note, by_name: by, at } = version;
  return { number, note, by, at, file: file ? fileJson(file) : null };
}

export const binSchema = z.object({
  id: z.string().describe('Local id of the document that was deleted'),
  title: z.string(),
  author: z.string().describe('Local id of who may have it back'),
  deletedAt: z.string(),
  endsAt: z.string().describe('From when on it is gone for good'),
});

export function binJson(row: PostBinRow): z.infer<typeof binSchema> {
  const { post_id: id, title, author_id: author, deleted_at: deletedAt, ends_at: endsAt } = row;
  return { id, title, author, deletedAt, endsAt };
}
