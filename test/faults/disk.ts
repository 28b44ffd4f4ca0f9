import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from './random.ts';

/** Kinds of entries, as in `recorder.c`. */
const kinds = ['', 'created', 'written', 'resized', 'synced', 'folder synced', 'removed', 'renamed', 'linked'] as const;

/** One thing that a process did to its disk. */
export type Entry = { kind: (typeof kinds)[number]; file: bigint; offset: number; bytes: Buffer };

/** What becomes of writes that were not synced when the power failed. */
export type Unsynced = 'dropped' | 'kept' | 'torn';

const sector = 512;
const headerBytes = 24;

/** Reads what the recorder wrote. */
export function readRecording(path: string): Entry[] {
  const log = readFileSync(path);
  const entries: Entry[] = [];
  for (let at = 0; at + headerBytes <= log.length; ) {
    const length = log.readUInt32LE(at + 4);
    entries.push({
      kind: kinds[log.readUInt32LE(at)] ?? '',
      file: log.readBigUInt64LE(at + 8),
      offset: Number(log.readBigUInt64LE(at + 16)),
      bytes: log.subarray(at + headerBytes, at + headerBytes + length),
    });
    at += headerBytes + length;
  }
  return entries;
}

/** What a file holds, in a buffer that may be larger. */
type Content = { bytes: Buffer; size: number };
type File = { durable: Content; pending: Entry[] };
type Names = Map<string, File>;

/**
 * The files as a power cut after these entries would have left them. A file keeps what it held at its last sync; a name (made, removed, changed) is
 * certain only after a sync of the folder. What came later was dropped, kept, or kept in part: any of its 512-byte sectors in any combination, and
 * names up to some moment.
 */
export function diskAfterCut(entries: Entry[], unsynced: Unsynced, random: Random): Map<string, Buffer> {
  const files = new Map<bigint, File>();
  const names: Names = new Map();
  let durableNames: Names = new Map();
  let pendingNames: Names[] = [];
  for (const entry of entries) {
    if (entry.kind === 'folder synced') {
      durableNames = new Map(names);
      pendingNames = [];
    } else if (entry.kind === 'synced') {
      const file = files.get(entry.file);
      if (!file) continue;
      for (const change of file.pending) apply(file.durable, change);
      file.pending = [];
    } else if (entry.kind === 'written' || entry.kind === 'resized') {
      files.get(entry.file)?.pending.push(entry);
    } else {
      changeNames(names, files, entry);
      pendingNames.push(new Map(names));
    }
  }
  if (unsynced === 'kept') durableNames = names;
  if (unsynced === 'torn')
    durableNames = [durableNames, ...pendingNames][random.below(pendingNames.length + 1)] ?? names;
  const share = random.fraction();
  return new Map([...durableNames].map(([name, file]) => [name, contentAfterCut(file, unsynced, share, random)]));
}

/** Writes the files of such a disk into a folder. */
export function putDisk(disk: Map<string, Buffer>, folder: string): void {
  for (const [name, content] of disk) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  }
}

function changeNames(names: Names, files: Map<bigint, File>, entry: Entry): void {
  const text = entry.bytes.toString();
  if (entry.kind === 'created') {
    const file = { durable: { bytes: Buffer.alloc(0), size: 0 }, pending: [] };
    files.set(entry.file, file);
    names.set(text, file);
  } else if (entry.kind === 'removed') {
    names.delete(text);
  } else {
    const [from = '', to = ''] = text.split('\n');
    const file = names.get(from);
    if (entry.kind === 'renamed') names.delete(from);
    if (file) names.set(to, file);
  }
}

function contentAfterCut(file: File, unsynced: Unsynced, share: number, random: Random): Buffer {
  const content = { bytes: Buffer.from(file.durable.bytes), size: file.durable.size };
  const parts = unsynced === 'torn' ? file.pending.flatMap(sectors) : file.pending;
  for (const part of parts) {
    if (unsynced === 'kept' || (unsynced === 'torn' && random.fraction() < share)) apply(content, part);
  }
  return content.bytes.subarray(0, content.size);
}

/** A write as the disk does it: sector by sector. */
function sectors(entry: Entry): Entry[] {
  if (entry.kind !== 'written') return [entry];
  const parts: Entry[] = [];
  for (let from = 0; from < entry.bytes.length; ) {
    const to = Math.min(entry.bytes.length, from + sector - ((entry.offset + from) % sector));
    parts.push({ ...entry, offset: entry.offset + from, bytes: entry.bytes.subarray(from, to) });
    from = to;
  }
  return parts;
}

function apply(content: Content, entry: Entry): void {
  const end = entry.offset + entry.bytes.length;
  if (end > content.bytes.length) {
    const larger = Buffer.alloc(Math.max(end, 2 * content.bytes.length));
    content.bytes.copy(larger, 0, 0, content.size);
    content.bytes = larger;
  }
  if (entry.kind === 'resized') {
    content.bytes.fill(0, Math.min(entry.offset, content.size), content.size);
    content.size = entry.offset;
  } else {
    entry.bytes.copy(content.bytes, entry.offset);
    content.size = Math.max(content.size, end);
  }
}
