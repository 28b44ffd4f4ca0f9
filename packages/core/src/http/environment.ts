import type { Context } from '../context.ts';
import type { PersonSummary } from '../ports.ts';

/** Who is at the other end of a page or API request: a session or a token of an account that is not disabled. */
export type Visitor = {
  account: string;
  person: PersonSummary;
  administrator: boolean;
  federationOfficer: boolean;
  via: 'session' | 'token';
};

/** What a route finds in `c.var`. */
export type Environment = {
  Variables: {
    /** The node that this request is for, found by its host name. */
    context: Context;
    visitor: Visitor | null;
    /** The visitor's language, or what the browser asked for: `en` or `nl`. */
    language: 'en' | 'nl';
    /** Goes into every form as the hidden field `csrf`. */
    csrf: string;
    requestId: string;
  };
};
