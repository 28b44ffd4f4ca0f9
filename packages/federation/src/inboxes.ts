import { addressOf, isObject, type Json, type JsonObject, listOf, originOf } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { type Delivery, deliver } from './deliver.ts';
import { knownObject } from './fetch.ts';
import type { Outgoing } from './outgoing.ts';
import { participationHere } from './participation.ts';
import type { PeerRow } from './tables.ts';

const atOnce = 8;
const members = ['to', 'cc', 'bto', 'bcc', 'audience', 'target', 'object', 'actor'];

/**
 * Brings one activity to a node: once where it has a shared inbox, as every Joinery node has; otherwise to each of those there whom it concerns, since on such a server
 * nobody sees what came to somebody else's inbox. What went wrong for one of them is tried again for all, which are the same activities under the same ids.
 * @param stream on which it is told
 */
export async function deliverToNode(
  bridge: Bridge,
  peer: PeerRow,
  stream: string,
  activity: Outgoing,
  headers: Record<string, string> = {},
): Promise<Delivery> {
  const inboxes = peer.joinery || peer.shared ? [] : await inboxesOf(bridge, peer.origin, stream, activity.document);
  if (inboxes.length === 0) return deliver(bridge, peer, activity.actor, activity.text, headers);
  const deliveries: Delivery[] = [];
  for (let from = 0; from < inboxes.length; from += atOnce)
    deliveries.push(
      ...(await Promise.all(
        inboxes
          .slice(from, from + atOnce)
          .map((inbox) => deliver(bridge, { ...peer, inbox }, activity.actor, activity.text, headers)),
      )),
    );
  return together(deliveries);
}

/** `gone` last: of several, one person who has left says nothing about the others. */
const order = ['later', 'misconfigured', 'refused', 'taken', 'gone'] as const;

function together(deliveries: Delivery[]): Delivery {
  const [worst] = deliveries.toSorted((one, other) => order.indexOf(one.result) - order.indexOf(other.result));
  if (!worst) throw new Error('Nothing was delivered');
  return worst;
}

/** Inboxes of the people and groups of a node to whom an activity is addressed, whom it is about, or who follow the group that announces it. */
async function inboxesOf(bridge: Bridge, origin: string, stream: string, activity: JsonObject): Promise<string[]> {
  const concerned = new Set(namedIn(activity).filter((uri) => originOf(uri) === origin));
  if (stream.startsWith('group:')) {
    const groups = await participationHere(bridge, origin);
    for (const uri of groups.find((group) => group.stream === stream)?.people ?? []) concerned.add(uri);
  }
  const inboxes = new Set<string>();
  for (const uri of concerned) {
    const inbox = (await knownObject(bridge.context, uri))?.object.inbox;
    if (inbox && originOf(inbox) === origin) inboxes.add(inbox);
  }
  return [...inboxes];
}

/** Addresses that an activity and what it carries name. */
function namedIn(document: Json | undefined, levels = 3): string[] {
  if (!isObject(document)) return [];
  const named = members.flatMap((member) => listOf(document[member]).map((one) => addressOf(one)));
  const inside = levels > 1 ? listOf(document.object).flatMap((one) => namedIn(one, levels - 1)) : [];
  return [...named.filter((uri) => uri !== null), ...inside];
}
