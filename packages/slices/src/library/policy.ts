import type { RefusalCode } from '@joinery/core';
import { type Standing, whyNotPost } from '@joinery/slices/posts';
import type { FolderRow, FoldersBy } from './tables.ts';

/** Every rule answers why not, or null when it may be done: used to refuse and to hide buttons. */
type WhyNot = RefusalCode | null;
type OfGroup = { local: number };
type OfPost = { author_id: string; local: number; deleted_at: string | null };

/** Brings documents: whoever writes in the group. */
export const whyNotAdd = (standing: Standing): WhyNot => whyNotPost(standing);

/** Makes folders: where the group lives, whoever runs it, and its members when it lets them. */
export function whyNotMakeFolder(standing: Standing, group: OfGroup, foldersBy: FoldersBy): WhyNot {
  const why = whyNotPost(standing);
  if (why) return why;
  if (group.local !== 1) return 'forbidden';
  return standing.moderates || foldersBy === 'members' ? null : 'forbidden';
}

/** Renames, moves and removes a folder: whoever runs the group, or made it. */
export function whyNotChangeFolder(
  standing: Standing,
  group: OfGroup,
  folder: Pick<FolderRow, 'by_id'>,
  foldersBy: FoldersBy,
): WhyNot {
  const why = whyNotMakeFolder(standing, group, foldersBy);
  if (why || standing.moderates) return why;
  return folder.by_id === standing.person ? null : 'forbidden';
}

/** Puts a document elsewhere: its author while they take part, or whoever runs the group. */
export function whyNotMove(standing: Standing, post: OfPost): WhyNot {
  if (!standing.reads) return 'not_found';
  if (post.deleted_at) return 'gone';
  if (standing.moderates) return null;
  return isAuthor(standing, post) ? standing.posting : 'forbidden';
}

/** Says what belongs to the official pack. */
export function whyNotMark(standing: Standing): WhyNot {
  if (!standing.reads) return 'not_found';
  return standing.moderates ? null : 'forbidden';
}

/** Brings a new version: where the document lives, its author, or somebody of the same node who runs the group. */
export function whyNotVersion(standing: Standing, post: OfPost): WhyNot {
  if (!standing.reads) return 'not_found';
  if (post.deleted_at) return 'gone';
  if (post.local !== 1) return 'forbidden';
  if (isAuthor(standing, post)) return standing.banned ? 'banned' : null;
  return standing.moderates ? null : 'forbidden';
}

/** Decides who makes folders. */
export function whyNotChoose(standing: Standing, group: OfGroup): WhyNot {
  if (!standing.reads) return 'not_found';
  return standing.moderates && group.local === 1 ? null : 'forbidden';
}

function isAuthor(standing: Standing, post: OfPost): boolean {
  return standing.person !== null && standing.person === post.author_id;
}
