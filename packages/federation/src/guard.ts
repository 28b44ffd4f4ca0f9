import { isObject, type Json, type JsonObject, originOf } from '@joinery/core';
import { checkDocument } from './context.ts';
import { inboxLimits, type JsonLimits, readJson } from './json.ts';
import { isActivityType, isIdentityEncoding } from './media-types.ts';
import { checkRecipients } from './recipients.ts';
import { type Refused, refused } from './refusals.ts';
import { type HeaderReader, type ParsedSignature, parseSignature } from './signatures.ts';

/** An activity that may be looked at. Its sender is allowed but not yet proven: that takes the key. */
export type GuardedActivity = {
  ok: true;
  activity: JsonObject;
  id: string;
  actor: string;
  /** Canonical origin of id, actor and key alike. */
  origin: string;
  keyId: string;
  signature: ParsedSignature;
};

/** Reasons for which a node that could send yesterday still tells what it dropped. */
const overButHeard = ['suspended', 'expired', 'wrong_direction'];
/** A receipt has a few short members and a proof. */
const mostReceiptCharacters = 8_192;

/**
 * The first look at what a stranger posts to an inbox, before any parsing of meaning, any query and any outbound request. The allow-list
 * is asked by the origin of the announced key, before the body is read; the body must then agree with that origin.
 * A `signature` member (Linked Data Signature) is dropped, neither trusted nor a reason to refuse.
 * @param headers of the request
 * @param bodyText the body as text
 * @param options.mayReceive asks the allow-list for a canonical origin; in memory
 */
export function guardActivity(
  headers: HeaderReader,
  bodyText: string,
  options: {
    mayReceive: (origin: string) => { allowed: boolean; reason: string; since?: string };
    /** What a node whose agreement was suspended or has ended may still send. */
    isReceipt?: (activity: JsonObject) => boolean;
    /** Whether an agreement ended at an instant so lately that this is still heard; always unless given. */
    isLately?: (ended: string) => boolean;
    limits?: JsonLimits;
  },
): GuardedActivity | Refused {
  if (!isActivityType(headers.get('content-type'))) {
    return refused(
      'content_type_unsupported',
      'Activities are sent as application/activity+json, or as application/ld+json with the ActivityStreams profile.',
    );
  }
  if (!isIdentityEncoding(headers.get('content-encoding')))
    return refused('content_encoding_unsupported', 'Compressed bodies are not accepted.');
  const limits = options.limits ?? inboxLimits;
  if (bodyText.length > limits.maximumBytes)
    return refused('body_too_large', `The document is larger than ${limits.maximumBytes} bytes.`);

  const signature = parseSignature(headers);
  if (!signature.ok) return signature;
  const origin = originOf(signature.keyId);
  if (origin === null) return refused('key_address_malformed', 'The id of the key is not an https or http address.');
  const decision = options.mayReceive(origin);
  const uncovered = () =>
    refused('no_agreement', `There is no agreement with ${origin} that covers this (${decision.reason}).`);
  const isLate = decision.since !== undefined && options.isLately?.(decision.since) === false;
  const suspended = overButHeard.includes(decision.reason) && options.isReceipt !== undefined && !isLate;
  if (!decision.allowed && !suspended) return uncovered();

  const read = readJson(bodyText, limits);
  if (!read.ok) return read;
  if (!isObject(read.value)) return refused('activity_malformed', 'The body is not one activity.');
  const { signature: _, ...activity } = read.value;
  const isReceipt = bodyText.length <= mostReceiptCharacters && options.isReceipt?.(activity) === true;
  if (!decision.allowed && !isReceipt) return uncovered();
  const fault = checkDocument(activity) ?? checkRecipients(activity);
  if (fault) return fault;
  return checkOrigins(activity, origin, signature);
}

function checkOrigins(activity: JsonObject, origin: string, signature: ParsedSignature): GuardedActivity | Refused {
  const { id, actor: actors } = activity;
  const actor = onlyId(actors);
  const actorOrigin = actor === null ? null : originOf(actor);
  if (typeof id !== 'string' || originOf(id) === null)
    return refused('activity_malformed', 'The activity has no id that is an https or http address.');
  if (actor === null || actorOrigin === null)
    return refused('activity_malformed', 'The activity does not have exactly one actor with an https or http address.');
  if (originOf(id) !== actorOrigin)
    return refused('activity_origin_mismatch', 'The activity and its actor have different origins.');
  if (actorOrigin !== origin) return refused('key_origin_mismatch', 'The actor and the key have different origins.');
  return { ok: true, activity, id, actor, origin, keyId: signature.keyId, signature };
}

/** The id of exactly one thing: a text, an object with an id, or a list of one of these. */
function onlyId(value: Json | undefined): string | null {
  const [only, ...others] = Array.isArray(value) ? value : [value];
  if (others.length > 0) return null;
  const id = isObject(only) ? only.id : only;
  return typeof id === 'string' ? id : null;
}
