import type { Generated } from 'kysely';

export type LogTables = {
  /** One row: the number of the last event. The change counter that every process polls, and what puts commits in order. */
  log_head: { id: number; seq: number };
  log: {
    seq: number;
    id: string;
    stream: string;
    epoch: string;
    stream_seq: number;
    name: string;
    v: number;
    origin: string;
    data: string;
    at: string;
  };
  stream: { id: string; epoch: string; head: number /** Part of an address that cannot be guessed. */; token: string };
  /** Which node gets a stream, and how far it got. */
  subscription: {
    stream: string;
    origin: string;
    epoch: string;
    /** Last number the node has acknowledged. */
    acknowledged: number;
    /** Where it began: what had happened until then is history, and was not sent. */
    began_after: Generated<number>;
    created_at: string;
    /** Set when it left: what happened until then is still delivered. */
    ends_after: number | null;
  };
  lane_item: LaneItemRow;
  /** In which epoch other nodes speak that were restored. */
  host_epoch: { origin: string; epoch: string };
  /** How far each after-effect got. */
  log_reader: { name: string; seq: number };
};

/** An event that a node refused although it answers: stepped over by its lane, tried aside, parked after an hour. Gone from here once the node has it. */
export type LaneItemRow = {
  id: string;
  /** Node that refused it. */
  origin: string;
  stream: string;
  stream_seq: number;
  event_id: string;
  state: 'aside' | 'parked';
  attempts: number;
  retry_at: string;
  /** Stable code and one English sentence. */
  error: string;
  /** When it was refused first, or sent again by a person. */
  created_at: string;
};
