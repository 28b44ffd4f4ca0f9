import type { Work } from '@joinery/core';
import { attachFile, filesOf, type Holder, rememberFiles, removeFilesOf, type SaidFile } from '@joinery/slices/files';
import { z } from 'zod';
import type { PostRow } from './tables.ts';

/** A file by its local id, and what it shows when it is an image. */
export type Attachment = { id: string; alt?: string | null | undefined };

export const attachmentsInput = z
  .array(z.object({ id: z.string(), alt: z.string().max(1_000).nullable().optional() }))
  .max(10);

export const holderOf = (post: string): Holder => ({ kind: 'posts', id: post });
/** What has not left yet has its files to itself. */
export const heldHolder = (held: string): Holder => ({ kind: 'held', id: held });

/** Hangs files on a post. @throws {Refusal} not_found unless they are its author's and hang on nothing else */
export async function attachAll(work: Work, post: string, by: string, files: readonly Attachment[]): Promise<void> {
  for (const [position, { id, alt }] of files.entries())
    await attachFile(work, {
      ...{ file: id, holder: holderOf(post), by, position, from: 'held' },
      ...(alt === undefined ? {} : { alt }),
    });
}

/** The files of a post as its author has them now. @returns whether anything is different */
export async function changeFiles(
  work: Work,
  post: Pick<PostRow, 'id' | 'author_id'>,
  input: { files?: readonly Attachment[]; filesChanged?: boolean; arrival?: { files?: readonly SaidFile[] } },
): Promise<boolean> {
  const holder = holderOf(post.id);
  if (input.arrival) return input.arrival.files ? rememberFiles(work, holder, input.arrival.files) : false;
  if (!input.files) return input.filesChanged ?? false;
  const told = async () => {
    const files = (await filesOf(work.db, holder.kind, [post.id])).get(post.id) ?? [];
    return JSON.stringify(files.map(({ id, alt }) => [id, alt]));
  };
  const before = await told();
  await removeFilesOf(
    work,
    holder,
    input.files.map(({ id }) => id),
  );
  await attachAll(work, post.id, post.author_id, input.files);
  return before !== (await told());
}
