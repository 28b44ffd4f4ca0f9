import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestProject } from 'vitest/node';
import { makeMemoryFolder } from './memory-folder.ts';
import { type PostgresState, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresState;
    /** Where a run keeps what its files share: see `store.ts`. */
    shared: string;
  }
}

/** Starts what all test files of a run share, and gives the function that stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = makeMemoryFolder() ?? mkdtempSync(join(tmpdir(), 'joinery-tests-'));
  // What tests and the processes that they start make by themselves lies there too, and is gone with it.
  process.env.TMPDIR = folder;
  const { bundle } = (await import(
    pathToFileURL(resolve(import.meta.dirname, '../../deploy/boot/bundle.mjs')).href
  )) as {
    bundle: (names: string[]) => Promise<Record<string, string>>;
  };
  const [server] = await Promise.all([startPostgres(), bundle(['browser'])]);
  if (server.state.missing) console.warn(`Tests on PostgreSQL are skipped: ${server.state.missing}`);
  project.provide('postgres', server.state);
  project.provide('shared', folder);
  return async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
}
