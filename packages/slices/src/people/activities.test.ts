import {
  type ActivityDocument,
  createActorKeys,
  eventsAfter,
  type Inbound,
  type JsonObject,
  type LogEvent,
  type Requester,
  type Trust,
  transact,
} from '@joinery/core';
import { expect, test } from 'vitest';
import { describeStores, trustEverybody } from '../../../../test/harness/store.ts';
import { activities, people as objectKind, personDocument } from './activities.ts';
import { rememberRemotePerson } from './activities-remote.ts';
import { people } from './index.ts';
import { createPerson, disablePerson, markPublic, updateProfile } from './people.ts';
import { personById, personByUri } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;
const home = 'https://council.example';
const uri = `${home}/people/anna`;

const anna: ActivityDocument = {
  '@context': 'https://www.w3.org/ns/activitystreams',
  id: uri,
  type: 'Person',
  preferredUsername: 'anna',
  name: 'Anna de Vries',
  summary: '<p>Permits</p>',
  inbox: `${home}/people/anna/inbox`,
  endpoints: { sharedInbox: `${home}/inbox` },
  'joinery:agency': { id: `${home}/agency`, name: 'Harrowdean Council' },
  'joinery:role': 'Planner',
};
const fetched = (at = '2026-11-21T10:00:00.000Z') => ({ fetchedAt: at, verified: 'origin' }) as const;

function inbound(type: string, object: unknown, more: Partial<Inbound> = {}): Inbound {
  const activity = { id: `${home}/activities/1`, type, actor: uri, object } as JsonObject;
  return {
    id: `${home}/activities/1`,
    type,
    actor: uri,
    origin: home,
    activity,
    through: null,
    verified: 'signature',
    text: JSON.stringify(activity),
    ...more,
  };
}

const handle = (type: string) => {
  const found = activities.handlers?.find((handler) => handler.types.includes(type));
  if (!found) throw new Error(`nobody takes ${type}`);
  return found.apply;
};

const listedAs = (agency?: string): Trust => ({
  mayFederate: () => ({ allowed: true, reason: 'allowed', ...(agency ? { agency } : {}) }),
});

describeStores('people of other nodes', (open) => {
  const setUp = async (trust: Trust = trustEverybody) => {
    const store = await open({ slices: [people], ports: { trust } });
    const { context } = store;
    const remember = (document: ActivityDocument, how: Parameters<typeof rememberRemotePerson>[2] = fetched()) =>
      transact(context, by, (work) => rememberRemotePerson(work, document, how));
    const receive = (message: Inbound) => transact(context, by, (work) => handle(message.type)(work, message));
    const stored = () => personByUri(context.db.reader, uri);
    return { store, context, remember, receive, stored };
  };

  test('a document is kept with agency and role, and refreshed by a newer one only', async () => {
    const { store, context, remember, stored } = await setUp();
    await using _ = store;
    const id = await remember(anna);
    expect(await stored()).toMatchObject({
      id,
      home,
      local: 0,
      handle: 'anna',
      name: 'Anna de Vries',
      agency: 'Harrowdean Council',
      role: 'Planner',
      inbox: `${home}/people/anna/inbox`,
      shared_inbox: `${home}/inbox`,
    });
    expect(await remember({ ...anna, name: 'Anna Smit' }, fetched('2026-11-21T11:00:00.000Z'))).toBe(id);
    await remember(anna, fetched('2026-11-21T09:00:00.000Z'));
    await remember({ ...anna, name: 'Mallory' }, { fetchedAt: '2026-11-22T11:00:00.000Z', verified: 'unchecked' });
    expect((await stored())?.name).toBe('Anna Smit');
    expect(await eventsAfter(context.db.reader, 0, 9)).toMatchObject([
      { name: 'person.remembered', stream: 'local' },
      { name: 'person.updated', stream: 'local' },
    ]);
  });

  test('nobody looks like somebody else: unseen letters go, markup is made safe, the allow-list names the agency', async () => {
    const { store, remember, stored } = await setUp(listedAs('Ministry of Housing'));
    await using _ = store;
    await remember({
      ...anna,
      name: 'An\u200bna\u202e de Vries\u0000',
      preferredUsername: 'an na@evil.example/<x>',
      summary: '<p onclick="x()">Hi<script>alert(1)</script></p>',
      'joinery:agency': { id: `${home}/agency`, name: 'Tax Office' },
    });
    expect(await stored()).toMatchObject({
      name: 'Anna de Vries',
      handle: 'annaevil.examplex',
      summary: '<p>Hi</p>',
      agency: 'Ministry of Housing',
    });
  });

  test('addresses on other nodes are not believed', async () => {
    const { store, remember, stored } = await setUp();
    await using _ = store;
    await remember({
      ...anna,
      inbox: 'https://victim.example/inbox',
      endpoints: { sharedInbox: 'https://victim.example/inbox' },
      'joinery:agency': { id: 'https://ministry.example/agency', name: 'Ministry' },
    });
    expect(await stored()).toMatchObject({
      inbox: null,
      shared_inbox: null,
      agency: 'council.example',
      agency_uri: null,
    });
  });

  test.each([
    ['nothing but an id and a type', { id: uri, type: 'Person' }],
    [
      'values of every wrong kind',
      {
        ...anna,
        name: 7,
        summary: null,
        preferredUsername: [],
        inbox: {},
        endpoints: 'x',
        'joinery:agency': 3,
        'joinery:role': {},
      },
    ],
    ['lists and maps', { ...anna, type: ['Person', 'schema:Person'], name: null, nameMap: { nl: 'Anna' } }],
    ['ten megabytes of name', { ...anna, name: 'x'.repeat(10_000_000), summary: '<b>'.repeat(1_000_000) }],
    ['a service', { ...anna, type: 'Service' }],
  ])('%s is read', async (_name, document) => {
    const { store, remember, stored } = await setUp();
    await using _ = store;
    await remember(document as ActivityDocument);
    const person = await stored();
    expect(person?.name).not.toBe('');
    expect(person?.name.length).toBeLessThanOrEqual(120);
    expect(person?.agency).not.toBe('');
  });

  test.each([
    ['a note', { ...anna, type: 'Note' }, 'bad_request'],
    ['no id', { ...anna, id: undefined }, 'bad_request'],
    ['an id that is no web address', { ...anna, id: 'javascript:alert(1)' }, 'bad_request'],
  ])('%s is refused', async (_name, document, code) => {
    const { store, remember } = await setUp();
    await using _ = store;
    await expect(remember(document as ActivityDocument)).rejects.toMatchObject({ code });
  });

  test('a document cannot describe one of our own people', async () => {
    const { store, context, remember } = await setUp();
    await using _ = store;
    await expect(remember({ ...anna, id: `${context.config.origin}/people/x` })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('an Update changes the profile of its own actor only', async () => {
    const { store, remember, receive, stored } = await setUp();
    await using _ = store;
    expect(await receive(inbound('Update', anna))).toMatchObject({ state: 'ignored' });
    await remember(anna);
    const renamed = { ...anna, name: 'Anna Smit' };
    const colleague = { actor: `${home}/people/mallory` };
    expect(await receive(inbound('Update', renamed, colleague))).toMatchObject({ state: 'ignored' });
    expect(await receive(inbound('Update', renamed, { verified: 'unchecked' }))).toMatchObject({ state: 'ignored' });
    expect((await stored())?.name).toBe('Anna de Vries');
    expect(await receive(inbound('Update', renamed))).toEqual({ state: 'applied' });
    expect((await stored())?.name).toBe('Anna Smit');
    expect(await receive(inbound('Update', { id: `${home}/posts/1`, type: 'Note' }))).toBeNull();
  });

  test('a Delete of somebody by themselves takes them out for good; anybody else cannot', async () => {
    const { store, context, remember, receive, stored } = await setUp();
    await using _ = store;
    // Nobody that is known: it may be a group, which others know.
    expect(await receive(inbound('Delete', uri))).toBeNull();
    await remember(anna);
    expect(await receive(inbound('Delete', uri, { actor: `${home}/people/mallory` }))).toBeNull();
    expect((await stored())?.deleted_at).toBeNull();
    expect(await receive(inbound('Delete', { id: uri, type: 'Tombstone' }))).toEqual({ state: 'applied' });
    expect(await receive(inbound('Delete', uri))).toMatchObject({ state: 'ignored' });
    await remember(anna, fetched('2027-01-01T00:00:00.000Z'));
    expect(await receive(inbound('Update', anna))).toMatchObject({ state: 'ignored' });
    expect(await stored()).toMatchObject({ name: '', deleted_at: expect.any(String) });
    expect((await eventsAfter(context.db.reader, 0, 9)).map((event) => event.name)).toEqual([
      'person.remembered',
      'person.deleted',
    ]);
  });

  test('what we say of a person comes back as the same person at the other side', async () => {
    const { store, context } = await setUp();
    await using _ = store;
    await using other = await open({ slices: [people], ports: { trust: listedAs() } });
    const keys = await createActorKeys();
    const made = await transact(context, by, async (work) => {
      const { id } = await createPerson(work, {
        name: 'Zoë',
        agency: 'Council',
        language: 'nl',
        timeZone: 'UTC',
        keys,
      });
      return updateProfile(work, id, { role: 'Planner', summary: 'Ask me' });
    });
    const [, updated] = await eventsAfter(context.db.reader, 0, 9);
    if (updated?.name !== 'person.updated') throw new Error('no update');
    const data = { person: made.id };
    const outgoing = {
      db: context.db.reader,
      origin: context.config.origin,
      id: `${context.config.origin}/activities/1`,
      joineryPeer: true,
    };
    const [said] = [
      await activities.toActivity?.['person.told']?.(outgoing, { ...(updated as LogEvent), name: 'person.told', data }),
    ].flat();
    expect(said).toMatchObject({ type: 'Update', actor: made.uri, id: outgoing.id });
    await transact(other.context, by, (work) =>
      rememberRemotePerson(work, said?.object as ActivityDocument, fetched()),
    );
    expect(await personByUri(other.context.db.reader, made.uri)).toMatchObject({
      name: 'Zoë',
      handle: made.handle,
      role: 'Planner',
      summary: made.summary,
      agency: 'Council',
      local: 0,
    });
  });

  test('role and summary go to partners only, and not after somebody has left', async () => {
    const { store, context } = await setUp();
    await using _ = store;
    const keys = await createActorKeys();
    const made = await transact(context, by, (work) =>
      createPerson(work, {
        name: 'Jan',
        role: 'Planner',
        summary: 'Ask me',
        agency: 'Council',
        language: 'en',
        timeZone: 'UTC',
        keys,
      }),
    );
    expect(personDocument(made, { partner: true })).toMatchObject({
      'joinery:role': 'Planner',
      summary: '<p>Ask me</p>\n',
    });
    const toStranger = personDocument(made, { partner: false });
    expect(toStranger).not.toHaveProperty('joinery:role');
    expect(toStranger).not.toHaveProperty('summary');
    await transact(context, by, (work) => disablePerson(work, made.id));
    const left = await personById(context.db.reader, made.id);
    expect(left && personDocument(left, { partner: true })).not.toHaveProperty('joinery:role');
  });

  test('a stranger reads somebody from their first public post on, a node with an agreement before', async () => {
    const { store, context, remember } = await setUp();
    await using _ = store;
    const keys = await createActorKeys();
    const made = await transact(context, by, (work) =>
      createPerson(work, { name: 'Jan', agency: 'Council', language: 'en', timeZone: 'UTC', keys }),
    );
    const { reader } = context.db;
    const peer = (allowed: boolean): Requester => ({
      kind: 'peer',
      origin: home,
      actor: `${home}/node`,
      trust: { mayFederate: () => ({ allowed, reason: allowed ? 'allowed' : 'blocked' }) },
    });
    const may = async (requester: Parameters<typeof objectKind.mayRead>[1], id = made.id) => {
      const object = await objectKind.load(reader, { id });
      return object !== undefined && objectKind.mayRead(reader, requester, object);
    };
    expect(await may({ kind: 'nobody' })).toBe(false);
    expect(await may(peer(false))).toBe(false);
    expect(await may(peer(true))).toBe(true);
    expect(await may({ kind: 'person', person: 'x', administrator: false, guest: false })).toBe(true);
    await transact(context, by, (work) => markPublic(work, made.id));
    expect(await may({ kind: 'nobody' })).toBe(true);
    const remote = await remember(anna);
    expect(await may({ kind: 'nobody' }, remote)).toBe(false);
    expect(await may(peer(true), remote)).toBe(false);
    expect(await may({ kind: 'person', person: 'x', administrator: false, guest: false }, remote)).toBe(true);
  });
});
