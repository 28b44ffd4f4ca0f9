import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The C compiler of this machine, or undefined. */
const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Why nothing can be recorded here, or undefined when it can: for `describe.skipIf(recorderMissing)`. */
export const recorderMissing: string | undefined =
  process.platform !== 'linux' ? 'needs Linux' : compiler ? undefined : 'needs a C compiler';

/**
 * Compiles the recorder.
 * @param folder where the library is put
 * @returns its path, for LD_PRELOAD; see `recorder.c` for its settings
 */
export function buildRecorder(folder: string): string {
  if (!compiler) throw new Error('There is no C compiler: ask recorderMissing first');
  const library = join(folder, 'recorder.so');
  const source = join(import.meta.dirname, 'recorder.c');
  execFileSync(compiler, ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread']);
  return library;
}
