import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { median } from './report.ts';

/** What this machine can do at this moment, per second, on one thread. */
export type Limits = {
  /** RSA-2048 signatures verified. */
  verify: number;
  /** RSA-2048 signatures made. */
  sign: number;
  /** Ed25519 signatures verified. */
  verifyProof: number;
  /** Transactions of one row with synchronous=FULL, by the clock. */
  commits: number;
  /** The same by processor time. */
  commitsCpu: number;
  /** POSTs of 2 kB over kept connections of node:http to an empty server in the same process, by processor time. */
  post: number;
};

/** Measures the limits. Arithmetic counts by processor time, so that what else runs on the machine does not matter. */
export async function measureLimits(): Promise<Limits> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed25519 = generateKeyPairSync('ed25519');
  const text = Buffer.alloc(300, 'x');
  const commits = measureCommits();
  return {
    verify: verifyRate(rsa, 'sha256', text),
    sign: rate(() => sign('sha256', text, rsa.privateKey), 300),
    verifyProof: verifyRate(ed25519, null, text),
    ...commits,
    post: await measurePost(),
  };
}

function verifyRate(
  pair: { publicKey: KeyObject; privateKey: KeyObject },
  digest: string | null,
  text: Buffer,
): number {
  const signature = sign(digest, text, pair.privateKey);
  return rate(() => verify(digest, text, pair.publicKey, signature), 1_000);
}

function rate(act: () => void, times: number): number {
  return median(
    [1, 2, 3, 4, 5].map(() => {
      const before = process.threadCpuUsage();
      for (let count = 0; count < times; count += 1) act();
      return times / seconds(process.threadCpuUsage(before));
    }),
  );
}

export function seconds(usage: { user: number; system: number }): number {
  return (usage.user + usage.system) / 1_000_000;
}

function measureCommits(): Pick<Limits, 'commits' | 'commitsCpu'> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-bench-'));
  try {
    const db = new Sqlite(join(folder, 'commits.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec('create table item (id integer primary key, text text)');
    const insert = db.prepare('insert into item (text) values (?)');
    const rounds = [1, 2, 3, 4, 5].map(() => {
      const before = process.threadCpuUsage();
      const since = performance.now();
      for (let count = 0; count < 500; count += 1) insert.run('x'.repeat(200));
      return {
        commits: 500 / ((performance.now() - since) / 1_000),
        commitsCpu: 500 / seconds(process.threadCpuUsage(before)),
      };
    });
    db.close();
    return {
      commits: median(rounds.map((round) => round.commits)),
      commitsCpu: median(rounds.map((round) => round.commitsCpu)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measurePost(): Promise<number> {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(202, { 'content-length': 0 }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new http.Agent({ keepAlive: true });
  const body = Buffer.alloc(2_000, 'x');
  const post = () =>
    new Promise<void>((resolve, reject) => {
      const request = http.request(
        { port, method: 'POST', agent, headers: { 'content-length': body.length } },
        (answer) => {
          answer.resume();
          answer.on('end', resolve);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  const rates: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const before = process.threadCpuUsage();
    for (let count = 0; count < 100; count += 1) await Promise.all(Array.from({ length: 10 }, post));
    rates.push(1_000 / seconds(process.threadCpuUsage(before)));
  }
  agent.destroy();
  server.close();
  return median(rates);
}
