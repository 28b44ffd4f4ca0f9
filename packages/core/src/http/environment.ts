import type { HttpBindings } from '@hono/node-server';
import type { Context as HonoContext } from 'hono';
import type { Context } from '../context.ts';
import type { PersonSummary, Requester } from '../ports.ts';
import type { KeptForm } from './kept-forms.ts';

/** Who is at the other end of a page or API request: a session or a token of an account that is not disabled. */
export type Visitor = {
  account: string;
  person: PersonSummary;
  administrator: boolean;
  federationOfficer: boolean;
  via: 'session' | 'token';
};

/** A file that came with a form and lies in the folder of what is arriving. It is removed after the request unless somebody took it. */
export type ArrivedFile = {
  /** A new id, for what becomes of it. */
  id: string;
  field: string;
  /** As the sender calls it: may be anything. */
  name: string;
  /** What the sender says it is: not believed. */
  type: string;
  path: string;
  bytes: number;
};

/** A form as it arrived: every value of every field, and uploaded files by field. */
export type SentForm = {
  fields: Map<string, string[]>;
  files: Map<string, File>;
  /** Files of a form whose address takes large ones (`Slice.fileForms`), in their order. */
  arrived: ArrivedFile[];
  /** They were larger than this node takes: none is here. */
  tooLarge: boolean;
};

/** What a route finds in `c.var`. */
export type Environment = {
  /** Missing in tests that call the app without a server. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** The node that this request is for, found by its host name. */
    context: Context;
    visitor: Visitor | null;
    /** Another node that has signed this request for a file; null for everybody else. */
    requester: Requester | null;
    /** The visitor's language, or what the browser asked for: `en` or `nl`. */
    language: 'en' | 'nl';
    /** Goes into every form as the hidden field `csrf`. */
    csrf: string;
    requestId: string;
    /** Address of the client, and the network that limits count by: the address itself, or the /64 of an IPv6 address. */
    clientAddress: string;
    clientNetwork: string;
    /** How browsers spell this node: its origin, and for a trial the address it listens on. */
    ownOrigins: string[];
    /** Value of the session cookie, for `signIn` and `signOut`; null without a session. */
    session: string | null;
    /** Asks this node's own routes as if over the line: for pages that prove what another node gets. Carries nothing of the visitor. */
    ask: (request: Request) => Promise<Response>;
    /** What a page that the visitor may read carries, so that its browser may listen to a group; see `http/live.ts`. */
    liveTopic: (group: string) => string | null;
    /** What the visitor had typed when their session ended, for the page that the form was on. */
    kept: KeptForm | null;
    /** Id of what was kept of this request's form, whose session has ended. */
    keptAs: string | null;
    /** The form of a changing request, checked against forgery. Read it with `readForm`. */
    form: SentForm | null;
    /** The content security policy of an answer that people brought the content of, in place of that of pages. */
    policy: string | null;
  };
};

/** One request of a page or the API, as its route gets it. */
export type RequestContext = HonoContext<Environment>;
