import type { Context } from './context.ts';
import type { JsonObject } from './json.ts';
import type { EventName, LogEvent } from './log/events.ts';
import type { Requester } from './ports.ts';
import type { Reader } from './slice.ts';
import type { Work } from './work.ts';

/** Context URL list and members of one activity or object, plain JSON (ActivityStreams 2.0). */
export type ActivityDocument = JsonObject;

/**
 * The mapping between a slice's events and activities: pure, plain JSON. The only place that knows ActivityStreams words.
 */
export type Activities = {
  /**
   * What leaves. Built when it is sent, from the present state: a deleted object becomes a Tombstone.
   * Answers null when there is nothing (any more) to say: the place in the stream is then kept by a withheld marker. Other software sometimes
   * needs the same thing told in two ways: then a list, each with an id of its own.
   */
  toActivity?: {
    [E in EventName]?: (
      outgoing: Outgoing,
      event: LogEvent<E>,
    ) => Promise<ActivityDocument | ActivityDocument[] | null>;
  };
  /**
   * What may be fetched at the address of an activity that is told by reference, and by whom. Undefined: this one is not told so, and its stream's rule holds; null: there is
   * nothing for this node.
   */
  fetchable?: {
    [E in EventName]?: (
      outgoing: Outgoing,
      event: LogEvent<E>,
      requester: Extract<Requester, { kind: 'peer' }>,
    ) => Promise<ActivityDocument | null | undefined>;
  };
  /** Events on a group's stream that only other software is told of one by one; a Joinery peer gets their sum in another way, and nothing in their place. */
  othersOnly?: EventName[];
  /** What arrives, in order of asking: the first handler that does not answer null has taken it. */
  handlers?: InboundHandler[];
};

/** What `toActivity` may use: the reader, our origin, and the address the activity will have. */
export type Outgoing = {
  db: Reader;
  /** Our own origin, for addresses. */
  origin: string;
  /** Address of the activity: goes in as `id`. */
  id: string;
  /** Origin of the peer it is built for, and whether that speaks Joinery's extensions; one activity is cached per kind. */
  joineryPeer: boolean;
  /** On the stream of a closed group: the node it is for, where that reads only from a number on. */
  reader?: { origin: string; from: number };
};

/** An activity whose sender is proven. */
export type Inbound = {
  id: string;
  type: string;
  /** Whoever did it: proven by HTTP signature, by FEP-8b32 proof, or by fetching it at its origin. */
  actor: string;
  /** Origin of `actor`. */
  origin: string;
  activity: ActivityDocument;
  /** Address of the group that announced it, when it came inside an `Announce`; that group's node is then the sender. */
  through: string | null;
  /** How far the content may be believed: proven, or a copy that still waits for a check at its origin. */
  verified: 'signature' | 'proof' | 'origin' | 'unchecked';
  /** The text that arrived, when it must be passed on byte for byte. */
  text: string;
};

export type InboundHandler = {
  /** Activity types it takes (`Follow`, `Create`, …). */
  types: string[];
  /**
   * Addresses that must be known here before `apply`: fetched through the peers' door (outside any transaction) and saved
   * by the `objects` of the slices. What may not be fetched is left out: `apply` decides.
   */
  needs?: (inbound: Inbound) => string[];
  /**
   * Writes the effect. Answers null when the activity is not its business.
   * @throws {Refusal} a domain refusal: becomes `Reject{activity id}` with the code
   */
  apply: (work: Work, inbound: Inbound) => Promise<InboundOutcome | null>;
};

export type InboundOutcome =
  | { state: 'applied' }
  /** Understood, and rightly without effect (a duplicate, an old Update). */
  | { state: 'ignored'; why: string }
  /** Must wait until this address is known or changed: applied again then. */
  | { state: 'waiting'; uri: string };

/** A kind of thing that has an address. */
export type ObjectKind = {
  /** First segment of its addresses: `groups` for /groups/<id>. */
  path: string;
  /** The thing behind an id or uri, local or remote; undefined when there is none. */
  load: (db: Reader, by: { id: string } | { uri: string }) => Promise<StoredObject | undefined>;
  /** Used by pages, API, ActivityStreams, media, search, feeds and previews alike. */
  mayRead: (db: Reader, requester: Requester, object: StoredObject) => Promise<boolean>;
  /** The group that it is or belongs to, and whether only members read that: decides which scope an agreement needs for it. */
  groupOf?: (db: Reader, object: StoredObject) => Promise<{ id: string; uri: string; closed: boolean } | undefined>;
  /** ActivityStreams document of a local thing, plain JSON without proof. Undefined: it has none (any more). */
  toDocument?: (outgoing: Omit<Outgoing, 'id'>, object: StoredObject) => Promise<ActivityDocument | undefined>;
  /** Whether WebFinger tells anybody, stranger or not, that it exists: listed groups that are not closed, people who have posted in them. */
  isDiscoverable?: (db: Reader, object: StoredObject) => Promise<boolean>;
  /** For closed things of this node: what another node may be granted for a while, and a note of when that ends. The same statements for every id. */
  grant?: {
    to: (
      db: Reader,
      requester: Extract<Requester, { kind: 'peer' }>,
      id: string,
    ) => Promise<{ version: number; from: number; runs: boolean; began: string[] } | null>;
    /** Number of the first item that a node may read; 0 for all. */
    from: (db: Reader, id: string, origin: string) => Promise<number>;
    note: (work: Work, id: string, origin: string, endsAt: string) => Promise<void>;
  };
  /** Another node that may read it is about to be given it: noted before the answer goes, so that an author can see who has it. */
  noteFetch?: (context: Context, id: string, origin: string) => Promise<void>;
  /** ActivityStreams types that `saveRemote` takes. */
  remoteTypes?: string[];
  /**
   * Stores or refreshes a remote thing from a document that was fetched at its own address (or is proven).
   * @returns local id
   */
  saveRemote?: (
    work: Work,
    document: ActivityDocument,
    how: { fetchedAt: string; verified: Inbound['verified'] },
  ) => Promise<string>;
};

/** A page of items, newest first unless said. */
export type CollectionKind = {
  /** `path` of the object it belongs to, and its own last segment: `groups`, `followers`; `node` for a collection of the server actor, whose items are shown whole. */
  of: string;
  name: string;
  /** Who may read it: the object's own rule unless given. */
  mayRead?: (db: Reader, requester: Requester, object: StoredObject) => Promise<boolean>;
  ordered: boolean;
  page: (
    outgoing: Omit<Outgoing, 'id'>,
    object: StoredObject,
    requester: Requester,
    cursor: string | null,
  ) => Promise<{
    items: (JsonObject | string)[];
    next: string | null;
    total?: number /** uri of whom it belongs to: the object unless given. */;
    owner?: string;
  }>;
  /** For an owner elsewhere: where its host keeps this collection, when that is not told by the owner's own document. */
  source?: (db: Reader, owner: StoredObject) => Promise<string | null>;
  /**
   * Takes in what the host of an owner elsewhere keeps in this collection: history, never news.
   * @returns how many things were new here
   */
  remember?: (work: Work, owner: StoredObject, items: CollectedItem[]) => Promise<number>;
  /**
   * Takes in whom the host of an owner elsewhere names in this collection.
   * @param people uris of people known here, in the host's order
   */
  rememberPeople?: (work: Work, owner: StoredObject, people: string[]) => Promise<void>;
};

/** An item of a host's collection: an object (its id alone when it was fetched and saved), or an activity around it. */
export type CollectedItem = {
  item: ActivityDocument;
  /** How far the innermost object may be believed. */
  verified: Inbound['verified'];
  /** The author's activity as text, when there is one. */
  text: string | null;
};

/** The least that federation must know of a thing. */
export type StoredObject = {
  id: string;
  uri: string;
  /** True when this node is its home. */
  local: boolean;
  /** Erased or deleted things answer 410 with a Tombstone. */
  deletedAt: string | null;
  /** ActivityStreams type: Person, Group, Article, Note … */
  type: string;
  /** For actors. */
  handle?: string;
  /** For actors elsewhere: the inbox shared with others there, or their own. */
  inbox?: string | null;
};
