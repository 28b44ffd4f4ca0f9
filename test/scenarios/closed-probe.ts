import { cookieName, eventById, nodeActor, startSession, streams, transact } from '@joinery/core';
import { groupByUri } from '@joinery/slices/groups';
import { postByUri } from '@joinery/slices/posts';
import { sha256 } from '../../packages/core/src/accounts/one-way.ts';
import { createBuilder } from '../../packages/federation/src/outgoing.ts';
import { signRequest } from '../../packages/federation/src/signatures.ts';
import type { TestNode, TestPerson } from '../harness/node.ts';
import {
  type Between,
  common,
  type Door,
  doors,
  letters,
  type NodeName,
  nodeNames,
  type Person,
  words,
} from './closed-table.ts';
import { by, type ClosedWorld } from './closed-world.ts';

/** What there is to ask for: addresses at the node where it was written. Null before it was made. */
export type Things = Record<
  | 'post'
  | 'minutes'
  | 'document'
  | 'file'
  | 'activity'
  | /** The file of the document. */ 'paper'
  | /** In the bin of whoever wrote it. */ 'binned',
  string | null
>;
export type Answers = Partial<Record<Door, string>>;

const missing = '01900000-0000-7000-8000-000000000000';
const html = { accept: 'text/html' };
const activity = { accept: 'application/activity+json' };
const range = { range: 'bytes=4-40' };

/** The letters of the words that stand in a text. */
function told(text: string): string {
  const all = text.toLowerCase();
  return letters.filter((letter) => all.includes(words[letter].toLowerCase())).join('');
}
const both = (...parts: string[]) => letters.filter((letter) => parts.some((part) => part.includes(letter))).join('');

/** Asks at all doors of all nodes, always the same. What a node once had is asked for ever: whoever left remembers its address. */
export function createProbe(world: ClosedWorld, people: Record<Person, { node: NodeName; person: TestPerson }>) {
  const known = new Map<string, string>();
  const alike = new Map<string, string>();
  const sent: { to: string; said: string }[] = [];
  const looked = new Map<NodeName, number>();
  const receipts = new Set<string>();
  const nodeOf = (name: NodeName): TestNode => world[name];
  /** What each is told live, in one stream for as long as that is open. */
  const listening = new Map<Person, { said: string; may: boolean; close: () => void }>();
  const listeners = new Set<Person>();

  const listen = async (name: Person, url: string, cookie: Record<string, string>) => {
    const ended = new AbortController();
    const answer = await fetch(url, { headers: cookie, signal: ended.signal });
    const stream = { said: '', may: true, close: () => ended.abort() };
    listening.set(name, stream);
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const piece of answer.body ?? []) stream.said += decoder.decode(piece as Uint8Array, { stream: true });
    };
    void read()
      .catch(() => undefined)
      .finally(() => listening.get(name) === stream && listening.delete(name));
  };
  /** Words in what came since it was last asked, and a mark where anything came to somebody who may hear nothing, and might not before. */
  const heard = async (name: Person, url: string, cookie: Record<string, string>, may: boolean) => {
    const stream = listening.get(name);
    if (!stream) {
      if (may) await listen(name, url, cookie);
      return '';
    }
    const { said } = stream;
    const isTold = said.includes('data:');
    // What came to somebody while they left may have been under way before: whether it overtakes the end of their stream is chance.
    if (isTold && (may || !stream.may)) listeners.add(name);
    const late = isTold && !may && !stream.may ? 'told all the same' : '';
    Object.assign(stream, { said: '', may });
    return `${told(said)}${late}`;
  };

  const idAt = async (node: NodeName, what: string, find: () => Promise<string | undefined>): Promise<string> => {
    const found = await find();
    if (found !== undefined) known.set(`${node} ${what}`, found);
    return known.get(`${node} ${what}`) ?? missing;
  };
  const idsAt = async (name: NodeName, things: Things) => {
    const { reader } = nodeOf(name).context.db;
    const post = (what: 'post' | 'minutes' | 'document') =>
      idAt(name, what, async () => (await postByUri(reader, things[what] ?? ''))?.id);
    return {
      group: await idAt(name, 'group', async () => (await groupByUri(reader, world.group.uri))?.id),
      ...{ post: await post('post'), minutes: await post('minutes'), document: await post('document') },
      file: await idAt(name, 'file', async () => {
        const rows = reader.selectFrom('files_file').select('id');
        return (await rows.where('uri', '=', things.file ?? '').executeTakeFirst())?.id;
      }),
      paper: await idAt(name, 'paper', async () => {
        const rows = reader.selectFrom('files_file').select('id');
        return (await rows.where('uri', '=', things.paper ?? '').executeTakeFirst())?.id;
      }),
    };
  };

  return {
    /** Keeps the mails that a node sends from now on. */
    catchMails: ({ context }: TestNode) => {
      if (!context.doors.mail) throw new Error('The node sends no mail');
      context.doors.mail.send = async (mail) => {
        sent.push({ to: mail.to, said: JSON.stringify(mail) });
        return { ok: true };
      };
    },
    /** To whom mails were sent since this was last asked, and which words stood in them. */
    mails: () =>
      sent
        .splice(0)
        .map(({ to, said }) => `${to.split('.')[0]} ${told(said)}`.trim())
        .sort(),

    /** All that one person is told by their node. */
    asPerson: async (name: Person, things: Things): Promise<Answers> => {
      const { person, node: home } = people[name];
      const node = nodeOf(home);
      const id = await idsAt(home, things);
      const session = await transact(node.context, by, (work) => startSession(work, person.account));
      const cookie = { cookie: `${cookieName(node.origin, 'session')}=${session}` };
      const page = (path: string) => textAt(node.origin, path, { ...html, ...cookie });
      const api = (path: string, more = {}) =>
        textAt(node.origin, `/api/v1${path}`, { authorization: `Bearer ${person.token}`, ...more });
      const mark = node.context.secret.mac('live', `${sha256(session)} ${id.group}`);
      const stream = `${node.origin}/events?topic=${id.group}.${mark}`;
      const live = await fetch(stream, { headers: cookie });
      await live.body?.cancel();
      const answers: Record<Door, string> = {
        page: both(await page(`/posts/${id.post}`), await page(`/posts/${id.minutes}`)),
        thread: both(await api(`/posts/${id.post}`), await api(`/posts/${id.minutes}`)),
        list: await api(`/groups/${id.group}/posts`),
        group: await page(`/groups/${id.group}`),
        topics: await page(`/groups/${id.group}/topics`),
        groups: both(await page('/groups'), await api('/groups')),
        library: both(await page(`/groups/${id.group}/library`), await api(`/groups/${id.group}/library/documents`)),
        document: both(await api(`/documents/${id.document}`), await api(`/documents/${id.document}/versions`)),
        start: await page('/'),
        feed: await api('/feed'),
        search: both(await api(`/search?q=${common}`), await page(`/search?q=${common}`)),
        about: await api(`/files/${id.file}`),
        bytes: both(await api(`/files/${id.file}/content`), await page(`/files/${id.file}`)),
        range: await api(`/files/${id.file}/content`, range),
        kept: name === 'bob' && things.binned ? '' : await api(`/files/${id.paper}/content`),
        atom: await page(`/groups/${id.group}/feed.atom`),
        bell: both(await api('/notifications'), await page('/notifications')),
        live: live.status === 200 ? 'G' : '',
        heard: await heard(name, stream, cookie, live.status === 200),
      };
      return Object.fromEntries(doors.map((door) => [door, answers[door]]).filter(([, said]) => said)) as Answers;
    },

    /**
     * What a node reads, signed by its server actor: of the group at A, and of the post, its activity and its file at B, without a token and with the one that it was last given.
     * @param version of that token
     */
    asNode: async (name: NodeName, things: Things, version: number) => {
      const node = nodeOf(name);
      const get = async (url: string | null, headers = {}) => {
        if (url === null) return '';
        const { status, document } = await world.get(node, url, headers);
        return status === 200 ? both('G', told(JSON.stringify(document))) : '';
      };
      const key = await node.federation.bridge.keys.find(node.context.db.reader, nodeActor(node.origin), 'rsa');
      const file = async (headers: Record<string, string>, url = things.file) => {
        if (!key || url === null) return '';
        const request = {
          method: 'GET',
          url,
          headers,
          body: null,
          key,
          form: 'rfc9421',
          now: world.clock.now(),
        } as const;
        return textAt(url, '', await signRequest(request));
      };
      const token = await world.forged({ by: node, version });
      const at = async (paths: string[]) => {
        const got = [];
        for (const path of paths) if ((await get(`${world.group.uri}${path}`)) !== '') got.push(path);
        return got;
      };
      const collections = ['/outbox', '/topics', '/followers', '/moderators', '/featured'];
      const inside = await at([...collections, ...(name === 'a' ? [] : ['/token'])]);
      const whole = name === 'a' ? 5 : 6;
      return {
        is:
          inside.length === whole
            ? 'in'
            : inside.length > 0
              ? inside.join()
              : (await at([''])).length > 0
                ? 'knows'
                : '',
        minutes: (await get(things.minutes)).replace('G', ''),
        plain: both(
          ...[await get(things.post), await get(things.activity), await file({}), await file(range)],
          ...[await get(things.document), await file({}, things.paper)],
        ).replace('G', ''),
        proven: both(
          ...[await get(things.post, token), await get(things.activity, token)],
          ...[await file(token), await file({ ...token, ...range })],
          ...[await get(things.document, token), await file(token, things.paper)],
        ).replace('G', ''),
      };
    },

    /** Where somebody without any place in it gets something else than for what is missing: signed in nowhere, and the signed node X. */
    parts: async (things: Things): Promise<string[]> => {
      const wrong: string[] = [];
      const same = async (what: string, real: () => Promise<string>, none: () => Promise<string>) => {
        const answer = await real();
        if (answer === alike.get(what)) return;
        alike.set(what, await none());
        if (answer !== alike.get(what)) wrong.push(`${what}: ${answer} instead of ${alike.get(what)}`);
      };
      for (const name of nodeNames) {
        const { origin } = nodeOf(name);
        const id = await idsAt(name, things);
        const finger = (resource: string) => `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`;
        const { host } = new URL(origin);
        const looks: [string, string, Record<string, string>][] = [
          [finger(`acct:fraud@${host}`), finger(`acct:nowhere@${host}`), activity],
          [finger(world.group.uri), finger(`${world.a.origin}/groups/${missing}`), activity],
        ];
        for (const headers of [html, activity]) {
          looks.push(
            [`/groups/${id.group}`, `/groups/${missing}`, headers],
            [`/files/${id.file}`, `/files/${missing}`, headers],
          );
          for (const what of ['post', 'document'] as const)
            looks.push([`/posts/${id[what]}`, `/posts/${missing}`, headers]);
        }
        for (const end of ['outbox', 'followers', 'topics', 'token', 'feed.atom', 'library'])
          looks.push([`/groups/${id.group}/${end}`, `/groups/${missing}/${end}`, activity]);
        for (const [real, none, headers] of looks)
          if (real !== none)
            await same(
              `nobody at ${name} ${none} ${headers.accept}`,
              () => plain(origin, real, headers),
              () => plain(origin, none, headers),
            );
      }
      const signed = async (url: string) => {
        const { status, document } = await world.get(world.x, url);
        return `${status} ${JSON.stringify(document)}`;
      };
      const looks = ['', '/outbox', '/followers', '/topics', '/moderators', '/featured', '/token', '/library'].map(
        (end) => [`${world.group.uri}${end}`, `${world.a.origin}/groups/${missing}${end}`],
      );
      for (const url of Object.values(things)) {
        const place = url?.includes('/files/') ? 'files' : 'posts';
        if (url !== null) looks.push([url, `${new URL(url).origin}/${place}/${missing}`]);
      }
      for (const [real = '', none = ''] of looks)
        await same(
          `X at ${none}`,
          () => signed(real),
          () => signed(none),
        );
      return wrong;
    },

    /** What a page says to somebody, without its marks. @param at its address; `:id` is the group there */
    says: async (name: Person, at: string): Promise<string> => {
      const { person, node: home } = people[name];
      const node = nodeOf(home);
      const id = (await groupByUri(node.context.db.reader, world.group.uri))?.id ?? missing;
      const session = await transact(node.context, by, (work) => startSession(work, person.account));
      const headers = { ...html, cookie: `${cookieName(node.origin, 'session')}=${session}` };
      const answer = await fetch(`${node.origin}${at.replace(':id', id)}`, { headers });
      return (await answer.text()).replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');
    },

    /** How B and C stand to each other: why C may read in this group at B, why it takes what B has, and what else of B it gets. */
    between: async (): Promise<Between> => {
      const { b, c, group } = world;
      const reason = async (node: TestNode, other: TestNode, way: 'in' | 'out') => {
        const known = await groupByUri(node.context.db.reader, group.uri);
        return node.federation.bridge.trust.mayRead(other.origin, { id: known?.id, uri: group.uri }, way).reason;
      };
      const person = people.bob.person.id;
      const got = [];
      for (const path of ['/node/groups', '/streams', '/agency', `/people/${person}`, `/people/${person}/outbox`])
        if ((await world.get(c, `${b.origin}${path}`)).status === 200) got.push(path.replace(person, 'bob'));
      return [await reason(b, c, 'out'), await reason(c, b, 'in'), got.join(' ')];
    },

    /** Who was told anything live. */
    listened: () => [...listeners].sort(),
    close: () => {
      for (const { close } of listening.values()) close();
    },

    /** The words that a node has, in whatever table; and in what it logged, where none may be. */
    held: async (name: NodeName) => {
      const { context, logged } = nodeOf(name);
      const tables = (await context.db.reader.introspection.getTables()).filter(
        (table) => !table.name.includes('_fts'),
      );
      const rows = [];
      for (const table of tables)
        rows.push(
          await context.db.reader
            .selectFrom(table.name as 'post')
            .selectAll()
            .execute(),
        );
      return { has: told(JSON.stringify(rows)), logged: told(logged.join('\n')) };
    },

    /** Who told whom since this was last asked, with what type and which words: what stands in the streams, and the receipts beside them. */
    told: async (): Promise<string[]> => {
      const said = new Set<string>();
      const nameOf = (origin: string) => nodeNames.find((name) => nodeOf(name).origin === origin) ?? origin;
      for (const name of nodeNames) {
        const { context, federation } = nodeOf(name);
        const { reader } = context.db;
        const builder = createBuilder(federation.bridge);
        const events = await reader.selectFrom('log').select(['id', 'seq', 'stream', 'name']).orderBy('seq').execute();
        for (const { id, seq, stream, name: event } of events) {
          if (seq <= (looked.get(name) ?? 0)) continue;
          looked.set(name, seq);
          // Figures, news of delivery and agreements come when they come.
          if (/^partner\.|^group\.summarised|^post\.(delivered|counted)/.test(event)) continue;
          const isHere = stream === streams.members(world.group.id) || stream.startsWith('node:');
          const found = isHere ? await eventById(reader, id) : undefined;
          if (!found) continue;
          const readers = await reader
            .selectFrom('subscription')
            .select('origin')
            .where('stream', '=', stream)
            .execute();
          for (const { origin } of readers)
            for (const { document, text } of await builder.build(found, true, origin)) {
              const inner = document.object as { type?: string } | string | undefined;
              const type =
                typeof inner === 'object' && document.type === 'Announce'
                  ? `${document.type} ${inner.type}`
                  : document.type;
              said.add(`${name}>${nameOf(origin)} ${type} ${told(text)}`.trim());
            }
        }
        const rows = await reader
          .selectFrom('ledger')
          .select(['id', 'actor', 'origin', 'state'])
          .where('type', '=', 'Leave')
          .execute();
        for (const row of rows) {
          if (receipts.has(`${name} ${row.id}`)) continue;
          receipts.add(`${name} ${row.id}`);
          if (row.actor === nodeActor(row.origin)) said.add(`${nameOf(row.origin)}>${name} receipt`);
        }
      }
      return [...said].sort();
    },
  };
}

async function textAt(origin: string, path: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(`${origin}${path}`, { headers, redirect: 'manual' });
  return told(await answer.text());
}

async function plain(origin: string, path: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(`${origin}${path}`, { headers, redirect: 'manual' });
  const said = `${answer.status} ${answer.headers.get('location') ?? ''} ${await answer.text()}`;
  return said.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>').replace(/[A-Za-z0-9_-]{32,}|[0-9a-f]{16,}/g, '<mark>');
}
