import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';
import { refuse } from '../errors.ts';
import { assertOutsideUnitOfWork } from '../work.ts';
import { checkName, type FileStore } from './files.ts';
import { removePath } from './folder.ts';
import type { FilePlace } from './settings.ts';

/** What is held in memory of a file that is sent; S3 takes no part below 5 MiB but the last. */
const partBytes = 8 * 1024 * 1024;
const answerWithin = 30_000;
const attempts = 3;

/** The service could not do what was asked: the disk is at fault, not the work. */
class S3Error extends Error {
  override name = 'S3Error';
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * Files in a bucket: Amazon S3, MinIO, Ceph and whatever else speaks its protocol, addressed by path. Bytes are checked on the way: every request carries their
 * SHA-256. A file above 8 MiB goes in parts, and appears only when all are there.
 */
export function openBucket(place: Extract<FilePlace, { kind: 's3' }>): FileStore {
  const client = new AwsClient({
    accessKeyId: place.keyId,
    secretAccessKey: place.secretKey,
    region: place.region,
    service: 's3',
    retries: 0,
  });
  const root = `${place.endpoint}/${place.bucket}`;
  const addressOf = (sha256: string) => `${root}/${place.prefix}${checkName(sha256)}`;

  async function ask(
    method: string,
    url: string,
    given: { body?: Buffer; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    assertOutsideUnitOfWork('The bucket of files');
    const headers = {
      ...given.headers,
      'x-amz-content-sha256': createHash('sha256')
        .update(given.body ?? '')
        .digest('hex'),
    };
    for (let attempt = 1; ; attempt += 1) {
      const request = await client.sign(url, {
        method,
        headers,
        ...(given.body && { body: new Uint8Array(given.body) }),
      });
      const answer = await answerInTime(request);
      if (answer.ok || answer.status === 404 || answer.status === 416) return answer;
      const said = await answer.text();
      const [, code = String(answer.status)] = /<Code>(\w+)<\/Code>/.exec(said) ?? [];
      if (answer.status < 500 || attempt === attempts)
        throw new S3Error(
          /Full|Quota|InsufficientCapacity/.test(code) ? 'ENOSPC' : 'ECONNREFUSED',
          `${place.endpoint} answers ${answer.status} (${code})`,
        );
    }
  }

  /** Headers must come in time; bytes may take as long as they flow. */
  async function answerInTime(request: Request): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), answerWithin);
    try {
      return await fetch(request, { signal: late.signal, redirect: 'error' });
    } catch (error) {
      throw new S3Error('ECONNREFUSED', `${place.endpoint} does not answer: ${reasonOf(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }

  async function size(sha256: string): Promise<number | null> {
    const answer = await ask('HEAD', addressOf(sha256));
    return answer.status === 404 ? null : Number(answer.headers.get('content-length'));
  }

  async function keepInParts(file: FileHandle, bytes: number, url: string): Promise<void> {
    const begun = await (await ask('POST', `${url}?uploads=`)).text();
    const [, upload = ''] = /<UploadId>([^<]+)<\/UploadId>/.exec(begun) ?? [];
    const at = `uploadId=${encodeURIComponent(upload)}`;
    try {
      const parts: string[] = [];
      for (let from = 0; from < bytes; from += partBytes) {
        const body = await pieceOf(file, from, Math.min(partBytes, bytes - from));
        const answer = await ask('PUT', `${url}?partNumber=${parts.length + 1}&${at}`, { body });
        parts.push(answer.headers.get('etag') ?? '');
      }
      const list = parts.map(
        (etag, index) =>
          `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag></Part>`,
      );
      const whole = Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`);
      const said = await (await ask('POST', `${url}?${at}`, { body: whole })).text();
      // It may fail after the status was sent.
      if (said.includes('<Error>'))
        throw new S3Error('ECONNREFUSED', `${place.endpoint} could not put the parts together`);
    } catch (error) {
      await ask('DELETE', `${url}?${at}`).catch(() => {});
      throw error;
    }
  }

  return {
    kind: 's3',
    async keep(path, sha256) {
      const url = addressOf(sha256);
      const file = await open(path, 'r');
      try {
        const { size: bytes } = await file.stat();
        if ((await size(sha256)) !== bytes) {
          if (bytes > partBytes) await keepInParts(file, bytes, url);
          else await ask('PUT', url, { body: await pieceOf(file, 0, bytes) });
        }
      } finally {
        await file.close();
      }
      await removePath(path);
    },
    async read(sha256, range) {
      const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end}` } : {};
      const answer = await ask('GET', addressOf(sha256), { headers });
      if (answer.status === 404 || !answer.body) refuse('not_found', 'The bytes of this file are not here');
      return answer.body;
    },
    size,
    async remove(sha256) {
      await ask('DELETE', addressOf(sha256));
    },
    async *list() {
      let token: string | undefined;
      do {
        const query = new URLSearchParams({ 'list-type': '2', prefix: place.prefix });
        if (token !== undefined) query.set('continuation-token', token);
        const said = await (await ask('GET', `${root}?${query}`)).text();
        for (const [, item = ''] of said.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
          const name = /<Key>([^<]+)<\/Key>/.exec(item)?.[1]?.slice(place.prefix.length) ?? '';
          const bytes = Number(/<Size>(\d+)<\/Size>/.exec(item)?.[1]);
          if (/^[0-9a-f]{64}$/.test(name)) yield { sha256: name, bytes };
        }
        token = /<NextContinuationToken>([^<]+)</.exec(said)?.[1];
      } while (token !== undefined);
    },
  };
}

async function pieceOf(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(piece, filled, length - filled, from + filled);
    if (bytesRead === 0) throw new Error('A file is shorter than it was');
    filled += bytesRead;
  }
  return piece;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(error);
}
