// Bundles an entry and runs it in this same process: `run.mjs main|cli|demo|bench [arguments]`; `--build` only bundles.
import { enableCompileCache, setSourceMapsSupport } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
enableCompileCache(resolve(root, '.cache/compile'));

const { bundle, entryNames } = await import('./bundle.mjs');

/** What else an entry starts while it runs. */
const NEEDS = {
  main: ['main', 'worker', 'browser'],
  cli: ['cli'],
  demo: ['demo', 'browser'],
  bench: ['bench', 'main', 'worker', 'browser'],
};

/** Bundles, or ends the process: esbuild has then printed what is wrong and where. */
async function bundleOrExit(names) {
  try {
    return await bundle(names);
  } catch (error) {
    if (!error.errors) throw error;
    process.exit(1);
  }
}

const [name = '', ...rest] = process.argv.slice(2);
if (name === '--build') {
  const bundles = await bundleOrExit(entryNames.filter((entry) => entry !== 'bench'));
  for (const file of Object.values(bundles)) process.stdout.write(`${file}\n`);
} else {
  const file = (await bundleOrExit(NEEDS[name] ?? []))[name];
  if (!file) {
    process.stderr.write(`There is nothing to run as "${name}" in this version.\n`);
    process.exit(1);
  }
  // Those of other packages would be held in memory, thirteen megabytes, for traces that nobody reads.
  setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
  process.argv = [process.execPath, file, ...rest];
  await import(pathToFileURL(file).href);
}
