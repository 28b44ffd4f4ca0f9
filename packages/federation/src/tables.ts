/** Another node, as the lanes and doors know it. Whether anything may be exchanged with it is the allow-list's business. */
export type PeerRow = {
  origin: string;
  /** Where to deliver: the shared inbox, or an actor's own where there is none. */
  inbox: string | null;
  /** 1 when that is a shared inbox: one delivery reaches everybody there. */
  shared: number;
  /** Name of the software by NodeInfo. */
  software: string | null;
  /** 1 when it understands our extensions. */
  joinery: number;
  /** Lane: working; waiting for `retry_at`; halted while there is no inbox or a setting is wrong (tried again daily). */
  lane: 'open' | 'waiting' | 'halted';
  retry_at: string | null;
  attempts: number;
  failing_since: string | null;
  /** Since when it answers 401 or 403: a clock, or a decision at the other side. */
  refused_since: string | null;
  last_success_at: string | null;
  /** Last time it sent us something that was proven. */
  last_contact_at: string | null;
  /** Stable code and one English sentence. */
  last_error: string | null;
  /** Which form of signature it takes. */
  signature_form: 'rfc9421' | 'draft-cavage';
  checked_at: string | null;
};

/** One activity received: the proof that it was taken, and the text until it has been applied. */
export type LedgerRow = {
  /** Address of the activity. */
  id: string;
  /** Origin that is answerable: sender of the outermost activity. */
  origin: string;
  actor: string;
  type: string;
  /** Address of the thing it is about: tells a repetition from another activity under the same address. */
  object: string | null;
  /** What arrived, until it has been applied. */
  text: string | null;
  state: 'received' | 'applied' | 'ignored' | 'refused' | 'waiting' | 'parked';
  /** Why it was refused, ignored or parked. */
  code: string | null;
  verified: 'signature' | 'proof' | 'origin' | 'unchecked';
  stream: string | null;
  epoch: string | null;
  sequence: number | null;
  waits_for: string | null;
  attempts: number;
  received_at: string;
  applied_at: string | null;
};

/** How far this node got in a stream of another node. */
export type PeerStreamRow = {
  origin: string;
  /** Opaque address, as the sender gives it. */
  stream: string;
  epoch: string;
  /** Last number applied; all before it are applied too. */
  position: number;
  /** Last number that the sender said it has. */
  head: number;
};

/** A public key of an actor elsewhere. */
type RemoteKeyRow = {
  /** Address of the key. */
  id: string;
  owner: string;
  /** SPKI as PEM. */
  public: string;
  /** Address of the group that vouched for it; null when it was fetched from its owner's node. */
  through: string | null;
  fetched_at: string;
  /** When its owner's document named it no more: from then on it proves nothing that arrives. */
  ended_at: string | null;
};

/** A connection that this node made or tried; the newest hundred are kept. */
export type OutboundRow = {
  id: string;
  at: string;
  method: string;
  /** Without query, which may hold what only the other node should know. */
  url: string;
  /** Why, as the caller of the door said. */
  purpose: string;
  /** `ok`, or the code of the fault. */
  outcome: string;
  status: number | null;
  milliseconds: number;
};

/** Key of a closed group elsewhere, pinned with its first token. */
type GroupKeyRow = { group_uri: string; public: string; pinned_at: string };

declare module '@joinery/core' {
  interface Schema {
    group_key: GroupKeyRow;
    peer: PeerRow;
    ledger: LedgerRow;
    peer_stream: PeerStreamRow;
    remote_key: RemoteKeyRow;
    outbound: OutboundRow;
  }
}
