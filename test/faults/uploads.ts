import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { type Context, isRefusal, pieceBytes, runNextJob, type Slice, type Work } from '@joinery/core';
import { expect } from 'vitest';
import { rememberFiles } from '../../packages/slices/src/files/activities.ts';
import { events } from '../../packages/slices/src/files/events.ts';
import { jobs } from '../../packages/slices/src/files/jobs.ts';
import { migrations } from '../../packages/slices/src/files/migrations.ts';
import { continueUpload } from '../../packages/slices/src/files/uploads.ts';
import { openFaultNode } from './node.ts';
import { expectFiles } from './oracle.ts';

export type UploadSettings = {
  folder: string;
  history: string;
  /** How often a process was started before: each lives an hour later, beyond the leases of those that were killed. */
  round: number;
  writers: number;
  /** Files of each writer, and record copies. */
  each: number;
  copies: number;
  /** Settings of the node, such as the bucket where its files lie. */
  environment?: Record<string, string>;
};

// Without its pages: a child process reads no TSX.
const files: Slice = { name: 'files', migrations, events, jobs };

const hour = 3_600_000;
const home = 'https://b.example';
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes);

/** What is in a file of this name: its own, of a length of its own. */
export const bytesNamed = (name: string): Buffer =>
  Buffer.from(`${name} `.repeat(300 + (sha(Buffer.from(name)).digest()[0] ?? 0)));

/** What is in the copy of this name: more than one piece, so that it is fetched in two goes where a line breaks. */
const copyNamed = (name: string): Buffer => Buffer.alloc(pieceBytes + 5_000, `${name} `);

/** Where the requests end that bring a file. */
export const partsOf = (bytes: number): number[] => [Math.floor(bytes / 3), Math.floor((2 * bytes) / 3), bytes];

/** Written before anything goes on: it has been said to the outside. */
export const note = (history: string, line: string): void => appendFileSync(history, `${line}\n`);

/** A node whose slice of files is real, with things of another node of which it promised record copies. That node breaks each file off once. */
export function openUploadNode({
  folder,
  round,
  environment,
}: Pick<UploadSettings, 'folder' | 'round' | 'environment'>) {
  const things: Slice = {
    name: 'things',
    fileHolders: [{ kind: 'things', mayRead: async () => true, keepsCopies: async () => true }],
  };
  const broken = new Set<string>();
  return openFaultNode({
    ...{ folder, databaseUrl: null, environment: environment ?? {}, slices: [files, things] },
    now: () => new Date(Date.now() + round * hour),
    read: async (uri, range) => {
      const bytes = copyNamed(new URL(uri).pathname.split('/').at(-1) ?? '');
      const isCut = range.start === 0 && !broken.has(uri);
      broken.add(uri);
      async function* body() {
        yield bytes.subarray(range.start, isCut ? pieceBytes : range.end + 1);
        if (isCut) throw new Error('cut off');
      }
      return { ok: true, body: body() };
    },
  });
}

/** A file of another node of which this one promised a copy. */
export async function announceCopies(work: Work, name: string): Promise<void> {
  const bytes = copyNamed(name);
  const pieces = [bytes.subarray(0, pieceBytes), bytes.subarray(pieceBytes)];
  await rememberFiles(work, { kind: 'things', id: name }, [
    {
      ...{ uri: `${home}/files/${name}`, name: `${name}.bin`, media_type: 'application/octet-stream', alt: null },
      ...{ bytes: bytes.length, sha256: sha(bytes).digest('hex') },
      pieces: pieces.map((piece) => sha(piece).digest('base64url')).join(' '),
    },
  ]);
}

export async function runJobs(context: Context): Promise<void> {
  while (await runNextJob(context));
}

/** Sends the rest of what was begun, from where the node says that it is: it may say once that it has to begin anew. */
export async function goOnWithUploads(context: Context, history: string): Promise<void> {
  const begun = await context.db.reader.selectFrom('files_upload').selectAll().execute();
  for (const { id, name, person_id: person, received } of begun) {
    const bytes = bytesNamed(name);
    const send = async (from: number) => {
      const body = (async function* () {
        yield bytes.subarray(from);
      })();
      return (await continueUpload(context, { id, person, from, body })).file;
    };
    const file = await send(received).catch((error: unknown) => {
      if (!isRefusal(error) || error.code !== 'conflict') throw error;
      return send(0);
    });
    expect(file?.name).toBe(name);
    note(history, `ACK ${name}`);
  }
}

/** What was said to the outside: files that are there, and how far others are. */
export function readSaid(text: string): { files: Set<string>; parts: Map<string, number> } {
  const lines = [...text.matchAll(/^(ACK|PART) (\S+)(?: (\d+))?\n/gm)];
  return {
    files: new Set(lines.flatMap(([, word, name = '']) => (word === 'ACK' ? name : []))),
    parts: new Map(lines.flatMap(([, word, name = '', at]) => (word === 'PART' ? [[name, Number(at)] as const] : []))),
  };
}

export const saidIn = (history: string) => readSaid(existsSync(history) ? readFileSync(history, 'utf8') : '');

/**
 * What must hold after any fault: every acknowledged file is whole, every acknowledged part is still there, what was begun goes on and ends whole, no file lies half under
 * its final name, no row names bytes that are not there, and every record copy is there whole or is still wanted.
 * @returns how many files and copies are there
 */
export async function expectUploads(context: Context, said: ReturnType<typeof readSaid>, history: string) {
  const { reader } = context.db;
  await expectFiles(context, new Set());
  const read = async (sha256: string) => new Response(await context.files.read(sha256)).arrayBuffer();
  const wrong: string[] = [];
  const look = async (names: Iterable<string>) => {
    const rows = await reader.selectFrom('files_file').selectAll().where('local', '=', 1).execute();
    const byName = new Map(rows.map((row) => [row.name, row]));
    for (const name of names) {
      const row = byName.get(name);
      if (row?.state !== 'ready' || !Buffer.from(await read(row.sha256)).equals(bytesNamed(name))) wrong.push(name);
    }
    return byName;
  };
  const there = await look(said.files);
  const open = await reader.selectFrom('files_upload').selectAll().execute();
  for (const [name, at] of said.parts)
    if (!there.has(name) && !open.some((upload) => upload.name === name && upload.received >= at))
      wrong.push(`${name} at ${at}`);
  expect(wrong, 'acknowledged, and not there').toEqual([]);
  await goOnWithUploads(context, history);
  await look(open.map(({ name }) => name));
  expect(wrong, 'begun, and not whole at the end').toEqual([]);
  const copies = await reader
    .selectFrom('files_copy')
    .innerJoin('files_file', 'files_file.id', 'files_copy.file_id')
    .select(['files_copy.state', 'files_file.name', 'files_file.sha256'])
    .execute();
  for (const { state, name, sha256 } of copies) {
    if (state === 'kept' && !Buffer.from(await read(sha256)).equals(copyNamed(name.replace(/\.bin$/, ''))))
      wrong.push(name);
    if (state === 'refused') wrong.push(`${name} refused`);
  }
  expect(wrong, 'kept, and not whole').toEqual([]);
  return { files: there.size, copies: copies.filter(({ state }) => state === 'kept').length };
}
