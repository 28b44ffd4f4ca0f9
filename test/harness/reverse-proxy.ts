import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read } from '../boundaries/rules.ts';
import { selfSigned } from './certificate.ts';
import { findProgram } from './debian.ts';
import { until } from './until.ts';

export type ProxyName = 'nginx' | 'Caddy';

const readyWithin = 20_000;

const programs = {
  nginx: { command: 'nginx', path: 'usr/sbin/nginx', packages: ['nginx'] },
  Caddy: { command: 'caddy', path: 'usr/bin/caddy', packages: ['caddy'] },
} as const;

/** The program of a reverse proxy. @returns its path; null where there is none to be had */
export function proxyProgram(name: ProxyName): string | null {
  return findProgram(programs[name])?.file ?? null;
}

/** Ports on which nothing listens at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((found) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            found(typeof address === 'object' && address ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** Replaces text that the example must have, so that an example that changes is noticed. */
function replaced(text: string, changes: readonly [string | RegExp, string][]): string {
  return changes.reduce((before, [from, to]) => {
    const after = before.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'g'), to);
    if (after === before) throw new Error(`The example does not say ${from}`);
    return after;
  }, text);
}

type Places = { folder: string; target: number; http: number; https: number };

/** The example as it is, but for ports, certificate and places of files that belong to the machine. */
const settings: Record<ProxyName, (places: Places) => string> = {
  nginx: ({ folder, target, http, https }) => `
    daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/log;
    events {}
    http {
      access_log off;
      ${['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      ${replaced(read('deploy/proxy/nginx.conf'), [
        ['127.0.0.1:3000', `127.0.0.1:${target}`],
        [/listen \[::\][^;]*;/, ''],
        ['listen 80;', `listen 127.0.0.1:${http};`],
        ['listen 443 ', `listen 127.0.0.1:${https} `],
        [/\/etc\/ssl\/[^/]+\/fullchain\.pem/, `${folder}/certificate.pem`],
        [/\/etc\/ssl\/[^/]+\/privkey\.pem/, `${folder}/key.pem`],
      ])}
    }`,
  Caddy: ({ folder, target, http, https }) => `{
      admin off
      http_port ${http}
      https_port ${https}
      skip_install_trust
    }
    ${replaced(read('deploy/proxy/Caddyfile'), [
      [
        'samen.example.gov {',
        `samen.example.gov {\n\tbind 127.0.0.1\n\ttls ${folder}/certificate.pem ${folder}/key.pem`,
      ],
      ['127.0.0.1:3000', `127.0.0.1:${target}`],
    ])}`,
};

export type ReverseProxy = AsyncDisposable & {
  /** Where it listens, on this machine. */
  http: number;
  https: number;
  /** What it answers with, for clients to trust. */
  certificate: string;
};

/** Runs a reverse proxy as the example in `deploy/proxy` says, in front of a port of this machine. @param host the name in the example */
export async function startReverseProxy(
  name: ProxyName,
  program: string,
  target: number,
  host: string,
): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-proxy-'));
  const keys = generateKeyPairSync('ed25519');
  const certificate = selfSigned(host, keys);
  writeFileSync(join(folder, 'certificate.pem'), certificate);
  writeFileSync(join(folder, 'key.pem'), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const [http = 0, https = 0] = await freePorts(2);
  const file = join(folder, 'settings');
  writeFileSync(file, settings[name]({ folder, target, http, https }));
  const words = { nginx: ['-p', folder, '-c', file, '-e', join(folder, 'log')], Caddy: ['run', '--config', file] };
  const more = name === 'Caddy' ? ['--adapter', 'caddyfile'] : [];
  const child: ChildProcess = spawn(program, [...words[name], ...more], {
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const listens = () =>
    new Promise<boolean>((resolve) => {
      fetch(`http://127.0.0.1:${http}/`, { redirect: 'manual', headers: { connection: 'close' } })
        .then(() => resolve(true))
        .catch(() => resolve(false));
    });
  try {
    await until(() => {
      if (child.exitCode !== null) throw new Error(`${name} does not run the example: ${said}`);
      return listens();
    }, readyWithin);
  } catch (error) {
    await stop();
    throw error;
  }
  return { http, https, certificate, [Symbol.asyncDispose]: stop };
}
