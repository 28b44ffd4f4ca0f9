import {
  type ActivityDocument,
  addressOf,
  countIn,
  embedded,
  type Inbound,
  type JsonObject,
  originOf,
  type Reader,
} from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { decodeMultikey } from './multikey.ts';
import { ownKey } from './own-key.ts';
import { readProof, verifyProof } from './proof.ts';
import { textOf, typeOf } from './read.ts';
import type { RemoteKey } from './remote-keys.ts';

/** An activity whose sender is proven: by the signature of the request, or because we read it at the sender's own address. */
export type Arrived = {
  activity: ActivityDocument;
  /** As it came. */
  text: string;
  actor: string;
  /** Origin that is answerable for it. */
  origin: string;
  verified: 'signature' | 'origin';
};

/** Place in one of the sender's streams: its number, and the number that it follows here. */
type Place = { stream: string; epoch: string; sequence: number; after: number };

/** A key that a group vouches for, and what it says of the author whose key it is. */
type Vouched = {
  id: string;
  owner: string;
  multibase: string;
  through: string;
  name: string | null;
  agency: JsonObject | null;
};

export type Prepared = Arrived & {
  id: string;
  type: string;
  object: string | null;
  place: Place | null;
  inbound: Inbound;
  vouched: Vouched | null;
  /** Key of the author inside, which is not known here yet: worth a fetch before the content is taken unproven. */
  missingKey: string | null;
};

/**
 * Finds out what an arrived activity says and how far that may be believed. An activity inside an `Announce` is believed when its author's proof (FEP-8b32)
 * holds, or when its author lives on the announcing group's own node; otherwise it is an unchecked copy (FEP-fe34).
 */
export async function prepare(bridge: Bridge, db: Reader, arrived: Arrived): Promise<Prepared> {
  const { activity, actor, origin } = arrived;
  const id = textOf(activity.id) ?? '';
  const type = typeOf(activity);
  const base = { ...arrived, id, type, object: addressOf(activity.object), place: placeOf(activity, origin) };
  const inner = type === 'Announce' ? innerActivity(activity) : null;
  if (!inner) {
    const inbound = {
      id,
      type,
      actor,
      origin,
      activity,
      through: null,
      verified: arrived.verified,
      text: arrived.text,
    };
    return { ...base, inbound, vouched: null, missingKey: null };
  }
  const author = addressOf(inner.actor) ?? '';
  const innerOrigin = originOf(author) ?? '';
  const vouched = vouchedKey(activity, author, actor);
  const believed = await believe(bridge, db, inner, { author, origin: innerOrigin, sender: origin, vouched });
  const inbound: Inbound = {
    id: innerId(inner, author, id),
    type: typeOf(inner),
    actor: author,
    origin: innerOrigin,
    activity: inner,
    through: actor,
    verified: believed.verified,
    text: JSON.stringify(inner),
  };
  return { ...base, inbound, vouched, missingKey: believed.missingKey };
}

/** The activity that an `Announce` carries (FEP-1b12); null when it carries an object or only an address. */
function innerActivity(announce: ActivityDocument): JsonObject | null {
  const inner = embedded(announce.object);
  if (!inner || inner.actor === undefined || inner.object === undefined) return null;
  const actor = addressOf(inner.actor);
  return actor !== null && originOf(actor) !== null ? inner : null;
}

/** Its own address when that can be its actor's. One that its group made up, or none, is known by the outer one: nobody takes another's address. */
function innerId(inner: JsonObject, author: string, outer: string): string {
  const id = textOf(inner.id);
  return id !== null && originOf(id) === originOf(author) ? id : `${outer}#object`;
}

async function believe(
  bridge: Bridge,
  db: Reader,
  inner: JsonObject,
  who: { author: string; origin: string; sender: string; vouched: Vouched | null },
): Promise<{ verified: Inbound['verified']; missingKey: string | null }> {
  if (who.origin === who.sender) return { verified: 'signature', missingKey: null };
  const proof = readProof(inner);
  if (!proof || originOf(proof.verificationMethod) !== who.origin) return { verified: 'unchecked', missingKey: null };
  if (who.origin === bridge.context.config.origin) {
    // Our own activity comes back: only our own key proves it.
    const own = await ownKey(db, proof.verificationMethod);
    const holds = own?.owner === who.author && verifyProof(inner, own.key);
    return { verified: holds ? 'proof' : 'unchecked', missingKey: null };
  }
  const known = await bridge.remoteKeys.known(db, proof.verificationMethod);
  if (known && speaksFor(bridge, known, who.sender)) {
    const holds = known.owner === who.author && verifyProof(inner, known.key);
    return { verified: holds ? 'proof' : 'unchecked', missingKey: null };
  }
  const vouched = mayVouch(bridge, who.author) && who.vouched?.id === proof.verificationMethod ? who.vouched : null;
  const key = vouched && decodeMultikey(vouched.multibase);
  if (key) return { verified: verifyProof(inner, key) ? 'proof' : 'unchecked', missingKey: null };
  return { verified: 'unchecked', missingKey: proof.verificationMethod };
}

/** A group's word for a key counts only where nobody else can be asked: never for people of this node, nor of one that says itself whose keys are whose. */
export function mayVouch(bridge: Bridge, author: string): boolean {
  const origin = originOf(author);
  if (origin === null || origin === bridge.context.config.origin) return false;
  return !bridge.trust.mayFederate(origin, null, 'in').allowed;
}

/** Whether a key proves what a node passes on: one that came from its owner does everywhere, one that a group vouches for only there. */
export function speaksFor(bridge: Bridge, key: RemoteKey, sender: string): boolean {
  return key.through === null || (originOf(key.through) === sender && mayVouch(bridge, key.owner));
}

/** `joinery:authorKey`: only for the author of what is inside, on the author's own origin. */
function vouchedKey(announce: ActivityDocument, author: string, group: string): Vouched | null {
  const key = embedded(announce['joinery:authorKey']);
  if (!key) return null;
  const id = textOf(key.id);
  const owner = addressOf(key.controller);
  const multibase = textOf(key.publicKeyMultibase);
  if (!id || !owner || !multibase || owner !== author || originOf(id) !== originOf(owner)) return null;
  return { id, owner, multibase, through: group, name: textOf(key.name), agency: embedded(key.agency) };
}

/** Place in a stream: the stream's address must be one of the sender's own. */
function placeOf(activity: ActivityDocument, origin: string): Place | null {
  const stream = textOf(activity['joinery:stream']);
  const epoch = textOf(activity['joinery:epoch']);
  const sequence = countIn(activity['joinery:sequence']);
  if (!stream || !epoch || epoch.length > 100 || originOf(stream) !== origin) return null;
  if (sequence === null || sequence < 1) return null;
  const after = countIn(activity['joinery:after']);
  return { stream, epoch, sequence, after: after !== null && after < sequence ? after : sequence - 1 };
}
