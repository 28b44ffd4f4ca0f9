import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountOfPerson,
  type Context,
  cookieName,
  createActorKeys,
  createToken,
  type MailDoor,
  nodeActor,
  readConfig,
  type Slice,
  setEnd,
  setRoles,
  startSession,
  transact,
  type Work,
} from '@joinery/core';
import { createNodeWebApp, openNode } from '@joinery/node';
import { addPerson, changeGuest, rememberRemotePerson } from '@joinery/slices/people';
import { runNextJob } from '../../../packages/core/src/jobs/jobs.ts';
import { runAfterEffects } from '../../../packages/core/src/log/after-effects.ts';
import { decideAs, type PartnerFields } from '../../../packages/federation/src/trust/testing.ts';
import { keepDatabase } from '../../harness/put-back.ts';
import { copyMigrated } from '../../harness/store.ts';
import {
  type Agreement,
  type Group,
  isPeer,
  type Peer,
  type Person,
  type PersonHere,
  type PersonThere,
  peerOf,
  peers,
  peopleHere,
  type Visitor,
} from './model.ts';
import { createWords, type Words } from './words.ts';

const memory = '/dev/shm';
export const by = { kind: 'system', what: 'test' } as const;
const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
export const labels = ['public', 'internal', 'confidential'];

/** Ports on which nobody listens: nothing here leaves the process. */
export const originOfPeer = Object.fromEntries(peers.map((peer, n) => [peer, `http://127.0.0.1:${11 + n}`])) as Record<
  Peer,
  string
>;

/** People of a node; somebody who is in no group at those that have nobody else. */
const namesAt = (peer: Peer): string[] => {
  const names = (Object.keys(peerOf) as PersonThere[]).filter((name) => peerOf[name] === peer);
  return names.length > 0 ? names : ['passer'];
};
export const personAt = (peer: Peer, name: string): string => `${originOfPeer[peer]}/people/${name}`;

type Mail = Parameters<MailDoor['send']>[0];
type Signed = { id: string; session: string; token: string; email: string };
type Keys = ReturnType<typeof generateKeyPairSync>;

/** One node without server, background work or network, with the people and peers of the model, and the means to put it back as it was. */
export type World = AsyncDisposable & {
  context: () => Context;
  node: () => Awaited<ReturnType<typeof openNode>>;
  origin: string;
  /** @param from address of whoever asks, where that matters */
  fetch: (request: Request, from?: string) => Promise<Response>;
  /** Token and last number of a stream, by its name; once the world is kept. */
  streamOf: (stream: string) => { token: string; head: number } | undefined;
  here: Record<PersonHere, Signed>;
  /** Local ids of everybody. */
  idOf: Record<Person, string>;
  keysOf: Record<Peer, Keys>;
  groupKeys: Awaited<ReturnType<typeof createActorKeys>>;
  words: Words;
  groups: Group[];
  agreements: Record<Peer, Agreement>;
  agreementOf: (visitor: Visitor) => Agreement;
  act: <T>(change: (work: Work) => Promise<T>) => Promise<T>;
  /** What the node logged, and the mails it sent, since this was last asked. */
  said: () => { lines: string[]; mails: Mail[] };
  /** Does all that follows in the background. */
  drain: () => Promise<void>;
  /** Puts the clock forward, by milliseconds. */
  forward: (milliseconds: number) => void;
  now: () => Date;
  decide: (peer: Peer, what: 'allow' | 'suspend' | 'change', fields?: PartnerFields) => Promise<void>;
  /** Another process of the same node. */
  restart: () => Promise<void>;
  /** Keeps what there is; from then on `putBack` brings it again. */
  keep: () => void;
  putBack: () => Promise<void>;
};

/** @param slices those of the node, or some with a fault in them */
export async function openWorld(slices: Slice[]): Promise<World> {
  // In memory where that is offered: what is asked here is not whether a disk keeps things.
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'joinery-hidden-'));
  await copyMigrated(slices, folder);
  const config = readConfig({
    JOINERY_DATA: folder,
    JOINERY_ORIGIN: 'http://localhost:3000',
    JOINERY_LOOPBACK_PEERS: '1',
    JOINERY_UNDO_SECONDS: '0',
    JOINERY_AGENCY: 'Department',
    // Nobody listens there either: mails are taken at the door.
    JOINERY_SMTP_URL: 'smtp://127.0.0.1:9',
  });
  const { origin } = config;
  const logged: string[] = [];
  let now = Date.parse('2026-11-02T08:00:00Z');
  const webApp = createNodeWebApp(slices);
  const mails: Mail[] = [];
  const open = async () => {
    const opened = await openNode(config, false, {
      slices,
      clock: { now: () => new Date(now) },
      log: (line) => logged.push(line),
    });
    const { doors } = opened.context;
    if (!doors.mail) throw new Error('The node sends no mail');
    doors.mail.send = async (mail) => {
      mails.push(mail);
      return { ok: true };
    };
    // Nobody listens where the peers are: what they would be told is asked for in their streams.
    await opened.federation.lanes[Symbol.asyncDispose]();
    return opened;
  };
  let node = await open();
  webApp.addNode(node.context);
  const act: World['act'] = (change) => transact(node.context, by, change);
  const decide: World['decide'] = async (peer, what, fields = {}) => {
    const change = { origin: originOfPeer[peer], fields: { agency: peer, ...fields }, by: 'test', reason: 'test' };
    await act((work) => decideAs(work, what, change));
    await node.federation.bridge.trust.refresh();
  };

  const here = Object.fromEntries(
    await Promise.all(peopleHere.map(async (name) => [name, await addHere(node.context, name)] as const)),
  ) as World['here'];
  await act(async (work) => {
    const officer = await accountOfPerson(work.db, here.officer.id);
    await setRoles(work, officer?.id ?? '', { administrator: false, federationOfficer: true });
    const guest = await accountOfPerson(work.db, here.guest.id);
    await changeGuest(work, here.guest.id, { of: 'Somebody', until: '2027-10-01', sponsor: here.stranger.id });
    await setEnd(work, guest?.id ?? '', '2027-10-01T00:00:00.000Z');
  });
  const keysOf = Object.fromEntries(
    peers.map((peer) => [peer, generateKeyPairSync('ed25519')]),
  ) as unknown as World['keysOf'];
  await act(async (work) => {
    for (const peer of peers)
      for (const actor of [nodeActor(originOfPeer[peer]), ...namesAt(peer).map((name) => personAt(peer, name))]) {
        const key = { id: `${actor}#main-key`, owner: actor, through: null, fetched_at: work.now };
        const text = keysOf[peer].publicKey.export({ type: 'spki', format: 'pem' }).toString();
        await work.db
          .insertInto('remote_key')
          .values({ ...key, public: text })
          .execute();
      }
  });
  for (const peer of peers)
    if (peer !== 'unlisted') await decide(peer, 'allow', { scopes: [...scopes], classification: 'confidential' });
  await decide('suspended', 'suspend');
  const there = await act(async (work) => {
    const found: [string, string][] = [];
    for (const peer of peers)
      for (const name of namesAt(peer)) {
        const inbox = `${originOfPeer[peer]}/inbox`;
        const document = { id: personAt(peer, name), type: 'Person', name: `${name} elsewhere`, inbox };
        found.push([name, await rememberRemotePerson(work, document, { fetchedAt: work.now, verified: 'origin' })]);
      }
    return Object.fromEntries(found) as Record<PersonThere, string>;
  });

  const whole = { allowed: true, closedGroups: true, ceiling: labels.length - 1 };
  const none = { allowed: false, closedGroups: false, ceiling: 0 };
  const agreements = Object.fromEntries(
    peers.map((peer) => [peer, { ...(['suspended', 'unlisted'].includes(peer) ? none : whole) }]),
  ) as World['agreements'];
  let kept: ReturnType<typeof keepDatabase> | undefined;
  return {
    context: () => node.context,
    node: () => node,
    origin,
    fetch: async (request, from) =>
      webApp.fetch(request, from ? ({ incoming: { socket: { remoteAddress: from } } } as never) : {}),
    streamOf: (stream) => {
      const row = kept?.file.prepare('select token, head from main.stream where id = ?').get(stream);
      return row as { token: string; head: number } | undefined;
    },
    here,
    idOf: { ...there, ...Object.fromEntries(peopleHere.map((name) => [name, here[name].id])) } as World['idOf'],
    keysOf,
    groupKeys: await createActorKeys(),
    words: createWords(),
    groups: [],
    agreements,
    agreementOf: (visitor) => (isPeer(visitor) ? agreements[visitor] : whole),
    act,
    said: () => {
      return { lines: logged.splice(0), mails: mails.splice(0) };
    },
    drain: async () => {
      do while ((await runAfterEffects(node.context)) > 0);
      while (await runNextJob(node.context));
    },
    forward: (milliseconds) => {
      now += milliseconds;
    },
    now: () => new Date(now),
    decide,
    restart: async () => {
      webApp.removeNode(node.context);
      await node[Symbol.asyncDispose]();
      node = await open();
      webApp.addNode(node.context);
    },
    keep: () => {
      kept = keepDatabase(folder);
    },
    putBack: async () => {
      // Nobody else is writing then.
      await node.context.db.writer.connection().execute(async () => kept?.putBack());
      // Whoever is signed in stays so, however long ago the copy was made.
      const [at, later] = [new Date(now).toISOString(), new Date(now + 86_400_000).toISOString()];
      kept?.file.prepare('update session set created_at = ?, last_seen_at = ?, expires_at = ?').run(at, at, later);
      await node.federation.bridge.trust.refresh();
      for (const peer of ['members', 'second', 'bystanding'] as const) Object.assign(agreements[peer], whole);
    },
    [Symbol.asyncDispose]: async () => {
      kept?.file.close();
      webApp.removeNode(node.context);
      await node[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function addHere(context: Context, name: PersonHere): Promise<Signed> {
  const email = `${name}@example.test`;
  const roles = { administrator: name === 'administrator', federationOfficer: false };
  const { id } = await addPerson(context, by, { name: `The ${name}`, email, ...roles });
  const account = await accountOfPerson(context.db.reader, id);
  if (!account) throw new Error('The person has no account');
  return transact(context, by, async (work) => {
    const { token } = await createToken(work, { account: account.id, name: 'test' });
    const session = await startSession(work, account.id);
    return { id, email, token, session: `${cookieName(context.config.origin, 'session')}=${session}` };
  });
}
