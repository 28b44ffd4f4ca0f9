import { sizes, type Visitor } from '@joinery/core';
import {
  awayOf,
  type FileRow,
  FilesField,
  filesOf,
  type ShownFile,
  takeFiles,
  withReaders,
} from '@joinery/slices/files';
import type { FieldError, Language } from '@joinery/ui';
import type { Attachment } from './attachments.ts';
import type { ListedPost } from './listed-posts.ts';
import type { C } from './page.ts';

/** Files in the form of a post as it stands. */
export type Attaching = { files: readonly FileRow[]; errors: readonly FieldError[]; askAlt: boolean };

export const noFiles: Attaching = { files: [], errors: [], askAlt: false };

/**
 * Takes the files that came with the form of a post.
 * @param known files that hang on the post already, or on what was taken back
 * @returns `again` when the form is shown once more before anything is posted
 */
export async function takeAttachments(
  c: C,
  visitor: Visitor,
  known: readonly FileRow[] = [],
): Promise<Attaching & { again: boolean; attachments: Attachment[] }> {
  const taken = await takeFiles(c, visitor, { known, most: sizes.attachments.most });
  const asked = c.var.form?.fields.has('attach') ?? false;
  return {
    ...taken,
    again: taken.errors.length > 0 || taken.askAlt || asked,
    attachments: taken.files.map(({ id, alt }) => ({ id, alt })),
  };
}

/** Files of what somebody took back a moment ago, or of the post that they edit. */
export async function filesNow(c: C, kind: 'posts' | 'held', id: string | undefined): Promise<readonly FileRow[]> {
  if (id === undefined) return [];
  return (await filesOf(c.var.context.db.reader, kind, [id])).get(id) ?? [];
}

/** The place for files in a form of a post. */
export function AttachFiles(props: { attaching: Attaching; largest: number; csrf: string; language: Language }) {
  const { attaching, ...others } = props;
  const { files, askAlt } = attaching;
  return <FilesField {...{ files, askAlt }} {...others} most={sizes.attachments.most} />;
}

/**
 * Files of posts as a visitor sees them: what waits for the scanner, or did not pass it, is shown to its author alone.
 * @param person local id of the visitor
 */
export async function shownFiles(
  c: C,
  posts: readonly Pick<ListedPost, 'id' | 'author_id' | 'deleted_at' | 'hidden_at' | 'live'>[],
  person: string | null,
): Promise<Map<string, ShownFile[]>> {
  const { context } = c.var;
  const db = context.db.reader;
  const visible = posts.filter((post) => post.deleted_at === null && post.hidden_at === null);
  const found = await filesOf(
    db,
    'posts',
    visible.map(({ id }) => id),
  );
  const away = new Map<string, string | null>();
  const shown = new Map<string, ShownFile[]>();
  for (const post of visible) {
    const files: ShownFile[] = [];
    // One rule for all files of a post, asked once.
    let readers: Pick<ShownFile, 'readersKept' | 'seesReaders'> | undefined;
    for (const file of found.get(post.id) ?? []) {
      readers ??= await withReaders(c, file);
      if (file.state !== 'ready' && post.author_id !== person) continue;
      // What it is called is not kept where it is read live.
      const said = post.live?.state === 'read' ? post.live.files.get(file.uri) : undefined;
      const { readersKept, seesReaders } = readers;
      files.push({ ...file, ...said, readersKept, seesReaders, ...(await awayOf(context, file, away)) });
    }
    if (files.length > 0) shown.set(post.id, files);
  }
  return shown;
}
