import type { Context } from '@joinery/core';
import { renderMarkdown } from '@joinery/ui';
import { parse } from 'csv-parse/sync';
import { bytesOfFile } from './answer.ts';
import { isImage } from './reading.ts';
import type { FileRow } from './tables.ts';

/** Of longer texts the beginning is shown. */
export const shownBytes = 200_000;
/** Of Markdown less: what makes a page of it takes time that nobody else has meanwhile. */
export const shownMarkdownBytes = 50_000;
const mostRows = 200;
const mostColumns = 50;
const longestCell = 500;

/** How a file can be shown in a page; decided by what it is, and for texts by how they are called. */
export type Shape = 'image' | 'pdf' | 'markdown' | 'table' | 'text' | 'none';

/** What is shown of a file; `cut` when there is more of it. */
export type Shown =
  | { shape: 'image' | 'pdf' | 'none' }
  | { shape: 'markdown'; html: string; cut: boolean }
  | { shape: 'table'; head: string[]; rows: string[][]; cut: boolean }
  | { shape: 'text'; text: string; cut: boolean };

/** Text in another encoding than UTF-8 is kept as plain bytes: its name says what it may be. */
const textNames: [ending: RegExp, shape: 'markdown' | 'table' | 'text'][] = [
  [/\.(md|markdown)$/i, 'markdown'],
  [/\.(csv|tsv)$/i, 'table'],
  [/\.(txt|log)$/i, 'text'],
];

export function shapeOf(file: Pick<FileRow, 'media_type' | 'name'>): Shape {
  const { media_type: type, name } = file;
  if (isImage(type)) return 'image';
  if (type === 'application/pdf') return 'pdf';
  const named = textNames.find(([ending]) => ending.test(name))?.[1];
  if (type === 'text/plain') return named ?? 'text';
  return type === 'application/octet-stream' ? (named ?? 'none') : 'none';
}

/**
 * What a page shows of a file that its reader may read. Of a text at another node its beginning is read there, checked as ever.
 * @param fromCopy done before it is read from a record copy here
 * @throws {Refusal} not_found, unavailable
 */
export async function showFile(
  context: Context,
  file: FileRow,
  fromCopy: () => Promise<void> = async () => {},
): Promise<Shown> {
  const shape = shapeOf(file);
  if (shape === 'image' || shape === 'pdf' || shape === 'none') return { shape };
  const most = shape === 'markdown' ? shownMarkdownBytes : shownBytes;
  const cut = file.bytes > most;
  const bytes = await gather(await bytesOfFile(context, file, cut ? { start: 0, end: most - 1 } : null, fromCopy));
  const text = decodeText(bytes, cut);
  if (text === null) return { shape: 'none' };
  if (shape === 'markdown') return { shape, html: renderMarkdown(text), cut };
  if (shape === 'text') return { shape, text, cut };
  const rows = readTable(text, cut);
  if (rows === null) return { shape: 'text', text, cut };
  const [head = [], ...others] = rows.map((row) => row.slice(0, mostColumns).map(shorten));
  const isWide = rows.some((row) => row.length > mostColumns);
  return { shape, head, rows: others.slice(0, mostRows), cut: cut || isWide || others.length > mostRows };
}

async function gather(stream: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream ?? []) parts.push(part);
  return Buffer.concat(parts);
}

/**
 * Text from bytes: by its byte order mark, as UTF-8, or, when it is neither, as Windows has written it in Western Europe.
 * @param isCut the last character may be cut in two
 * @returns null for what is no text
 */
export function decodeText(bytes: Uint8Array, isCut: boolean): string | null {
  const [first, second] = bytes;
  const marked =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  for (const encoding of marked === 'utf-8' ? ['utf-8', 'windows-1252'] : [marked]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: isCut });
      return [...controls].some((sign) => text.includes(sign)) ? null : text.replace(/\r\n?/g, '\n');
    } catch {
      // The next one.
    }
  }
  return null;
}

/** What no text has: all control characters but tab, line ends, form feed and escape. */
const controls = new Set(
  Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter(
    (sign) => !'\t\n\v\f\r\u001b'.includes(sign),
  ),
);

/** @returns null for what is no table */
function readTable(text: string, isCut: boolean): string[][] | null {
  const lines = isCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  const first = lines.slice(0, lines.indexOf('\n') === -1 ? undefined : lines.indexOf('\n'));
  const count = (sign: string) => first.split(sign).length;
  const delimiter = [';', '\t', ','].toSorted((one, other) => count(other) - count(one))[0] ?? ',';
  const options = { relax_column_count: true, relax_quotes: true, skip_empty_lines: true, to: mostRows + 2 };
  try {
    return parse(lines, { ...options, delimiter, bom: true });
  } catch {
    return null;
  }
}

function shorten(cell: string): string {
  const signs = [...cell];
  return signs.length > longestCell ? `${signs.slice(0, longestCell).join('')}…` : cell;
}
