import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from './until.ts';

/** What an image says about how it is run, besides its files. */
export type Settings = {
  env: Record<string, string>;
  user: string;
  workdir: string;
  command: string[];
  healthcheck: string[];
  volumes: string[];
  stopSignal: NodeJS.Signals;
};

/** A folder that is seen at a place inside. */
export type Mount = { from: string; at: string };

/** What a container may do: words that compose uses too. */
export type Limits = { readOnly: boolean; tmpfs: string[]; dropCapabilities: boolean; noNewPrivileges: boolean };

/** The ids of the user `node` in the official images of Node. */
export const nodeUser = 1000;

/** By its whole address: a search path of people who are not root leaves out its folder. */
const chroot = '/usr/sbin/chroot';

/** Why images cannot be built here without an engine; null when they can. */
export function whyNoContainers(): string | null {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'only root may make mount namespaces with several users';
  if (!existsSync('/usr/bin/npm')) return 'npm is not where distributions put it';
  if (!existsSync(chroot)) return `there is no ${chroot}`;
  const tried = 'mount -t tmpfs none /mnt && mkdir /mnt/proc && mount -t proc proc /mnt/proc';
  const words = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', tried];
  const { status, stderr } = spawnSync('unshare', words);
  return status === 0 ? null : `no namespaces here: ${String(stderr)}`;
}

/** Where trees are made: in memory where there is enough, since installing writes thousands of files. */
function placeForTrees(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 2 ** 30 ? memory : tmpdir();
}

/** Folders of the machine that stand in for the operating system of the base image; they are seen read-only. */
const system = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc/ssl', '/etc/alternatives'];

/**
 * A tree of folders like that of an official image of Node: its programs are the machine's, its Node the one that runs the tests; homes and
 * everything else are empty.
 */
export function makeBase(): string {
  const tree = mkdtempSync(join(placeForTrees(), 'joinery-image-'));
  const folders = ['etc', 'proc', 'dev', 'tmp', 'root', 'home/node', 'opt', 'run', 'var/lib', 'var/tmp', '.base'];
  for (const folder of folders) mkdirSync(join(tree, folder), { recursive: true });
  for (const path of system) {
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), join(tree, path));
    else mkdirSync(join(tree, path), { recursive: true });
  }
  for (const file of ['resolv.conf', 'hosts', 'nsswitch.conf'])
    if (existsSync(join('/etc', file))) cpSync(join('/etc', file), join(tree, 'etc', file), { dereference: true });
  writeFileSync(
    join(tree, 'etc/passwd'),
    `root:x:0:0::/root:/bin/sh\nnode:x:${nodeUser}:${nodeUser}::/home/node:/bin/sh\n`,
  );
  writeFileSync(join(tree, 'etc/group'), `root:x:0:\nnode:x:${nodeUser}:\n`);
  chownSync(join(tree, 'home/node'), nodeUser, nodeUser);
  writeFileSync(join(tree, '.base/node'), '');
  return tree;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The shell's lines that make the tree look like a whole machine, seen only by what is started from them. */
function mounting(tree: string, mounts: Mount[], limits?: Limits): string[] {
  const inside = (path: string) => quoted(join(tree, path));
  const bind = (from: string, at: string) => `mount --bind ${quoted(from)} ${inside(at)}`;
  const lines = ['mount --make-rprivate /'];
  if (limits?.readOnly) lines.push(`mount --bind ${quoted(tree)} ${quoted(tree)}`);
  for (const path of system)
    if (existsSync(path) && !lstatSync(path).isSymbolicLink())
      lines.push(bind(path, path), `mount -o remount,bind,ro ${inside(path)}`);
  lines.push(bind(join(tree, '.base'), '/usr/local/bin'), bind(process.execPath, '/usr/local/bin/node'));
  lines.push(`mount --rbind /dev ${inside('dev')}`, `mount -t proc proc ${inside('proc')}`);
  for (const { from, at } of mounts) lines.push(`mkdir -p ${inside(at)}`, bind(from, at));
  for (const at of limits?.tmpfs ?? []) lines.push(`mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs ${inside(at)}`);
  if (limits?.readOnly) lines.push(`mount -o remount,bind,ro ${quoted(tree)}`);
  return lines;
}

/** The words that run something inside the tree as one of its users, with nothing of this machine's environment. */
function entering(tree: string, settings: Pick<Settings, 'env' | 'user' | 'workdir'>, limits?: Limits): string[] {
  const { env, user, workdir } = settings;
  const home = user === 'root' ? '/root' : `/home/${user}`;
  const said = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: home, ...env };
  const become = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  if (limits?.dropCapabilities) become.push('--inh-caps=-all', '--bounding-set=-all');
  if (limits?.noNewPrivileges) become.push('--no-new-privs');
  const variables = Object.entries(said).map(([name, value]) => `${name}=${value}`);
  return [chroot, tree, ...become, 'env', '-i', '-C', workdir, ...variables];
}

/** Where this machine keeps what Node's package managers fetched: caches of a build, by the place where they are seen. */
function cacheFor(target: string): string | undefined {
  const known: Record<string, string> = {
    '/root/.local/share/pnpm/store': join(homedir(), '.local/share/pnpm/store'),
    '/opt/joinery/.cache/boot': resolve(import.meta.dirname, '../../.cache/boot'),
  };
  const folder = known[target];
  return folder && existsSync(folder) ? folder : undefined;
}

/** Runs one line of a shell in the tree, as a build does. @param caches places whose content outlives the build @throws with what it said, when it fails */
export function runInTree(tree: string, settings: Settings, line: string, caches: string[]): void {
  const mounts = caches.flatMap((at) => {
    const from = cacheFor(at);
    return from ? [{ from, at }] : [];
  });
  const script = [...mounting(tree, mounts), 'exec "$@"'].join('\n');
  const words = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-euc', script, 'sh'];
  execFileSync('unshare', [...words, ...entering(tree, settings), '/bin/sh', '-c', line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
}

export type Container = AsyncDisposable & {
  /** What it wrote so far. */
  said: () => string;
  /** Whether its first process has ended. */
  hasEnded: () => boolean;
  /** Runs something beside it, with the same sight and rights. */
  execute: (...words: string[]) => { code: number | null; said: string };
  /** Sends a signal to its first process, and gives the code with which that ends. */
  stop: (signal: NodeJS.Signals) => Promise<number | null>;
};

/** Starts what an image says, as process 1 of namespaces of its own. */
export function startContainer(
  tree: string,
  settings: Settings,
  options: { env: Record<string, string>; mounts: Mount[]; limits: Limits },
): Container {
  const { mounts, limits } = options;
  const run = { ...settings, env: { ...settings.env, ...options.env } };
  const script = [...mounting(tree, mounts, limits), 'exec "$@"'].join('\n');
  const outer: ChildProcess = spawn(
    'unshare',
    [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      'sh',
      '-euc',
      script,
      'sh',
      ...entering(tree, run, limits),
      ...run.command,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [outer.stdout, outer.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const ended = new Promise<number | null>((resolve) => outer.once('exit', (code) => resolve(code)));
  /** The process that is number 1 inside, by its number outside. */
  const first = () => Number(readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8').trim());
  return {
    said: () => said,
    hasEnded: () => outer.exitCode !== null || outer.signalCode !== null,
    execute: (...words) => {
      const enter = ['--target', String(first()), '--mount', '--pid', ...entering(tree, run, limits), ...words];
      const { status, stdout, stderr } = spawnSync('nsenter', enter, { encoding: 'utf8', timeout: 30_000 });
      return { code: status, said: `${stdout}${stderr}` };
    },
    stop: async (signal) => {
      process.kill(first(), signal);
      return ended;
    },
    [Symbol.asyncDispose]: async () => {
      outer.kill('SIGKILL');
      await ended;
      await until(() => outer.exitCode !== null || outer.signalCode !== null, 20_000);
    },
  };
}

/** Removes a tree. What is mounted in it was seen only by its own processes. */
export function forget(tree: string): void {
  rmSync(tree, { recursive: true, force: true });
}
