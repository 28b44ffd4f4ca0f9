import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { check, importsOf, read, root, sourceFiles, TOP_FOLDERS } from './rules.ts';

test('every import keeps to the rules', () => {
  const files = sourceFiles();
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap((file) => check(file, read(file)))).toEqual([]);
});

test('there is no top-level folder besides the known ones', () => {
  const ignored = (name: string) => {
    try {
      execFileSync('git', ['check-ignore', '-q', `${name}/`], { cwd: root, stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const visible = folders.map((entry) => entry.name).filter((name) => !name.startsWith('.'));
  const unknown = visible.filter((name) => !TOP_FOLDERS.includes(name) && name !== 'node_modules' && !ignored(name));
  expect(unknown).toEqual([]);
});

test.each([
  ["import a from './a.ts';", './a.ts', false],
  ["import type { A } from './a.ts';", './a.ts', true],
  ["import { type A, type B } from './a.ts';", './a.ts', true],
  ["import { type A, b } from './a.ts';", './a.ts', false],
  ["import {\n  type A,\n} from './a.ts';", './a.ts', true],
  ["import './a.ts';", './a.ts', false],
  ["export * from './a.ts';", './a.ts', false],
  ["export type { A } from './a.ts';", './a.ts', true],
  ["const a = await import('./a.ts');", './a.ts', false],
  ["type A = import('./a.ts').A;", './a.ts', true],
])('finds the import in %j', (code, specifier, typeOnly) => {
  expect(importsOf(code)).toMatchObject([{ specifier, typeOnly }]);
});

test('does not take prose for an import', () => {
  expect(importsOf("// import a from './a.ts'\n/* import('./b.ts') */ const c = 'import';")).toEqual([]);
});

const SLICE = 'packages/slices/src';

test.each([
  ['packages/core/src/x.ts', "import { a } from '@joinery/ui';", 'core may not import @joinery/ui'],
  ['packages/core/src/x.ts', "import type { A } from '@joinery/federation';", 'core may not import'],
  ['packages/ui/src/x.tsx', "import { a } from '@joinery/core';", 'ui may import only types'],
  ['packages/ui/src/x.tsx', "import { a } from '@joinery/slices/people';", 'ui may not import'],
  ['packages/federation/src/x.ts', "import { a } from '@joinery/slices/groups';", 'federation may not import'],
  ['packages/federation/src/x.ts', "import { a } from '../../core/src/x.ts';", 'imported by its name'],
  [`${SLICE}/feed/x.ts`, "import { a } from '@joinery/federation';", 'slices may not import'],
  [`${SLICE}/people/x.ts`, "import { a } from '@joinery/slices/groups';", 'slice people may not import slice groups'],
  [`${SLICE}/groups/x.ts`, "import { a } from '@joinery/slices/posts';", 'slice groups may not import slice posts'],
  [`${SLICE}/feed/x.ts`, "import { a } from '@joinery/slices/events';", 'slice feed may not import slice events'],
  [`${SLICE}/feed/x.ts`, "import { a } from '@joinery/slices/posts/store';", 'only the public index'],
  [`${SLICE}/feed/x.ts`, "import { a } from '../posts/store.ts';", 'only the public index'],
  [`${SLICE}/feed/x.ts`, "const a = await import('../posts/store.ts');", 'only the public index'],
  [`${SLICE}/people/x.ts`, "import { a } from '../groups/index.ts';", 'slice people may not import slice groups'],
  [`${SLICE}/feed/x.ts`, "import { a } from '../../../../test/harness/x.ts';", 'only tests may import'],
  [`${SLICE}/posts/x.ts`, "import { Note } from '@fedify/vocab';", 'only packages/federation may import'],
  [`${SLICE}/posts/x.ts`, "const type = { '@context': [] };", 'belong into activities.ts'],
  [`${SLICE}/posts/x.ts`, "await fetch('https://a.example');", 'calls fetch()'],
  [`${SLICE}/posts/x.ts`, "await globalThis.fetch('https://a.example');", 'calls fetch()'],
  [`${SLICE}/posts/x.ts`, "import { request } from 'node:https';", 'imports node:https'],
  [`${SLICE}/posts/x.ts`, "import { lookup } from 'node:dns/promises';", 'imports node:dns/promises'],
  ['packages/core/src/x.ts', "import { connect } from 'net';", 'imports net'],
  ['packages/core/src/x.ts', "import { connect, isIP } from 'node:net';", 'imports node:net'],
])('%s with %j is refused', (file, code, problem) => {
  expect(check(file, code)).toEqual([expect.stringContaining(problem)]);
});

test.each([
  ['packages/ui/src/x.tsx', "import type { A } from '@joinery/core';"],
  [`${SLICE}/posts/x.ts`, "import { a } from '@joinery/slices/groups';"],
  [`${SLICE}/feed/x.ts`, "import { a } from '@joinery/slices/posts';"],
  [`${SLICE}/feed/x.ts`, "import { a } from '../posts/index.ts';"],
  [`${SLICE}/feed/x.test.ts`, "import { a } from '../../../../test/harness/x.ts';"],
  [`${SLICE}/posts/activities.ts`, "const activity = { '@context': 'x' };"],
  [`${SLICE}/posts/activities-incoming.ts`, "const activity = { '@context': 'x' };"],
  ['packages/core/src/x.ts', "import { isIP } from 'node:net';"],
  [`${SLICE}/posts/x.ts`, "import type { IncomingMessage } from 'node:http'; door.fetch('a');"],
  ['apps/node/src/main.ts', "import { node } from '@joinery/federation';"],
])('%s with %j is allowed', (file, code) => {
  expect(check(file, code)).toEqual([]);
});
