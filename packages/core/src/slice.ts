import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import type { Restored } from './backup/quarantine.ts';
import type { Context } from './context.ts';
import type { Migrations } from './db/migrate.ts';
import type { Schema } from './db/schema.ts';
import type { Asset } from './http/assets.ts';
import type { Environment, Visitor } from './http/environment.ts';
import type { JsonObject } from './json.ts';
import type { EventName, Events, LogEvent } from './log/events.ts';
import type { Requester } from './ports.ts';
import type { Searchable } from './search.ts';
import type { Work } from './work.ts';

/** A reader: the page's `query_only` connection, or the transaction of a unit of work. */
export type Reader = Kysely<Schema> | Transaction<Schema>;

/**
 * A capability: one folder, one object, one line in `apps/node/src/slices.ts`. See docs/howto/add-a-slice.md.
 * Leave a member out when it would be empty.
 */
export type Slice = {
  /** Prefix of its tables, folder name, and the first word of its events. */
  name: string;
  migrations?: Migrations;
  events?: EventDefinitions;
  /** Pages. Called once per process; the node is found by host name in each request. */
  routes?: (app: Hono<Environment>) => void;
  /**
   * Addresses that other programs post to on their own: no session, no token of a form. Whoever calls is proven by what is sent.
   */
  callbacks?: (app: Hono<Environment>) => void;
  /** REST under /api/v1, with zod schemas that become the OpenAPI document. */
  api?: (api: OpenAPIHono<Environment>) => void;
  commands?: Command[];
  /** After-effects of log rows, its own or others': run in order, each exactly once, in a unit of work of their own. */
  on?: AfterEffects;
  activities?: Activities;
  objects?: ObjectKind[];
  /** Collections below an object's address, its own or another slice's (`/groups/<id>/outbox` is filled by posts). */
  collections?: CollectionKind[];
  navigation?: NavigationEntry[];
  /** Its pages for administrators and federation officers: listed on one page, and beside each other on each of them. */
  administration?: AdministrationEntry[];
  /** Marks in the header of every page, beside the account: few, and only for what may need somebody wherever they are. */
  headerMarks?: HeaderMark[];
  /**
   * Beginnings of paths whose POST is proven by the address itself, made by this node for one purpose (RFC 8058): it needs neither session nor token, and the
   * route uses neither.
   */
  signedPaths?: string[];
  /** Kinds of its things that files hang on. */
  fileHolders?: FileHolder[];
  /** Paths of its forms that carry files too large for memory: they are written to disk as they come (`SentForm.arrived`). */
  fileForms?: RegExp[];
  /** What of it can be found, one for each kind of thing. */
  search?: Searchable[];
  /** The box in the header of every page, which asks for a page by `?q=`. The first slice that has one fills it. */
  searchBox?: { action: string; label: (language: string) => string; show: (visitor: Visitor | null) => boolean };
  /** What it adds to places that other pages offer. */
  panels?: Panel[];
  /** What of it is exchanged with another node, per group: shown before an agreement with that node is changed. */
  exchanged?: (db: Reader, origin: string) => Promise<Exchanged[]>;
  /**
   * Activities with which people of another node took back what was here, as they came, the last first, at most 1,000: that node gets them again when it was
   * restored from a backup that does not know of them.
   */
  takenBack?: (db: Reader, origin: string) => Promise<string[]>;
  /** Groups of this node that an agreement opens to another one, whether or not anybody there takes part yet. */
  shareable?: (db: Reader) => Promise<{ group: string; name: string; closed: boolean }[]>;
  /** Who takes part in groups across nodes: compared with each peer from time to time, and mended. */
  participation?: Participation;
  /** How pages of the node look, where its agency has chosen; asked for every page, so answered from memory. One slice at most offers it. */
  houseStyle?: (context: Context) => Promise<HouseStyle | null>;
  /** How somebody silences a group, for pages that show a group in a way of their own. One slice at most offers it. */
  silence?: {
    /** Whether they hear nothing of it any more, neither on a page nor by mail. */
    holds: (db: Reader, person: string, group: string) => Promise<boolean>;
    set: (work: Work, input: { person: string; group: string; silent: boolean }) => Promise<void>;
  };
  /** How much is new to a person in each of their groups, or in one, by local id; counts of several slices are added up. */
  newIn?: (context: Context, person: string, group?: string) => Promise<Map<string, number>>;
  /** How it is, as far as this slice knows: the page about the node's health, and `/readyz` for a monitor on the same machine. */
  checks?: (context: Context, language: 'en' | 'nl') => Promise<HealthCheck[]>;
  /** What administrators must know whatever page they read. */
  notices?: (context: Context, language: 'en' | 'nl') => Promise<AdministratorNotice[]>;
  /**
   * Whether what a guest may see here leads them to somebody, by local id: somebody they share a group with, for example. Guests have no list of people, and know
   * only whom one slice leads them to.
   */
  acquainted?: (db: Reader, guest: string, person: string) => Promise<boolean>;
  /** Background work: name → handler. Enqueued with `enqueueJob`. */
  jobs?: Record<string, (context: Context, data: JsonObject) => Promise<void>>;
  /**
   * Ends what may have been withdrawn after the backup that this node was restored from, when its administrator says that this is unknown: rights, ways in and
   * wishes that nobody but this node knew of. In the unit of work of the decision, so in few statements; slices that build on others come first.
   */
  chooseAnew?: (work: Work, restored: Restored) => Promise<void>;
  /** Names of its jobs that run once after a restore: they make anew what a backup leaves out. */
  jobsAfterRestore?: string[];
  /** Exact addresses outside the federation that it needs: the door to services opens for these and nothing else. */
  services?: (db: Reader) => Promise<string[]>;
  /**
   * Whether an identity provider still vouches for whoever signed in with it (`session.grant_id`). Asked at every request; the slice
   * remembers the answer for a while. Ends the access itself when the provider does not.
   */
  confirmGrant?: (context: Context, grant: string) => Promise<boolean>;
  /** Whether an identity provider alone decides who comes into an account: see `providerDecides`. */
  providerDecides?: (db: Reader, account: string) => Promise<boolean>;
};

/** Addresses that go into a page's head and header, and the files behind them, those of the looks just before among them. */
export type HouseStyle = {
  stylesheetHref: string;
  logo: { href: string; alt: string } | null;
  files: ReadonlyMap<string, Asset>;
};

/**
 * A kind of thing that files hang on: they are read by the same rule as what they hang on, asked for at every request, and their address ends with it.
 */
export type FileHolder = {
  /** As `files_file.holder_kind`: `posts`. */
  kind: string;
  /** Whether somebody may read the files of a thing. False for what is not there. */
  mayRead: (db: Reader, requester: Requester, id: string) => Promise<boolean>;
  /** A file that waited for the virus scanner can be read from now on, or was infected and is gone: whoever was told of the thing is told anew. */
  onChanged?: (work: Work, id: string) => Promise<void>;
};

/** One thing that was looked at, in the reader's words. */
export type HealthCheck = {
  /** Stable, for monitors: `lanes`. */
  name: string;
  /** `attention` should be mended by a person, with `broken` the node cannot do its work. */
  state: 'good' | 'attention' | 'broken';
  title: string;
  /** What is so. */
  says: string;
  /** A number behind it that a monitor can follow. */
  figure?: number;
  /** What to do about it. */
  mend?: string;
  /** Where that can be done, or seen. */
  link?: { href: string; text: string };
};

export type AdministratorNotice = {
  kind: 'info' | 'warning' | 'danger';
  text: string;
  link?: { href: string; text: string };
};

/**
 * People of one node who take part (members and followers) in groups of another, as each of the two nodes knows it: compared by digest (FEP-8fcf), so that a
 * lost answer or an older database does not leave the two apart for ever.
 */
export type Participation = {
  /** Groups of this node that another node gets, or got, with its people in them; `stream` carries the group there. */
  here: (db: Reader, origin: string) => Promise<(SharedGroup & { stream: string })[]>;
  /** Groups of another node in which people of this node take part, as far as is known here. */
  there: (db: Reader, origin: string) => Promise<SharedGroup[]>;
  /**
   * The group's node knows of other participants than this one, for the second time in a row: mends what is known here, or asks again.
   * @param people uris of those of this node who take part, as the group's node says
   */
  repair: (work: Work, group: string, people: string[]) => Promise<void>;
};

/** Addresses of a group, of its followers collection, and of the people of one node who take part. */
export type SharedGroup = { group: string; followers: string; people: string[] };

/** A slice's part of what is exchanged with a node in one group; parts of several slices are added up. */
export type Exchanged = {
  /** Local id of the group, whose home is here or there. */
  group: string;
  /** Left out for a group that only its members may know of. */
  name?: string;
  /** Whether only its members read it; told with its name and people. */
  closed?: boolean;
  /** Local ids of people of either node who take part. */
  people?: string[];
  /** Number of things exchanged. */
  items?: number;
};

/** Name → version and schema of `data`. Ids and revision numbers only: never bodies, titles or names. */
export type EventDefinitions = { [E in EventName]?: { v: number; data: z.ZodType<Events[E]> } };

export type AfterEffects = { [E in EventName]?: (work: Work, event: LogEvent<E>) => Promise<void> };

/** One entry of the main navigation. `label` answers in the visitor's language. */
export type NavigationEntry = {
  href: string;
  order: number;
  label: (language: string) => string;
  show: (visitor: Visitor | null) => boolean;
};

/** One page of the administration, below `/administration/`. */
export type AdministrationEntry = {
  href: string;
  /** The heading it stands under. */
  part: 'people' | 'partners' | 'node';
  order: number;
  label: (language: string) => string;
  /** What it is for, in a sentence. */
  says: (language: string) => string;
  show: (visitor: Visitor) => boolean;
  /** Pages below it that people come for. */
  also?: (language: string) => { href: string; text: string }[];
  /** How it stands, where that is worth a word: asked for on the page that lists them all. */
  state?: (
    context: Context,
    language: string,
  ) => Promise<{ tone: 'neutral' | 'info' | 'success' | 'warning' | 'danger'; text: string } | null>;
};

/** A link in the header with a number. Asked for on every page of somebody who is signed in: one small query. */
export type HeaderMark = {
  href: string;
  order: number;
  /** Name of a drawing of the ui package. */
  icon: 'bell' | 'comment';
  /** `label` says all of it in the visitor's language, the number included; `count` is drawn, nothing when null. */
  render: (context: Context, visitor: Visitor, language: string) => Promise<{ label: string; count: string | null }>;
};

/**
 * Something a slice shows on another slice's page. `place` belongs to the page that offers it. At `sign-in` the subject's id is the
 * path to go on to afterwards; `no-account` is below it, for those who cannot sign in.
 */
export type Panel = {
  place:
    | 'home'
    | 'group'
    | 'person'
    | 'administration'
    | 'compose'
    | 'sign-in'
    | 'no-account'
    | 'profile'
    | 'people'
    | 'new-person'
    | 'managed-person';
  order: number;
  /** A hono/jsx node; null when it has nothing to show. */
  render: (
    context: Context,
    visitor: Visitor | null,
    subject: { id: string } | null,
    language: string,
    /** For forms in it. */
    csrf: string,
  ) => Promise<unknown>;
};

/** One command of the command line. It talks to the database of a node that may be running. */
export type Command = {
  /** For example `person add`. */
  name: string;
  summary: string;
  /** Positional arguments, in order; a name in [brackets] is optional. */
  arguments?: string[];
  options?: { name: string; value?: string; description: string; required?: boolean }[];
  /** Answers what it made or changed: printed as JSON with `--json`, otherwise by `say`. Throws a Refusal to fail. */
  run: (context: Context, input: CommandInput) => Promise<CommandAnswer>;
};
export type CommandInput = { arguments: string[]; options: Record<string, string | boolean | undefined> };
export type CommandAnswer = { json: unknown; say: string };

/* ------------------------------------------------------------------------------------------------ federation */

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
  groupOf?: (db: Reader, object: StoredObject) => Promise<{ id: string; closed: boolean } | undefined>;
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
    ) => Promise<{ version: number; from: number } | null>;
    note: (work: Work, id: string, origin: string, endsAt: string) => Promise<void>;
  };
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
