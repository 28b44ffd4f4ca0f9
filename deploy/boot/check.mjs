// `npm run check`: format and lint, types, dead code, import rules and pins. Runs all of them and fails if one fails.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = process.execPath;

const CHECKS = [
  ['format and lint', ['node_modules/.bin/biome', 'ci', '--diagnostic-level=warn']],
  ['types', ['node_modules/.bin/tsc', '--noEmit', '-p', '.']],
  ['dead code', ['node_modules/.bin/knip']],
  ['import rules and pins', [node, 'node_modules/vitest/vitest.mjs', 'run', 'test/boundaries', '--reporter=dot']],
  ['newer Fedify', [node, 'deploy/boot/newer-fedify.mjs']],
];

const failed = [];
for (const [title, [file, ...args]] of CHECKS) {
  const start = performance.now();
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) process.stderr.write(`${error.message}\n`);
  if (status !== 0) failed.push(title);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`check: ${title}: ${status === 0 ? 'passed' : 'FAILED'} (${seconds} s)\n`);
}
if (failed.length > 0) {
  process.stdout.write(`check: failed: ${failed.join(', ')}\n`);
  process.exit(1);
}
