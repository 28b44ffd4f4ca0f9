import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountOfPerson,
  type Clock,
  cookieName,
  createActorKeys,
  createToken,
  hashPassword,
  newId,
  readConfig,
  sessionBounds,
  setEnd,
  setPassword,
  setRoles,
  startSession,
  transact,
  type WebApp,
  type Work,
  withhold,
  writeRestored,
} from '@joinery/core';
import { slices as allSlices, createNodeWebApp, openNode } from '@joinery/node';
import { beginConversation, sendMessage } from '@joinery/slices/conversations';
import { askToRead } from '@joinery/slices/emergency';
import {
  approve,
  ban,
  createGroup,
  invite,
  joinGroup,
  leaveConversation,
  setRole,
  unfollowGroup,
  updateGroup,
} from '@joinery/slices/groups';
import { mark } from '@joinery/slices/library';
import { addPerson, changeGuest, disableLeaver, linkFor, rememberRemotePerson } from '@joinery/slices/people';
import {
  createTopic,
  hold,
  like,
  lock,
  markAnswered,
  markdownText,
  pin,
  removeFromGroup,
  reply,
  report,
  topicOf,
} from '@joinery/slices/posts';
import { decideAs } from '../../packages/federation/src/trust/testing.ts';
import { fillLibrary } from '../../packages/slices/src/library/testing/fill.ts';
import { muteToken } from '../../packages/slices/src/notifications/mute-token.ts';
import { putMute } from '../../packages/slices/src/notifications/mutes.ts';
import { notify } from '../../packages/slices/src/notifications/notify.ts';
import { fillRegistration } from '../../packages/slices/src/registration/testing/fill.ts';
import { ownSessions } from '../../packages/slices/src/sign-in/own.ts';
import { storePasskey } from '../../packages/slices/src/sign-in/passkeys/testing/stored.ts';
import { addProvider, noteTried, setLive } from '../../packages/slices/src/sign-in/providers.ts';
import { sealLink } from '../../packages/slices/src/sign-in/routes-profile.tsx';
import { link } from '../../packages/slices/src/sign-in/sign-in.ts';
import { providerById } from '../../packages/slices/src/sign-in/store.ts';
import type { ProviderRow } from '../../packages/slices/src/sign-in/tables.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { keepDatabase } from '../harness/put-back.ts';
import { migrated } from '../harness/store.ts';
import { createBrowser, type TestBrowser } from '../harness/web.ts';

const by = { kind: 'system', what: 'test' } as const;

/** Everybody of the node, by what they are: in the closed group, or in the node as a whole. */
const names = {
  bystander: 'Bo Bystander',
  owner: 'Olga Owner',
  facilitator: 'Fay Facilitator',
  member: 'Mia Member',
  colleague: 'Col League',
  reader: 'Rae Reader',
  requester: 'Rik Requester',
  invitee: 'Ivo Invitee',
  banned: 'Bas Banned',
  administrator: 'Ada Administrator',
  officer: 'Oscar Officer',
  newcomer: 'Ned Never',
  leaver: 'Lea Leaver',
  keeper: 'Kim Keeper',
  guest: 'Gus Guest',
  waiter: 'Wes Waiter',
};
export type Person = keyof typeof names;

/** The second address of the node, from which files are handed out that a browser could run. */
export const mediaOrigin = 'http://media.localhost:3000';

export const passphrase = 'a passphrase of seven plain words here';

/** Key of the second step of everybody who has one or sets one up. */
export const secondStepKey = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** What a seeded node has, by name: ids, except `link` (token of a sign-in link), `muteToken` (of a link in a mail), `handle` and `uri` (of a group). */
export type Things = Record<Person | ThingName | 'askedIdentity', string>;
type ThingName =
  | ('closed' | 'open' | 'bridges' | 'handle' | 'uri' | 'shut' | 'shutOpen' | 'shutConversation')
  | ('topic' | 'reply' | 'fixed' | 'removed' | 'answered' | 'answer' | 'liked' | 'refused' | 'report' | 'held')
  | ('upload' | 'emergency')
  | LibraryThing
  | ('foreign' | 'hidden' | 'partner' | 'link' | 'muteToken' | 'registrationToken' | 'registration')
  | ('conversation' | 'message' | 'said' | 'saidByReader' | 'reportedMessage')
  | ('issuer' | 'draft' | 'provider' | 'identity' | 'sealed' | 'session' | 'ownToken' | 'sealedKey' | 'passkey');

type LibraryThing =
  | 'folder'
  | 'emptyFolder'
  | 'markedFolder'
  | 'document'
  | 'official'
  | 'binned'
  | 'looseFile'
  | 'versionNumber';

type SignInThings = Record<
  'issuer' | 'draft' | 'provider' | 'identity' | 'sealed' | 'session' | 'ownToken' | 'sealedKey' | 'passkey',
  string
>;

/** One node in this process without server, background work or network, and the means to put it back as it was. */
export type Seed = AsyncDisposable & {
  things: Things;
  /** A signed-out one, or one with the session of this person. */
  browser: (person?: Person) => TestBrowser;
  tokens: Record<Person, string>;
  api: (method: string, path: string, body: unknown, headers: Record<string, string>) => Promise<Response>;
  /** Everything that is stored, as text. Sessions, kept answers, the list of connections and when a token was last used are left out: asking alone changes them; and what lanes note of other nodes, whenever these answer or not. */
  stored: () => Record<string, string>;
  restore: () => Promise<void>;
  /** From here on what is stored now is what is compared with and put back. */
  keep: () => void;
  /** Tables that hold something else than what was kept. */
  changed: () => string[];
  /** A number that is another one after anything was stored, by anybody. */
  changes: () => number;
  /** What was written to the log of the process. */
  logged: string[];
  webApp: WebApp;
} & Pick<Awaited<ReturnType<typeof openNode>>, 'context' | 'federation'>;

/**
 * @param options.smtp address of a mail server; one that is away unless given
 * @param options.clock of the node; the machine's unless given
 * @param options.dialect SQLite unless given; only there what is stored is compared and put back
 */
export async function openSeed(
  options: { smtp?: string; clock?: Clock; dialect?: 'sqlite' | 'postgres' } = {},
): Promise<Seed> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-access-'));
  const database = options.dialect === 'postgres' ? await createTestDatabase(migrated(allSlices)) : null;
  const config = readConfig({
    JOINERY_DATA: folder,
    JOINERY_ORIGIN: 'http://localhost:3000',
    JOINERY_LOOPBACK_PEERS: '1',
    JOINERY_MEDIA_ORIGIN: mediaOrigin,
    JOINERY_UNDO_SECONDS: '0',
    JOINERY_AGENCY: 'Department',
    // A mail server that is away.
    JOINERY_SMTP_URL: options.smtp ?? 'smtp://127.0.0.1:9',
    ...(database && { JOINERY_DATABASE_URL: database.url }),
  });
  const logged: string[] = [];
  const node = await openNode(config, false, {
    log: (line) => logged.push(line),
    ...(options.clock && { clock: options.clock }),
  });
  const { context } = node;
  const webApp = createNodeWebApp();
  webApp.addNode(context);
  const { origin } = config;

  const people = Object.keys(names) as Person[];
  const signed = await Promise.all(
    people.map(async (name) => {
      const email = `${name}@example.test`;
      const input = { name: names[name], email, administrator: name === 'administrator', federationOfficer: false };
      const { id } = await addPerson(context, by, input);
      const account = await accountOfPerson(context.db.reader, id);
      if (name === 'guest' && account) await makeGuest(context, id, account.id);
      if (!account) throw new Error('The person has no account');
      const made = await transact(context, by, async (work) => ({
        token: (await createToken(work, { account: account.id, name: 'test' })).token,
        // Who has not signed in yet has no session.
        session: name === 'newcomer' ? null : await startSession(work, account.id),
      }));
      return { name, id, account: account.id, ...made };
    }),
  );
  const of = (name: Person) => {
    const found = signed.find((person) => person.name === name);
    if (!found) throw new Error(`There is no ${name}`);
    return found;
  };
  const person = Object.fromEntries(signed.map(({ name, id }) => [name, id])) as Record<Person, string>;
  const [keys, hash] = [await createActorKeys(), await hashPassword(passphrase)];
  const made = await transact(context, by, async (work) => {
    await setRoles(work, of('officer').account, { administrator: false, federationOfficer: true });
    await setPassword(work, of('keeper').account, hash);
    const groups = await fillGroups(work, person, keys);
    await changeGuest(work, person.guest, { sponsor: person.bystander, of: names.bystander });
    const allowed = { origin: 'https://known.example', fields: { agency: 'Known' }, by: 'test', reason: 'test' };
    const proposal = { document: '{}', received_at: work.now, checked_at: null, state: 'unverified' as const };
    await work.db
      .insertInto('proposal')
      .values({ origin: 'https://asking.example', ...proposal })
      .execute();
    await context.ports.asks.ask(work, { person: person.bystander, origin: 'https://wanted.example', reason: 'Roads' });
    const told = { person: person.member, cause: 'seed', kind: 'approved', at: work.now } as const;
    await notify(work, { ...told, group: groups.closed, accepted: true });
    await putMute(work, { person: person.member, scope: 'kind', subject: 'mention', page: true, mail: true });
    const talk = await fillConversation(work, person);
    const ada = await context.ports.people.byId(work.db, person.administrator);
    if (!ada) throw new Error('There is no administrator');
    const why = { group: groups.closed, reason: 'Water in the archive' };
    const emergency = (await askToRead(work, { person: ada, administrator: true }, why)).id;
    const shut = await fillShut(work, person, keys);
    await withhold(work, 'groups.joining', groups.closed, 'request');
    return { ...groups, ...talk, ...shut, emergency, partner: (await decideAs(work, 'allow', allowed)).id };
  });
  const filled = await fillLibrary(context, { group: made.closed, owner: person.owner, member: person.member });
  const library: Record<LibraryThing, string> = {
    ...{ folder: filled.folder, emptyFolder: filled.inner, markedFolder: filled.inner, document: filled.document },
    ...{ official: filled.official, binned: filled.binned, looseFile: filled.loose, versionNumber: '1' },
  };
  await transact(context, by, (work) => mark(work, { folder: filled.inner, official: true, by: person.owner }));
  await disableLeaver(context, by, person.leaver);
  const description = await startDescription();
  const signIn = await fillSignIn(context, description.issuer, of);
  // A provider decides about them from then on, which ends the tokens of before.
  const askedIdentity = await fillHeld(context, of('waiter').account, signIn.provider);
  const tokenOfBystander = await transact(context, by, (work) =>
    createToken(work, { account: of('bystander').account, name: 'test' }),
  );
  const signInLink = new URL((await linkFor(context, by, person.newcomer)).address).pathname.split('/').at(-1) ?? '';
  const silence = { person: person.member, scope: 'group', subject: made.closed, page: false, mail: true } as const;
  const asked = await fillRegistration(context, person.administrator);
  const token = muteToken(context.secret, silence, context.clock.now());

  // What follows from all this in the background has happened before the first look.
  await node.federation.lanes.look();
  await node.federation.settled();
  let kept = database ? null : keepDatabase(folder);
  const keptHere = () => kept ?? notKept();
  const stored = (): Record<string, string> =>
    Object.fromEntries(
      keptHere()
        .tables // The list of connections is written a minute after the first of them, whatever is asked meanwhile.
        .filter((table) => !['session', 'idempotency', 'peer', 'outbound'].includes(table))
        .map((table) => {
          const rows = keptHere().file.prepare(`select * from main."${table}"`).all() as Record<string, unknown>[];
          const kept = rows.map((row) => JSON.stringify({ ...row, last_used_at: undefined }));
          return [table, kept.sort().join('\n')];
        }),
    );
  let atFirst = database ? {} : stored();

  return {
    ...{ context, federation: node.federation, webApp, logged },
    things: {
      ...{ ...person, ...made, ...signIn, link: signInLink, muteToken: token, issuer: description.fresh },
      ...{ registrationToken: asked.token, registration: asked.waiting, askedIdentity },
      ...library,
    },
    tokens: {
      ...(Object.fromEntries(signed.map(({ name, token }) => [name, token])) as Record<Person, string>),
      bystander: tokenOfBystander.token,
    },
    browser: (name) => {
      const browser = createBrowser(webApp, origin);
      const session = name && of(name).session;
      if (session) browser.cookies.set(cookieName(origin, 'session'), session);
      return browser;
    },
    api: async (method, path, body, headers) =>
      webApp.fetch(
        new Request(`${origin}${path}`, {
          method,
          headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      ),
    stored,
    changed: () => {
      const now = stored();
      return Object.keys(now).filter((table) => now[table] !== atFirst[table]);
    },
    restore: async () => {
      keptHere().putBack();
      await node.federation.bridge.trust.refresh();
    },
    keep: () => {
      kept?.file.close();
      kept = database ? null : keepDatabase(folder);
      atFirst = database ? {} : stored();
    },
    changes: () => Number(keptHere().file.pragma('data_version', { simple: true })),
    [Symbol.asyncDispose]: async () => {
      kept?.file.close();
      description.close();
      webApp.removeNode(context);
      await node[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const notKept = (): never => {
  throw new Error('Only what SQLite holds is kept');
};

/** Makes somebody a guest until well after the test. */
async function makeGuest(context: Awaited<ReturnType<typeof openNode>>['context'], id: string, account: string) {
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString();
  await transact(context, by, async (work) => {
    await changeGuest(work, id, { of: 'Somebody', until: until.slice(0, 10) });
    await setEnd(work, account, until);
  });
}

/** An identity provider as far as it describes itself, under as many names as are asked for. */
async function startDescription(): Promise<{ issuer: string; fresh: string; close: () => void }> {
  const server = http.createServer((request, response) => {
    const issuer = `${root}${request.url?.replace('/.well-known/openid-configuration', '')}`;
    const named = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'].map((name) => [name, `${issuer}/${name}`]);
    response.end(JSON.stringify({ issuer, ...Object.fromEntries(named) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { issuer: `${root}/one`, fresh: `${root}/new`, close: () => server.close() };
}

/** A provider that is offered, one that only has to be, and what somebody has to do with them. */
async function fillSignIn(
  context: Awaited<ReturnType<typeof openNode>>['context'],
  issuer: string,
  of: (name: Person) => { account: string },
): Promise<Omit<SignInThings, 'issuer'>> {
  const { account } = of('bystander');
  const add = async (name: string, live: boolean) => {
    const { id } = await addProvider(context, by, { kind: 'other', name, issuer: `${issuer}/${name}` });
    await transact(context, by, async (work) => {
      const set = { client_id: 'joinery', client_secret: work.secret.encrypt('secret') };
      await work.db.updateTable('sign_in_provider').set(set).where('id', '=', id).execute();
      await noteTried(work, id);
      if (live) await setLive(work, id, true);
    });
    return id;
  };
  const [draft, provider] = [await add('draft', false), await add('live', true)];
  const sealed = sealLink(context, { provider, account, subject: 'new', name: 'Bo' });
  const ownKey = { kind: 'second step', key: secondStepKey, account: of('colleague').account, at: Date.now() };
  const sealedKey = context.secret.encrypt(JSON.stringify(ownKey));
  return transact(context, by, async (work) => {
    const step = {
      account_id: of('reader').account,
      key: work.secret.encrypt(secondStepKey),
      last_step: 0,
      created_at: work.now,
    };
    await work.db.insertInto('second_step').values(step).execute();
    const row = (await providerById(work.db, provider)) as ProviderRow;
    const identity = await link(work, row, { subject: 'bo', claims: { sub: 'bo' } }, account);
    // A second way in, so that the first can go.
    await link(work, row, { subject: 'bo, too', claims: { sub: 'bo, too' } }, account);
    // Has a password as well.
    await link(work, row, { subject: 'kim', claims: { sub: 'kim' } }, of('keeper').account);
    await startSession(work, account);
    const [session] = await ownSessions(work.db, account, null, sessionBounds(context));
    const ownToken = await createToken(work, { account, name: 'test' });
    const passkey = await storePasskey(work, account);
    return {
      passkey: passkey.id,
      draft,
      provider,
      sealed,
      sealedKey,
      identity: identity.id,
      session: session?.name ?? '',
      ownToken: ownToken.id,
    };
  });
}

/** As after a restore: somebody waits to be let in, and has asked by a provider; who invites guests is not answered. @returns id of that sign-in */
async function fillHeld(
  context: Awaited<ReturnType<typeof openNode>>['context'],
  account: string,
  provider: string,
): Promise<string> {
  return transact(context, by, async (work) => {
    const row = (await providerById(work.db, provider)) as ProviderRow;
    const identity = await link(work, row, { subject: 'wes', claims: { sub: 'wes' } }, account);
    const held = { held_at: work.now, disabled_at: work.now, asked_at: work.now };
    await work.db.updateTable('account').set(held).where('id', '=', account).execute();
    const asked_claims = work.secret.encrypt(JSON.stringify({ name: 'Wes' }));
    await work.db.updateTable('sign_in_identity').set({ asked_claims }).where('id', '=', identity.id).execute();
    await withhold(work, 'guests', '');
    return identity.id;
  });
}

type Shut = Record<'shut' | 'shutOpen' | 'shutConversation', string>;

/** As after a restore: a hidden group of the owner and the member, an open one of the owner, and a conversation of the member and the colleague, that nobody has confirmed or opened again. */
async function fillShut(
  work: Work,
  { owner, member, colleague }: Record<Person, string>,
  keys: Awaited<ReturnType<typeof createActorKeys>>,
): Promise<Shut> {
  const rules = { reading: 'members', joining: 'invited', listed: false } as const;
  const { id: shut } = await createGroup(work, { name: 'Merger', handle: 'merger', owner, keys, ...rules });
  await invite(work, { group: shut, person: member, by: owner });
  await joinGroup(work, { group: shut, person: member });
  const { id: shutOpen } = await createGroup(work, { name: 'Depot', handle: 'depot', owner, keys });
  const about = { subject: 'Before the restore', content: 'Whispered before', language: 'en' };
  const { id } = await beginConversation(work, { by: member, people: [colleague], ...about });
  await work.db
    .updateTable('group_member')
    .set({ state: 'unconfirmed' })
    .where('group_id', 'in', [shut, shutOpen, id])
    .execute();
  await work.db.updateTable('groups').set({ shut_at: work.now }).where('id', 'in', [shut, shutOpen]).execute();
  const decision = { take: 'anew', person: owner, by: '', reason: '' } as const;
  const state = { at: work.now, asOf: work.now, confirmedAt: work.now, waiting: [], decision };
  await writeRestored(work.db, state);
  return { shut, shutOpen, shutConversation: id };
}

type Talk = Record<'conversation' | 'message' | 'said' | 'saidByReader' | 'reportedMessage', string>;

/** The member and the colleague talk, and one of them has reported the other. `said` is the colleague's, `message` the member's. The reader took part and has left. */
async function fillConversation(work: Work, { member, colleague, reader }: Record<Person, string>): Promise<Talk> {
  const about = { subject: 'Whispered subject', language: 'en' };
  const first = { by: member, people: [colleague, reader], content: 'Whispered content #whispered', ...about };
  const { id: conversation } = await beginConversation(work, first);
  const message = await topicOf(work.db, conversation);
  const said = await sendMessage(work, { conversation, by: colleague, content: 'Whispered answer', language: 'en' });
  const left = await sendMessage(work, { conversation, by: reader, content: 'Whispered farewell', language: 'en' });
  await like(work, { post: said.id, by: { uri: `${work.home}/people/${reader}`, person: reader } });
  await leaveConversation(work, { group: conversation, person: reader });
  const reported = await report(work, { post: said.id, reporter: member, reason: 'Whispered reason' });
  const messages = { message: message ?? '', said: said.id, saidByReader: left.id };
  return { conversation, ...messages, reportedMessage: reported ?? '' };
}

/** A closed group that only its people know of, with something in every state that can be changed; and an open one. */
async function fillGroups(
  work: Work,
  person: Record<Person, string>,
  keys: Awaited<ReturnType<typeof createActorKeys>>,
): Promise<
  Record<
    Exclude<
      ThingName,
      | 'partner'
      | 'link'
      | 'muteToken'
      | 'registrationToken'
      | 'registration'
      | 'emergency'
      | keyof SignInThings
      | keyof Talk
      | keyof Shut
      | LibraryThing
    >,
    string
  >
> {
  const { owner, member, colleague } = person;
  const rules = { reading: 'members', joining: 'request' } as const;
  const { id: group } = await createGroup(work, { name: 'Crisis team', handle: 'crisis', owner, keys, ...rules });
  const open = await createGroup(work, { name: 'Parking', handle: 'parking', owner, keys });
  // The one that the guest was invited to, by somebody who is in no other.
  const bridges = await createGroup(work, { name: 'Bridges', handle: 'bridges', owner: person.bystander, keys });
  await invite(work, { group: bridges.id, person: person.guest, by: person.bystander });
  await joinGroup(work, { group: bridges.id, person: person.guest });
  for (const name of ['facilitator', 'member', 'colleague', 'reader', 'requester'] as const) {
    await joinGroup(work, { group, person: person[name] });
    if (name !== 'requester') await approve(work, { group, person: person[name], by: owner });
  }
  // Only now, since nobody asks to join what they cannot know of.
  await updateGroup(work, group, owner, { listed: false });
  await setRole(work, { group, person: person.facilitator, by: owner, role: 'facilitator' });
  await unfollowGroup(work, { group, person: person.reader });
  await invite(work, { group, person: person.invitee, by: owner });
  for (const where of [group, open.id])
    await ban(work, { group: where, person: person.banned, by: owner, until: null });

  const write = async (title: string) =>
    (await createTopic(work, { group, author: member, title, ...markdownText('How do you do this?') })).id;
  const answerTo = async (topic: string) =>
    (await reply(work, { replyTo: topic, author: colleague, ...markdownText('Like this.') })).id;
  const [topic, fixed, removed, answered] = [await write('A'), await write('B'), await write('C'), await write('D')];
  const [liked, refused] = [await write('E'), await write('F')];
  const [replied, answer] = [await answerTo(topic), await answerTo(answered)];
  await pin(work, { post: fixed, by: owner });
  await lock(work, { post: fixed, by: owner });
  await removeFromGroup(work, { post: removed, by: owner, reason: 'Advertising' });
  await markAnswered(work, { topic: answered, answer, by: member });
  await like(work, { post: liked, by: { uri: `${work.home}/people/${colleague}`, person: colleague } });
  // As a group elsewhere answers.
  await work.db.updateTable('post').set({ status: 'refused', refusal: 'banned' }).where('id', '=', refused).execute();
  const kept = { author: member, group, replyTo: null, title: 'G', source: 'Soon', language: null };
  const held = await hold(work, kept, 300);
  const upload = newId();
  await work.db
    .insertInto('files_upload')
    .values({ id: upload, person_id: member, name: 'plan.txt', bytes: 4, received: 0, created_at: work.now })
    .execute();
  const author = await rememberRemotePerson(
    work,
    { id: 'https://known.example/people/1', type: 'Person', name: 'Ria Remote', inbox: 'https://known.example/inbox' },
    { fetchedAt: work.now, verified: 'origin' },
  );
  // As it was let in while there was an agreement.
  const standing = {
    state: 'member',
    role: 'member',
    following: 1,
    joined_at: work.now,
    began: 0,
    version: 0,
    epoch: '',
    updated_at: work.now,
  } as const;
  await work.db
    .insertInto('group_member')
    .values({ group_id: open.id, person_id: author, ...standing })
    .execute();
  const fromElsewhere = async (uri: string) => {
    const text = { title: 'H', ...markdownText('From elsewhere') };
    return (await createTopic(work, { group: open.id, author, ...text, arrival: { uri, verified: 'origin' } })).id;
  };
  const foreign = await fromElsewhere('https://known.example/posts/1');
  const hidden = await fromElsewhere('https://known.example/posts/2');
  await work.db
    .updateTable('post')
    .set({ hidden_at: work.now, hidden_reason: 'Spam' })
    .where('id', '=', hidden)
    .execute();
  const reported = await report(work, { post: topic, reporter: colleague, reason: 'Not about this' });
  return {
    ...{ closed: group, open: open.id, bridges: bridges.id, handle: 'crisis', uri: open.uri },
    ...{
      topic,
      reply: replied,
      fixed,
      removed,
      answered,
      answer,
      liked,
      refused,
      report: reported ?? '',
      held: held.id,
      upload,
      ...{ foreign, hidden },
    },
  };
}
