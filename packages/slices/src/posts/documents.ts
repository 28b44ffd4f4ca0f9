import {
  type ActivityDocument,
  canonicalOrigin,
  isObject,
  type Json,
  type JsonObject,
  originOf,
  type Reader,
  sizes,
} from '@joinery/core';
import { type FileRow, fileDocument, filesOf, readFile, type SaidFile } from '@joinery/slices/files';
import { addressing, type GroupRow } from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import { sanitizeContent } from '@joinery/ui';
import { extensionIn, extensionsOf } from './extension.ts';
import { longestTitle } from './input.ts';
import { type SaidNames, tagAddress } from './names.ts';
import type { PostKind, PostRevisionRow, PostRow } from './tables.ts';

/** ActivityStreams types that are read as posts. */
export const postTypes = ['Note', 'Article', 'Page', 'Question', 'Event', 'Document'] as const;
const kinds: Record<string, PostKind> = { Question: 'poll', Event: 'event', Document: 'document' };

/** What a document of any node says about a post: read tolerantly, cleaned, believed by nobody yet. */
export type ReadPost = {
  uri: string;
  origin: string;
  authors: string[];
  kind: PostKind | null;
  title: string | null;
  content: string;
  source: string | null;
  language: string | null;
  inReplyTo: string | null;
  /** The groups that it says it was written for (FEP-1b12). */
  audience: string[];
  /** Addresses among which its group may be, the most telling first. */
  addressed: string[];
  published: string | undefined;
  updated: string | undefined;
  url: string | null;
  context: string | null;
  contextHistory: string | null;
  names: SaidNames;
  files: SaidFile[];
  /** For whom alone it is, of those who read its group; null for all. */
  narrow: { kind: 'facilitators' | 'agency'; origin: string | null } | null;
  /** Members of other slices. */
  extension: JsonObject | null;
};

/** Everything behind a post that its document is made of. */
export type PostParts = {
  post: PostRow;
  revision: PostRevisionRow;
  group: GroupRow;
  author: PersonRow;
  /** uri of what it answers. */
  parent: string | null;
  topic: Pick<PostRow, 'id' | 'uri' | 'context_uri'>;
  mentions: Pick<PersonRow, 'uri' | 'handle' | 'home'>[];
  tags: string[];
  /** Those that can be read. */
  files: FileRow[];
  extension: JsonObject;
};

/** A value, or the list of values, without null and nothing. */
export function listOf(value: Json | undefined): Json[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).filter((item) => item !== null);
}

/** The id of what is given as an id or as an object, alone or first of a list. */
export function idOf(value: Json | undefined): string | null {
  const [first] = listOf(value);
  const id = isObject(first) ? first.id : first;
  return typeof id === 'string' ? id : null;
}

/** All ids among ids and objects; integers and other oddities are passed over. */
export function idsOf(value: Json | undefined): string[] {
  return listOf(value).flatMap((item) => idOf(item) ?? []);
}

/** The first object, when one is embedded. */
export function objectOf(value: Json | undefined): JsonObject | null {
  const [first] = listOf(value);
  return isObject(first) ? first : null;
}

function textOf(value: Json | undefined): string | undefined {
  return listOf(value).find((item): item is string => typeof item === 'string');
}

/** Reads a post's document. Null when it is none, or has no address. */
export function readPost(document: JsonObject): ReadPost | null {
  const type = listOf(document.type).find((name) => postTypes.some((known) => known === name));
  const uri = typeof document.id === 'string' ? document.id : '';
  const origin = originOf(uri);
  if (typeof type !== 'string' || origin === null) return null;
  const inReplyTo = idOf(document.inReplyTo);
  const [language, mapped] = mapOf(document.contentMap);
  const extension = extensionIn(document);
  const body = sanitizeContent(textOf(document.content) ?? mapped ?? '');
  const title = inReplyTo === null ? cleanTitle(textOf(document.name) ?? mapOf(document.nameMap)[1]) : null;
  return {
    uri,
    origin,
    authors: idsOf(document.attributedTo),
    kind: extension && inReplyTo === null ? 'document' : (kinds[type] ?? null),
    title,
    content: `${body}${choicesOf(document)}${linksOf(document, origin)}` || (title ? '' : '<p></p>'),
    source: sourceOf(document.source),
    language: languageOf(document) ?? language,
    inReplyTo,
    audience: idsOf(document.audience),
    addressed: [...idsOf(document.audience), ...idsOf(document.to), ...idsOf(document.cc), ...idsOf(document.target)],
    published: textOf(document.published),
    updated: textOf(document.updated) ?? textOf(document.published),
    url: webAddress(document.url, origin),
    context: sameOriginOrNull(idOf(document.context)),
    contextHistory: sameOriginOrNull(idOf(document.contextHistory)),
    names: namesOf(document.tag),
    files: filesIn(document.attachment, origin),
    narrow: readNarrow(document['joinery:for']),
    extension,
  };
}

/** `tag` of Mastodon, NodeBB, Lemmy and Joinery alike: a `Mention` names a person by `href`, a `Hashtag` is its `name`. */
function namesOf(value: Json | undefined): SaidNames {
  const tags = listOf(value).slice(0, 200).filter(isObject);
  const said = (type: string, member: string) =>
    tags.flatMap((tag) => (listOf(tag.type).includes(type) && typeof tag[member] === 'string' ? [tag[member]] : []));
  return { mentions: said('Mention', 'href'), tags: said('Hashtag', 'name') };
}

function sameOriginOrNull(uri: string | null): string | null {
  return uri !== null && originOf(uri) !== null ? uri : null;
}

function cleanTitle(name: string | undefined): string | null {
  const clean = (name ?? '')
    .replace(/<[^>]*>/g, '')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return clean === '' ? null : [...clean].slice(0, longestTitle).join('');
}

/** A language map with one language tells the language; its first value is the text. */
function mapOf(value: Json | undefined): [string | null, string | undefined] {
  const entries = Object.entries(isObject(value) ? value : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const [first] = entries;
  return [entries.length === 1 && first && isLanguageTag(first[0]) ? first[0] : null, first?.[1]];
}

function languageOf(document: JsonObject): string | null {
  const said = isObject(document.language) ? document.language.identifier : document.language;
  return typeof said === 'string' && isLanguageTag(said) && said !== 'und' ? said : null;
}

function isLanguageTag(tag: string): boolean {
  return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(tag);
}

function sourceOf(value: Json | undefined): string | null {
  if (!isObject(value) || value.mediaType !== 'text/markdown') return null;
  return typeof value.content === 'string' ? value.content : null;
}

/** The choices of a poll, as a list: voting happens where it lives. */
function choicesOf(document: JsonObject): string {
  const names = [...listOf(document.oneOf), ...listOf(document.anyOf)]
    .slice(0, 50)
    .flatMap((choice) => (isObject(choice) ? (textOf(choice.name) ?? []) : []));
  return names.length === 0 ? '' : `<ul>${names.map((name) => `<li>${escapeHtml(name)}</li>`).join('')}</ul>`;
}

/** Files that lie at the post's own home, whose bytes can be checked. */
function filesIn(value: Json | undefined, origin: string): SaidFile[] {
  return listOf(value)
    .slice(0, sizes.attachments.most)
    .flatMap((item) => readFile(item, origin) ?? []);
}

/** Links, and files of other software, that hang on a post become links to follow by choice: nothing is fetched. */
function linksOf(document: JsonObject, origin: string): string {
  return listOf(document.attachment)
    .slice(0, 20)
    .flatMap((item) => {
      if (!isObject(item) || readFile(item, origin)) return [];
      const address = textOf(item.href) ?? (typeof item.url === 'string' ? item.url : undefined);
      if (address === undefined) return [];
      const label = cleanTitle(textOf(item.name)) ?? address;
      return [sanitizeContent(`<p><a href="${escapeHtml(address)}">${escapeHtml(label)}</a></p>`)];
    })
    .join('');
}

function webAddress(value: Json | undefined, origin: string): string | null {
  const [first] = listOf(value);
  const address = isObject(first) ? first.href : first;
  return typeof address === 'string' && originOf(address) === origin ? address : null;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}

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

/** What a document says of that; something that is not understood is for nobody but those who run the group. */
function readNarrow(value: Json | undefined): ReadPost['narrow'] {
  if (value === undefined) return null;
  const origin = typeof value === 'string' ? canonicalOrigin(value) : null;
  return origin === null ? { kind: 'facilitators', origin: null } : { kind: 'agency', origin };
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

/** Loads what documents are made of, for many posts at once; posts without text (deleted) are left out. */
export async function partsOf(db: Reader, posts: PostRow[]): Promise<Map<string, PostParts>> {
  const found = new Map<string, PostParts>();
  if (posts.length === 0) return found;
  const ids = posts.map((post) => post.id);
  const others = [...new Set(posts.flatMap((post) => [post.topic_id, ...(post.reply_to ? [post.reply_to] : [])]))];
  const [revisions, groups, authors, relatives] = [
    await db
      .selectFrom('post_revision')
      .innerJoin('post', (join) =>
        join.onRef('post.id', '=', 'post_revision.post_id').onRef('post.revision', '=', 'post_revision.number'),
      )
      .selectAll('post_revision')
      .where('post_revision.post_id', 'in', ids)
      .execute(),
    await db
      .selectFrom('groups')
      .selectAll()
      .where('id', 'in', [...new Set(posts.map((post) => post.group_id))])
      .execute(),
    await db
      .selectFrom('person')
      .selectAll()
      .where('id', 'in', [...new Set(posts.map((post) => post.author_id))])
      .execute(),
    await db.selectFrom('post').select(['id', 'uri', 'context_uri']).where('id', 'in', others).execute(),
  ];
  const mentioned = await db
    .selectFrom('post_mention')
    .innerJoin('person', 'person.id', 'post_mention.person_id')
    .select(['post_mention.post_id', 'person.uri', 'person.handle', 'person.home'])
    .where('post_mention.post_id', 'in', ids)
    .orderBy('person.id')
    .execute();
  const tagged = await db.selectFrom('post_tag').selectAll().where('post_id', 'in', ids).orderBy('tag').execute();
  const attached = await filesOf(db, 'posts', ids);
  const extensions = await extensionsOf(db, ids);
  for (const post of posts) {
    const revision = revisions.find((row) => row.post_id === post.id);
    const group = groups.find((row) => row.id === post.group_id);
    const author = authors.find((row) => row.id === post.author_id);
    const topic = relatives.find((row) => row.id === post.topic_id);
    if (!revision || !group || !author || !topic) continue;
    const parent = relatives.find((row) => row.id === post.reply_to)?.uri ?? null;
    const mentions = mentioned.filter((row) => row.post_id === post.id);
    const tags = tagged.filter((row) => row.post_id === post.id).map((row) => row.tag);
    const files = (attached.get(post.id) ?? []).filter((file) => file.state === 'ready');
    found.set(post.id, {
      post,
      revision,
      group,
      author,
      parent,
      topic,
      mentions,
      tags,
      files,
      extension: extensions.get(post.id) ?? {},
    });
  }
  return found;
}
