import {
  type Actors,
  type Context,
  isObject,
  type JsonObject,
  listOf,
  originOf,
  refuse,
  transact,
} from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { readPeople } from './collected-people.ts';
import { readListedGroups } from './discover.ts';
import { documentOrRefuse, knownObject, rememberDocument, signedFetch } from './fetch.ts';
import { readHistory } from './history.ts';
import { releaseWaiting } from './ledger.ts';
import { textOf } from './read.ts';

const freshSeconds = 86_400;

/**
 * Finds what a link or handle leads to, here or on an allowed node.
 * @param toWorkOff told whose activities can go on
 */
export function createActors(bridge: Bridge, toWorkOff: (origin: string) => void): Actors {
  const { context } = bridge;
  const crawls = new Map<string, ReturnType<typeof readHistory>>();
  return {
    resolve: async (reference, options = {}) => {
      const text = reference.trim();
      const uri = isHandle(text) ? await addressOfHandle(bridge, text) : text;
      const origin = originOf(uri);
      if (origin === null)
        refuse('bad_request', 'Give the link of a group or person, or a handle such as @group@node.example');
      const { mayCome } = options;
      const { known, hidden } = mayCome
        ? await knownTo(context, uri, mayCome)
        : { known: await knownObject(context, uri), hidden: false };
      const age = options.maximumAgeSeconds ?? freshSeconds;
      if (known && (known.object.local || !(await isOlder(bridge, origin, age))))
        return { kind: known.kind.path, id: known.object.id, uri };
      if (origin === context.config.origin) refuse('not_found', 'There is nothing at this address');
      const decision = bridge.trust.mayFederate(origin, null, 'in');
      if (!decision.allowed) {
        if (known) return { kind: known.kind.path, id: known.object.id, uri };
        refuse('no_agreement', `Your node has no agreement with ${new URL(origin).host} (${decision.reason})`);
      }
      const sentAt = context.clock.now().toISOString();
      const document = await documentAt(bridge, uri);
      if (hidden) notThere();
      const saved = await rememberDocument(bridge, document, sentAt);
      if (saved && mayCome && !(await mayCome(saved))) notThere();
      if (!saved) refuse('not_found', 'This address leads to something that this node cannot show');
      const found = await knownObject(context, String(document.id));
      if (found) await readPeople(bridge, found.kind.path, found.object);
      return { ...saved, uri: String(document.id) };
    },
    listedGroups: (origin) => readListedGroups(bridge, origin),
    // However many open it at once: a host is asked once.
    history: (uri, wanted) => {
      const key = `${wanted} ${uri}`;
      const crawl = crawls.get(key) ?? readHistory(bridge, uri, wanted).finally(() => crawls.delete(key));
      crawls.set(key, crawl);
      return crawl;
    },
    arrived: async (uri) => {
      const by = { kind: 'system', what: 'inbox' } as const;
      for (const origin of await transact(context, by, (work) => releaseWaiting(work, uri))) toWorkOff(origin);
    },
  };
}

/** As when its node says that there is nothing. */
const notThere = () => refuse('not_found', 'The other node does not show this, or it does not exist');

/** What is here, as far as it is there for whoever asks. Every kind is looked at and asked, whatever there is: the same statements for what is hidden as for what is missing. */
async function knownTo(
  context: Context,
  uri: string,
  mayCome: (found: { kind: string; id: string }) => Promise<boolean>,
): Promise<{ known: Awaited<ReturnType<typeof knownObject>>; hidden: boolean }> {
  let known: Awaited<ReturnType<typeof knownObject>>;
  let hidden = false;
  for (const kind of context.slices.flatMap(({ objects }) => objects ?? [])) {
    const object = await kind.load(context.db.reader, { uri });
    const may = await mayCome({ kind: kind.path, id: object?.id ?? nothing });
    if (object && may) known ??= { kind, object };
    hidden ||= object !== undefined && !may;
  }
  return { known, hidden: hidden && !known };
}

/** An id that nothing has. */
const nothing = '00000000-0000-7000-8000-000000000000';

/** How old what we know of a node may be is judged by the last contact with it. */
async function isOlder(bridge: Bridge, origin: string, seconds: number): Promise<boolean> {
  const row = await bridge.context.db.reader
    .selectFrom('peer')
    .select(['checked_at'])
    .where('origin', '=', origin)
    .executeTakeFirst();
  if (!row?.checked_at) return true;
  return bridge.context.clock.now().getTime() - Date.parse(row.checked_at) > seconds * 1_000;
}

/** The document behind a link. A page whose document has another address on the same node (as other software has) leads on to that, once. */
async function documentAt(bridge: Bridge, uri: string): Promise<JsonObject> {
  const first = documentOrRefuse(await signedFetch(bridge, uri, 'a person asked for this link', { id: null }));
  const id = textOf(first.id);
  if (id === uri) return first;
  if (id === null || originOf(id) !== originOf(uri))
    refuse('not_found', 'The document at this address names another one');
  return documentOrRefuse(await signedFetch(bridge, id, 'a person asked for this link'));
}

const handleShape = /^(?:acct:)?[@!]?([^@\s/]+)@([^@\s/]+)$/;

function isHandle(text: string): boolean {
  return handleShape.test(text);
}

/**
 * WebFinger (RFC 7033). The subject must be of the host that was asked, and the address on the node's own origin, so that a host can speak only for itself.
 */
async function addressOfHandle(bridge: Bridge, handle: string): Promise<string> {
  const [, name = '', host = ''] = handleShape.exec(handle) ?? [];
  const { context } = bridge;
  const origin = originFor(bridge, host);
  if (origin === null) refuse('bad_request', 'The part after the @ is not the name of a node');
  const resource = `acct:${name.toLowerCase()}@${new URL(origin).host}`;
  if (origin === context.config.origin) return addressOfOwn(bridge, name);
  const decision = bridge.trust.mayFederate(origin, null, 'in');
  if (!decision.allowed) refuse('no_agreement', `Your node has no agreement with ${host} (${decision.reason})`);
  const address = `${origin}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`;
  const answer = await context.doors.peers.fetchDocument(address, {
    purpose: 'a person asked for this handle',
    accept: 'jrd',
    id: null,
  });
  const document = documentOrRefuse(answer);
  const self = listOf(document.links)
    .filter(isObject)
    .find((link) => link.rel === 'self' && String(link.type ?? '').includes('json'));
  const href = self && textOf(self.href);
  const subject = textOf(document.subject)?.toLowerCase();
  if (!href || originOf(href) !== origin || !subject?.endsWith(`@${new URL(origin).host}`)) {
    refuse('not_found', 'This handle does not exist there');
  }
  return href;
}

async function addressOfOwn(bridge: Bridge, name: string): Promise<string> {
  const { db, config } = bridge.context;
  const holder = await db.reader
    .selectFrom('handle')
    .selectAll()
    .where('name', '=', name.toLowerCase())
    .executeTakeFirst();
  if (!holder || holder.retired_at !== null || (holder.kind !== 'person' && holder.kind !== 'group'))
    refuse('not_found', 'This handle does not exist here');
  const uri = `${config.origin}/${holder.kind === 'person' ? 'people' : 'groups'}/${holder.id}`;
  if (holder.kind === 'person') return uri;
  // Whoever asks is not known here: of groups only those that are no secret are found by guessing their handle.
  const found = await knownObject(bridge.context, uri);
  if (!(await found?.kind.isDiscoverable?.(db.reader, found.object)))
    refuse('not_found', 'This handle does not exist here');
  return uri;
}

/** https, or http on loopback where the node was opened for that (development). */
function originFor(bridge: Bridge, host: string): string | null {
  const { config } = bridge.context;
  if (host === new URL(config.origin).host) return config.origin;
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
  return originOf(`${config.loopbackPeers && loopback ? 'http' : 'https'}://${host}/`);
}
