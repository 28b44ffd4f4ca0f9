import { canonicalOrigin, isObject, type Json, type JsonObject, originOf, sizes } from '@joinery/core';
import { readFile, type SaidFile } from '@joinery/slices/files';
import { sanitizeContent } from '@joinery/ui';
import { escapeHtml, idOf, idsOf, listOf, textOf } from './document-values.ts';
import { postTypes } from './documents.ts';
import { extensionIn } from './extension.ts';
import { longestTitle } from './input.ts';
import type { SaidNames } from './names.ts';
import type { PostKind } from './tables.ts';

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

/** What a document says of that; something that is not understood is for nobody but those who run the group. */
function readNarrow(value: Json | undefined): ReadPost['narrow'] {
  if (value === undefined) return null;
  const origin = typeof value === 'string' ? canonicalOrigin(value) : null;
  return origin === null ? { kind: 'facilitators', origin: null } : { kind: 'agency', origin };
}
