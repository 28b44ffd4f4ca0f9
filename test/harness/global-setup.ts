import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type PostgresState, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresState;
  }
}

/** Starts what all test files of a run share, and gives the function that stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { bundle } = (await import(
    pathToFileURL(resolve(import.meta.dirname, '../../deploy/boot/bundle.mjs')).href
  )) as {
    bundle: (names: string[]) => Promise<Record<string, string>>;
  };
  const [server] = await Promise.all([startPostgres(), bundle(['browser'])]);
  if (server.state.missing) console.warn(`Tests on PostgreSQL are skipped: ${server.state.missing}`);
  project.provide('postgres', server.state);
  return async () => server[Symbol.asyncDispose]();
}
