import type { ActivityDocument, JsonObject } from '@joinery/core';
import { fileDocument } from '@joinery/slices/files';
import { addressing, type GroupRow } from '@joinery/slices/groups';
import type { PostParts } from './document-parts.ts';
import { escapeHtml } from './document-values.ts';
import { tagAddress } from './names.ts';
import type { PostRow } from './tables.ts';

/** ActivityStreams types that are read as posts. */
export const postTypes = ['Note', 'Article', 'Page', 'Question', 'Event', 'Document'] as const;

/** Addresses of a topic's collections on this node. */
export function threadAddresses(origin: string, topic: string): { context: string; contextHistory: string } {
  return { context: `${origin}/posts/${topic}/context`, contextHistory: `${origin}/posts/${topic}/history` };
}

/**
 * The document of a post by a person of this node. A titled one is an `Article` with a `preview` for software that shows notes only
 * (FEP-b2b8); a reply is a `Note`. `context` belongs to the group (FEP-7888, FEP-11dd).
 */
export function postDocument(origin: string, parts: PostParts): ActivityDocument {
  const { post, revision, group, author, parent, topic } = parts;
  if (post.deleted_at) return tombstone(post);
  const titled = post.title !== null;
  const thread =
    group.local === 1 ? threadAddresses(origin, topic.id) : topic.context_uri ? { context: topic.context_uri } : {};
  return {
    id: post.uri,
    type: titled ? 'Article' : 'Note',
    attributedTo: author.uri,
    ...addressedTo(group, parts.mentions),
    audience: group.uri,
    ...narrowed(post),
    ...thread,
    ...tagsOf(origin, parts),
    ...(parent ? { inReplyTo: parent } : {}),
    ...(titled ? { name: post.title } : {}),
    content: revision.content,
    ...(post.language ? { contentMap: { [post.language]: revision.content } } : {}),
    ...(revision.source === null ? {} : { source: { content: revision.source, mediaType: 'text/markdown' } }),
    ...(titled ? { preview: preview(post) } : {}),
    ...(parts.files.length > 0 ? { attachment: parts.files.map(fileDocument) } : {}),
    ...parts.extension,
    url: post.uri,
    replies: `${post.uri}/replies`,
    published: post.published_at,
    ...(post.revision > 1 ? { updated: post.updated_at } : {}),
  };
}

/** For whom alone its thread is: those who run the group, or the agency of a node. */
function narrowed({ audience, audience_origin: origin }: PostRow): JsonObject {
  if (audience === 'group') return {};
  return { 'joinery:for': audience === 'agency' ? (origin ?? '') : audience };
}

/** What is left of a deleted post (FEP-4f05). */
export function tombstone(post: Pick<PostRow, 'uri' | 'deleted_at' | 'reply_to'>): ActivityDocument {
  return {
    id: post.uri,
    type: 'Tombstone',
    formerType: post.reply_to === null ? 'Article' : 'Note',
    ...(post.deleted_at ? { deleted: post.deleted_at } : {}),
  };
}

/** A post goes to its group, to whom the group addresses, and to whom it mentions. */
export function addressedTo(
  group: GroupRow,
  mentions: readonly { uri: string }[] = [],
): { to: string[]; cc?: string[] } {
  const { to, cc } = addressing(group);
  const copies = [...(cc ?? []), ...mentions.map(({ uri }) => uri)];
  return { to: [group.uri, ...to], ...(copies.length > 0 ? { cc: copies } : {}) };
}

/** Mentions and tags in the form of Mastodon, which everybody reads. */
function tagsOf(origin: string, { mentions, tags }: PostParts): { tag?: JsonObject[] } {
  const tag = [
    ...mentions.map(({ uri, handle, home }) => ({
      type: 'Mention',
      href: uri,
      name: `@${handle}@${new URL(home).host}`,
    })),
    ...tags.map((name) => ({ type: 'Hashtag', href: tagAddress(origin, name), name: `#${name}` })),
  ];
  return tag.length > 0 ? { tag } : {};
}

function preview(post: PostRow): JsonObject {
  const words = post.excerpt === '' ? '' : `<p>${escapeHtml(post.excerpt)}</p>`;
  return {
    type: 'Note',
    content: `<p><strong>${escapeHtml(post.title ?? '')}</strong></p>${words}<p><a href="${escapeHtml(post.uri)}">${escapeHtml(post.uri)}</a></p>`,
  };
}
