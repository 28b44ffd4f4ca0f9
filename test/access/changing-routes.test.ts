import { refusalText } from '@joinery/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sliceRoutes } from '../harness/routes.ts';
import { changingRoutes, type Row } from './changing-routes-table.ts';
import { openSeed, type Person, type Seed } from './seed.ts';

let seed: Seed;
/** What is stored before anybody asks anything. */
let before: Seed['stored'] extends () => infer T ? T : never;
beforeAll(async () => {
  seed = await openSeed();
  before = seed.stored();
});
afterAll(() => seed?.[Symbol.asyncDispose]());

const isApi = (route: string): boolean => route.includes(' /api/');

/** Sends what the row says, as this person; null for somebody signed out, who has the other kind of proof of the one who may. */
async function call(route: string, row: Row, person: Person | null): Promise<Response> {
  const [method = '', pattern = ''] = route.split(' ');
  const places = [...(row.at ?? [])];
  const path = pattern.replace(/:\w+/g, () => {
    const place = places.shift();
    if (place === undefined) throw new Error(`${route} has more parameters than its row`);
    return seed.things[place];
  });
  if (places.length > 0) throw new Error(`${route} has fewer parameters than its row`);
  const sent = typeof row.send === 'function' ? row.send(seed.things) : row.send;
  const allowed = 'as' in row ? row.as : undefined;
  if (!isApi(route)) {
    const authorization = person === null && allowed ? `Bearer ${seed.tokens[allowed]}` : undefined;
    const browser = seed.browser(person ?? undefined);
    if (row.headers) {
      // As a script of ours sends it.
      const own = { origin: 'http://localhost:3000', 'x-joinery-form': await browser.csrf() };
      const headers = { ...own, ...row.headers, ...(authorization && { authorization }) };
      return browser.fetch(path, { method, headers, ...(row.bytes && { body: row.bytes }) });
    }
    return browser.post(path, sent as Record<string, string>, { authorization });
  }
  const cookie = [...seed.browser(allowed).cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return seed.api(method, path, row.bytes ?? sent, {
    ...(person === null ? { cookie } : { authorization: `Bearer ${seed.tokens[person]}` }),
    ...row.headers,
  });
}

/** Tables that hold something else than before. */
function changed(): string[] {
  const after = seed.stored();
  return Object.keys(before).filter((table) => after[table] !== before[table]);
}

const succeeded = (answer: Response, row: Row): boolean =>
  row.answers === undefined ? answer.ok || answer.status === 303 : answer.status === row.answers;
const leadsToSignIn = (answer: Response): boolean =>
  answer.status === 303 && /^\/sign-in(\?|$)/.test(answer.headers.get('location') ?? '');

describe('every changing route', () => {
  it('has a row in the table, and every row a route', () => {
    const routes = sliceRoutes().filter((route) => !/^(GET|HEAD|OPTIONS) /.test(route));
    expect(Object.keys(changingRoutes).sort()).toEqual(routes);
  });

  describe.each(Object.entries(changingRoutes))('%s', (route, row) => {
    afterEach(async () => {
      if (changed().length > 0) await seed.restore();
    });

    if ('open' in row) {
      it(`is open to anyone: ${row.open}`, async () => {
        const answer = await call(route, row, null);
        expect([answer.status, succeeded(answer, row)]).toEqual([answer.status, true]);
        expect(changed().length > 0).toBe(!row.changesNothing);
      });
      return;
    }

    it('refuses somebody signed out', async () => {
      const answer = await call(route, row, null);
      if (isApi(route)) {
        expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
        expect(await answer.json()).toMatchObject({ status: 401, code: 'signed_out' });
      } else expect([answer.status, leadsToSignIn(answer)]).toEqual([303, true]);
      expect(changed()).toEqual([]);
    });

    it.each(row.not)('refuses the %s', async (person) => {
      const answer = await call(route, row, person);
      expect([403, 404]).toContain(answer.status);
      // Not because the form was not one of ours.
      if (!isApi(route)) expect(await answer.text()).not.toContain(refusalText('csrf', 'en').title);
      expect(changed()).toEqual([]);
    });

    it(`lets the ${row.as} in${row.changesNothing ? `, and changes nothing: ${row.changesNothing}` : ''}`, async () => {
      const answer = await call(route, row, row.as);
      expect([answer.status, succeeded(answer, row), leadsToSignIn(answer)]).toEqual([answer.status, true, false]);
      expect(changed().length > 0).toBe(!row.changesNothing);
    });
  });
});

type Own = Record<'group' | 'topic' | 'reply' | 'folder' | 'document' | 'file', string>;
type Theirs = Record<
  | 'topic'
  | 'reply'
  | 'report'
  | 'folder'
  | 'document'
  | 'member'
  | 'requester'
  | 'banned'
  | 'looseFile'
  | 'upload'
  | 'said',
  string
>;

describe('what somebody runs, with ids of what others have (hostile case 127)', () => {
  afterEach(() => seed.restore());

  /** A closed group with something of each kind in it, made by whoever runs it. */
  async function makeOwn(person: Person): Promise<Own> {
    const headers = { authorization: `Bearer ${seed.tokens[person]}` };
    const make = async (path: string, body: unknown, more: Record<string, string> = {}) => {
      const answer = await seed.api('POST', `/api/v1${path}`, body, { ...headers, ...more });
      expect([path, answer.ok]).toEqual([path, true]);
      const location = answer.headers.get('location')?.split('/').at(-1) ?? '';
      return { id: location, ...((await answer.json().catch(() => ({}))) as object) } as { id: string };
    };
    const upload = async () => {
      const { id } = await make('/uploads', undefined, { 'tus-resumable': '1.0.0', 'upload-length': '4' });
      const next = { ...headers, 'tus-resumable': '1.0.0', ...nextBytes };
      expect((await seed.api('PATCH', `/api/v1/uploads/${id}`, 'text', next)).status).toBe(204);
      return id;
    };
    const { id: group } = await make('/groups', { name: 'Own', handle: 'own', reading: 'members', joining: 'request' });
    const { id: topic } = await make(`/groups/${group}/posts`, { title: 'Own', content: 'Text' });
    const { id: reply } = await make(`/posts/${topic}/replies`, { content: 'Text' });
    const { id: folder } = await make(`/groups/${group}/library/folders`, { name: 'Own' });
    const { id: document } = await make(`/groups/${group}/library/documents`, { file: await upload(), title: 'Own' });
    return { group, topic, reply, folder, document, file: await upload() };
  }
  const nextBytes = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };

  /** Everything that takes the id of one thing in a request about another. */
  const mixed = (own: Own, theirs: Theirs): [string, string, Record<string, unknown>?][] => {
    const [group, library] = [`/groups/${own.group}`, `/groups/${own.group}/library`];
    const api: [string, string, Record<string, unknown>?][] = [
      ...(['approve', 'remove', 'ban'] as const).flatMap((what) =>
        [theirs.requester, theirs.member].map((person): [string, string, Record<string, unknown>] => [
          ...(['POST', `${group}/members/${person}/${what}`] as const),
          {},
        ]),
      ),
      ['DELETE', `${group}/members/${theirs.banned}/ban`],
      ['PATCH', `${group}/members/${theirs.member}`, { role: 'facilitator' }],
      ['POST', `${group}/reports/${theirs.report}/handled`, {}],
      ['POST', `${group}/posts`, { title: 'Mine', content: 'Text', files: [{ id: theirs.looseFile }] }],
      ['POST', `${group}/posts`, { title: 'Mine', content: 'Text', files: [{ id: theirs.upload }] }],
      ['POST', `/posts/${own.topic}/replies`, { content: 'Text', files: [{ id: theirs.looseFile }] }],
      ['PATCH', `/posts/${own.topic}`, { content: 'Text', files: [{ id: theirs.looseFile }] }],
      ['POST', `${library}/folders`, { name: 'Mine', parent: theirs.folder }],
      ['POST', `${library}/documents`, { file: own.file, folder: theirs.folder }],
      ['POST', `${library}/documents`, { file: theirs.looseFile }],
      ['PATCH', `/folders/${own.folder}`, { parent: theirs.folder }],
      ['PATCH', `/documents/${own.document}`, { folder: theirs.folder }],
      ['POST', `/documents/${own.document}/versions`, { file: theirs.looseFile, note: 'Mine' }],
      ['DELETE', `/uploads/${theirs.upload}`],
    ];
    const pages: [string, string, Record<string, unknown>?][] = [
      ['POST', `${group}/requests`, { person: theirs.requester, decision: 'decline', reason: 'Full' }],
      ['POST', `${group}/members/${theirs.requester}/answer`, { decision: 'decline' }],
      ['POST', `${group}/members/${theirs.banned}/unban`],
      ['POST', `${group}/members/${theirs.member}/role`, { role: 'facilitator' }],
      ['POST', `${group}/reports/${theirs.report}/handled`],
      ['POST', `/posts/${own.topic}/replies`, { content: 'Text', replyTo: theirs.reply }],
      ['POST', `/posts/${own.topic}/replies`, { content: 'Text', replyTo: theirs.topic }],
      ['POST', `/posts/${own.topic}/replies`, { content: 'Text', replyTo: theirs.said }],
      ['POST', `${library}/add`, { file: theirs.looseFile, folder: '' }],
      ['POST', `${library}/add`, { file: own.file, folder: theirs.folder }],
      ['POST', `${library}/folders`, { name: 'Mine', parent: theirs.folder }],
      ['POST', `/folders/${own.folder}/edit`, { name: 'Mine', parent: theirs.folder }],
      ['POST', `/documents/${own.document}/move`, { folder: theirs.folder }],
      ['POST', `/documents/${own.document}/version`, { file: theirs.looseFile, note: 'Mine', revision: '1' }],
    ];
    return [
      ...api.map(([method, path, body]): [string, string, typeof body] => [method, `/api/v1${path}`, body]),
      ...pages,
    ];
  };

  it.each(['bystander', 'colleague'] as const)(
    'change nothing of that, and answer the %s as ids of nothing',
    async (person) => {
      const own = await makeOwn(person);
      const { keeper, newcomer, officer, closed, conversation, looseFile, upload } = seed.things;
      // Everybody may look up people: somebody without any part in it stands for those.
      const nobody = { member: keeper, requester: newcomer, banned: officer };
      const nothing = new Proxy(nobody as Theirs, {
        get: (known, name: keyof Theirs) => known[name] ?? '01a1f000-0000-7000-8000-000000000000',
      });
      const theirsAsStored = () =>
        Object.values(seed.stored())
          .flatMap((rows) => rows.split('\n'))
          .filter((row) => [closed, conversation, looseFile, upload].some((id) => row.includes(id)));
      const send = async ([method, path, body]: ReturnType<typeof mixed>[number]) => {
        if (!path.startsWith('/api/')) return seed.browser(person).post(path, body as Record<string, string>);
        const headers = { authorization: `Bearer ${seed.tokens[person]}`, 'tus-resumable': '1.0.0' };
        return seed.api(method, path, body, headers);
      };
      const madeUp = mixed(own, nothing);
      const made = theirsAsStored();
      const wrong: unknown[] = [];
      for (const [index, call] of mixed(own, seed.things).entries()) {
        const [answer, missing] = [await send(call), await send(madeUp[index] as typeof call)];
        const now = theirsAsStored();
        const where = call.join(' ').replace('[object Object]', JSON.stringify(call[2]));
        if (answer.status !== missing.status || answer.status >= 500)
          wrong.push([where, answer.status, missing.status]);
        expect([where, now]).toEqual([where, made]);
      }
      expect(wrong).toEqual([]);
    },
  );
});
