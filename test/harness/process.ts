import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '../..');

/** A whole node in a process of its own, on its own folder and port, as an operator runs it. */
export type NodeProcess = AsyncDisposable & {
  name: string;
  origin: string;
  /** One command of the command line, in a second process, with `--json`. @throws with what it said when it failed */
  command: (...words: string[]) => Promise<unknown>;
  /** One REST call. */
  call: (
    token: string,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** Ends it as a power failure would: no signal handler runs. */
  kill: () => Promise<void>;
  /** Starts it again on the same folder and port. */
  restart: () => Promise<void>;
  /** Ends it, and starts it again on a new folder that is filled from a backup. */
  restore: (backup: string) => Promise<void>;
  /** What it wrote to standard error. */
  log: () => string;
  /** Most memory that it has had so far, in bytes. Only on Linux. */
  peakMemory: () => number;
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they state themselves
export type Answer = { status: number; body: any };

/** Somebody with an account at such a node, acting through the REST API. */
export type ProcessPerson = {
  id: string;
  uri: string;
  name: string;
  api: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
};

/** Adds a person and a token by command line. */
export async function addPerson(node: NodeProcess, name: string, ...options: string[]): Promise<ProcessPerson> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.test`;
  const added = (await node.command('person', 'add', '--name', name, '--email', email, ...options)) as {
    id: string;
    uri: string;
  };
  const { token } = (await node.command('token', 'create', '--person', added.id)) as { token: string };
  return {
    id: added.id,
    uri: added.uri,
    name,
    api: (method, path, body, headers) => node.call(token, method, path, body, headers),
  };
}

/** One decision of an officer about another node, by command line. */
export function decide(
  node: NodeProcess,
  verb: 'allow' | 'suspend' | 'block',
  other: { origin: string; name: string },
  ...options: string[]
): Promise<unknown> {
  const words = ['partner', verb, other.origin, '--agency', other.name, '--by', 'Officer', '--reason', 'Test'];
  return node.command(...words, ...options);
}

let bundled: Promise<{ main: string; cli: string }> | undefined;

/** The same bundles that `npm start` makes; once per test file. */
async function bundles(): Promise<{ main: string; cli: string }> {
  const { bundle } = (await import(pathToFileURL(join(root, 'deploy/boot/bundle.mjs')).href)) as {
    bundle: (names: string[]) => Promise<Record<string, string>>;
  };
  const made = await bundle(['main', 'cli']);
  return { main: made.main ?? '', cli: made.cli ?? '' };
}

/** Starts a node as a process and waits until it answers. */
export async function startProcess(name: string, settings: Record<string, string> = {}): Promise<NodeProcess> {
  bundled ??= bundles();
  const files = await bundled;
  const folder = mkdtempSync(join(tmpdir(), `joinery-${name}-`));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const environment = {
    PATH: process.env.PATH,
    JOINERY_DATA: folder,
    JOINERY_PORT: String(port),
    JOINERY_ORIGIN: origin,
    JOINERY_AGENCY: name,
    JOINERY_LOOPBACK_PEERS: '1',
    JOINERY_UNDO_SECONDS: '0',
    ...settings,
  };
  const folders = [folder];
  let child: ChildProcess | undefined;
  let said = '';
  const start = async () => {
    const started = spawn(process.execPath, ['--enable-source-maps', files.main], {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    started.stderr?.on('data', (piece) => {
      said += String(piece);
    });
    await until(async () => {
      if (started.exitCode !== null) throw new Error(`${name} ended with ${started.exitCode}:\n${said}`);
      return isReady(origin);
    }, 30_000);
  };
  const kill = async () => {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((done) => running.once('exit', done));
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    name,
    origin,
    kill,
    restart: start,
    restore: async (backup) => {
      await kill();
      const to = `${folder}-${folders.length}`;
      folders.push(to);
      await runCommand(files.cli, environment, ['restore', backup, '--to', to]);
      environment.JOINERY_DATA = to;
      await start();
    },
    log: () => said,
    peakMemory: () => {
      const status = readFileSync(`/proc/${child?.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
    },
    command: (...words) => runCommand(files.cli, environment, words),
    call: (token, method, path, body, headers) => call(origin, token, method, path, body, headers),
    [Symbol.asyncDispose]: async () => {
      await kill();
      for (const one of folders) rmSync(one, { recursive: true, force: true });
    },
  };
}

async function isReady(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function runCommand(
  file: string,
  environment: Record<string, string | undefined>,
  words: string[],
): Promise<unknown> {
  const child = spawn(process.execPath, [file, ...words, '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let fault = '';
  child.stdout.on('data', (piece) => {
    out += String(piece);
  });
  child.stderr.on('data', (piece) => {
    fault += String(piece);
  });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`joinery ${words.join(' ')} ended with ${code}: ${fault}${out}`);
  return JSON.parse(out);
}

async function call(
  origin: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
