import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Runs test files in a Vitest of their own and gives its last line and its exit code. */
function runFiles(files: Record<string, string>): { lastLine: string | undefined; status: number | null } {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/reporter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, code] of Object.entries(files)) {
    writeFileSync(join(folder, name), `import { expect, test } from 'vitest';\n${code}`);
  }
  const args = [
    'run',
    '--root',
    folder,
    '--reporter=default',
    `--reporter=${join(import.meta.dirname, 'reporter.ts')}`,
  ];
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    encoding: 'utf8',
  });
  return { lastLine: stdout.trimEnd().split('\n').at(-1), status };
}

test('a run without failures ends with its counts and the exit code 0', () => {
  const files = { 'a.test.ts': "test('a', () => {}); test('b', () => {}); test.skip('c', () => {});" };
  expect(runFiles(files)).toEqual({ lastLine: '2 passed, 0 failed, 1 skipped', status: 0 });
});

test('a failed test, a file that cannot be loaded and an error outside tests all count as failed', () => {
  const files = {
    'a.test.ts': "test('a', () => {}); test('b', () => expect(1).toBe(2));",
    'b.test.ts': "throw new Error('not loaded');",
    'c.test.ts':
      "test('c', async () => { Promise.reject(new Error('nobody caught this')); await new Promise(setImmediate); });",
  };
  expect(runFiles(files)).toEqual({ lastLine: '2 passed, 3 failed, 0 skipped', status: 1 });
});
