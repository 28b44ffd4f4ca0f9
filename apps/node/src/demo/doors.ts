import { nodeActor } from '@joinery/core';
import { signRequest } from '@joinery/federation';
import type { RunningNode } from '../node.ts';

/** What a stranger may know of, to ask for: addresses of the department's node. */
export type Things = { web: string; partners: string; post: string; person: string };

/** One door that was tried: what came back, and whether that is right. */
export type Knock = { door: string; signed: boolean; status: number; code: string; right: boolean };

/** `open`: answers anybody. `closed`: refuses, with no word of what is there. */
type Door = { method: 'GET' | 'POST'; path: string; accept?: 'activity'; body?: object; answers: 'open' | 'closed' };

const activityType = 'application/activity+json';
const missing = '01a1f000-0000-7000-8000-000000000000';

function doorsOf(at: string, me: string, { web, partners, post, person }: Things): Door[] {
  const path = (address: string) => new URL(address).pathname;
  const acct = (name: string) => encodeURIComponent(`acct:${name}@${new URL(at).host}`);
  const open = (where: string, accept?: 'activity'): Door => ({
    method: 'GET',
    path: where,
    ...(accept && { accept }),
    answers: 'open',
  });
  const closed = (where: string, accept?: 'activity'): Door => ({ ...open(where, accept), answers: 'closed' });
  const deliver = (activity: object): Door => ({
    method: 'POST',
    path: '/inbox',
    body: { '@context': 'https://www.w3.org/ns/activitystreams', actor: me, ...activity },
    answers: 'closed',
  });
  const id = () => `${me}#${crypto.randomUUID()}`;
  return [
    open('/node', 'activity'),
    open('/.well-known/nodeinfo'),
    open(`/.well-known/webfinger?resource=${acct('local-services')}`),
    open('/.well-known/security.txt'),
    open('/livez'),
    open('/api/v1/openapi.json'),
    open('/sign-in'),
    open(path(web)),
    closed(path(web), 'activity'),
    closed(path(partners)),
    closed(path(partners), 'activity'),
    closed(`${path(partners)}/members`),
    ...['outbox', 'followers', 'moderators', 'topics'].map((name) => closed(`${path(partners)}/${name}`, 'activity')),
    closed(path(post)),
    closed(path(post), 'activity'),
    closed(path(person), 'activity'),
    closed(`/people/${missing}`, 'activity'),
    closed(`/streams/${missing}/log`, 'activity'),
    closed(`/activities/${missing}`, 'activity'),
    ...['groups', 'feed', 'partners', 'peers', `posts/${missing}`].map((name) => closed(`/api/v1/${name}`)),
    closed('/administration/partners'),
    closed('/people'),
    deliver({ id: id(), type: 'Follow', object: partners }),
    deliver({ id: id(), type: 'Join', object: partners }),
    deliver({
      id: id(),
      type: 'Create',
      object: { id: id(), type: 'Note', attributedTo: me, content: 'Save 40%', audience: partners, to: partners },
    }),
    deliver({ id: id(), type: 'Delete', object: post }),
    { ...deliver({ id: id(), type: 'Follow', object: partners }), path: `${path(partners)}/inbox` },
  ];
}

/** Tries every door of another node as this one, unsigned and signed with this node's own key. */
export async function knock({ context, federation }: RunningNode, at: string, things: Things): Promise<Knock[]> {
  const me = nodeActor(context.config.origin);
  const key = await federation.bridge.keys.find(context.db.reader, me, 'rsa');
  if (!key) throw new Error('The stranger has no key');
  const tried: Knock[] = [];
  for (const door of doorsOf(at, me, things)) {
    const { method, path, answers } = door;
    const url = new URL(path, at).href;
    const body = door.body ? JSON.stringify(door.body) : null;
    const headers = {
      accept: door.accept ? activityType : 'text/html,application/json',
      ...(body === null ? {} : { 'content-type': activityType }),
    };
    for (const signed of [false, true]) {
      const form = 'rfc9421' as const;
      const sent = signed ? await signRequest({ method, url, headers, body, key, form, now: new Date() }) : headers;
      const { host: _host, ...rest } = sent as Record<string, string>;
      const answer = await fetch(url, { method, headers: rest, body, redirect: 'manual' });
      const text = await answer.text();
      const toSignIn = answer.status === 303 && (answer.headers.get('location') ?? '').startsWith('/sign-in');
      const refused = toSignIn || (answer.status >= 400 && answer.status < 500);
      tried.push({
        door: `${method} ${path}${door.accept ? ' as ActivityStreams' : ''}${door.body ? ` ${'type' in door.body ? String(door.body.type) : ''}` : ''}`,
        signed,
        status: answer.status,
        code: toSignIn ? 'sign in first' : codeIn(text),
        right: answers === 'open' ? answer.status === 200 : refused,
      });
    }
  }
  return tried;
}

function codeIn(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : '';
  } catch {
    return '';
  }
}
