import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startProcess } from '../harness/process.ts';
import { until } from '../harness/until.ts';

const megabyte = 1_000_000;
/** The limit of the node: the largest there is. */
const most = 1_024;
const large = 128;
const usual = 16;

/** Sends pieces of a MB until the node has answered, or hangs up after so many. */
function stream(url: string, headers: Record<string, string>, pieces: number, vanish: boolean): Promise<number> {
  return new Promise((resolve) => {
    const sending = request(url, { method: 'PATCH', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      sending.destroy();
    });
    sending.on('error', () => resolve(0));
    const piece = Buffer.alloc(megabyte, 'x');
    let sent = 0;
    const next = () => {
      while (sent < pieces) {
        sent += 1;
        if (!sending.write(piece)) return void sending.once('drain', next);
      }
      if (vanish) setImmediate(() => sending.destroy());
      else sending.end();
    };
    next();
  });
}

/** What lies in a folder and below it. */
function bytesUnder(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

it.skipIf(process.platform !== 'linux')(
  '115: an upload that is larger than it may be, or whose sender vanishes at its end, takes no memory and leaves nothing but what can be resumed',
  async () => {
    const files = mkdtempSync(join(tmpdir(), 'joinery-uploaded-'));
    onTestFinished(() => rmSync(files, { recursive: true, force: true }));
    await using node = await startProcess('uploads', { JOINERY_FILE_MEGABYTES: String(most), JOINERY_FILES: files });
    const words = ['person', 'add', '--name', 'Anna Archivist', '--email', 'anna@example.test'];
    const anna = (await node.command(...words)) as { id: string };
    const { token } = (await node.command('token', 'create', '--person', anna.id)) as { token: string };
    const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' };
    const begin = (megabytes: number) =>
      fetch(`${node.origin}/api/v1/uploads`, {
        method: 'POST',
        headers: { ...headers, 'upload-length': String(megabytes * megabyte) },
      });
    const next = (offset: number) => ({
      ...{ ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
    });
    const offsetOf = async (address: string) =>
      Number((await fetch(address, { headers })).headers.get('upload-offset') ?? Number.NaN);

    const readAll = async (address: string) => {
      const path = `/api/v1/files/${address.split('/').at(-1)}/content`;
      let bytes = 0;
      for await (const piece of (await fetch(`${node.origin}${path}`, { headers })).body ?? []) bytes += piece.length;
      return bytes;
    };

    const tooLarge = await begin(2 * 1024);
    expect(tooLarge.status).toBe(413);
    // What any upload takes at first.
    const small = `${node.origin}${(await begin(usual)).headers.get('location')}`;
    expect(await stream(small, next(0), usual, false)).toBe(204);
    await readAll(small);
    const before = node.peakMemory();

    const longer = `${node.origin}${(await begin(4)).headers.get('location')}`;
    // Without a length, and without an end.
    expect([413, 0]).toContain(await stream(longer, next(0), 2 * 1024, false));
    expect((await fetch(longer, { headers })).status).toBe(404);

    // All but the last hundredth of a GB, and nobody is there any more.
    const vanishing = `${node.origin}${(await begin(most)).headers.get('location')}`;
    const nearly = Math.floor(most * 0.99);
    expect(await stream(vanishing, next(0), nearly, true)).toBe(0);
    let offset = 0;
    await until(async () => {
      const now = await offsetOf(vanishing);
      const stands = now > 0 && now === offset;
      offset = now;
      return stands;
    }, 30_000);
    // What its machine had still to send went with it.
    expect(offset).toBeGreaterThan((nearly - 50) * megabyte);
    expect(offset).toBeLessThan(most * megabyte);
    // It goes on where it was, with more than was announced: 2 GB altogether.
    expect([413, 0]).toContain(await stream(vanishing, next(offset), 2 * most - nearly, false));
    expect((await fetch(vanishing, { headers })).status).toBe(404);
    expect(readdirSync(join(files, 'incoming'))).toEqual([]);
    expect(bytesUnder(files)).toBe(usual * megabyte);

    const whole = `${node.origin}${(await begin(large)).headers.get('location')}`;
    expect(await stream(whole, next(0), large - 1, true)).toBe(0);
    await until(async () => (await offsetOf(whole)) > 0, 15_000);
    const from = await offsetOf(whole);
    const rest = new Uint8Array(large * megabyte - from).fill(120);
    const done = await fetch(whole, { method: 'PATCH', headers: next(from), body: rest });
    expect(done.status).toBe(204);
    expect(await readAll(whole)).toBe(large * megabyte);
    // Of more than a GB that went in and out.
    expect(node.peakMemory() - before).toBeLessThan(64 * megabyte);
  },
  240_000,
);
