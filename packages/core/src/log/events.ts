/**
 * Everything that can happen, by name, with its `data`: ids and revision numbers, never bodies, titles or names.
 * Slices extend it: `declare module '@joinery/core' { interface Events { 'group.created': { group: string } } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: extended by declaration merging
export interface Events {}

export type EventName = Extract<keyof Events, string>;

/** One row of the log, read back. */
export type LogEvent<E extends EventName = EventName> = {
  /** Order of commits on this node; dense. */
  seq: number;
  /** UUIDv7; the activity made of this event is `<origin>/activities/<id>`. */
  id: string;
  stream: string;
  epoch: string;
  streamSeq: number;
  name: E;
  v: number;
  /** `local`, or the origin of the node that caused it. */
  origin: string;
  data: Events[E];
  at: string;
};

/**
 * Names of streams. A stream is what all its subscribers get, whole and in order; nothing may assume order between streams.
 * `local` has no subscribers: what only this node's after-effects want to know.
 */
export const streams = {
  local: 'local',
  group: (id: string) => `group:${id}`,
  /** What a closed group tells the nodes of its members. */
  members: (group: string) => `group:${group}/members`,
  facilitators: (group: string) => `group:${group}/facilitators`,
  node: (origin: string) => `node:${origin}`,
} as const;
