import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** Somebody at the provider. `claims` beside `sub`. */
export type ProviderPerson = { sub: string; claims: Record<string, unknown>; disabled?: boolean };

export type IdentityProvider = AsyncDisposable & {
  issuer: string;
  /** Id of the process that it runs in: not that of the tests. */
  process: number;
  clientId: string;
  clientSecret: string;
  /** Who signs in next, without a page to fill in. */
  next: ProviderPerson;
  /** Address that ends the browser's session at the provider. */
  endSession: string;
  /** Requests that reached the token endpoint, by grant. */
  grants: Record<string, number>;
};

/** Groups and roles in the shape of the product, as its ID tokens carry them. */
export const people = {
  /** Microsoft Entra ID: the subject is pairwise, `oid` and `tid` name the account, groups are object ids. */
  entra: (sub: string, name: string, mail: string, more: Record<string, unknown> = {}): ProviderPerson => ({
    sub,
    claims: {
      oid: '6f1b9c5e-0000-4000-8000-000000000001',
      tid: '9a1e2f3c-0000-4000-8000-000000000002',
      ver: '2.0',
      name,
      preferred_username: mail,
      ...more,
    },
  }),
  /** Entra ID for somebody in more than 200 groups: they are named elsewhere and not told. */
  entraOverage: (sub: string, name: string, mail: string): ProviderPerson =>
    people.entra(sub, name, mail, {
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.microsoft.com/v1.0/users/6f1b/getMemberObjects' } },
    }),
  /** Keycloak: roles of the realm below `realm_access`. */
  keycloak: (sub: string, name: string, mail: string, roles: string[] = []): ProviderPerson => ({
    sub,
    claims: {
      name,
      email: mail,
      email_verified: true,
      preferred_username: mail.split('@')[0],
      locale: 'nl',
      realm_access: { roles: ['offline_access', 'default-roles-agency', ...roles] },
    },
  }),
};

/** Where a node is answered, and told that somebody signed out. */
type Addresses = { redirect: string; logout: string };

/** What the process of the providers asks. */
export type Answers = { client: Addresses; next: ProviderPerson; account: ProviderPerson | null; token: null };
export type Question = { do: 'ask'; number: number; provider: number; what: keyof Answers; sub: string };
export type Said = Question | { do: 'started'; provider: number; issuer: string } | { do: 'stopped'; provider: number };
export type Order =
  | { do: 'start'; provider: number; clientSecret: string; refreshes: boolean; tells: boolean }
  | { do: 'stop'; provider: number }
  | { do: 'answer'; number: number; answer: Answers[keyof Answers] };

type Listener = { answer: (question: Question) => Answers[keyof Answers]; said: (said: Said) => void };

/** One for all providers of a process that runs tests: to start costs more than to sign somebody in. */
let running: ChildProcess | undefined;
const listeners = new Map<number, Listener>();
let started = 0;

function providerProcess(): ChildProcess {
  if (running?.connected) return running;
  const child = fork(join(import.meta.dirname, 'identity-provider-process.ts'), {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (said: Said) => {
    const listener = listeners.get(said.provider);
    if (said.do !== 'ask') return listener?.said(said);
    const order: Order = { do: 'answer', number: said.number, answer: listener?.answer(said) ?? null };
    child.send(order);
  });
  // Tests do not wait for it: it ends when they do.
  child.unref();
  child.channel?.unref();
  running = child;
  return child;
}

/**
 * Starts a real OpenID provider on a free loopback port, in another process. Signing in needs no page: whoever is `next` is signed in.
 * `register` adds the client: origin and provider id of the node are known only later.
 */
export async function startIdentityProvider(options: {
  first: ProviderPerson;
  /** Gives refresh tokens; on unless said. */
  refreshes?: boolean;
  /** Says that it tells of sign-outs, and does; on unless said. */
  tells?: boolean;
}): Promise<IdentityProvider & { register: (addresses: Addresses) => void }> {
  const child = providerProcess();
  started += 1;
  const provider = started;
  const { refreshes = true, tells = true } = options;
  const clientSecret = 'a secret of the provider / with : odd + letters';
  const known = new Map<string, ProviderPerson>();
  const grants: Record<string, number> = {};
  let client: Addresses = { redirect: 'http://127.0.0.1:1/answer', logout: 'http://127.0.0.1:1/logout' };
  const self = { issuer: '', process: child.pid ?? 0, clientId: 'joinery', clientSecret, endSession: '', grants };
  const settable = Object.assign(self, { next: options.first });
  const answers: { [What in keyof Answers]: (sub: string) => Answers[What] } = {
    client: () => client,
    next: () => {
      known.set(settable.next.sub, settable.next);
      return settable.next;
    },
    account: (sub) => known.get(sub) ?? null,
    token: () => {
      grants.token = (grants.token ?? 0) + 1;
      return null;
    },
  };
  /** Tells it something, and waits for what it says to that. */
  const order = (what: Order) =>
    new Promise<Said>((resolve, reject) => {
      const ended = () => reject(new Error('The process of the identity providers has ended'));
      child.once('exit', ended);
      const said = (answer: Said) => {
        child.off('exit', ended);
        resolve(answer);
      };
      listeners.set(provider, { answer: ({ what, sub }) => answers[what](sub), said });
      child.send(what);
    });
  const begun = await order({ do: 'start', provider, clientSecret, refreshes, tells });
  if (begun.do === 'started') self.issuer = begun.issuer;
  self.endSession = `${self.issuer}/session/end`;
  return Object.assign(settable, {
    register: (addresses: Addresses) => {
      client = addresses;
    },
    [Symbol.asyncDispose]: async () => {
      if (!listeners.has(provider) || !child.connected) return;
      await order({ do: 'stop', provider });
      listeners.delete(provider);
    },
  });
}
