import { createPublicKey } from 'node:crypto';
import {
  type ActivityDocument,
  addressOf,
  agencyActor,
  eventById,
  isId,
  isObject,
  type JsonObject,
  type LogEvent,
  nodeActor,
  type ObjectKind,
  type Outgoing,
  publicKeysOf,
  type Requester,
  type StoredObject,
} from '@joinery/core';
import { LRUCache } from 'lru-cache';
import type { Bridge } from './bridge.ts';
import { encodeMultikey } from './multikey.ts';
import { type Builder, documentContext, prove, vouch } from './outgoing.ts';
import { peerRow } from './peers.ts';
import { isCovered } from './pending.ts';

/** What an address answers to software: a document, gone, or nothing. */
export type Found = { status: 200 | 410; document: JsonObject } | null;

const actorTypes = new Set(['Person', 'Group', 'Organization', 'Application', 'Service']);

/** The server actor: what others fetch our keys from, and the only document that needs no signature (else two nodes that verify each other would wait for ever). */
export async function nodeDocument(bridge: Bridge): Promise<JsonObject> {
  const { origin, agency } = bridge.context.config;
  const document = {
    id: nodeActor(origin),
    type: 'Application',
    preferredUsername: 'node',
    name: agency,
    url: `${origin}/`,
    generator: {
      type: 'Application',
      name: 'Joinery',
      implements: [
        { href: 'https://datatracker.ietf.org/doc/html/rfc9421', name: 'RFC-9421: HTTP Message Signatures' },
        { href: 'urn:joinery:ns#', name: 'Joinery' },
      ],
    },
    'joinery:agency': { id: agencyActor(origin), name: agency },
  };
  return dressActor(bridge, document);
}

/** The agency that owns the node. */
export async function agencyDocument(bridge: Bridge): Promise<JsonObject> {
  const { origin, agency } = bridge.context.config;
  return dressActor(bridge, {
    id: agencyActor(origin),
    type: 'Organization',
    preferredUsername: 'agency',
    name: agency,
    url: `${origin}/`,
  });
}

/** The document of a person, group or post, as far as the requester may read it. Hidden and missing give the same. */
export async function objectDocument(bridge: Bridge, path: string, id: string, requester: Requester): Promise<Found> {
  const { context } = bridge;
  const found = await readable(bridge, path, id, requester);
  if (!found?.kind.toDocument) return null;
  const outgoing = { db: context.db.reader, origin: context.config.origin, joineryPeer: true };
  const document = await found.kind.toDocument(outgoing, found.object);
  if (!document) return null;
  const status = found.object.deletedAt === null ? 200 : 410;
  if (requester.kind === 'peer' && !requester.trial && status === 200)
    await found.kind.noteFetch?.(context, found.object.id, requester.origin);
  if (actorTypes.has(found.object.type) && status === 200)
    return { status, document: await dressActor(bridge, document) };
  return { status, document: { '@context': documentContext, ...document } };
}

/** The server actor as the owner of collections. */
function nodeObject(bridge: Bridge): StoredObject {
  const uri = nodeActor(bridge.context.config.origin);
  return { id: 'node', uri, local: true, deletedAt: null, type: 'Application' };
}

/**
 * A page of a collection of the node itself: things of this node, each as the requester may read it.
 * @param page cursor; null for the first page
 */
export async function nodeCollection(
  bridge: Bridge,
  name: string,
  page: string | null,
  requester: Requester,
): Promise<Found> {
  const { context } = bridge;
  const collection = context.slices
    .flatMap((slice) => slice.collections ?? [])
    .find((candidate) => candidate.of === 'node' && candidate.name === name);
  const node = nodeObject(bridge);
  if (!collection?.mayRead || !(await collection.mayRead(context.db.reader, requester, node))) return null;
  const outgoing = { db: context.db.reader, origin: context.config.origin, joineryPeer: true };
  const { items, next } = await collection.page(outgoing, node, requester, page || null);
  const documents: JsonObject[] = [];
  for (const item of items) {
    const [, path = '', id = ''] = new URL(String(item)).pathname.split('/');
    const found = await objectDocument(bridge, path, id, requester);
    if (found?.status === 200) documents.push(found.document);
  }
  const self = `${context.config.origin}/node/${name}`;
  return {
    status: 200,
    document: {
      '@context': documentContext,
      id: page ? `${self}?page=${encodeURIComponent(page)}` : self,
      type: page ? 'CollectionPage' : 'Collection',
      attributedTo: node.uri,
      ...(page ? { partOf: self } : {}),
      items: documents,
      ...(next === null ? {} : { next: `${self}?page=${encodeURIComponent(next)}` }),
    },
  };
}

/** A page of a collection, or the collection itself when no page is asked for. */
export async function collectionDocument(
  bridge: Bridge,
  address: { path: string; id: string; name: string; page: string | null },
  requester: Requester,
): Promise<Found> {
  const { context } = bridge;
  const collection = context.slices
    .flatMap((slice) => slice.collections ?? [])
    .find((candidate) => candidate.of === address.path && candidate.name === address.name);
  const kind = kindAt(bridge, address.path);
  if (!collection || !kind || !isId(address.id)) return null;
  const object = await kind.load(context.db.reader, { id: address.id });
  // A collection with a rule of its own may be kept here for an owner elsewhere: a group of ours keeps threads that others started.
  const mayRead = collection.mayRead ?? kind.mayRead;
  const may = await mayRead(context.db.reader, requester, object ?? missingObject(address.path, address.id));
  if (!may || !object || object.deletedAt !== null || !(object.local || collection.mayRead)) return null;
  const outgoing = { db: context.db.reader, origin: context.config.origin, joineryPeer: true };
  const cursor = address.page === '' ? null : address.page;
  const page = await collection.page(outgoing, object, requester, cursor);
  const self = `${context.config.origin}/${address.path}/${object.id}/${address.name}`;
  const shown = await Promise.all(
    page.items.map(async (item) => (isObject(item) ? { ...item, ...(await vouch(bridge, item)) } : item)),
  );
  const items = collection.ordered ? { orderedItems: shown } : { items: shown };
  const total = page.total === undefined ? {} : { totalItems: page.total };
  const next = page.next === null ? {} : { next: `${self}?page=${encodeURIComponent(page.next)}` };
  const plain = collection.ordered ? 'OrderedCollection' : 'Collection';
  const context2 = { '@context': documentContext };
  if (address.page === null) {
    const whole = { ...context2, id: self, type: plain, attributedTo: page.owner ?? object.uri, ...total };
    // What fits on one page stands in the collection itself: Lemmy and PieFed read moderators, followers and pinned topics nowhere else.
    if (page.next === null) return { status: 200, document: { ...whole, ...items } };
    const first = { id: `${self}?page=`, type: `${plain}Page`, partOf: self, ...items, ...next };
    return { status: 200, document: { ...whole, first } };
  }
  return {
    status: 200,
    document: {
      ...context2,
      id: `${self}?page=${encodeURIComponent(address.page)}`,
      type: `${plain}Page`,
      partOf: self,
      ...total,
      ...items,
      ...next,
    },
  };
}

/**
 * An activity of ours, or the one inside it, for those who get its stream: as that kind of peer was told it.
 * @param address as asked for: of the event's activity, or below it
 */
export async function activityDocument(
  bridge: Bridge,
  builder: Builder,
  eventId: string,
  address: string,
  requester: Requester,
): Promise<Found> {
  if (requester.kind !== 'peer' || !isId(eventId)) return null;
  const { db } = bridge.context;
  const event = await eventById(db.reader, eventId);
  // All is asked before anything is decided: the same statements whatever there is.
  const referenced = await fetchableDocument(bridge, event, eventId, address, requester);
  const subscriber = await db.reader
    .selectFrom('subscription')
    .select('ends_after')
    .where('stream', '=', event?.stream ?? '')
    .where('origin', '=', requester.origin)
    .executeTakeFirst();
  if (referenced !== undefined) return referenced;
  if (!event || !isCovered(bridge.trust, requester.origin, event.stream)) return null;
  if (!subscriber || (subscriber.ends_after !== null && subscriber.ends_after < event.streamSeq)) return null;
  const peer = await peerRow(db.reader, requester.origin);
  for (const { document } of await builder.build(event, peer?.joinery === 1, requester.origin)) {
    const found = [document, document.object].find((said) => isObject(said) && said.id === address);
    if (isObject(found)) return { status: 200, document: found };
  }
  return null;
}

type Fetchable = (
  outgoing: Outgoing,
  event: LogEvent,
  requester: Requester,
) => Promise<ActivityDocument | null | undefined>;

/**
 * What a slice lets this node fetch at the address of an activity that is told by reference; undefined when it is not told so. What is told in another way, and what is
 * not there, is asked about like one of these, without effect.
 */
async function fetchableDocument(
  bridge: Bridge,
  event: LogEvent | undefined,
  eventId: string,
  address: string,
  requester: Extract<Requester, { kind: 'peer' }>,
): Promise<Found | undefined> {
  const { context } = bridge;
  const outgoing = { db: context.db.reader, origin: context.config.origin, id: address, joineryPeer: true };
  for (const { activities } of context.slices) {
    const known = (activities?.fetchable ?? {}) as Record<string, Fetchable>;
    const fetchable = event && known[event.name];
    if (!fetchable) {
      const absent = { id: eventId, name: 'post.created', data: { post: eventId } } as LogEvent;
      await Object.values(known)[0]?.(outgoing, absent, requester);
      continue;
    }
    const document = await fetchable(outgoing, event, requester);
    if (document === undefined) continue;
    if (document === null) return null;
    const actor = addressOf(document.actor) ?? '';
    await noteFetched(bridge, addressOf(document.object) ?? '', requester.origin);
    return {
      status: 200,
      document: await prove(bridge, { '@context': documentContext, ...document }, actor, event.at),
    };
  }
  return undefined;
}

/** What stands inside an activity is fetched with it. */
async function noteFetched(bridge: Bridge, uri: string, origin: string): Promise<void> {
  const { context } = bridge;
  const [path = '', id = ''] = uri.slice(context.config.origin.length + 1).split('/');
  await kindAt(bridge, path)?.noteFetch?.(context, id, origin);
}

function kindAt(bridge: Bridge, path: string): ObjectKind | undefined {
  for (const slice of bridge.context.slices)
    for (const kind of slice.objects ?? []) if (kind.path === path) return kind;
  return undefined;
}

async function readable(
  bridge: Bridge,
  path: string,
  id: string,
  requester: Requester,
): Promise<{ kind: ObjectKind; object: StoredObject } | null> {
  const kind = kindAt(bridge, path);
  if (!kind || !isId(id)) return null;
  const object = await kind.load(bridge.context.db.reader, { id });
  const may = await kind.mayRead(bridge.context.db.reader, requester, object ?? missingObject(path, id));
  // Things of other nodes have pages here for our people; their documents are at home elsewhere.
  return object?.local && may ? { kind, object } : null;
}

/** What is asked about where there is nothing: the same statements as for something hidden. */
function missingObject(path: string, id: string): StoredObject {
  return { id, uri: `${path}/${id}`, local: false, deletedAt: null, type: 'Object' };
}

const multikeys = new LRUCache<string, string>({ max: 2_000 });

/** A public key of ours (PEM) as a multikey: reading a key costs more than all else in an actor's document. */
function multikeyOf(pem: string): string {
  const known = multikeys.get(pem) ?? encodeMultikey(createPublicKey(pem));
  multikeys.set(pem, known);
  return known;
}

/** Keys, inbox and context, which every actor of ours has. */
async function dressActor(bridge: Bridge, document: ActivityDocument): Promise<JsonObject> {
  const { db, config } = bridge.context;
  const uri = String(document.id);
  const all = await publicKeysOf(db.reader, uri);
  const keys = all.filter((key) => key.retired_at === null);
  const former = all.flatMap((key) => (key.algorithm === 'ed25519' && key.retired_at !== null ? [key] : []));
  const rsa = keys.find((key) => key.algorithm === 'rsa');
  const assertion = keys.filter((key) => key.algorithm === 'ed25519');
  return {
    '@context': [
      ...documentContext.slice(0, 1),
      'https://w3id.org/security/v1',
      'https://w3id.org/security/multikey/v1',
      ...documentContext.slice(1),
    ],
    ...document,
    inbox: `${uri}/inbox`,
    ...(document.outbox === undefined ? { outbox: `${uri}/outbox` } : {}),
    endpoints: { sharedInbox: `${config.origin}/inbox` },
    ...(rsa ? { publicKey: { id: rsa.id, owner: uri, publicKeyPem: rsa.public } } : {}),
    assertionMethod: assertion.map(multikey),
    // Beside those that hold: other software takes what it finds there for good.
    ...(former.length > 0
      ? { 'joinery:formerKeys': former.slice(0, 10).map((key) => ({ ...multikey(key), expires: key.retired_at })) }
      : {}),
  };
}

function multikey(key: { id: string; actor: string; public: string }): JsonObject {
  return { id: key.id, type: 'Multikey', controller: key.actor, publicKeyMultibase: multikeyOf(key.public) };
}
