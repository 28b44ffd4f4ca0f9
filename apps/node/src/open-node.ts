import {
  type Clock,
  type Config,
  type Context,
  coreMigrations,
  createLogger,
  migrate,
  openDatabase,
  openFiles,
  openSecret,
  rewriteOnce,
  type Slice,
  settleIdentity,
} from '@joinery/core';
import { createFederation, type FederationNode } from '@joinery/federation';
import { followAgencyName, people, personByUri, personSummary, summaryOf } from '@joinery/slices/people';
import { slices as allSlices } from './slices.ts';

const peoplePort: Context['ports']['people'] = {
  byId: personSummary,
  byUri: async (reader, uri) => {
    const person = await personByUri(reader, uri);
    return person && person.deleted_at === null ? summaryOf(person) : null;
  },
};

export type NodeOptions = {
  slices?: Slice[];
  clock?: Clock;
  /** Where log lines go; standard error unless given. */
  log?: (line: string) => void;
};

/**
 * Opens what a node is made of, without serving anything: secret, database with the newest schema, identity, ports.
 * @param exclusive true for the server, false for the command line, which is a second process beside it
 * @throws in words
 */
export async function openNode(
  config: Config,
  exclusive: boolean,
  options: NodeOptions = {},
): Promise<{ context: Context; federation: FederationNode } & AsyncDisposable> {
  const slices = options.slices ?? allSlices;
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataFolder: config.dataFolder, exclusive });
  try {
    await migrate(db.writer, db.dialect, [...coreMigrations, ...slices.map((slice) => slice.migrations ?? {})]);
    const logger = createLogger(options.log ?? ((line) => process.stderr.write(`${line}\n`)), config.origin);
    if (exclusive) await rewriteOnce(db, logger);
    const federation = await createFederation({
      config,
      db,
      clock: options.clock ?? { now: () => new Date() },
      logger,
      secret: openSecret(config.secretFile),
      files: await openFiles(config),
      slices,
      ports: { people: peoplePort },
    });
    await settleIdentity(federation.context);
    // The server only: a command may run without the settings that name the agency.
    if (exclusive && slices.includes(people)) await followAgencyName(federation.context);
    return {
      context: federation.context,
      federation,
      [Symbol.asyncDispose]: async () => {
        await federation[Symbol.asyncDispose]();
        await db[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await db[Symbol.asyncDispose]();
    throw error;
  }
}
