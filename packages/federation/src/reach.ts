import { addressOf, type Context, isObject, isTrial, nodeActor } from '@joinery/core';
import { federationOf } from './federation.ts';
import { signedFetch } from './fetch.ts';
import { textOf } from './read.ts';

/** Whether a partner who fetches our public address would get this node. */
export type Reach = {
  at: string;
  result: 'good' | 'other' | 'unreachable' | 'tls' | 'status' | 'trial';
  detail: string;
};

const known = new WeakMap<Context, Reach>();

/** What the last look told, in this process; undefined before the first. */
export function lastReach(context: Context): Reach | undefined {
  const at = context.clock.now().toISOString();
  return isTrial(context.config) ? { at, result: 'trial', detail: '' } : known.get(context);
}

/** Fetches our own server actor through the peers' door, as a partner would, and looks whether it has our key. */
export async function lookAtReach(context: Context): Promise<void> {
  const federation = federationOf(context);
  const { origin } = context.config;
  if (!federation || isTrial(context.config)) return;
  const close = federation.bridge.trust.markReachable(origin);
  const at = context.clock.now().toISOString();
  try {
    const answer = await signedFetch(federation.bridge, nodeActor(origin), 'can a partner reach this node', {
      // A connection that is still open leads where the way led before.
      fresh: true,
    });
    if (answer.ok) {
      const key = isObject(answer.document?.publicKey) ? answer.document.publicKey : {};
      const own = await context.db.reader
        .selectFrom('key')
        .select('public')
        .where('id', '=', addressOf(key) ?? '')
        .executeTakeFirst();
      const same = own !== undefined && own.public.trim() === textOf(key.publicKeyPem)?.trim();
      known.set(context, { at, result: same ? 'good' : 'other', detail: '' });
      return;
    }
    const results: Record<string, Reach['result']> = {
      tls_failed: 'tls',
      peer_unreachable: 'unreachable',
      deadline_exceeded: 'unreachable',
      address_refused: 'unreachable',
      id_mismatch: 'other',
    };
    known.set(context, { at, result: results[answer.code] ?? 'status', detail: answer.detail });
  } finally {
    close();
  }
}
