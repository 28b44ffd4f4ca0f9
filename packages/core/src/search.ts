import type { RawBuilder } from 'kysely';
import type { z } from 'zod';
import type { Context } from './context.ts';
import type { Visitor } from './http/environment.ts';
import type { EventName, LogEvent } from './log/events.ts';
import type { Reader } from './slice.ts';

/** What the index of words keeps of one thing. Words alone are kept: what a reader sees is read anew each time. */
export type SearchEntry = {
  title: string;
  /** Plain text. */
  text: string;
  /** UTC instant by which results go: the newest first. */
  at: string;
  /** Local id of the group that it is in, if any. */
  group: string | null;
  /** Local id of the group whose participants alone may come upon it; null for everybody of this node. */
  circle: string | null;
  /** Local id of the person who wrote it; for a person their own. */
  author: string | null;
  /** BCP 47. */
  language: string | null;
};

/** Who searches: a person of this node or a guest, the nodes whose groups they are shown in lists, and the group that they search within, if any. */
export type SearchReader = { person: string; guest: boolean; origins: string[]; within: string | null };

/** One thing found, as it is now. Addresses are paths on this node. */
export type SearchResult = {
  id: string;
  href: string;
  /** Its own title, as in the index; empty when it has none. */
  title: string;
  /** What stands in the title's place when it has none. */
  heading?: string | undefined;
  /** Plain text, all of it: the page shows the part around the words. */
  text: string;
  language: string | null;
  at: string | null;
  author: { name: string; href?: string | undefined; agency?: string | undefined; node?: string | undefined } | null;
  group: { name: string; href: string } | null;
  /** For things of another node: the agency, and the host of its node. */
  source: { agency: string; node: string } | null;
  /** Words in the reader's language that say what it is, such as "Reply". */
  facts: string[];
  /** What the API answers of it, as `schema` says. */
  json: Record<string, unknown>;
};

/** A kind of thing that can be found: what a slice says about it, so that search needs to know of no slice. */
export type Searchable = {
  /** Value of `?kind=`, such as `post`. */
  kind: string;
  order: number;
  /** What things of this kind are called, and one of them. */
  label: (language: string) => string;
  one: (language: string) => string;
  /** What can be found of it now; null when nobody may come upon it any more. */
  entry: (db: Reader, id: string) => Promise<SearchEntry | null>;
  /** Ids of all there are, ascending, after this one: for filling the index. */
  ids: (db: Reader, after: string, limit: number) => Promise<string[]>;
  /** Events after which a thing is indexed anew, and which thing. */
  events: { [E in EventName]?: (event: LogEvent<E>) => string };
  /**
   * SQL condition under which this reader may come upon a thing, by what the tables say now. It is part of the query, so that what may not be
   * seen is neither found nor counted. It may name `known_group` and `read_group`, the groups whose name and whose posts this reader may come upon.
   * @param id SQL of the local id of the thing
   */
  mayFind: (id: RawBuilder<string>, reader: SearchReader) => RawBuilder<boolean>;
  /** The things with these ids, in any order, that this visitor may see: asked once more when the page is made. */
  results: (context: Context, visitor: Visitor, ids: string[], language: string) => Promise<SearchResult[]>;
  schema: z.ZodType;
};
