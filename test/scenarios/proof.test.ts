import { generateKeyPairSync } from 'node:crypto';
import { cookieName, createActorKeys, setRoles, startSession, transact, type WebApp } from '@joinery/core';
import { createNodeWebApp } from '@joinery/node';
import { createGroup, invite, joinGroup, type NewGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { describe, expect, it } from 'vitest';
import { signRequest } from '../../packages/federation/src/signatures.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { readPdf } from '../harness/pdf.ts';
import { postgresMissing } from '../harness/postgres.ts';
import { uploadFile } from '../harness/upload.ts';
import { createBrowser } from '../harness/web.ts';

const by = { kind: 'system', what: 'test' } as const;
// Nothing listens there: whatever would be asked of the partner fails at once.
const partner = 'http://localhost:1';

async function signedIn(node: TestNode, webApp: WebApp, person: TestPerson) {
  const browser = createBrowser(webApp, node.origin);
  const session = await transact(node.context, by, (work) => startSession(work, person.account));
  browser.cookies.set(cookieName(node.origin, 'session'), session);
  return async (path: string) => {
    const answer = await browser.fetch(path);
    const type = answer.headers.get('content-type') ?? '';
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = type === 'application/pdf' ? readPdf(bytes).text : bytes.toString().replace(/\s+/g, ' ');
    return { status: answer.status, text };
  };
}

async function start(dialect: 'sqlite' | 'postgres') {
  const webApp = createNodeWebApp();
  const node = await startTestNode('Department', { dialect, webApp });
  const owner = await node.person('Olga Owner', { administrator: true });
  const officer = await node.person('Oscar Officer');
  await transact(node.context, by, (work) => setRoles(work, officer.account, { federationOfficer: true }));
  await node.allow({ origin: partner, name: 'Known Council' });
  const keys = await createActorKeys();
  const make = (input: Pick<NewGroup, 'name' | 'handle' | 'reading' | 'joining'>) =>
    transact(node.context, by, async (work) => {
      const group = await createGroup(work, { ...input, keys, owner: owner.id });
      const text = markdownText('Secret-content');
      const topic = await createTopic(work, { group: group.id, author: owner.id, title: 'Secret-title', ...text });
      return { group, topic };
    });
  const open = await make({ name: 'Roads', handle: 'roads', reading: 'partners', joining: 'open' });
  const closed = await make({ name: 'Crisis', handle: 'crisis', reading: 'members', joining: 'request' });
  const id = (await node.context.db.reader.selectFrom('partner').select('id').executeTakeFirstOrThrow()).id;
  return {
    ...{ node, owner, open, closed },
    ...{ look: await signedIn(node, webApp, officer), lookAsOwner: await signedIn(node, webApp, owner) },
    proof: (thing: string, paper = '') =>
      `/administration/partners/${id}/proof${paper}?thing=${encodeURIComponent(thing)}`,
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

describe.each(['sqlite', 'postgres'] as const)('The proof on %s', (dialect) => {
  it.skipIf(dialect === 'postgres' && postgresMissing)(
    'asks the node’s own routes with and without the right, and shows each answer with its reason',
    async () => {
      await using world = await start(dialect);
      const { node, open, closed, look, lookAsOwner, proof } = world;
      for (const thing of [open.group.uri, open.topic.uri, `/groups/${open.group.id}`]) {
        const page = await look(proof(thing));
        expect([thing, page.status]).toEqual([thing, 200]);
        expect(page.text).toMatch(/Known Council<\/th>.*Gets it \(200\).*without an agreement<\/th>.*Refused \(403\)/);
        expect(page.text).toMatch(/no_agreement.*Without a signature.*Refused \(401\).*signature_missing/);
        expect(page.text).toContain('the agreement is in force');
      }
      expect((await look(proof(open.topic.uri))).text).toContain('Secret-content');

      // Closed: nothing for the partner, and nothing for the officer to see.
      for (const thing of [closed.group.uri, closed.topic.uri]) {
        const page = await look(proof(thing));
        expect(page.text).toMatch(/Known Council<\/th>.*Refused \(404\).*not_found/);
        expect(page.text).toContain('They get nothing.');
        expect(page.text).not.toMatch(/Secret|Crisis/);
      }

      await node.decide('suspend', { origin: partner });
      const suspended = await lookAsOwner(proof(open.topic.uri));
      expect(suspended.text).toMatch(/Known Council<\/th>.*Refused \(403\).*no_agreement/);
      expect(suspended.text).toContain('the agreement is suspended');
      expect(suspended.text).not.toContain('Secret-content');

      // It was the node itself: nobody has been in contact.
      const peers = await node.context.db.reader.selectFrom('peer').select(['origin', 'last_contact_at']).execute();
      expect(peers.filter((peer) => peer.last_contact_at !== null)).toEqual([]);
    },
  );
});

describe('The proof', () => {
  it('asks for files and for what is in closed groups, on the page and as PDF, and leaves no trace of a visit', async () => {
    await using world = await start('sqlite');
    const { node, owner, open, closed, look, lookAsOwner, proof } = world;
    const withFile = async (group: { id: string }) => {
      const file = await uploadFile(node, owner, 'secret-name.txt', Buffer.from('Secret-bytes'));
      const posted = await owner.api('POST', `/groups/${group.id}/posts`, {
        ...{ title: 'Secret-title', content: 'Secret-content', files: [{ id: file, alt: '' }] },
      });
      expect(posted.status).toBe(201);
      return `/files/${file}`;
    };
    const [shared, hidden] = [await withFile(open.group), await withFile(closed.group)];
    const given =
      /Known Council.*Gets it \(200\).*12 B.*without an agreement.*Refused \(403\).*no_agreement.*signature.*Refused \(404\)/;
    const refused = /Known Council.*Refused \(404\).*not_found.*without an agreement.*Refused/;
    for (const paper of ['', '.pdf']) {
      const [seen, nothing] = [await look(proof(shared, paper)), await look(proof(hidden, paper))];
      expect(seen.text).toMatch(given);
      expect(seen.text).toContain('the agreement is in force');
      expect(nothing.text).toMatch(refused);
      // What is not there is refused alike.
      const missing = await look(proof(`/files/${crypto.randomUUID()}`, paper));
      expect(missing.text).toMatch(refused);
      for (const { text } of [seen, nothing, missing]) expect(text).not.toMatch(/Secret|secret-name|Crisis/);
    }
    expect((await look(proof(shared))).text).toContain('They get the file as it is');

    // Somebody of the partner is a member: what is asked for in its place is given, and no fetch of it, which its author would see.
    await node.decide('change', { origin: partner }, { scopes: ['open-groups', 'closed-groups'] });
    const people = node.context.slices.flatMap(({ objects }) => objects ?? []).find(({ path }) => path === 'people');
    const actor = `${partner}/people/${crypto.randomUUID()}`;
    const mia = await transact(node.context, by, async (work) => {
      const document = { id: actor, type: 'Person', preferredUsername: 'mia', name: 'Mia', inbox: `${actor}/inbox` };
      const id = await people?.saveRemote?.(work, document, { fetchedAt: work.now, verified: 'origin' });
      await invite(work, { group: closed.group.id, person: id ?? '', by: owner.id });
      return joinGroup(work, { group: closed.group.id, person: id ?? '', activity: `${partner}/activities/1` });
    });
    expect(mia.state).toBe('member');
    const got = /Known Council.*Gets it \(200\).*without an agreement.*Refused \(403\)/;
    for (const thing of [closed.topic.uri, hidden])
      for (const paper of ['', '.pdf'])
        for (const [who, see] of Object.entries({ officer: look, owner: lookAsOwner })) {
          const page = await see(proof(thing, paper));
          expect([thing, who, page.text]).toEqual([thing, who, expect.stringMatching(got)]);
          // Only who reads it themselves sees what they get: looking after agreements opens no content.
          const opens = who === 'owner' && thing === closed.topic.uri && paper === '';
          expect([thing, who, paper, /Secret/.test(page.text)]).toEqual([thing, who, paper, opens]);
        }
    const db = node.context.db.reader;
    expect(await db.selectFrom('post_fetch').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('files_reading').select('reader').where('kind', '=', 'node').execute()).toEqual([]);
  });

  it('asks for nothing but things of this node, and says so', async () => {
    await using world = await start('sqlite');
    const things = [
      'x',
      'https://elsewhere.example/groups/1',
      '/groups/1',
      '/administration/partners',
      '//localhost:1/x',
    ];
    for (const thing of [...things, '/node', '/streams', `/groups/${world.open.group.id}/../../node`]) {
      const page = await world.look(world.proof(thing));
      expect([thing, page.status]).toEqual([thing, 422]);
      expect(page.text).toContain('Enter the link of a group, post, person or file of this node.');
    }
  });

  it('lends a key for reading only: nothing is taken from a partner by it, and nothing once it is given back', async () => {
    await using world = await start('sqlite');
    const { node, open } = world;
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const id = `${partner}/node#trial-1`;
    const giveBack = node.federation.bridge.remoteKeys.lend({ id, owner: `${partner}/node`, key: publicKey });
    const send = async (method: 'GET' | 'POST', url: string, body: string | null) => {
      const headers = { accept: 'application/activity+json', 'content-type': 'application/activity+json' };
      const key = { id, privateKey };
      const signed = await signRequest({ method, url, headers, body, key, form: 'rfc9421', now: new Date() });
      return (await fetch(url, { method, headers: signed, body })).status;
    };
    const follow = JSON.stringify({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${partner}/activities/1`,
      type: 'Follow',
      actor: `${partner}/node`,
      object: open.group.uri,
    });
    expect(await send('GET', open.topic.uri, null)).toBe(200);
    expect(await send('POST', `${node.origin}/inbox`, follow)).toBeGreaterThanOrEqual(400);
    giveBack();
    expect(await send('GET', open.topic.uri, null)).toBeGreaterThanOrEqual(400);
    expect(await node.context.db.reader.selectFrom('ledger').selectAll().execute()).toEqual([]);
  });
});
