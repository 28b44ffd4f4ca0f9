import {
  type ActivityDocument,
  type Context,
  type DoorAnswer,
  isRefusal,
  type JsonObject,
  type KeyRing,
  nodeActor,
  type ObjectKind,
  originOf,
  type Purpose,
  refuse,
  transact,
} from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { learnPeer } from './peers.ts';
import { typeOf, withoutFragment } from './read.ts';
import { signRequest } from './signatures.ts';

/** What a signed fetch needs: the node's own key, and the door. */
export type Fetcher = { context: Pick<Context, 'config' | 'clock' | 'db' | 'doors'>; keys: KeyRing };

/**
 * Fetches an ActivityStreams document as this node: signed by the server actor, in the form that the peer takes (RFC 9421 first, draft-cavage when that is
 * refused: double knock). The door checks the allow-list, the address and that the document carries the id that was asked for.
 * @param purpose shown in the list of outbound connections: why we asked
 */
export async function signedFetch(
  fetcher: Fetcher,
  url: string,
  purpose: Purpose,
  {
    headers: more = {},
    ...options
  }: { id?: string | null; maximumBytes?: number; fresh?: boolean; headers?: Record<string, string> } = {},
): Promise<DoorAnswer> {
  const { context, keys } = fetcher;
  const actor = nodeActor(context.config.origin);
  const key = await keys.find(context.db.reader, actor, 'rsa');
  if (!key) throw new Error('The node has no key yet: it is made at first start');
  const target = withoutFragment(url);
  const origin = originOf(target);
  if (origin === null)
    return { ok: false, code: 'bad_address', retryable: false, detail: 'Not an https or http address.' };
  const ask = async (form: 'rfc9421' | 'draft-cavage') => {
    const headers = await signRequest({
      method: 'GET',
      url: target,
      headers: {
        accept: 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
      },
      body: null,
      key,
      form,
      now: context.clock.now(),
    });
    return context.doors.peers.fetchDocument(target, { purpose, headers: { ...headers, ...more }, ...options });
  };
  const known = await context.db.reader
    .selectFrom('peer')
    .select('signature_form')
    .where('origin', '=', origin)
    .executeTakeFirst();
  const first = known?.signature_form ?? 'rfc9421';
  const answer = await ask(first);
  const refusedSignature = !answer.ok && (answer.status === 400 || answer.status === 401);
  return refusedSignature ? ask(first === 'rfc9421' ? 'draft-cavage' : 'rfc9421') : answer;
}

/** Where slices keep things of a type, for documents that arrive. */
export function kindForType(context: Pick<Context, 'slices'>, type: string): ObjectKind | undefined {
  for (const slice of context.slices) {
    for (const kind of slice.objects ?? []) if (kind.remoteTypes?.includes(type)) return kind;
  }
  return undefined;
}

/** A thing known here, local or remote, whatever its kind. */
export async function knownObject(
  context: Pick<Context, 'slices' | 'db'>,
  uri: string,
  db: Parameters<ObjectKind['load']>[0] = context.db.reader,
) {
  for (const slice of context.slices) {
    for (const kind of slice.objects ?? []) {
      const object = await kind.load(db, { uri });
      if (object) return { kind, object };
    }
  }
  return undefined;
}

/**
 * Stores a fetched document where its type belongs, and the keys it carries when it is an actor.
 * @param sentAt UTC instant at which it was asked for; now, for one that comes from elsewhere than the network
 * @returns path of its kind and local id, or undefined when no slice takes this type
 */
export async function rememberDocument(
  bridge: Bridge,
  document: ActivityDocument,
  sentAt = bridge.context.clock.now().toISOString(),
): Promise<{ kind: string; id: string } | undefined> {
  const kind = kindForType(bridge.context, typeOf(document));
  if (!kind?.saveRemote) return undefined;
  const { saveRemote } = kind;
  const origin = originOf(String(document.id)) ?? 'unknown';
  const id = await transact(
    bridge.context,
    { kind: 'peer', origin },
    async (work) => {
      await bridge.remoteKeys.saveFromActor(work, document, sentAt);
      await learnPeer(work, document);
      return saveRemote(work, document, { fetchedAt: work.now, verified: 'origin' });
    },
    { origin },
  );
  bridge.remoteKeys.forget(document);
  return { kind: kind.path, id };
}

/** `kept`: known here now. `not_to_be_had`: its node has said so, or may not be asked. `away`: its node does not answer just now. */
export type Fetched = 'kept' | 'not_to_be_had' | 'away';

/** Answers of a proxy before a node that is not there. */
const awayStatus = new Set([429, 502, 503, 504]);

/**
 * Makes an address known here: fetches it at its origin when the allow-list lets us, and stores it.
 * @returns what came of it; whoever needs it decides what that means
 */
export async function fetchAndRemember(bridge: Bridge, uri: string, purpose: Purpose): Promise<Fetched> {
  const { context } = bridge;
  const origin = originOf(uri);
  if (origin === null || origin === context.config.origin) return 'not_to_be_had';
  if (!context.ports.trust.mayFederate(origin, null, 'in').allowed) return 'not_to_be_had';
  const sentAt = context.clock.now().toISOString();
  const answer = await signedFetch(bridge, uri, purpose);
  if (!answer.ok)
    return answer.retryable && (answer.status === undefined || awayStatus.has(answer.status))
      ? 'away'
      : 'not_to_be_had';
  if (!answer.document) return 'not_to_be_had';
  try {
    return (await rememberDocument(bridge, answer.document, sentAt)) ? 'kept' : 'not_to_be_had';
  } catch (error) {
    // Gone (a Tombstone answered with 200), or nothing that can be kept: the same as not to be had.
    if (!isRefusal(error)) throw error;
    context.logger.info('fetch.not_kept', { origin, refusal: error.code });
    return 'not_to_be_had';
  }
}

/** The document that was asked for, or the refusal to show to whoever asked. */
export function documentOrRefuse(answer: DoorAnswer): JsonObject {
  if (answer.ok) return answer.document ?? refuse('unavailable', 'The other node did not answer with a document');
  if (answer.code === 'no_agreement') refuse('no_agreement', answer.detail);
  const said = typeof answer.body?.code === 'string' ? answer.body.code : '';
  if (said === 'no_agreement') refuse('no_agreement', 'The other node has not agreed to exchange with this one');
  // A refused signature says nothing of what is there: a clock or a key is wrong, which an administrator can mend.
  if (said.startsWith('signature_') || said.startsWith('key_')) {
    refuse(
      'unavailable',
      `The other node does not take our signature (${said}): an administrator must look at clocks and keys`,
    );
  }
  if (answer.status === 410) refuse('gone', 'The other node says that this was deleted');
  if (answer.status !== undefined && [401, 403, 404].includes(answer.status)) {
    refuse('not_found', 'The other node does not show this, or it does not exist');
  }
  refuse('unavailable', answer.detail);
}
