import type { Config } from './config.ts';
import type { Database } from './db/open.ts';
import type { Doors } from './doors.ts';
import type { Files } from './files/files.ts';
import type { Logger } from './logger.ts';
import type { Ports } from './ports.ts';
import type { Secret } from './secret.ts';
import type { Slice } from './slice.ts';

/** Where time comes from; injected so that tests own it. */
export type Clock = { now: () => Date };

/**
 * What lives as long as the node. Nine members; a tenth needs an ADR. Parts take what they need of it, not the whole.
 */
export type Context = {
  config: Config;
  db: Database;
  clock: Clock;
  doors: Doors;
  logger: Logger;
  secret: Secret;
  files: Files;
  slices: Slice[];
  ports: Ports;
};
