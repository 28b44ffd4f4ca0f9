import { createPublicKey, type KeyObject } from 'node:crypto';
import { type JsonObject, newId, nodeActor, type Slice } from '@joinery/core';
import { sha256 } from '../../../packages/core/src/accounts/one-way.ts';
import { issueActorToken } from '../../../packages/federation/src/actor-token.ts';
import { signRequest } from '../../../packages/federation/src/signatures.ts';
import { sliceRoutes } from '../../harness/routes.ts';
import { type Group, isPeer, knows, mayCome, type Peer, type Post, type Visitor } from './model.ts';
import { originOfPeer, personAt, type World } from './world.ts';

const activity = 'application/activity+json';
const missing = '01a1f000-0000-7000-8000-000000000000';
const noWord = 'zqx000000';

/** What a question is about: a group, something in it, and a word that stands in that. */
export type About = { group: Group; post: Post; word: string };
/** An address to look at, made of what the question is about. `asks` says what must be there for whoever gets an answer. */
type Address = {
  name: string;
  path: (about: About, world: World, visitor: Visitor) => string;
  asks: 'group' | 'post' | 'nothing';
  /** What is sent; looked at without it. */
  sends?: (about: About, world: World, visitor: Peer) => JsonObject;
  /** From the machine of the node itself, as a monitor asks. */
  isMonitor?: boolean;
  accept: 'text/html' | typeof activity;
};

const html = (name: string, asks: Address['asks'], path: Address['path']): Address => ({
  name,
  asks,
  path,
  accept: 'text/html',
});

/** What stands for the parameters of a route, by the part of the path before them. */
const after: Record<string, (about: About, world: World) => string> = {
  groups: ({ group }) => group.id,
  conversations: ({ group }) => group.id,
  posts: ({ post }) => post.id,
  files: ({ post }) => post.file ?? missing,
  people: ({ post }, { idOf }) => idOf[post.author],
  members: ({ post }, { idOf }) => idOf[post.author],
  tags: ({ word }) => word,
  folders: ({ group }) => group.folder ?? missing,
  documents: ({ post }) => post.id,
};

/** Every page and resource of the node that can be looked at, from the routes themselves. */
export function addressesForPeople(): Address[] {
  const routes = sliceRoutes().flatMap((route): Address[] => {
    const [method, pattern = ''] = route.split(' ');
    // Keys and challenges are made anew each time; the register is read as a table.
    if (method !== 'GET' || pattern.endsWith('.pdf') || /^\/(register|sign-in|profile\/sign-in)/.test(pattern))
      return [];
    const asks = /^(\/api\/v1)?\/(groups|folders|conversations)\/:/.test(pattern)
      ? 'group'
      : /^(\/api\/v1)?\/(posts|files|documents)\/:/.test(pattern)
        ? 'post'
        : 'nothing';
    return [
      html(route, asks, (about, world) =>
        pattern
          .replace(
            /([^/]+)\/:\w+(\{[^}]*\})?/g,
            (_all, before: string) => `${before}/${after[before]?.(about, world) ?? missing}`,
          )
          .replace(/\/:\w+(\{[^}]*\})?/g, `/${missing}`),
      ),
    ];
  });
  const withWord = [
    '/search',
    '/api/v1/search',
    '/groups',
    '/people',
    '/api/v1/people',
    '/conversations/suggestions',
    '/administration/people',
  ];
  return [
    ...routes,
    ...withWord.map((path) => html(`GET ${path}?q=`, 'nothing', ({ word }) => `${path}?q=${word}`)),
    html('GET /search?within=', 'nothing', ({ group }) => `/search?q=about&within=${group.id}`),
    html('GET /groups/:id/suggestions?q=', 'group', ({ group }) => `/groups/${group.id}/suggestions?q=the`),
    html('GET /follow?uri=', 'nothing', ({ group }) => `/follow?uri=${encodeURIComponent(group.uri)}`),
    html('GET /follow?uri= of a post', 'nothing', ({ post }) => `/follow?uri=${encodeURIComponent(post.uri)}`),
    html(
      'GET /events?topic=',
      'group',
      ({ group }, world, visitor) => `/events?topic=${group.id}.${topicMark(world, group, visitor)}`,
    ),
    ...['/readyz', '/nodeinfo/2.1', '/.well-known/security.txt', '/api/v1/openapi.json'].map((path) =>
      html(`GET ${path}`, 'nothing', () => path),
    ),
    { ...html('GET /readyz of a monitor', 'nothing', () => '/readyz'), isMonitor: true },
    ...fingers,
  ];
}

/** What strangers ask to learn whether there is something. */
const fingers: Address[] = [
  html('WebFinger by handle', 'nothing', ({ group }, { origin }) =>
    finger(`acct:${group.handle}@${new URL(origin).host}`),
  ),
  html('WebFinger by address', 'nothing', ({ group }) => finger(group.uri)),
  html('WebFinger of a post', 'nothing', ({ post }) => finger(post.uri)),
];
const finger = (resource: string) => `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`;

/** As a page that they once could read has given it to them. */
export function topicMark(world: World, group: Group, visitor: Visitor): string {
  if (visitor === 'nobody' || isPeer(visitor)) return 'a'.repeat(43);
  const value = decodeURIComponent(world.here[visitor].session.split('=')[1] ?? '');
  return world.context().secret.mac('live', `${sha256(value)} ${group.id}`);
}

/** Every address that other nodes ask for, from the kinds and collections of the slices. */
export function addressesForPeers(slices: Slice[]): Address[] {
  const collections = slices.flatMap((slice) => slice.collections ?? []);
  const of = (kind: string) => collections.filter((one) => one.of === kind).map(({ name }) => `/${name}`);
  const at = (name: string, asks: Address['asks'], path: Address['path']): Address => ({
    name,
    asks,
    path,
    accept: activity,
  });
  return [
    ...['', '/inbox', '/token', ...of('groups')].map((end) =>
      at(`groups${end}`, 'group', ({ group }) => `/groups/${group.id}${end}`),
    ),
    ...['', ...of('folders')].map((end) =>
      at(`folders${end}`, 'group', ({ group }) => `/folders/${group.folder ?? missing}${end}`),
    ),
    ...['', '', '', ...of('posts')].map((end) => at(`posts${end}`, 'post', ({ post }) => `/posts/${post.id}${end}`)),
    ...['', ...of('people')].map((end) =>
      at(`people${end}`, 'nothing', ({ post }, { idOf }) => `/people/${idOf[post.author]}${end}`),
    ),
    ...of('node').map((end) => at(`node${end}`, 'nothing', () => `/node${end}`)),
    ...['', '/activity'].map((end) =>
      at(`activities${end}`, 'post', ({ post }) => `/activities/${post.event ?? missing}${end}`),
    ),
    ...['/streams', '/streams/held', '/agency', '/node'].map((path) => at(path, 'nothing', () => path)),
    // Of which it has the addresses, its own or not. A page has a hundred at most: of what is told to a node the last are those of what has just happened.
    ...streamNames.map(([name, of, last]) =>
      at(`streams/log ${name}`, 'nothing', (about, world, visitor) => {
        const { token, head } = world.streamOf(of(about, visitor as Peer)) ?? { token: missing, head: 0 };
        return `/streams/${token}/log?after=${last === null ? 0 : Math.max(0, head - last)}`;
      }),
    ),
    ...(['Like', 'Flag', 'Create', 'Undo'] as const).flatMap((type) =>
      ['/inbox', null].map((path) => ({
        ...at(
          `POST ${path ?? '/groups/:id/inbox'} ${type}`,
          'nothing',
          ({ group }) => path ?? `/groups/${group.id}/inbox`,
        ),
        sends: (about: About, _world: World, visitor: Peer) => activityOf(type, about, visitor),
      })),
    ),
    at('files', 'post', ({ post }) => `/files/${post.file ?? missing}`),
    ...fingers,
  ];
}

/** Which is meant, and how many of the last are asked for; all from the first where null. */
const streamNames: [string, (about: About, visitor: Peer) => string, number | null][] = [
  ['of the group', ({ group }) => `group:${group.id}`, null],
  ['of its members', ({ group }) => `group:${group.id}/members`, null],
  ['of its node', (_about, visitor) => `node:${originOfPeer[visitor]}`, 30],
  ['of another node', () => `node:${originOfPeer.members}`, 30],
];

/** Whoever of a node does something. */
const actorOf = (peer: Peer): string =>
  personAt(peer, peer === 'members' ? 'writer' : peer === 'second' ? 'reader' : 'passer');

/** What other nodes send about something, whether they may have it or not; what comes of it says nothing that is a word. */
function activityOf(type: 'Like' | 'Flag' | 'Create' | 'Undo', { group, post }: About, peer: Peer): JsonObject {
  const actor = actorOf(peer);
  const id = `${originOfPeer[peer]}/activities/${newId()}`;
  const note = { id: `${id}/note`, type: 'Note', attributedTo: actor, content: '<p>Yes</p>', inReplyTo: post.uri };
  const object = { Like: post.uri, Flag: [post.uri], Undo: { id: `${id}/x`, type: 'Like', actor, object: post.uri } };
  return {
    ...{ '@context': 'https://www.w3.org/ns/activitystreams', id, type, actor, to: [group.uri], audience: group.uri },
    object: type === 'Create' ? { ...note, audience: group.uri } : object[type],
  };
}

export type Answer = { status: number; text: string };

/** Asks, and tells what came back: status, headers and body. */
export async function ask(
  world: World,
  visitor: Visitor,
  address: Address,
  about: About,
  options: { token?: boolean } = {},
): Promise<Answer> {
  const path = address.path(about, world, visitor);
  const url = `${world.origin}${path}`;
  const sent = address.sends ? JSON.stringify(address.sends(about, world, visitor as Peer)) : null;
  const said = await headersOf(world, visitor, address, url, about.group, { ...options, sent });
  const answer = await world.fetch(
    new Request(url, { headers: said, ...(sent === null ? {} : { method: 'POST', body: sent }) }),
    address.isMonitor ? '127.0.0.1' : undefined,
  );
  const headers = JSON.stringify([...answer.headers]);
  if (answer.headers.get('content-type') === 'text/event-stream') {
    await answer.body?.cancel();
    return { status: answer.status, text: headers };
  }
  return { status: answer.status, text: `${headers}\n${await answer.text()}` };
}

async function headersOf(
  world: World,
  visitor: Visitor,
  { accept }: Address,
  url: string,
  group: Group,
  options: { token?: boolean; sent: string | null },
): Promise<Record<string, string>> {
  if (visitor === 'nobody') return { accept };
  if (!isPeer(visitor)) {
    const { session, token } = world.here[visitor];
    return { accept, ...(url.includes('/api/') ? { authorization: `Bearer ${token}` } : { cookie: session }) };
  }
  const keys = world.keysOf[visitor];
  const key = {
    id: `${options.sent === null ? nodeActor(originOfPeer[visitor]) : actorOf(visitor)}#main-key`,
    privateKey: keys.privateKey as unknown as KeyObject,
  };
  const authorization: Record<string, string> = options.token
    ? { authorization: await tokenFor(world, visitor, group) }
    : {};
  return signRequest({
    method: options.sent === null ? 'GET' : 'POST',
    url,
    headers: { accept, ...(options.sent !== null && { 'content-type': activity }), ...authorization },
    body: options.sent,
    key,
    form: 'rfc9421',
    now: world.now(),
  });
}

/** The token of the group for this node, as a group elsewhere issues it. One that has no members has stolen that of another. */
async function tokenFor(world: World, visitor: Peer, group: Group): Promise<string> {
  const holder: Peer = visitor === 'bystanding' ? 'second' : visitor;
  const token = await issueActorToken({
    ...{
      group: group.uri,
      key: { id: `${group.uri}#key`, privateKey: world.keysOf.members.privateKey as unknown as KeyObject },
    },
    ...{
      node: nodeActor(originOfPeer[holder]),
      nodeKey: createPublicKey(world.keysOf[holder].publicKey.export({ type: 'spki', format: 'pem' })),
    },
    ...{ version: 1, from: 0, now: world.now() },
  });
  return `ActivityPubActorToken ${token}`;
}

/** Whoever brought a file is told what it is, wherever it hangs. */
const isOwnFile = (visitor: Visitor, { name }: Address, { post }: About): boolean =>
  name === 'GET /api/v1/files/:id' && visitor === post.author;

/** What was said that this visitor may not come upon, in words; empty when there is none. */
export function wrongIn(world: World, visitor: Visitor, address: Address, about: About, answer: Answer): string[] {
  if (isOwnFile(visitor, address, about)) return [];
  const asked = new Set(
    world.words.in(decodeURIComponent(address.path(about, world, visitor))).map(({ said }) => said),
  );
  const agreement = world.agreementOf(visitor);
  // What a closed group tells its nodes is where something is to be read, and nothing of what is in it.
  const isTold = /^(streams|groups\/(outbox|topics|featured))/.test(address.name);
  const told = world.words
    .in(answer.text)
    // Whoever looks after the node sees with which addresses it connected.
    .filter(
      ({ said, place }) => (place.in !== 'id' && said !== place.group.handle) || !address.name.endsWith('/traffic'),
    )
    .filter(
      ({ said, place }) =>
        place.group.closed &&
        !asked.has(said) &&
        (!mayCome(place, visitor, agreement) || (isTold && place.in === 'post' && place.group.here)),
    )
    .map(({ said, place }) => `${said} (${place.in} of the ${place.group.kind} group)`);
  const { group, post } = about;
  const place =
    address.asks === 'post' && isPeer(visitor)
      ? ({ group, in: 'post', post } as const)
      : ({ group, in: 'profile' } as const);
  const opened =
    answer.status < 300 &&
    answer.status !== 204 &&
    address.asks !== 'nothing' &&
    group.closed &&
    !mayCome(place, visitor, agreement);
  const crashed = answer.status >= 500 ? [`status ${answer.status}`] : [];
  return [...told, ...(opened ? [`status ${answer.status} for a ${address.asks}`] : []), ...crashed];
}

/** What may differ between two answers that tell the same. */
const plain = ({ status, text }: Answer, ...named: string[]): string => {
  let said = text;
  for (const name of named) said = said.replaceAll(encodeURIComponent(name), '<asked>').replaceAll(name, '<asked>');
  return `${status} ${said
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/zq[a-z]\d{6}/g, '<id>')
    .replace(/[A-Za-z0-9_-]{43}/g, '<token>')
    .replace(/"requestId":"[^"]*"|[0-9a-f]{16,32}/g, '<request>')}`;
};
export const comparable = (answer: Answer): string => plain(answer);

/** The same question about what there is not. */
export function missingInPlaceOf({ group, post }: About): About {
  const uri = `${new URL(group.uri).origin}/groups/${group.here ? missing : noWord}`;
  return {
    group: { ...group, id: missing, uri, handle: noWord, folder: group.folder && missing },
    post: {
      ...post,
      ...{ id: missing, uri: `${new URL(post.uri).origin}/posts/${missing}` },
      ...{ event: missing, file: post.file && missing },
    },
    word: noWord,
  };
}

/** Where an answer about something hidden parts from that about something missing; null where both tell the same. */
export function partsFromMissing(about: About, answer: Answer, none: About, other: Answer): string | null {
  const [one, two] = [
    plain(answer, about.group.uri, about.post.uri, about.group.handle, about.word),
    plain(other, none.group.uri, none.post.uri, noWord),
  ];
  return one === two ? null : differenceOf(one, two);
}

/** Whether what is not there for this visitor gives them something else than a missing thing; null when it is there for them. */
export async function differsFromMissing(
  world: World,
  visitor: Visitor,
  address: Address,
  about: About,
  answer: Answer,
): Promise<string | null> {
  if (!about.group.closed || knows(about.group, visitor, world.agreementOf(visitor))) return null;
  if (isOwnFile(visitor, address, about)) return null;
  const none = missingInPlaceOf(about);
  if (address.path(about, world, visitor) === address.path(none, world, visitor)) return null;
  const difference = partsFromMissing(about, answer, none, await ask(world, visitor, address, none));
  return difference && `not as a missing one: ${difference}`;
}

/** Where two texts part. */
export function differenceOf(one: string, two: string): string {
  let at = 0;
  while (at < one.length && one[at] === two[at]) at += 1;
  const part = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 120));
  return `${part(one)} and ${part(two)}`;
}

export type { Address };
