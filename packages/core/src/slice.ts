import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import type { Kysely, Transaction } from 'kysely';
import type { Restored } from './backup/quarantine.ts';
import type { WithheldRule } from './backup/withheld.ts';
import type { Context } from './context.ts';
import type { Migrations } from './db/migrate.ts';
import type { Schema } from './db/schema.ts';
import type { Environment, Visitor } from './http/environment.ts';
import type { JsonObject } from './json.ts';
import type { Searchable } from './search.ts';
import type { Activities, CollectionKind, ObjectKind } from './slice-federation.ts';
import type {
  AdministrationEntry,
  AdministratorNotice,
  AfterEffects,
  Command,
  EventDefinitions,
  Exchanged,
  FileHolder,
  HeaderMark,
  HealthCheck,
  HouseStyle,
  NavigationEntry,
  NodeChoice,
  Panel,
  Participation,
} from './slice-parts.ts';
import type { Work } from './work.ts';

export type * from './slice-federation.ts';
export type * from './slice-parts.ts';

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
  /** Things of it at addresses `/<path>/<id>` that are read by the rule of what they hang on: the path and id of that, null for what is not of this node. */
  hangsOn?: { path: string; find: (db: Reader, id: string) => Promise<{ path: string; id: string } | null> };
  /** Paths of its forms that carry files too large for memory: they are written to disk as they come (`SentForm.arrived`). */
  fileForms?: RegExp[];
  /** What of it can be found, one for each kind of thing. */
  search?: Searchable[];
  /** The box in the header of every page, which asks for a page by `?q=`. The first slice that has one fills it. */
  searchBox?: { action: string; label: (language: string) => string; show: (visitor: Visitor | null) => boolean };
  /** What it adds to places that other pages offer. */
  panels?: Panel[];
  /** What of it is exchanged with these nodes, per node and group: shown before an agreement with one is changed. */
  exchanged?: (db: Reader, origins: readonly string[]) => Promise<Exchanged[]>;
  /**
   * Activities with which people of another node took back what was here, as they came, the last first, at most 1,000: that node gets them again when it was
   * restored from a backup that does not know of them.
   */
  takenBack?: (db: Reader, origin: string) => Promise<string[]>;
  /** Another node has shown that it lives: what waits for it, and is planned for later, is tried now. Asked often, so in few statements, and none where nothing waits. */
  heard?: (work: Work, origin: string) => Promise<void>;
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
  /** What holds for the whole node until an administrator decides otherwise, where there is a choice: on one page, with what it comes with. */
  choices?: NodeChoice[];
  /** Background work: name → handler. Enqueued with `enqueueJob`. */
  jobs?: Record<string, (context: Context, data: JsonObject) => Promise<void>>;
  /**
   * Ends what may have been withdrawn after the backup that this node was restored from, when its administrator says that this is unknown: rights, ways in and
   * wishes that nobody but this node knew of. In the unit of work of the decision, so in few statements; slices that build on others come first.
   */
  chooseAnew?: (work: Work, restored: Restored) => Promise<void>;
  /** Groups of this node of which no other node is told or given anything for now, by local id: what a restore keeps shut. */
  heldBack?: (db: Reader) => Promise<readonly string[]>;
  /** Rules of it that let others in, by kind: `chooseAnew` switches them off (`withhold`), and one page asks about each. */
  withheld?: Record<string, WithheldRule>;
  /**
   * What was deleted leaves what this slice keeps of it beside its rows, an index for example. Outside a unit of work; must bear being done twice.
   * @returns tables that something was deleted from
   */
  forget?: (context: Context) => Promise<readonly string[]>;
  /** Looks after what a process left that was ended in the middle. Done at each start of a process that does background work. */
  started?: (context: Context) => Promise<void>;
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
