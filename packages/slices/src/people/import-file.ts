import type { FieldFault } from '@joinery/core';
import { parse } from 'csv-parse/sync';
import { check, newPersonInput } from './input.ts';

/** Most people in one file, and most bytes of it. */
export const importLimits = { rows: 5_000, bytes: 1_000_000 } as const;

/** A row that can be made as it stands. `line` counts from 1 in the file. */
export type ImportRow = {
  line: number;
  name: string;
  email: string;
  handle?: string | undefined;
  role?: string | undefined;
  language?: 'en' | 'nl' | undefined;
};

export type LineFault = FieldFault & { line: number; value: string };

/** Why a file cannot be read at all. */
export type FileFault = {
  code: 'empty' | 'not_utf8' | 'no_header' | 'broken_quotes' | 'too_many_rows' | 'too_large';
  line?: number;
};

export type ImportFile =
  | { ok: true; rows: ImportRow[]; faults: LineFault[]; unusedColumns: string[] }
  | { ok: false; fault: FileFault };

const columns: Record<string, 'name' | 'email' | 'handle' | 'role' | 'language'> = {
  name: 'name',
  naam: 'name',
  'full name': 'name',
  'volledige naam': 'name',
  email: 'email',
  'e-mail': 'email',
  'email address': 'email',
  'e-mail address': 'email',
  'e-mailadres': 'email',
  emailadres: 'email',
  mail: 'email',
  handle: 'handle',
  gebruikersnaam: 'handle',
  username: 'handle',
  role: 'role',
  rol: 'role',
  functie: 'role',
  language: 'language',
  taal: 'language',
};

/**
 * The text of an uploaded file: UTF-8 with or without byte order mark, or UTF-16 with one, as spreadsheets write them.
 * @returns null when it is neither, so that no name is stored with the wrong letters
 */
export function decodeFile(bytes: Uint8Array): string | null {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  try {
    return new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Reads a list of people: CSV (RFC 4180) with comma, semicolon or tab, the names of the columns first, in English or Dutch.
 * Nothing is changed: what is here already is for `planImport` to say.
 */
export function readImportFile(text: string): ImportFile {
  if (text.length > importLimits.bytes) return { ok: false, fault: { code: 'too_large' } };
  const plain = text.replace(/^\uFEFF/, '');
  if (plain.trim() === '') return { ok: false, fault: { code: 'empty' } };
  const records = readRecords(plain);
  if (!Array.isArray(records)) return { ok: false, fault: records };
  const [header, ...lines] = records;
  const known = (header?.cells ?? []).map((cell) => columns[cell.trim().toLowerCase()]);
  if (!known.includes('name') || !known.includes('email')) return { ok: false, fault: { code: 'no_header' } };
  if (lines.length > importLimits.rows) return { ok: false, fault: { code: 'too_many_rows' } };
  const unusedColumns = (header?.cells ?? []).filter((cell, index) => known[index] === undefined && cell.trim() !== '');
  return { ok: true, ...checkLines(lines, known), unusedColumns };
}

type Line = { line: number; cells: string[] };

function readRecords(text: string): Line[] | FileFault {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const count = (sign: string) => firstLine.split(sign).length;
  const delimiter = [';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',');
  try {
    const records = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // The types do not know what `info` makes of a record.
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records
      .map(({ record, info }) => ({ line: info.lines, cells: record }))
      .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  } catch (error) {
    const line = error instanceof Error && 'lines' in error ? Number(error.lines) : undefined;
    return { code: 'broken_quotes', ...(line ? { line } : {}) };
  }
}

function checkLines(lines: Line[], known: (keyof ImportRow | undefined)[]): { rows: ImportRow[]; faults: LineFault[] } {
  const rows: ImportRow[] = [];
  const faults: LineFault[] = [];
  const seen = { email: new Set<string>(), handle: new Set<string>() };
  for (const { line, cells } of lines) {
    const given: Record<string, string> = {};
    known.forEach((column, index) => {
      if (column) given[column] = (cells[index] ?? '').trim();
    });
    if (given.language) given.language = given.language.toLowerCase().slice(0, 2);
    const checked = check(newPersonInput, { ...given, name: given.name ?? '', email: given.email ?? '' });
    const found = checked.ok ? [] : checked.faults;
    if (checked.ok) {
      for (const field of ['email', 'handle'] as const) {
        const value = checked.value[field];
        if (value === undefined) continue;
        if (seen[field].has(value)) found.push({ field, code: 'taken' });
        seen[field].add(value);
      }
    }
    faults.push(...found.map((fault) => ({ ...fault, line, value: (given[fault.field] ?? '').slice(0, 60) })));
    if (checked.ok && found.length === 0) {
      const { name, email, handle, role, language } = checked.value;
      rows.push({ line, name, email, handle, role, language });
    }
  }
  return { rows, faults };
}
