import { type Inbound, type JsonObject, refuse, type Work } from '@joinery/core';
import { nameless, type SaidFile } from '@joinery/slices/files';
import type { GroupRow } from '@joinery/slices/groups';
import { plainText, renderMarkdown } from '@joinery/ui';
import { longestContent, longestTitle } from './input.ts';
import { linkNames, namesSaid, type SaidNames } from './names.ts';

/** What somebody wrote: safe HTML, with its Markdown when that is known. */
export type Text = { content: string; source: string | null };

/** How a post of another node came here. */
export type Arrival = {
  uri: string;
  url?: string | null;
  context?: string | null;
  contextHistory?: string | null;
  /** What the document says, unchecked. */
  published?: string | undefined;
  updated?: string | undefined;
  verified: Inbound['verified'];
  /** The activity as it arrived, when it must be passed on unchanged. */
  activity?: string | null;
  /** Its address. */
  activityId?: string;
  /** Whom it mentions and how it is tagged. */
  names?: SaidNames;
  /** Files that hang on it at its home. */
  files?: readonly SaidFile[];
  /** What other slices there say of it. */
  extension?: JsonObject | null;
  /** Brought by reading the host's collections, not told as news. */
  history?: boolean;
};

/** What is kept of a post that is read live: nobody it names, no tag, and of its files what is needed to read them through this node. */
export function unkept(arrival: Arrival): Arrival {
  const files = arrival.files && withoutNames(arrival.files);
  // Where it lies is its group's to say; the rest is words.
  const target = arrival.extension?.target;
  const extension = target === undefined ? null : { target };
  const names = { mentions: [], tags: [] };
  return { ...arrival, activity: null, url: null, extension, names, ...(files ? { files } : {}) };
}

/** Where files lie and what their bytes must be, and neither what they are called nor what they show. */
export function withoutNames(files: readonly SaidFile[]): SaidFile[] {
  return files.map((file, position) => ({ ...file, name: nameless(file.name, position), alt: null }));
}

/** What a person typed into a form, as text of a post. */
export function markdownText(source: string): Text {
  return { content: renderMarkdown(source), source };
}

/** A text with the people and tags in it: links are made of those in what is written here, other nodes say theirs. */
export async function namedText(work: Work, group: GroupRow, text: Text, arrival: Pick<Arrival, 'names'> | undefined) {
  if (!arrival) return linkNames(work, group, text);
  return { content: text.content, names: await namesSaid(work, arrival.names ?? { mentions: [], tags: [] }) };
}

/**
 * An instant of another node, never later than now and never nonsense.
 * @returns null when it is not an instant at all
 */
export function clampInstant(value: string | undefined, now: string): string | null {
  if (value === undefined || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return null;
  const at = Date.parse(value);
  if (Number.isNaN(at) || at < Date.UTC(1990, 0, 1)) return null;
  const instant = new Date(at).toISOString();
  return instant < now ? instant : now;
}

export function checkLength(title: string | null, text: Text): void {
  if (title !== null && [...title].length > longestTitle) {
    refuse('invalid', 'The title is too long', [
      { field: 'title', code: 'too_long', values: { maximum: longestTitle } },
    ]);
  }
  // Markdown is what counts where there is one: its HTML is longer.
  if ((text.source ?? plainText(text.content)).length > longestContent) {
    refuse('invalid', 'The text is too long', [
      { field: 'content', code: 'too_long', values: { maximum: longestContent } },
    ]);
  }
  if (text.content.length > longestContent * 10) refuse('invalid', 'The text has too much markup');
}
