import {
  type Context,
  cookieName,
  createAccount,
  createToken,
  createWebApp,
  newId,
  type PersonSummary,
  type Slice,
  startSession,
  transact,
  type WebApp,
} from '@joinery/core';
import type { StoreOptions, TestStore } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;

/** A browser in front of a node, without a network: keeps cookies, and sends forms as pages of the node do. */
export type TestBrowser = {
  cookies: Map<string, string>;
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Sends a form with token and `Origin`; `overrides` replace or drop (undefined) headers. */
  post: (
    path: string,
    fields?: Record<string, string>,
    overrides?: Record<string, string | undefined>,
  ) => Promise<Response>;
  /** The token that the pages of the node carry for this browser. */
  csrf: () => Promise<string>;
};

/** @param tokenPath a page that shows a form of the shell */
export function createBrowser(webApp: Pick<WebApp, 'fetch'>, origin: string, tokenPath = '/nothing-here'): TestBrowser {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    if (cookies.size > 0 && !headers.has('cookie')) {
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const answer = await webApp.fetch(new Request(`${origin}${path}`, { ...init, headers }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const csrf = async () => {
    const page = await (await send(tokenPath)).text();
    return /name="csrf" value="([^"]*)"/.exec(page)?.[1] ?? '';
  };
  return {
    cookies,
    fetch: send,
    csrf,
    post: async (path, fields = {}, overrides = {}) => {
      const body = new URLSearchParams({ csrf: await csrf(), ...fields });
      const headers = new Headers({ origin, 'content-type': 'application/x-www-form-urlencoded' });
      for (const [name, value] of Object.entries(overrides)) {
        if (value === undefined) headers.delete(name);
        else headers.set(name, value);
      }
      return send(path, { method: 'POST', body: body.toString(), headers });
    },
  };
}

/** An account of a person, with a session in a browser and a token for the API. */
export type TestAccount = { id: string; person: PersonSummary; token: string; browser: TestBrowser };

export type TestWeb = TestStore & {
  webApp: WebApp;
  origin: string;
  /** Signed out. */
  browser: () => TestBrowser;
  account: (options?: { administrator?: boolean; language?: string; passwordHash?: string }) => Promise<TestAccount>;
  /** Calls the REST API with a token. */
  api: (
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
};

/**
 * A node with the web side of core and the given slices; people are only known to the port, without the people slice.
 * @param open from `describeStores`
 */
export async function openWeb(
  open: (options?: StoreOptions) => Promise<TestStore>,
  options: StoreOptions & { slices?: Slice[] } = {},
): Promise<TestWeb> {
  const people = new Map<string, PersonSummary>();
  const store = await open({
    ...options,
    ports: {
      ...options.ports,
      people: {
        byId: async (_db, id) => people.get(id) ?? null,
        byUri: async (_db, uri) => [...people.values()].find((person) => person.uri === uri) ?? null,
      },
    },
  });
  const { context } = store;
  const { origin } = context.config;
  const webApp = createWebApp({
    slices: context.slices,
    errorPage: (c, error) =>
      `<title>${error.title}</title><p>${error.text} ${error.requestId}</p><input name="csrf" value="${c.var.csrf}">`,
  });
  webApp.addNode(context);
  return {
    ...store,
    webApp,
    origin,
    browser: () => createBrowser(webApp, origin),
    account: (input) => createTestAccount(webApp, context, people, input),
    api: async (token, method, path, body, headers = {}) =>
      webApp.fetch(
        new Request(`${origin}/api/v1${path}`, {
          method,
          headers: {
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
        }),
      ),
  };
}

async function createTestAccount(
  webApp: WebApp,
  context: Context,
  people: Map<string, PersonSummary>,
  options: { administrator?: boolean; language?: string; passwordHash?: string } = {},
): Promise<TestAccount> {
  const id = newId();
  const person: PersonSummary = {
    id,
    uri: `${context.config.origin}/people/${id}`,
    name: 'Anna de Vries',
    handle: `anna-${id.slice(-6)}`,
    agency: context.config.agency,
    language: options.language ?? 'en',
    timeZone: 'Europe/Amsterdam',
    guest: false,
  };
  people.set(id, person);
  const made = await transact(context, by, async (work) => {
    const account = await createAccount(work, {
      person: id,
      email: `${person.handle}@agency.example`,
      administrator: options.administrator ?? false,
      passwordHash: options.passwordHash ?? null,
    });
    const { token } = await createToken(work, { account: account.id, name: 'test' });
    return { account: account.id, token, session: await startSession(work, account.id) };
  });
  const browser = createBrowser(webApp, context.config.origin);
  browser.cookies.set(cookieName(context.config.origin, 'session'), made.session);
  return { id: made.account, person, token: made.token, browser };
}
