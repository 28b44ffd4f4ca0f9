import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startS3 } from '../../../../test/harness/s3.ts';
import { readConfig } from '../config.ts';
import { receiveBytes } from './arrive.ts';
import { summarise } from './blobs.ts';
import { type Files, openFiles } from './files.ts';

const mebibyte = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function openPlace(kind: 'folder' | 's3') {
  const data = mkdtempSync(join(tmpdir(), 'joinery-files-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const s3 = kind === 's3' ? await startS3() : null;
  if (s3) onTestFinished(() => s3[Symbol.asyncDispose]());
  const config = readConfig({ JOINERY_DATA: data, ...s3?.settings });
  return { files: await openFiles(config), config };
}

async function listOf(files: Files) {
  const found: { sha256: string; bytes: number }[] = [];
  for await (const one of files.list()) found.push(one);
  return found;
}

const all = async (stream: ReadableStream<Uint8Array>) => Buffer.from(await new Response(stream).arrayBuffer());

describe.each(['folder', 's3'] as const)('Bytes in a %s', (kind) => {
  it('are kept under their hash, read whole and in parts, listed, and removed', async () => {
    const { files } = await openPlace(kind);
    expect(files.kind).toBe(kind);
    // Above what goes in one request to a bucket.
    for (const size of [0, 5, 17 * mebibyte + 3]) {
      const bytes = Buffer.alloc(size, 'abcdefg');
      const name = sha256(bytes);
      const path = join(files.incoming, 'one');
      writeFileSync(path, bytes);
      expect(await files.size(name)).toBe(null);
      await expect(files.read(name)).rejects.toMatchObject({ code: 'not_found' });
      await files.keep(path, name);
      expect(existsSync(path)).toBe(false);
      expect(await files.size(name)).toBe(size);
      expect(sha256(await all(await files.read(name)))).toBe(name);
      if (size > 4)
        expect(
          (await all(await files.read(name, { start: size - 3, end: size - 2 }))).equals(bytes.subarray(-3, -1)),
        ).toBe(true);
      // The same bytes once more.
      writeFileSync(path, bytes);
      await files.keep(path, name);
      expect(existsSync(path)).toBe(false);
      const stopped = await files.read(name);
      await stopped.cancel();
    }
    const listed = await listOf(files);
    expect(listed.map(({ bytes }) => bytes).sort((one, other) => one - other)).toEqual([0, 5, 17 * mebibyte + 3]);
    for (const { sha256: name } of listed) await files.remove(name);
    await files.remove(sha256(Buffer.from('never there')));
    expect(await listOf(files)).toEqual([]);
    await expect(files.size('../../secret')).rejects.toThrow('Not a SHA-256');
  });
});

describe('What arrives', () => {
  it('is written as far as it may be, and goes on from where it is known to be whole', async () => {
    const { files } = await openPlace('folder');
    const path = join(files.incoming, 'one');
    async function* pieces(...texts: string[]) {
      for (const text of texts) yield Buffer.from(text);
    }
    async function* broken() {
      yield Buffer.from('abc');
      throw new Error('The line broke');
    }
    expect(await receiveBytes(files, path, broken(), { most: 10 })).toEqual({
      bytes: 3,
      tooLarge: false,
      broken: true,
    });
    // Two bytes are known to be whole, the third is not.
    expect(await receiveBytes(files, path, pieces('XY', 'Z'), { from: 2, most: 10 })).toEqual({
      ...{ bytes: 5, tooLarge: false, broken: false },
    });
    expect(readFileSync(path, 'utf8')).toBe('abXYZ');
    expect(await receiveBytes(files, path, pieces('12', '3456'), { from: 5, most: 10 })).toEqual({
      ...{ bytes: 7, tooLarge: true, broken: false },
    });
  });

  it('is summed up whole and per MiB', async () => {
    const { files } = await openPlace('folder');
    const path = join(files.incoming, 'one');
    const bytes = Buffer.alloc(2 * mebibyte + 10, 'xyz');
    writeFileSync(path, bytes);
    const piece = (from: number, to?: number) =>
      createHash('sha256').update(bytes.subarray(from, to)).digest('base64url');
    expect(await summarise(path)).toEqual({
      sha256: sha256(bytes),
      bytes: bytes.length,
      pieces: [piece(0, mebibyte), piece(mebibyte, 2 * mebibyte), piece(2 * mebibyte)],
    });
  });
});
