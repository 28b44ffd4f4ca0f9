import './temporal.ts';
import { createFederation, type Federation, MemoryKvStore } from '@fedify/fedify';
import { Application, Group, Organization, Person } from '@fedify/vocab';
import { type Context, holderOf, isId, type StoredObject, version } from '@joinery/core';

/**
 * What Fedify does at run time: WebFinger (RFC 7033) and NodeInfo 2.1. It is given no queue and no key, and gets only the requests for those two; inbox,
 * documents and delivery are ours (docs/adr/0001).
 */
export function createDiscovery(context: Context): (request: Request) => Promise<Response> {
  const origin = context.config.origin;
  const federation: Federation<void> = createFederation<void>({
    kv: new MemoryKvStore(),
    origin,
    userAgent: undefined,
  });
  federation
    .setActorDispatcher('/{+identifier}', async (ctx, identifier) => {
      const known = await discoverable(context, identifier);
      if (!known) return null;
      const id = ctx.getActorUri(identifier);
      const values = { id, preferredUsername: known.handle, url: id };
      if (known.type === 'Group') return new Group(values);
      if (known.type === 'Application') return new Application(values);
      return known.type === 'Organization' ? new Organization(values) : new Person(values);
    })
    .mapHandle(async (_ctx, handle) => {
      const holder = await holderOf(context.db.reader, handle.toLowerCase());
      // A name that nobody has is looked for like that of a hidden group.
      if (!holder) return `groups/${nothing}`;
      if (holder.kind === 'node' || holder.kind === 'agency') return holder.kind;
      return `${holder.kind === 'person' ? 'people' : 'groups'}/${holder.id}`;
    });
  federation.setNodeInfoDispatcher('/nodeinfo/2.1', () => ({
    software: { name: 'joinery', version, homepage: new URL('https://joinery.example/') },
    protocols: ['activitypub'],
    openRegistrations: false,
    // How many people an agency has here is its own business.
    usage: { users: {}, localPosts: 0, localComments: 0 },
  }));
  return async (request) => {
    const response = await federation.fetch(serverActorAsked(request, origin), { contextData: undefined });
    const { pathname } = new URL(request.url);
    if (pathname === '/.well-known/webfinger') return withIntents(response, origin);
    return pathname === '/.well-known/nodeinfo' ? withServerActor(response, origin) : response;
  };
}

const nothing = '01900000-0000-7000-8000-000000000000';
const absent = (id: string): StoredObject => ({ id, uri: '', local: false, deletedAt: null, type: 'Object' });

/** Whom WebFinger may tell of: node and agency always; people and groups as their slice says. Nothing else exists for it. */
async function discoverable(context: Context, identifier: string): Promise<{ type: string; handle: string } | null> {
  if (identifier === 'node') return { type: 'Application', handle: 'node' };
  if (identifier === 'agency') return { type: 'Organization', handle: 'agency' };
  const [path, id, ...rest] = identifier.split('/');
  if (rest.length > 0 || !id || !isId(id)) return null;
  for (const slice of context.slices) {
    for (const kind of slice.objects ?? []) {
      if (kind.path !== path || !kind.isDiscoverable) continue;
      const object = await kind.load(context.db.reader, { id });
      const told = await kind.isDiscoverable(context.db.reader, object ?? absent(id));
      const visible = told && object?.local && object.deletedAt === null && object.handle;
      if (object && visible) return { type: object.type, handle: object.handle ?? '' };
    }
  }
  return null;
}

/** FEP-d556: asking WebFinger for the origin itself leads to the server actor. */
function serverActorAsked(request: Request, origin: string): Request {
  const url = new URL(request.url);
  const resource = url.searchParams.get('resource');
  if (resource !== origin && resource !== `${origin}/`) return request;
  url.searchParams.set('resource', `acct:node@${new URL(origin).host}`);
  return new Request(url, { headers: request.headers });
}

/** FEP-2677: NodeInfo names the server actor. */
async function withServerActor(response: Response, origin: string): Promise<Response> {
  if (response.status !== 200) return response;
  const document = (await response.json()) as { links?: unknown[] };
  const links = [
    ...(document.links ?? []),
    { rel: 'https://www.w3.org/ns/activitystreams#Application', href: `${origin}/node` },
  ];
  return Response.json({ ...document, links });
}

/** FEP-3b86, and its predecessor of OStatus: where people of this node, and nobody else, open what they found elsewhere. */
async function withIntents(response: Response, origin: string): Promise<Response> {
  if (response.status !== 200) return response;
  const document = (await response.json()) as { links?: { rel?: string; href?: string; template?: string }[] };
  const links = document.links ?? [];
  const self = links.find(({ rel }) => rel === 'self')?.href ?? '';
  if (!self.startsWith(`${origin}/groups/`)) {
    links.push(
      ...[
        { rel: 'https://w3id.org/fep/3b86/Follow', template: `${origin}/follow?uri={object}` },
        { rel: 'https://w3id.org/fep/3b86/Object', template: `${origin}/follow?uri={object}` },
        { rel: 'http://ostatus.org/schema/1.0/subscribe', template: `${origin}/follow?uri={uri}` },
      ],
    );
  }
  return Response.json({ ...document, links }, { headers: response.headers });
}
