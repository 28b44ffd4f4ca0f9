import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import {
  arrivingPath,
  cookieName,
  createActorKeys,
  endSession,
  newId,
  nodeActor,
  runAfterEffects,
  runNextJob,
  startSession,
  streams,
  transact,
} from '@joinery/core';
import { signRequest } from '@joinery/federation';
import { receiveFile } from '@joinery/slices/files';
import { approve, createGroup, invite, joinGroup, removeMember, setQuestions, setRole } from '@joinery/slices/groups';
import { addDocument } from '@joinery/slices/library';
import { rememberRemotePerson } from '@joinery/slices/people';
import { createTopic, hold, markdownText, reply, report } from '@joinery/slices/posts';
import { sha256 } from '../../packages/core/src/accounts/one-way.ts';
import { issueActorToken } from '../../packages/federation/src/actor-token.ts';
import { saveIntroduction } from '../../packages/federation/src/trust/introduced/store.ts';
import { decideAs, type PartnerFields } from '../../packages/federation/src/trust/testing.ts';
import { rememberRemoteGroup } from '../../packages/slices/src/groups/activities-remote.ts';
import { putMembership } from '../../packages/slices/src/groups/store.ts';
import { notify } from '../../packages/slices/src/notifications/notify.ts';
import { type ReceivedMail, startMailServer } from '../harness/mail-server.ts';
import { createBrowser, type TestBrowser } from '../harness/web.ts';
import { mediaOrigin, openSeed, type Person, type Seed } from './seed.ts';

const by = { kind: 'system', what: 'test' } as const;

/** Whoever may come to this node, as far as its groups are concerned. */
export const visitors = {
  nobody: 'Nobody: signed out, without a signature',
  'signed out': 'A member’s session after signing out',
  ended: 'Somebody whose account has ended: its session and its API token',
  stranger: 'Somebody of this node who is not in the group',
  guest: 'A guest of this node who was invited to another group',
  former: 'Somebody who was a member',
  asking: 'Somebody who has asked to join and has no answer',
  invited: 'Somebody who is invited and has not answered',
  member: 'A member',
  facilitator: 'A facilitator',
  administrator: 'An administrator of this node who is not in the group',
  officer: 'A federation officer of this node who is not in the group',
  unlisted: 'A node that is on no list',
  blocked: 'A node that is blocked',
  suspended: 'A node whose agreement is suspended, with people in the group',
  allowed: 'A node with an agreement for closed groups, with nobody in the group',
  thief: 'The same node with the token of another node',
  left: 'A node with an agreement whose last member was removed',
  introduced: 'A node without agreement that a closed group elsewhere introduces',
  members: 'A node with an agreement and a member in the group',
} as const;
export type Visitor = keyof typeof visitors;

/** What a thing can lie in. `elsewhere`: a closed group of another node, in which people of this node write. */
export const places = ['hidden', 'listed', 'open', 'elsewhere'] as const;
export type Place = (typeof places)[number];

/** Words that stand in one place and nowhere else; of each pair the second is never asked for. */
export const words: Record<Place, { name: [string, string]; text: [string, string] }> = {
  hidden: { name: ['Heronveil', 'Moorhen'], text: ['Kestrelgloom', 'Nightjar'] },
  listed: { name: ['Larkspire', 'Fieldfare'], text: ['Merlindusk', 'Goshawk'] },
  open: { name: ['Wrenfield', 'Chaffinch'], text: ['Siskindawn', 'Redwing'] },
  elsewhere: { name: ['Terncliff', 'Guillemot'], text: ['Plovermist', 'Sandpiper'] },
};
/** What is asked for in place of these where there is nothing. */
export const nothing = { id: '01a1f000-0000-7000-8000-000000000000', name: 'Zebrafirm', text: 'Quaggahaze' };

export type Things = Record<
  | 'group'
  | 'uri'
  | 'post'
  | 'reply'
  | 'file'
  | 'report'
  | 'held'
  | 'notification'
  | 'activity'
  | 'stream'
  | 'folder'
  | 'document',
  string
>;

const people: Partial<Record<Visitor, Person>> = {
  ...{ ended: 'leaver', stranger: 'bystander', guest: 'guest', former: 'reader', asking: 'requester' },
  ...{ invited: 'invitee', member: 'member', facilitator: 'facilitator' },
  ...{ administrator: 'administrator', officer: 'officer' },
};
const nodes = ['unlisted', 'blocked', 'suspended', 'allowed', 'left', 'introduced', 'members'] as const;
type Node = (typeof nodes)[number];
export const isNode = (visitor: Visitor): boolean => visitor === 'thief' || nodes.some((one) => one === visitor);
const originOfNode = (node: Node) => `https://${node}.example`;
const host = 'https://host.example';
const uriElsewhere = `${host}/groups/01a1f000-0000-4000-8000-00000000e15e`;

export type Answer = { status: number; headers: Record<string, string>; body: string };
type Headings = Record<string, string>;
type Asked = { method: string; path: string; accept: string; type?: string; body?: string };
/** Fields of a form or of JSON; or bytes in place of them, with headers of their own. */
export type Sent = { fields?: Record<string, unknown>; bytes?: string; headers?: Record<string, string> };
export type ClosedWorld = AsyncDisposable & {
  seed: Seed;
  things: Record<Place, Things>;
  ask: (visitor: Visitor, request: Asked) => Promise<Answer>;
  /** As a page's form, or a program; a node signs it, and says the token that it was given by a group. */
  send: (visitor: Visitor, method: string, path: string, sent: Sent) => Promise<Answer>;
  /** The stream of news of some groups, asked for with what their pages would carry for this visitor, whether they may see these pages or not. */
  listen: (visitor: Visitor, groups: readonly string[]) => Promise<Response>;
  /** Lets time go by, with all that is done in the background meanwhile. */
  pass: (milliseconds: number) => Promise<void>;
  /** What was sent by mail so far. */
  mails: ReceivedMail[];
  /** Makes and fills the hidden group of all, which the others are made without. */
  hide: () => Promise<void>;
};

/** One node with a hidden, a listed closed and an open group, with somebody or some node of each kind, and a closed group elsewhere that its people write in. */
export async function openClosedWorld(dialect: 'sqlite' | 'postgres' = 'sqlite'): Promise<ClosedWorld> {
  const mail = await startMailServer();
  let now = new Date(0);
  const seed = await openSeed({
    dialect,
    smtp: mail.url,
    clock: { now: () => (now.getTime() === 0 ? new Date() : now) },
  });
  // From here on time stands still, so that answers may be compared.
  now = new Date();
  const { context, federation, webApp } = seed;
  const { origin } = context.config;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const groupKey = generateKeyPairSync('ed25519');
  const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

  const agree = async (which: string, what: 'allow' | 'suspend' | 'block', fields: PartnerFields = {}) => {
    await transact(context, by, (work) =>
      decideAs(work, what, { origin: which, fields, by: 'test', reason: 'test' }).then(() => undefined),
    );
    await federation.bridge.trust.refresh();
  };
  const everything: PartnerFields = { scopes: ['discover', 'open-groups', 'closed-groups'] };
  for (const node of ['suspended', 'allowed', 'left', 'members'] as const)
    await agree(originOfNode(node), 'allow', { agency: `Agency ${node}`, ...everything });
  await agree(host, 'allow', { agency: 'Host', ...everything, introductions: true });
  await agree(originOfNode('blocked'), 'block', { agency: 'Agency blocked' });
  await transact(context, by, async (work) => {
    // What they sign with is known: nothing is fetched, and there is nobody to fetch it from.
    for (const node of nodes) {
      const owner = nodeActor(originOfNode(node));
      const known = { id: `${owner}#main-key`, owner, public: pem(rsa.publicKey), through: null };
      await work.db
        .insertInto('remote_key')
        .values({ ...known, fetched_at: work.now })
        .execute();
    }
  });
  const remote = Object.fromEntries(
    await transact(context, by, async (work) => {
      const found: [Node, string][] = [];
      for (const node of ['suspended', 'left', 'members'] as const) {
        const of = originOfNode(node);
        const document = { id: `${of}/people/1`, type: 'Person', name: `Robin of ${node}`, inbox: `${of}/inbox` };
        found.push([node, await rememberRemotePerson(work, document, { fetchedAt: work.now, verified: 'origin' })]);
      }
      return found;
    }),
  ) as Partial<Record<Node, string>>;

  const { owner, facilitator, member, colleague, reader, requester, invitee } = seed.things;
  const handleOf = async (person: string) =>
    (await context.db.reader.selectFrom('person').select('handle').where('id', '=', person).executeTakeFirstOrThrow())
      .handle;
  /** A text file of the colleague. */
  const upload = async (place: Place) => {
    const id = newId();
    const path = arrivingPath(context.files, id);
    await writeFile(path, `${words[place].text.join(' ')} in a file\n`);
    return (await receiveFile(context, { id, path, name: `${words[place].text.join('-')}.txt`, owner: colleague })).id;
  };
  /** What is written in a group, by the colleague who is in it. */
  const fill = async (place: Place, group: string, uri: string): Promise<Things> => {
    const [asked, other] = words[place].text;
    const file = await upload(place);
    const mentioned = await handleOf(owner);
    const made = await transact(context, by, async (work) => {
      const text = markdownText(`${asked} ${other}: the plan #${asked.toLowerCase()}`);
      const files = [{ id: file }];
      const topic = await createTopic(work, { group, author: colleague, title: `${asked} ${other}`, ...text, files });
      const answer = await reply(work, {
        replyTo: topic.id,
        author: member,
        ...markdownText(`${asked} ${other} yes @${mentioned}`),
      });
      const said = await report(work, { post: topic.id, reporter: member, reason: `${asked} ${other} is wrong` });
      const later = { author: member, group, replyTo: null, title: `${asked} ${other}`, source: other, language: null };
      const held = await hold(work, later, 3_600);
      await notify(work, {
        person: member,
        cause: `seed ${place}`,
        kind: 'approved',
        at: work.now,
        group,
        accepted: true,
      });
      return { topic, answer, report: said ?? '', held: held.id };
    });
    const paper = await upload(place);
    const kept = await transact(context, by, async (work) => {
      const title = `${asked} ${other} on paper`;
      const document = await addDocument(work, {
        group,
        folder: '',
        by: colleague,
        title,
        language: 'en',
        file: paper,
      });
      const at = { uri: uri.replace(/\/groups\/.*/, `/folders/${newId()}`), group_id: group, parent_id: '' };
      const row = { id: at.uri.split('/').at(-1) ?? '', name: `${asked} ${other} papers`, sort_name: 'papers', ...at };
      const dates = { created_at: work.now, updated_at: work.now };
      await work.db
        .insertInto('library_folder')
        .values({ ...row, official_at: null, by_id: null, ...dates })
        .execute();
      return { folder: row.id, document: document.id };
    });
    const note = await context.db.reader
      .selectFrom('notification')
      .select('id')
      .where('person_id', '=', member)
      .where('group_id', '=', group)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    const post = await context.db.reader
      .selectFrom('post')
      .selectAll()
      .where('id', '=', made.topic.id)
      .executeTakeFirstOrThrow();
    const names = [streams.group(group), streams.members(group), streams.node(host)];
    const stream = await context.db.reader
      .selectFrom('stream')
      .select('token')
      .where('id', 'in', names)
      .orderBy('id')
      .executeTakeFirst();
    return {
      ...kept,
      ...{ group, uri, post: post.id, reply: made.answer.id, file, report: made.report, held: made.held },
      ...{ notification: note.id, activity: post.event_id ?? '', stream: stream?.token ?? nothing.id },
    };
  };
  const keys = await createActorKeys();
  let isAgreed = true;
  const make = async (place: Place, rules: Partial<Parameters<typeof createGroup>[1]>): Promise<Things> => {
    const [asked, other] = words[place].name;
    const { id, uri } = await transact(context, by, async (work) => {
      const named = { name: `${asked} ${other}`, handle: asked.toLowerCase(), summary: `${asked} ${other} group` };
      const group = await createGroup(work, { ...named, owner, keys, ...rules });
      const invitation = (person: string) => invite(work, { group: group.id, person, by: owner });
      const join = async (person: string) => {
        await invitation(person);
        await joinGroup(work, { group: group.id, person });
      };
      for (const person of [facilitator, member, colleague, reader]) await join(person);
      for (const person of Object.values(remote)) {
        const asked = { state: 'requested', join_activity: `https://x.example/${person}` } as const;
        // One whose agreement is suspended by now took part before.
        const isLate = person === remote.suspended && !isAgreed;
        await putMembership(work, group.id, person, isLate ? { ...asked, state: 'member' } : asked);
        if (!isLate) await approve(work, { group: group.id, person, by: owner });
      }
      await putMembership(work, group.id, requester, { state: 'requested' });
      await invitation(invitee);
      await setRole(work, { group: group.id, person: facilitator, by: owner, role: 'facilitator' });
      await setQuestions(work, group.id, owner, [{ text: `${asked} ${other}: why?`, required: false }]);
      return group;
    });
    const things = await fill(place, id, uri);
    await settle();
    await transact(context, by, async (work) => {
      for (const person of [reader, remote.left ?? '']) await removeMember(work, { group: id, person, by: owner });
    });
    return things;
  };
  const settle = async () => {
    for (;;) {
      if (await runAfterEffects(context)) continue;
      if (!(await runNextJob(context))) return;
    }
  };
  const closed = { reading: 'members', joining: 'request' } as const;
  const listed = await make('listed', closed);
  const open = await make('open', {});
  const elsewhere = await fillElsewhere();

  async function fillElsewhere(): Promise<Things> {
    const [asked, other] = words.elsewhere.name;
    const group = await transact(context, by, async (work) => {
      const said = { id: uriElsewhere, type: 'Group', name: `${asked} ${other}`, inbox: `${host}/inbox` };
      const rules = { 'joinery:reading': 'members', 'joinery:joining': 'request', 'joinery:listed': false };
      const id = await rememberRemoteGroup(work, { ...said, ...rules }, { fetchedAt: work.now, verified: 'origin' });
      for (const person of [facilitator, member, colleague])
        await putMembership(work, id, person, {
          state: 'member',
          ...(person === facilitator && { role: 'facilitator' }),
        });
      const public_ = pem(groupKey.publicKey);
      await work.db
        .insertInto('group_key')
        .values({ group_uri: uriElsewhere, public: public_, pinned_at: work.now })
        .execute();
      const key = pem(rsa.publicKey);
      const list = [{ origin: originOfNode('introduced'), agency: 'Agency introduced', key }];
      const row = {
        group_uri: uriElsewhere,
        group_id: null,
        is_on: 1,
        version: 1,
        epoch: '',
        nodes: JSON.stringify(list),
      };
      await saveIntroduction(work, row);
      work.emit('group.updated', streams.local, { group: id });
      return id;
    });
    await federation.bridge.trust.refresh();
    const things = await fill('elsewhere', group, uriElsewhere);
    // As the group's node takes it in: accepted, with a number.
    await transact(context, by, async (work) => {
      await work.db.updateTable('post').set({ status: 'accepted' }).where('group_id', '=', group).execute();
      for (const [number, post] of [things.post, things.reply, things.document].entries())
        await work.db
          .insertInto('post_reference')
          .values({ post_id: post, number: number + 1, activity: null })
          .execute();
    });
    return things;
  }

  await agree(originOfNode('suspended'), 'suspend');
  isAgreed = false;
  const things: Record<Place, Things> = { listed, open, elsewhere, hidden: listed };
  const sessionOf = async (person: Person, ends = false) => {
    const found = await context.db.reader
      .selectFrom('account')
      .select('id')
      .where('person_id', '=', seed.things[person])
      .executeTakeFirstOrThrow();
    return transact(context, by, async (work) => {
      const session = await startSession(work, found.id);
      if (ends) await endSession(work, session);
      return session;
    });
  };
  const leftSession = await sessionOf('member', true);
  const tokenOf = async (node: Node) =>
    issueActorToken({
      ...{ group: uriElsewhere, key: { id: `${uriElsewhere}#key`, privateKey: groupKey.privateKey } },
      ...{
        node: nodeActor(originOfNode(node)),
        nodeKey: createPublicKey(rsa.publicKey.export({ type: 'spki', format: 'pem' })),
      },
      ...{ version: 1, from: 0, now },
    });
  const tokens: Partial<Record<Visitor, string>> = {
    members: await tokenOf('members'),
    introduced: await tokenOf('introduced'),
    thief: await tokenOf('members'),
  };

  const browsers = new Map<Visitor, TestBrowser>();
  const csrf: Partial<Record<Visitor, string>> = {};
  const browserOf = (visitor: Visitor): TestBrowser => {
    const person = people[visitor];
    const browser = browsers.get(visitor) ?? (person ? seed.browser(person) : createBrowser(webApp, origin));
    if (visitor === 'signed out') browser.cookies.set(cookieName(origin, 'session'), leftSession);
    browsers.set(visitor, browser);
    return browser;
  };
  /** What a node proves itself with, beside what it sends. */
  const signed = async (
    visitor: Visitor,
    request: { method: string; path: string; body?: string },
    headers: Headings,
  ) => {
    const node = visitor === 'thief' ? 'allowed' : nodes.find((one) => one === visitor);
    if (!node) return headers;
    const { method, path, body = null } = request;
    const key = { id: `${nodeActor(originOfNode(node))}#main-key`, privateKey: rsa.privateKey };
    const token = tokens[visitor];
    const said = { ...headers, ...(token && { authorization: `ActivityPubActorToken ${token}` }) };
    const url = `${origin}${path}`;
    return { ...said, ...(await signRequest({ method, url, headers: said, body, key, form: 'rfc9421', now })) };
  };
  /** What a program of somebody says. Of somebody signed out it has the session that has ended. */
  const authorization = (visitor: Visitor): Headings => {
    if (visitor === 'signed out') return { cookie: `${cookieName(origin, 'session')}=${leftSession}` };
    const token = people[visitor] && seed.tokens[people[visitor]];
    return token ? { authorization: `Bearer ${token}` } : {};
  };
  /** The address of a file at the second address, as it was given to somebody who read it then; without a pass for whoever never had one. */
  const withPass = (visitor: Visitor, path: string): string | null => {
    const file = /^\/files\/([^/]+)\/x\/x\/x$/.exec(path)?.[1];
    const person = visitor === 'signed out' ? seed.things.member : people[visitor] && seed.things[people[visitor]];
    if (!file || !person) return null;
    const until = Math.floor(now.getTime() / 1_000) + 60;
    return `/files/${file}/${person}/${until}/${context.secret.mac('media', `${file} ${person} ${until}`)}`;
  };
  const ask: ClosedWorld['ask'] = async (visitor, { method, path, accept, type, body }) => {
    const host = new URL(origin).host;
    const pass = withPass(visitor, path);
    if (pass !== null) {
      // Browsers send no cookie of the node there.
      const headers = { accept, host: new URL(mediaOrigin).host };
      return read(await webApp.fetch(new Request(`${mediaOrigin}${pass}`, { method, headers })));
    }
    const headers: Headings = { accept, host, ...(type && { 'content-type': type }) };
    const sent = { method, ...(body === undefined ? {} : { body }) };
    if (!isNode(visitor) && !path.startsWith('/api/'))
      return read(await browserOf(visitor).fetch(path, { ...sent, headers }));
    const said = await signed(visitor, { ...sent, path }, { ...headers, ...authorization(visitor) });
    return read(await webApp.fetch(new Request(`${origin}${path}`, { ...sent, headers: said })));
  };
  const send: ClosedWorld['send'] = async (visitor, method, path, { fields = {}, bytes, headers: own = {} }) => {
    if (path.startsWith('/api/')) {
      const body = bytes ?? JSON.stringify(fields);
      const type = bytes === undefined ? { 'content-type': 'application/json' } : {};
      const host = { accept: 'application/json', host: new URL(origin).host };
      const headers: Headings = Object.assign({}, host, type, authorization(visitor), own);
      const said = await signed(visitor, { method, path, body }, headers);
      return read(await webApp.fetch(new Request(`${origin}${path}`, { method, headers: said, body })));
    }
    // A node has the form of somebody who is signed out: what it signs with is all that could make a difference.
    const sender = people[visitor] || visitor === 'signed out' ? visitor : 'nobody';
    const browser = browserOf(sender);
    csrf[sender] ??= await browser.csrf();
    const form = new URLSearchParams({ csrf: csrf[sender], ...(fields as Record<string, string>) }).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    // Bytes come from a script of ours, which says in a header what a field says.
    const headers = { origin, ...type, ...(bytes !== undefined && { 'x-joinery-form': csrf[sender] }), ...own };
    const body = bytes ?? form;
    const said = await signed(visitor, { method, path, body }, headers);
    const cookies = [...browser.cookies];
    const answer = await read(await browser.fetch(path, { method, headers: said, body }));
    // Whoever signed in or out by it is again as they were.
    browser.cookies.clear();
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    return answer;
  };
  return {
    ...{ seed, things, ask, send },
    listen: async (visitor, groups) => {
      const session = browserOf(visitor).cookies.get(cookieName(origin, 'session')) ?? '';
      const marks = groups.map(
        (group) => `topic=${group}.${context.secret.mac('live', `${sha256(session)} ${group}`)}`,
      );
      const headers = await signed(visitor, { method: 'GET', path: `/events?${marks.join('&')}` }, { accept: '*/*' });
      return browserOf(visitor).fetch(`/events?${marks.join('&')}`, { headers });
    },
    mails: mail.mails,
    pass: async (milliseconds) => {
      now = new Date(now.getTime() + milliseconds);
      await settle();
    },
    hide: async () => {
      things.hidden = await make('hidden', { reading: 'members', joining: 'invited', listed: false });
    },
    [Symbol.asyncDispose]: async () => {
      await seed[Symbol.asyncDispose]();
      await mail[Symbol.asyncDispose]();
    },
  };
}

/** An answer to its end; a stream of events until its first word. */
async function read(answer: Response): Promise<Answer> {
  const headers = Object.fromEntries(answer.headers);
  if (!headers['content-type']?.startsWith('text/event-stream'))
    return { status: answer.status, headers, body: await answer.text() };
  await answer.body?.cancel();
  return { status: answer.status, headers, body: '' };
}
