import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const member = /\bjoinery:([a-zA-Z]+)\b/g;

function membersIn(text: string): Set<string> {
  return new Set([...text.matchAll(member)].map((match) => match[1] ?? ''));
}

/** Extensions that the code writes or reads, tests aside. */
function membersInCode(): Set<string> {
  const files = globSync('packages/{federation,slices}/src/**/*.{ts,tsx}', { cwd: root }).filter(
    (file) => !/\.test\.|\/testing\//.test(file),
  );
  return new Set(files.flatMap((file) => [...membersIn(readFileSync(join(root, file), 'utf8'))]));
}

it('FEDERATION.md lists every extension that the code speaks, and no other', () => {
  const page = readFileSync(join(root, 'FEDERATION.md'), 'utf8');
  const table = page.slice(page.indexOf('## Extensions'), page.indexOf('## Addresses that answer a stranger'));
  expect([...membersInCode()].sort()).toEqual([...membersIn(table)].sort());
});

it('the version that nodes tell each other is the version of the package', async () => {
  const { version } = (await import('../../packages/core/src/version.ts')) as { version: string };
  expect(version).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
});
