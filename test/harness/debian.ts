import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A program that no package of the registry has: its command, where Debian keeps it, and the packages that hold it and its libraries. */
export type DebianProgram = { command: string; path: string; packages: readonly string[] };
/** Where it is on this machine, and what it must be told to find its own files. */
export type FoundProgram = { file: string; folder: string | null; environment: Record<string, string> };

const kept = resolve(import.meta.dirname, '../../.cache/debian');

/**
 * A program as it is installed here, or, where the checks run, taken from Debian's packages and unpacked in `.cache`; nothing is installed.
 * @returns null where there is none to be had
 */
export function findProgram({ command, path, packages }: DebianProgram): FoundProgram | null {
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin'].map((folder) =>
    join(folder, command),
  );
  const installed = places.find((file) => existsSync(file));
  if (installed) return { file: installed, folder: null, environment: {} };
  const folder = join(kept, command);
  const file = join(folder, path);
  if (!existsSync(file) && process.env.CI === 'true') unpack(folder, packages);
  if (!existsSync(file)) return null;
  const libraries = globSync('{usr/,}lib/*-linux-gnu{,/systemd}', { cwd: folder }).map((found) => join(folder, found));
  return { file, folder, environment: { LD_LIBRARY_PATH: libraries.join(':') } };
}

/** One at a time, since apt's lists have one lock: another test may be waiting for another program. */
function unpack(folder: string, packages: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const script = `
    apt-get download "$@" || { apt-get update && apt-get download "$@"; } || exit 1
    for file in *.deb; do dpkg -x "$file" . && rm "$file"; done`;
  try {
    const words = [join(kept, 'lock'), 'sh', '-c', script, 'sh', ...packages];
    execFileSync('flock', words, { stdio: 'ignore', timeout: 60_000, cwd: folder });
  } catch {
    // Then there is none to be had, and its tests say so.
  }
}
