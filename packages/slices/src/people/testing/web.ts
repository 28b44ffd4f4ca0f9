import { accountOfPerson, createToken, createWebApp, type Slice, transact } from '@joinery/core';
import { openStore, type StoreOptions, type TestStore } from '../../../../../test/harness/store.ts';
import { addPerson, linkFor } from '../onboarding.ts';
import { personSummary, personSummaryByUri } from '../store.ts';
import type { PersonRow } from '../tables.ts';

const by = { kind: 'system', what: 'test' } as const;

export type Page = { status: number; headers: Headers; html: string; location: string | null };

/** A browser without script: keeps cookies, sends forms with the token of the page that it saw last. */
export type Browser = {
  get: (path: string) => Promise<Page>;
  post: (path: string, fields?: Record<string, string | File>) => Promise<Page>;
};

/** A node with its pages and API, called without a socket. */
export async function openWeb(
  slices: Slice[],
  { dialect = 'sqlite', ...options }: Partial<StoreOptions> & { dialect?: 'sqlite' | 'postgres' } = {},
) {
  const store: TestStore = await openStore(dialect, { slices, ...options });
  const { context } = store;
  context.ports.people = { byId: personSummary, byUri: personSummaryByUri };
  const app = createWebApp({ slices, errorPage: (_c, error) => `<h1>${error.code}</h1>` });
  app.addNode(context);
  const { origin } = context.config;
  const call = (path: string, init: RequestInit = {}) =>
    app.fetch(new Request(`${origin}${path}`, { ...init, headers: { host: new URL(origin).host, ...init.headers } }));

  const browser = (): Browser => {
    const cookies = new Map<string, string>();
    let token = '';
    const ask = async (path: string, init: RequestInit = {}): Promise<Page> => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await call(path, { ...init, headers: { accept: 'text/html', origin, cookie, ...init.headers } });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '' || /max-age=0/i.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      }
      const html = await answer.text();
      token = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? token;
      return { status: answer.status, headers: answer.headers, html, location: answer.headers.get('location') };
    };
    return {
      get: (path) => ask(path),
      post: async (path, fields = {}) => {
        // The token changes with the session: take it from a page of now.
        await ask('/sign-in').then((page) => (page.location ? ask('/profile') : page));
        const files = Object.values(fields).some((value) => typeof value !== 'string');
        const body = files ? new FormData() : new URLSearchParams();
        for (const [name, value] of Object.entries({ csrf: token, ...fields })) body.append(name, value as string);
        return ask(path, { method: 'POST', body });
      },
    };
  };

  return {
    store,
    context,
    browser,
    call,
    add: (name: string, roles: { administrator?: boolean; federationOfficer?: boolean } = {}): Promise<PersonRow> =>
      addPerson(context, by, {
        name,
        email: `${name.toLowerCase().replaceAll(' ', '.')}@council.example`,
        administrator: roles.administrator ?? false,
        federationOfficer: roles.federationOfficer ?? false,
      }),
    /** A browser in which this person has signed in by link. */
    signedIn: async (person: PersonRow): Promise<Browser> => {
      const link = await linkFor(context, by, person.id);
      const it = browser();
      const answer = await it.post(new URL(link.address).pathname);
      if (answer.status !== 303) throw new Error(`signing in answered ${answer.status}: ${answer.html}`);
      return it;
    },
    /** Asks the API as this person. */
    api: async (person: PersonRow | null, method: string, path: string, body?: unknown) => {
      const account = person && (await accountOfPerson(context.db.reader, person.id));
      const made =
        account && (await transact(context, by, (work) => createToken(work, { account: account.id, name: 'test' })));
      const answer = await call(`/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(made ? { authorization: `Bearer ${made.token}` } : {}) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, json: await answer.json() };
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
