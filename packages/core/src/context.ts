import type { Config } from './config.ts';
import type { Database } from './db/open.ts';
import type { Doors } from './doors.ts';
import type { Logger } from './logger.ts';
import type { Ports } from './ports.ts';
import type { Secret } from './secret.ts';
import type { Slice } from './slice.ts';

/** Where time comes from; injected so that tests own it. */
export type Clock = { now: () => Date };

/**
 * What lives as long as the node. Eight members; a ninth needs an ADR. Parts take what they need of it, not the whole.
 * `secret` stands where `files` will join it: both hold what must never be in the database.
 */
export type Context = {
  config: Config;
  db: Database;
  clock: Clock;
  doors: Doors;
  logger: Logger;
  secret: Secret;
  slices: Slice[];
  ports: Ports;
};
