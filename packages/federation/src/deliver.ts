import type { DoorAnswer, JsonObject } from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { signedFetch } from './fetch.ts';
import { signRequest } from './signatures.ts';
import type { PeerRow } from './tables.ts';

/**
 * What a delivery came to. `taken`: the peer has it. `later`: nothing wrong with the item, the peer cannot or does not want to now. `refused`: this item, for good.
 * `gone`: there is no inbox any more. `misconfigured`: nothing reaches it before somebody has changed a setting there or here, however often it is tried.
 */
export type Delivery =
  | { result: 'taken'; form: PeerRow['signature_form'] }
  | {
      result: 'later' | 'refused' | 'gone' | 'misconfigured';
      status: number | null;
      code: string;
      detail: string;
      /** Seconds for which the peer asked to be left alone. */
      retryAfter?: number;
    };

export type Failure = Exclude<Delivery, { result: 'taken' }>;

/**
 * Posts one activity to a peer's inbox, signed by the activity's actor. A refused signature is tried in the other form at once (double knock).
 * @param text the activity as it was proved
 */
export async function deliver(
  bridge: Bridge,
  peer: PeerRow,
  actor: string,
  text: string,
  headers: Record<string, string> = {},
): Promise<Delivery> {
  const { context } = bridge;
  if (peer.inbox === null)
    return { result: 'later', status: null, code: 'no_inbox', detail: 'The inbox of this node is not known yet' };
  const key = await bridge.keys.find(context.db.reader, actor, 'rsa');
  if (!key) return { result: 'refused', status: null, code: 'no_key', detail: `There is no key for ${actor}` };
  const { inbox } = peer;
  const post = async (form: PeerRow['signature_form']) => {
    const signed = await signRequest({
      method: 'POST',
      url: inbox,
      headers: { 'content-type': 'application/activity+json', ...headers },
      body: text,
      key,
      form,
      now: context.clock.now(),
    });
    return context.doors.peers.post(inbox, { purpose: 'delivery', headers: signed, body: text });
  };
  const first = peer.signature_form;
  const answer = await post(first);
  if (answer.ok || (answer.status !== 401 && answer.status !== 400) || (answer.body && 'retryable' in answer.body))
    return judge(answer, first);
  const second = first === 'rfc9421' ? 'draft-cavage' : 'rfc9421';
  return judge(await post(second), second);
}

/** A redirect, which is never followed; an address on no public network that nobody has opened; one that is no address, or without encryption. */
const misconfigured = new Set(['redirect_refused', 'address_refused', 'address_malformed', 'scheme_refused']);

/** @param fault as a lane wrote it down: code and details */
export function isMisconfigured(fault: string | null): boolean {
  return fault !== null && misconfigured.has(fault.split(':', 1)[0] ?? '');
}

/** Our own `code` and `retryable` decide before the status; then the classes of failure. */
function judge(answer: DoorAnswer, form: PeerRow['signature_form']): Delivery {
  if (answer.ok) return { result: 'taken', form };
  const status = answer.status ?? null;
  const said = problemOf(answer.body);
  const failure = {
    status,
    code: said?.code ?? answer.code,
    detail: said?.detail ?? answer.detail,
    ...(answer.retryAfter !== undefined && { retryAfter: answer.retryAfter }),
  };
  // The activity's address was taken before: whatever it is, it is there.
  if (status === 409) return { result: 'taken', form };
  if (misconfigured.has(answer.code))
    return { result: 'misconfigured', ...failure, code: answer.code, detail: answer.detail };
  if (said) return { result: said.retryable ? 'later' : 'refused', ...failure };
  if (status === null) return { result: answer.retryable ? 'later' : 'refused', ...failure };
  if (status === 404 || status === 410) return { result: 'gone', ...failure };
  if (status >= 500 || status === 429 || status === 401 || status === 403 || status === 408 || status < 400)
    return { result: 'later', ...failure };
  return { result: 'refused', ...failure };
}

function problemOf(body: JsonObject | undefined): { code: string; retryable: boolean; detail: string } | null {
  if (!body || typeof body.code !== 'string' || typeof body.retryable !== 'boolean') return null;
  return {
    code: body.code,
    retryable: body.retryable,
    detail: typeof body.detail === 'string' ? body.detail.slice(0, 300) : body.code,
  };
}

/** Faults of an answer, not of the node: other software has no document at that address, which proves as well that it is there. */
const answered = new Set(['content_type_refused', 'document_malformed', 'answer_too_large', 'answer_encoded']);
const shutOut = new Set([401, 403, 408, 429]);

/** Whether the peer answers and takes our signature: a signed fetch of its server actor. Tells an item that it cannot take from a node that cannot take any. */
export async function probe(bridge: Bridge, origin: string): Promise<boolean> {
  const answer = await signedFetch(bridge, `${origin}/node`, 'is it there', { id: null });
  if (answer.ok || answered.has(answer.code)) return true;
  return answer.status !== undefined && answer.status < 500 && !shutOut.has(answer.status);
}
