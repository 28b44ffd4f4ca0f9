// `npm run check`: format and lint, types, dead code, import rules and pins. Runs all of them and fails if one fails.
import { spawn } from 'node:child_process';
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

/** Runs one check and prints what it says when it has ended, so that the words of two do not mix. */
async function run([title, [file, ...args]]) {
  const start = performance.now();
  const said = [];
  const status = await new Promise((done) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => said.push(piece));
    child.once('error', (error) => {
      said.push(Buffer.from(`${error.message}\n`));
      done(1);
    });
    child.once('close', done);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(Buffer.concat(said));
  process.stdout.write(`check: ${title}: ${status === 0 ? 'passed' : 'FAILED'} (${seconds} s)\n`);
  return status === 0 ? [] : [title];
}

// The types take as long as all others together.
const [types, others] = [CHECKS.filter(([title]) => title === 'types'), CHECKS.filter(([title]) => title !== 'types')];
const inTurn = async (checks) => {
  const failed = [];
  for (const check of checks) failed.push(...(await run(check)));
  return failed;
};
const failed = (await Promise.all([inTurn(types), inTurn(others)])).flat();
if (failed.length > 0) {
  process.stdout.write(`check: failed: ${failed.join(', ')}\n`);
  process.exit(1);
}
