// Bundles our own code; what comes from the registry stays outside and is found in node_modules at run time.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where each bundle comes from. Every one is a file of its own, so that a new build never mixes with a running old one. */
const ENTRIES = {
  main: { source: 'apps/node/src/main.ts', folder: 'apps/node/dist' },
  cli: { source: 'apps/node/src/cli.ts', folder: 'apps/node/dist' },
  demo: { source: 'apps/node/src/demo.ts', folder: 'apps/node/dist' },
  worker: { source: 'apps/node/src/worker.ts', folder: 'apps/node/dist' },
  browser: { source: 'packages/ui/src/browser/main.ts', folder: 'packages/ui/dist' },
  bench: { source: 'test/bench/main.ts', folder: 'test/dist' },
};

/** Every dependency that one of our manifests names, except our own packages. */
function thirdParty() {
  const names = new Set();
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  for (const folder of [...folders, 'test']) {
    const file = join(root, folder, 'package.json');
    if (!existsSync(file)) continue;
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) names.add(name);
  }
  return [...names].filter((name) => !name.startsWith('@joinery/'));
}

/** Replaces a file in one step: two starts at once and a start during a read are both safe. */
function replaceFile(path, contents) {
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/** How the node's own processes are bundled. */
const forNode = (external) => ({
  platform: 'node',
  target: 'node24',
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  sourcemap: 'linked',
  // Stack traces need lines, not the sources themselves, which would be held in memory.
  sourcesContent: false,
  external,
});

/** How the script of the pages is: with what it needs in it, small, for browsers of the last three years. */
const forBrowsers = { platform: 'browser', target: 'es2022', minify: true, legalComments: 'none' };

/**
 * Bundles the named entries that exist and gives the path of each bundle by name.
 * @param {string[]} names
 * @returns {Promise<Record<string, string>>}
 */
export async function bundle(names) {
  const external = thirdParty();
  const present = names.filter((name) => existsSync(join(root, ENTRIES[name].source)));
  const bundles = await Promise.all(
    present.map(async (name) => {
      const { source, folder } = ENTRIES[name];
      const outfile = join(root, folder, `${name}.js`);
      const { outputFiles } = await build({
        absWorkingDir: root,
        entryPoints: [source],
        outfile,
        bundle: true,
        write: false,
        format: 'esm',
        ...(name === 'browser' ? forBrowsers : forNode(external)),
        logLevel: 'warning',
      });
      mkdirSync(dirname(outfile), { recursive: true });
      for (const file of outputFiles) replaceFile(file.path, file.contents);
      return [name, outfile];
    }),
  );
  // Its helper process would otherwise stay beside the node for as long as that runs.
  await stop();
  return Object.fromEntries(bundles);
}

export const entryNames = Object.keys(ENTRIES);
