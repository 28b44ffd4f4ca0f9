import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../config.ts';
import { openFiles } from './files.ts';

const name = (letter: string) => letter.repeat(64);

/** What a service may answer and the one of other tests never does. */
async function openAnswers(answer: (method: string, query: URLSearchParams) => { status: number; body?: string }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://bucket.example');
    asked.push(`${request.method} ${pathname}?${searchParams}`);
    request.resume().on('end', () => {
      const { status, body } = answer(request.method ?? '', searchParams);
      response.writeHead(status, { etag: '"part"' }).end(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const data = mkdtempSync(join(tmpdir(), 'joinery-s3-'));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(data, { recursive: true, force: true });
  });
  const config = readConfig({
    ...{ JOINERY_DATA: data, JOINERY_FILES: 's3://files/node' },
    ...{ JOINERY_S3_KEY: 'key', JOINERY_S3_SECRET: 'secret' },
    JOINERY_S3_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  return { files: await openFiles(config), asked };
}

it('A file whose parts were not put together, though the answer began as a success, is not kept: it stays here, and its parts go', async () => {
  const { files, asked } = await openAnswers((method, query) => {
    if (method === 'HEAD') return { status: 404 };
    if (query.has('uploads')) return { status: 200, body: '<Result><UploadId>one</UploadId></Result>' };
    // Amazon S3 sends the status before it has done it.
    if (method === 'POST') return { status: 200, body: '<Error><Code>InternalError</Code></Error>' };
    return { status: 200 };
  });
  const path = join(files.incoming, 'one');
  writeFileSync(path, '');
  truncateSync(path, 9 * 1024 * 1024);
  await expect(files.keep(path, name('a'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(existsSync(path)).toBe(true);
  const of = `/files/node/${name('a')}?`;
  expect(asked).toEqual([
    ...[`HEAD ${of}`, `POST ${of}uploads=`],
    ...[`PUT ${of}partNumber=1&uploadId=one`, `PUT ${of}partNumber=2&uploadId=one`],
    ...[`POST ${of}uploadId=one`, `DELETE ${of}uploadId=one`],
  ]);
});

it('All that a bucket has is listed, however many pages it takes', async () => {
  const page = (letter: string, rest: string) =>
    `<List><Contents><Key>node/${name(letter)}</Key><Size>7</Size></Contents>${rest}</List>`;
  const { files } = await openAnswers((_, query) => ({
    status: 200,
    body:
      query.get('continuation-token') === 'next+/='
        ? page('b', '')
        : page('a', '<NextContinuationToken>next+/=</NextContinuationToken>'),
  }));
  const listed: string[] = [];
  for await (const { sha256 } of files.list()) listed.push(sha256);
  expect(listed).toEqual([name('a'), name('b')]);
});
