import {
  type ActivityDocument,
  addressOf,
  agencyActor,
  type EventName,
  isObject,
  type JsonObject,
  type LogEvent,
  nodeActor,
  originOf,
  type Outgoing as Telling,
} from '@joinery/core';
import { LRUCache } from 'lru-cache';
import type { Bridge } from './bridge.ts';
import { isWithdrawal, mayBeTold, readerOf } from './closed/telling.ts';
import { encodeMultikey } from './multikey.ts';
import { createProof } from './proof.ts';

/** Contexts of everything we send. Nobody has to fetch them: other software knows the first two, ours reads plain JSON. */
export const documentContext = [
  'https://www.w3.org/ns/activitystreams',
  'https://w3id.org/security/data-integrity/v1',
  { joinery: 'urn:joinery:ns#', Lock: 'https://joinpeertube.org/ns#Lock' },
];

/** An activity ready to be sent: text, and whose key signs the request. */
export type Outgoing = { id: string; actor: string; text: string; document: JsonObject };

/** Builds activities from events and present state, and proves them; the same one goes to all lanes. */
export type Builder = {
  /**
   * @param to origin of the node that it is for
   * @returns nothing when there is nothing to say to this kind of peer; exactly one for a Joinery peer otherwise
   */
  build: (event: LogEvent, joineryPeer: boolean, to: string) => Promise<Outgoing[]>;
};

/** Long enough for one event to reach all lanes, short enough that a deleted text does not leave late. */
const keepMilliseconds = 2_000;

export function createBuilder(bridge: Bridge): Builder {
  const cache = new LRUCache<string, Promise<Outgoing[]>>({ max: 1_000, ttl: keepMilliseconds });
  // Who may hear of it, and what there is to say, may be different after anything that happened.
  bridge.context.db.changes.subscribe(() => cache.clear());
  return {
    build: async (event, joineryPeer, to) => {
      // Asked each time, and kept apart: an agreement can end while the activity is kept.
      const whole = await mayBeTold(bridge, event);
      const reader = await readerOf(bridge, event, to);
      const key = `${event.id} ${joineryPeer} ${whole} ${reader ? `${reader.origin} ${reader.from}` : ''}`;
      const cached = cache.get(key);
      if (cached) return cached;
      const building = build(bridge, event, { joineryPeer, whole, reader });
      cache.set(key, building);
      building.catch(() => cache.delete(key));
      return building;
    },
  };
}

/** Address of an event's activity. */
function activityAddress(origin: string, eventId: string): string {
  return `${origin}/activities/${eventId}`;
}

/** `whole`: not only what takes something back. `reader`: the node it is for, where that reads a closed group only from a number on. */
type For = { joineryPeer: boolean; whole: boolean; reader: { origin: string; from: number } | null };

async function build(bridge: Bridge, event: LogEvent, { joineryPeer, whole, reader }: For): Promise<Outgoing[]> {
  if (joineryPeer && isForOthersOnly(bridge, event)) return [];
  const id = activityAddress(bridge.context.config.origin, event.id);
  const said = (await say(bridge, event, { id, joineryPeer, ...(reader ? { reader } : {}) })).filter(
    (document) => whole || isWithdrawal(document),
  );
  if (joineryPeer) return [await dress(bridge, event, said[0] ?? withheld(bridge, event, id), true)];
  return Promise.all(said.map((document) => dress(bridge, event, document, false)));
}

async function dress(bridge: Bridge, event: LogEvent, bare: ActivityDocument, joineryPeer: boolean): Promise<Outgoing> {
  const actor = addressOf(bare.actor) ?? nodeActor(bridge.context.config.origin);
  const placed: ActivityDocument = { '@context': documentContext, ...bare };
  if (isObject(placed.object)) placed.object = await dressInner(bridge, placed, placed.object, event);
  if (joineryPeer) Object.assign(placed, await place(bridge, event), await vouch(bridge, placed));
  const document = await prove(bridge, placed, actor, event.at);
  return { id: String(document.id), actor, document, text: JSON.stringify(document) };
}

function isForOthersOnly(bridge: Bridge, event: LogEvent): boolean {
  return namesForOthers(bridge, event.stream).includes(event.name);
}

/** Events of a stream that only other software is told of. */
export function namesForOthers(bridge: Bridge, stream: string): EventName[] {
  if (!stream.startsWith('group:')) return [];
  return bridge.context.slices.flatMap((slice) => slice.activities?.othersOnly ?? []);
}

/** What the slice makes of the event now. A slice that cannot say it any more keeps its place in the stream. */
async function say(
  bridge: Bridge,
  event: LogEvent,
  to: Pick<Telling, 'id' | 'joineryPeer' | 'reader'>,
): Promise<ActivityDocument[]> {
  const { context } = bridge;
  for (const slice of context.slices) {
    const mapping = slice.activities?.toActivity as
      | Partial<
          Record<
            EventName,
            (outgoing: object, event: LogEvent) => Promise<ActivityDocument | ActivityDocument[] | null>
          >
        >
      | undefined;
    const toActivity = mapping?.[event.name];
    if (!toActivity) continue;
    const said = await toActivity({ db: context.db.reader, origin: context.config.origin, ...to }, event);
    return said === null ? [] : Array.isArray(said) ? said : [said];
  }
  return [];
}

function withheld(bridge: Bridge, event: LogEvent, id: string): ActivityDocument {
  const origin = bridge.context.config.origin;
  const group = event.stream.startsWith('group:')
    ? `${origin}/groups/${event.stream.slice('group:'.length).split('/')[0]}`
    : null;
  return { id, type: 'Announce', actor: group ?? nodeActor(origin), 'joinery:withheld': true };
}

/** Place in the stream, by which the peer sees that something is missing: its number, and the number that it comes after for a Joinery peer. */
async function place(bridge: Bridge, event: LogEvent): Promise<JsonObject> {
  const { db, config } = bridge.context;
  const others = namesForOthers(bridge, event.stream);
  const [stream, before] = await Promise.all([
    db.reader.selectFrom('stream').select('token').where('id', '=', event.stream).executeTakeFirst(),
    db.reader
      .selectFrom('log')
      .select('stream_seq')
      .where('stream', '=', event.stream)
      .where('stream_seq', '<', event.streamSeq)
      .$if(others.length > 0, (query) => query.where('name', 'not in', others))
      .orderBy('stream_seq', 'desc')
      .limit(1)
      .executeTakeFirst(),
  ]);
  return {
    'joinery:stream': streamAddress(config.origin, stream?.token ?? ''),
    'joinery:epoch': event.epoch,
    'joinery:sequence': event.streamSeq,
    'joinery:after': before?.stream_seq ?? 0,
  };
}

/** Opaque address of a stream: its name would tell which groups exist. */
export function streamAddress(origin: string, token: string): string {
  return `${origin}/streams/${token}/log`;
}

/** The activity inside: an address of its own, and the proof of its actor when that is ours. */
async function dressInner(
  bridge: Bridge,
  outer: ActivityDocument,
  inner: JsonObject,
  event: LogEvent,
): Promise<JsonObject> {
  const actor = addressOf(inner.actor);
  if (actor === null || inner.proof !== undefined) return inner;
  if (originOf(actor) !== bridge.context.config.origin || actor === addressOf(outer.actor)) return inner;
  return prove(bridge, { '@context': documentContext, ...inner }, actor, event.at);
}

/** For an author elsewhere: the key by which readers who may not ask the author's node can check the proof. */
export async function vouch(bridge: Bridge, document: ActivityDocument): Promise<JsonObject> {
  const inner = isObject(document.object) ? document.object : null;
  const author = inner && addressOf(inner.actor);
  const proof = inner && isObject(inner.proof) ? inner.proof : null;
  const method = proof && typeof proof.verificationMethod === 'string' ? proof.verificationMethod : null;
  if (!author || !method || originOf(author) === bridge.context.config.origin) return {};
  const { db } = bridge.context;
  const known = await bridge.remoteKeys.known(db.reader, method);
  if (known?.key.asymmetricKeyType !== 'ed25519' || known.owner !== author) return {};
  const person = await bridge.context.ports.people.byUri(db.reader, author);
  return {
    'joinery:authorKey': {
      id: method,
      type: 'Multikey',
      controller: author,
      publicKeyMultibase: encodeMultikey(known.key),
      ...(person ? { name: person.name, agency: agencyOf(author, person.agency) } : {}),
    },
  };
}

/** An agency is believed only under the address that it has at its people's node. */
function agencyOf(author: string, name: string): JsonObject {
  return { id: agencyActor(originOf(author) ?? ''), type: 'Organization', name };
}

/** The document with its actor's proof (FEP-8b32); without one when the actor is not ours. */
export async function prove(
  bridge: Bridge,
  document: ActivityDocument,
  actor: string,
  created: string,
): Promise<JsonObject> {
  const key = await bridge.keys.find(bridge.context.db.reader, actor, 'ed25519');
  if (!key) return document;
  const options = { verificationMethod: key.id, privateKey: key.privateKey, created: new Date(created) };
  return { ...document, proof: createProof(document, options) };
}
