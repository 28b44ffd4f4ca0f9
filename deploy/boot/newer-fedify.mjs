// Fails when the registry offers a complete set of Fedify that is newer than what we resolve, or when the overrides are
// no longer needed: see docs/adr/0001-fedify.md. Without a network it says so and passes.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function view(name, field) {
  const args = ['view', name, field, '--json', '--fetch-retries=0', '--fetch-timeout=10000'];
  const { stdout } = await run('npm', args, { cwd: '/', maxBuffer: 64_000_000 });
  return stdout ? JSON.parse(stdout) : undefined;
}

const numbers = (version) => version.split('.').map(Number);

function compare(left, right) {
  const [a, b] = [numbers(left), numbers(right)];
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

const manifest = new URL('../../packages/federation/package.json', import.meta.url);
const pinned = JSON.parse(readFileSync(manifest, 'utf8')).dependencies['@fedify/fedify'];

/** The newest stable version from our pin upwards whose own @fedify dependencies are all in the registry. */
async function newestComplete() {
  const stable = (await view('@fedify/fedify', 'versions')).filter((version) => /^\d+\.\d+\.\d+$/.test(version));
  const candidates = stable
    .filter((version) => compare(version, pinned) >= 0)
    .sort(compare)
    .reverse();
  const known = new Map();
  for (const candidate of candidates) {
    const dependencies = Object.entries((await view(`@fedify/fedify@${candidate}`, 'dependencies')) ?? {});
    let complete = true;
    for (const [name, version] of dependencies.filter(([name]) => name.startsWith('@fedify/'))) {
      if (!known.has(name)) known.set(name, [await view(name, 'versions')].flat());
      if (!known.get(name).includes(version)) complete = false;
    }
    if (complete) return candidate;
  }
  return undefined;
}

try {
  const newest = await newestComplete();
  if (newest) {
    process.stderr.write(
      `Fedify ${newest} resolves completely: take it and drop the overrides (docs/adr/0001-fedify.md).\n`,
    );
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`The registry could not be asked for a newer Fedify: ${String(error.message).split('\n')[0]}\n`);
}
