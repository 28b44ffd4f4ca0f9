import type { ByteRange } from './files/files.ts';
import type { JsonObject } from './json.ts';
import type { Reader } from './slice.ts';
import type { Work } from './work.ts';

/**
 * What an agreement with another node can cover. Only what works in this version is listed; a scope that a new version
 * brings is off for every existing partner.
 */
export const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
export type Scope = (typeof scopes)[number];

/** The scope that an agreement needs for a group. @param closed only its members read it */
export function scopeOfGroup(closed: boolean): Scope {
  return closed ? 'closed-groups' : 'open-groups';
}
export type Direction = 'in' | 'out' | 'both';

/** Whether, and why: the reason is shown by `joinery explain` and on the partners' pages. */
export type Decision = {
  allowed: boolean;
  reason:
    | 'allowed'
    /** No agreement of its own: the node of a closed group vouches for it, for reading in that group alone. */
    | 'introduced'
    | 'own_node'
    | 'not_listed'
    | 'proposed'
    | 'suspended'
    | 'blocked'
    | 'expired'
    | 'not_yet_valid'
    | 'scope_missing'
    | 'group_not_named'
    /** The group's label stands above the highest that the agreement covers. */
    | 'classification_too_high'
    /** Nobody here has said what the label of a group elsewhere means, so that it counts as the highest: it is withheld meanwhile, and nothing of it is lost. */
    | 'classification_unmapped'
    | 'wrong_direction'
    | 'key_changed'
    | 'list_unreadable'
    /** This node was restored from a backup, and nobody has confirmed that yet, or that node has not told what it holds of ours. */
    | 'quarantine'
    | 'bad_origin';
  /** The partner's agency, when the origin is listed. */
  agency?: string;
  /** Instant that decided (expiry, start), UTC. */
  since?: string;
};

/** Who may exchange what. Answered from memory: no query, usable inside a unit of work. */
export type Trust = {
  /**
   * @param origin of the other node, in any spelling
   * @param scope what is to be exchanged; null asks only whether there is an agreement in force
   * @param direction seen from here: `in` they send or we fetch, `out` we deliver or they fetch
   * @param group local id of the group concerned, for agreements on named groups
   */
  mayFederate: (origin: string, scope: Scope | null, direction: 'in' | 'out', group?: string) => Decision;
  /** As `mayReadClosed`; left out where nobody is ever introduced. */
  mayRead?: (origin: string, group: { id?: string | undefined; uri: string }, direction: 'in' | 'out') => Decision;
  /** Reads the list anew, for whoever must decide by what was committed last. Outside of units of work; left out where the list never changes. */
  refresh?: () => Promise<void>;
};

/**
 * Whether another node may read items of a closed group (`out`), or be read (`in`): by its own agreement, or because the group's node introduces it and introductions are
 * taken from there. Opens nothing else: no delivery, no discovery, no search.
 * @param group its address, and its local id where that is at hand: for agreements on named groups, and for its label
 */
export function mayReadClosed(
  trust: Trust,
  origin: string,
  group: { id?: string | undefined; uri: string },
  direction: 'in' | 'out',
): Decision {
  return trust.mayRead?.(origin, group, direction) ?? trust.mayFederate(origin, 'closed-groups', direction, group.id);
}

export type PeerSummary = {
  origin: string;
  agency: string | null;
  joinery: boolean;
  state: string;
  lastSuccessAt: string | null;
};

/** Known nodes and agencies. */
export type Peers = {
  /** Origins with an agreement in force and this scope. */
  allowed: (scope: Scope | null) => string[];
  summary: (db: Reader, origin: string) => Promise<PeerSummary | null>;
  /** What waits for a node is tried now, and what it refused of an event is sent once more. */
  tryNow: (work: Work, origin: string, event: string | null) => Promise<void>;
};

/**
 * Whether the host of a closed group elsewhere confirms that somebody here is a member; `away` when it does not answer just now. With what it says of the people here: whether one of them runs
 * the group, and whether one of them began a thread for a part of it (of the newest 24 such threads).
 */
export type Lease =
  | { state: 'held'; version: number; from: number; runs: boolean; began: (thread: string) => boolean }
  | { state: 'refused' | 'away' };

/** What came of asking for an item of a closed group at its author's node. */
export type Referenced = { state: 'found'; document: JsonObject } | { state: 'gone' | 'refused' | 'away' };

/** Addresses of other nodes. Network: never inside a unit of work. */
export type Actors = {
  /**
   * Finds the thing behind a link or handle (`@group@node`), here or elsewhere; fetches and saves it when it is unknown or older
   * than `maximumAgeSeconds`.
   * @param options.mayCome whether what is here is there for whoever asks. What is hidden from them is as unknown: it is asked for at its node, and is not found
   * @throws {Refusal} not_found, no_agreement (names the node), unavailable, bad_request
   */
  resolve: (
    reference: string,
    options?: { maximumAgeSeconds?: number; mayCome?: (found: { kind: string; id: string }) => Promise<boolean> },
  ) => Promise<{ kind: string; id: string; uri: string }>;
  /** Brings the newest topics of a remote group, and the replies of a remote topic, when they are not here yet. */
  history: (uri: string, wanted: 'topics' | 'replies' | 'more') => Promise<{ complete: boolean; fetched: number }>;
  /**
   * Reads which groups a Joinery node lists for this one, and saves them.
   * @returns local ids, and whether the list was read to its end
   * @throws {Refusal} no_agreement (here or there), not_found when it tells no list, unavailable
   */
  listedGroups: (origin: string) => Promise<{ groups: string[]; complete: boolean }>;
  /** What is at this address was brought here by other means than an activity: whatever was received and waited for it goes on. */
  arrived: (uri: string) => Promise<void>;
};

/** Closed groups of other nodes. Network: never inside a unit of work. */
export type ClosedGroups = {
  /** Renews the token of a group, which nobody but this process ever sees. @param group its address */
  lease: (group: string) => Promise<Lease>;
  /**
   * The token of a group, renewed in time; null while it cannot be had.
   * @param refused one that opened nothing just now: another is given in its place, or null when it was as good as new
   */
  token: (group: string, refused?: string) => Promise<string | null>;
  /** The group says that it has other keys: they are read at its address. Open groups as well. */
  renewKey: (group: string) => Promise<void>;
  /** Nobody here is in the group any more. */
  forget: (group: string) => Promise<void>;
  /** Reads an item at its author's node, with the group's token where that is another one. Nothing is stored. */
  reference: (uri: string, group: { id: string; uri: string }) => Promise<Referenced>;
  /**
   * Tells a node that its items of a group were dropped here.
   * @param dropped.item address of the one item that it is about; without it all of the group
   * @returns false when it cannot take that now
   */
  receipt: (
    origin: string,
    dropped: { group: string; version: number; items: number; item?: string },
  ) => Promise<boolean>;
  /**
   * Asks a node to drop what it may not keep of a closed group, or one item that was deleted, and to say so.
   * @returns false when it cannot take that now
   */
  ask: (origin: string, about: { group: string; item: string | null }) => Promise<boolean>;
};

/** Somebody here would like an agreement with another node. */
export type Ask = {
  id: string;
  /** Local id of who asked. */
  person: string;
  /** The node that there is no agreement with. */
  origin: string;
  /** Address of the group that the person wanted to see, when it was about one. */
  group: string | null;
  reason: string;
  state: 'open' | 'agreed' | 'declined';
  /** What the federation officer says to the person; null until there is an answer, and where there is nothing to say. */
  answer: string | null;
  askedAt: string;
  answeredAt: string | null;
  /** Whether their node has said that it allows ours: an agreement of one side opens nothing. Other software never says so. */
  confirmed: boolean;
};

/**
 * "Ask for it": people ask for an agreement, the federation officer answers. The answer is the event `partner.ask_answered`; an agreement with the
 * node answers all that were open by itself.
 */
export type Asks = {
  /**
   * Asks, or changes the reason of what is still open; what was declined may be asked again.
   * @param input.origin of the other node, in any spelling
   * @param input.group address of the group wanted, on that node
   * @throws {Refusal} invalid (no node, no reason, our own node), conflict (there is an agreement already), too_many
   */
  ask: (work: Work, input: { person: string; origin: string; group?: string | null; reason: string }) => Promise<Ask>;
  byId: (db: Reader, id: string) => Promise<Ask | null>;
  /** What a person asked for, newest first. */
  of: (db: Reader, person: string) => Promise<Ask[]>;
  /** How many people wait for an answer about a node: shown to others before they ask too. @param origin in canonical form */
  waiting: (db: Reader, origin: string) => Promise<number>;
};

/** What slices may know of an entry of the allow-list, to tell those who decide about it. */
export type Agreement = {
  partner: string;
  agency: string;
  /** The instant after its last day; null without an end. */
  expiresAt: string | null;
  /** How much is exchanged under it. */
  use: { groups: number; people: number; items: number };
};

/** What a slice may know of people without importing the people slice. */
export type PersonSummary = {
  id: string;
  uri: string;
  name: string;
  handle: string;
  agency: string;
  language: string;
  timeZone: string;
  /** Of no agency of this node, and here for a while: sees only what they were invited to. */
  guest: boolean;
};

/** Bytes of files that lie at other nodes. Network: never inside a unit of work. */
export type RemoteFiles = {
  /**
   * Asks the home of a file for a part of it, as this node.
   * @param uri address of the file at its home
   * @param group address of the closed group elsewhere that what it hangs on belongs to: its token goes along. Null for others
   * @returns its bytes as they come, which end the connection when they are not read on; `away`: that node does not answer just now; `asked`: false when this node has nothing to do with it
   */
  read: (
    uri: string,
    range: ByteRange,
    group: string | null,
  ) => Promise<
    { ok: true; body: AsyncIterable<Uint8Array> } | { ok: false; away: boolean; asked: boolean; detail: string }
  >;
  /** Since when a node does not answer, as far as is known here: an instant, or null while it does. */
  awaySince: (db: Reader, origin: string) => Promise<string | null>;
};

/** Owners of closed groups here decide whether the nodes of their members are introduced to each other. */
export type Introductions = {
  /** @param group its address */
  isOn: (db: Reader, group: string) => Promise<boolean>;
  /** The group's nodes are told. Who may is decided before. */
  set: (work: Work, group: { id: string; uri: string }, on: boolean) => Promise<void>;
};

export type Ports = {
  files: RemoteFiles;
  trust: Trust;
  peers: Peers;
  actors: Actors;
  closedGroups: ClosedGroups;
  asks: Asks;
  introductions: Introductions;
  /** @param partner local id of the entry */
  agreements: { byId: (db: Reader, partner: string) => Promise<Agreement | null> };
  people: {
    byId: (db: Reader, id: string) => Promise<PersonSummary | null>;
    byUri: (db: Reader, uri: string) => Promise<PersonSummary | null>;
  };
};

/** Who asks to read. One closed union, used by every `mayRead`. */
export type Requester =
  | { kind: 'nobody' }
  | { kind: 'person'; person: string; administrator: boolean; guest: boolean }
  /** Another node, proven by its signature; `trust` decides about the one thing that is asked for (agreements on named groups). */
  | {
      kind: 'peer';
      /** This node asks itself in that node's place, to show what it gets (the proof): that is no visit, and noted nowhere. */
      trial?: true;
      origin: string;
      actor: string;
      trust: Trust;
      /**
       * What the actor token of the request proves about a closed group: that the group's node counts a member at this one.
       * @param group address of the group that the item belongs to, by our own row: tokens of others prove nothing
       * @param least the membership version that still counts, in the epoch of the group's node in which it was said; null where none was ever raised
       * @returns null without a token that holds
       */
      token?: (
        group: string,
        least: { epoch: string; version: number } | null,
      ) => Promise<{ version: number; from: number; runs?: boolean; began?: (thread: string) => boolean } | null>;
    }
  /** This node's own work: building activities, exports. */
  | { kind: 'node' };
