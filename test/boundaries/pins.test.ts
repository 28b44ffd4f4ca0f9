import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read, root } from './rules.ts';

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const manifests = ['packages', 'apps']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`))
  .concat('package.json', 'test/package.json')
  .filter((file) => existsSync(join(root, file)));

const pins = manifests.flatMap((file) => {
  const { dependencies, devDependencies } = JSON.parse(read(file)) as Manifest;
  return Object.entries({ ...dependencies, ...devDependencies }).map(([name, version]) => ({ file, name, version }));
});

test('every dependency is pinned to one exact version', () => {
  const loose = pins.filter(({ name, version }) =>
    name.startsWith('@joinery/') ? version !== 'workspace:*' : !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
  );
  expect(loose).toEqual([]);
});

test('the same dependency has the same version in every package', () => {
  const versions = Map.groupBy(pins, ({ name }) => name);
  const different = [...versions].filter(([, uses]) => new Set(uses.map(({ version }) => version)).size > 1);
  expect(different).toEqual([]);
});

test('npm itself finds nothing to install in the root', () => {
  expect(pins.filter(({ file }) => file === 'package.json')).toEqual([]);
});

test('every dependency has its line in the list of dependencies', () => {
  const list = read('docs/adr/0007-dependencies.md');
  const missing = pins.filter(({ name }) => !name.startsWith('@joinery/') && !list.includes(`\`${name}\``));
  expect([...new Set(missing.map(({ name }) => name))]).toEqual([]);
});
