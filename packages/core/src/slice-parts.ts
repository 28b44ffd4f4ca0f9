import type { z } from 'zod';
import type { Context } from './context.ts';
import type { Asset } from './http/assets.ts';
import type { Visitor } from './http/environment.ts';
import type { EventName, Events, LogEvent } from './log/events.ts';
import type { Requester } from './ports.ts';
import type { Reader } from './slice.ts';
import type { Work } from './work.ts';

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
  /** Address of the closed group elsewhere that a thing belongs to; null for everything else. */
  closedGroup?: (db: Reader, id: string) => Promise<string | null>;
  /** Whether this node, which keeps the group that a thing is in, promised a record copy of files that lie elsewhere. Left out: it did not. */
  keepsCopies?: (db: Reader, id: string) => Promise<boolean>;
  /** Origin of the node elsewhere that promised a record copy of the files of a thing; null where none did. */
  copiesAt?: (db: Reader, id: string) => Promise<string | null>;
  /** That node is given a file of this node for its record copy: its author sees that. */
  onCopied?: (context: Context, id: string, origin: string) => Promise<void>;
  /** A file that waited for the virus scanner can be read from now on, or was infected and is gone: whoever was told of the thing is told anew. */
  onChanged?: (work: Work, id: string) => Promise<void>;
  /** Whether it is written down who reads the files of a thing. Left out: it is not. */
  keepsReaders?: (db: Reader, id: string) => Promise<boolean>;
  /** Whether somebody who may read a thing sees who read its files, as their owner does. */
  seesReaders?: (db: Reader, requester: Requester, id: string) => Promise<boolean>;
  /** The page that a thing stands on: where pages about its files lead back to. */
  page?: (db: Reader, id: string) => Promise<{ href: string; label: string } | null>;
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
   * @param askedAt UTC instant before it was asked: what changed here since stands
   */
  repair: (work: Work, group: string, people: string[], askedAt: string) => Promise<void>;
};

/** Addresses of a group, of its followers collection, and of the people of one node who take part. */
export type SharedGroup = { group: string; followers: string; people: string[] };

/** A slice's part of what is exchanged with a node in one group; parts of several slices are added up. */
export type Exchanged = {
  /** The node. */
  origin: string;
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
    | 'topic'
    | 'person'
    | 'administration'
    | 'compose'
    | 'sign-in'
    | 'no-account'
    | 'profile'
    | 'people'
    | 'new-person'
    | 'managed-person'
    | 'restored';
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
  /** One that may be given several times comes as one text, separated by commas. */
  options?: { name: string; value?: string; description: string; required?: boolean; several?: boolean }[];
  /** Answers what it made or changed: printed as JSON with `--json`, otherwise by `say`. Throws a Refusal to fail. */
  run: (context: Context, input: CommandInput) => Promise<CommandAnswer>;
};
export type CommandInput = { arguments: string[]; options: Record<string, string | boolean | undefined> };
export type CommandAnswer = { json: unknown; say: string };

/** Something that an administrator decides for the whole node. Offered on the page of safe defaults. */
export type NodeChoice = {
  /** Stable; the name of its field. */
  name: string;
  order: number;
  /** What is decided. */
  label: (language: 'en' | 'nl') => string;
  /** The value that a new node comes with. */
  standard: string;
  /** What may be chosen now, the present value among it. */
  options: (
    context: Context,
    language: 'en' | 'nl',
  ) => Promise<{ value: string; label: string; description?: string | undefined }[]>;
  value: (db: Reader) => Promise<string>;
  /** @param by local id of the administrator @throws {Refusal} */
  change: (work: Work, value: string, by: string) => Promise<void>;
};
