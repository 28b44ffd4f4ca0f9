import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { slices as allSlices } from '@joinery/node';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { type ApiAnswer, startTestNode, type TestNode } from '../harness/node.ts';
import { createTestDatabase, postgresMissing } from '../harness/postgres.ts';
import { migrated } from '../harness/store.ts';

// Group N: text that a database could take for a command, on both databases.
const payloads = [
  ...[
    "Robert'); drop table post; --",
    '" unbalanced',
    'NEAR(a b)',
    'a*b',
    'title:secret',
    '-x',
    'AND OR NOT',
    '^a',
    '((((((',
  ],
  ...['de het een', '%', '_', '\\', "''", '$1', ':name', '?', '{{x}}', 'a & b | !c <-> d:*', '\u202eabc', 'ﷺ', '😀'],
  ...[
    "a' , a.b, *",
    '$."a"',
    'é e\u0301',
    'İstanbul ıI',
    'ß ẞ ss',
    'ǅ',
    '\u0000',
    '\ud800',
    'x'.repeat(3_000),
    ' ',
    '\u00a0',
    '../../etc',
  ],
  ...['1e400', '-0', '9007199254740993', 'NaN', 'null', 'true', '[]', '{}', '2026-13-45', "x' or '1'='1"],
];

type Said = Record<string, unknown>;

/** What somebody gets back for each payload, wherever it can be put. */
async function ask(node: TestNode): Promise<Said> {
  const person = await node.person('Pim Payload');
  const said: Said = {};
  const names = new Map<string, string>();
  const plain = (answer: ApiAnswer) =>
    `${answer.status} ${JSON.stringify(answer.body)}`
      .replaceAll(new URL(node.origin).host, '<host>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
        const known = names.get(id) ?? `<${names.size}>`;
        names.set(id, known);
        return known;
      })
      .replace(/"next":"[^"]+"/, '"next":"<cursor>"')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>');
  const call = async (name: string, method: string, path: string, body?: unknown) => {
    const answer = await person.api(method, path, body);
    expect([name, answer.status < 500]).toEqual([name, true]);
    said[name] = plain(answer);
    return answer.body;
  };
  const group = await call('group', 'POST', '/groups', { name: 'Group', handle: 'group' });
  for (const [index, text] of payloads.entries()) {
    const name = `${index} ${text.slice(0, 20)}`;
    await call(`${name} as name`, 'PATCH', `/groups/${group.id}`, { name: text, summary: text });
    await call(`${name} as post`, 'POST', `/groups/${group.id}/posts`, {
      title: `${index} ${text}`,
      content: `${text} #${text}`,
    });
    await call(`${name} as id`, 'GET', `/posts/${encodeURIComponent(text.toWellFormed())}`);
  }
  await node.settle();
  for (const [index, text] of payloads.entries()) {
    const name = `${index} ${text.slice(0, 20)}`;
    const typed = encodeURIComponent(text.toWellFormed());
    await call(`${name} as search`, 'GET', `/search?limit=5&q=${typed}`);
    await call(`${name} as filter`, 'GET', `/search?limit=5&q=drop&group=${typed}&agency=${typed}&language=${typed}`);
    if (index % 3 > 0) continue;
    await call(`${name} as cursor`, 'GET', `/groups/${group.id}/posts?limit=3&cursor=${typed}`);
    await call(`${name} as limit`, 'GET', `/groups?limit=${typed}`);
  }
  await call('all posts', 'GET', `/groups/${group.id}/posts?limit=100`);
  await call('all groups', 'GET', '/groups?limit=100');
  const rows = await sql<{ title: string }>`select title from post order by id`.execute(node.context.db.reader);
  said.stored = rows.rows;
  return said;
}

describe.skipIf(postgresMissing)('on both databases', () => {
  it('170, 173: whatever is typed, wherever, is kept, found and refused alike', async () => {
    const [lite, postgres] = await Promise.all([startTestNode('node'), startTestNode('node', { dialect: 'postgres' })]);
    await using _lite = lite;
    await using _postgres = postgres;
    const [one, other] = [await ask(lite), await ask(postgres)];
    for (const [name, answer] of Object.entries(one)) expect([name, other[name]]).toEqual([name, answer]);
    // Nothing was read as a command.
    expect((one.stored as unknown[]).length).toBeGreaterThan(25);
    expect(String(one["0 Robert'); drop table as search"])).toContain('drop table post');
  }, 60_000);
});

describe.skipIf(postgresMissing)('on PostgreSQL', () => {
  it('170: a statement that takes too long is ended, whoever asked reads so, and everybody else is served', async () => {
    // Two seconds instead of thirty, which is how long the test would wait; given with the address, as an operator would.
    await using database = await createTestDatabase(migrated(allSlices));
    const environment = { JOINERY_DATABASE_URL: `${database.url}?statement_timeout=2000` };
    await using node = await startTestNode('node', { environment });
    const ended = sql`select pg_sleep(600)`.execute(node.context.db.reader);
    const person = await node.person('Pim Patient');
    await expect(ended).rejects.toMatchObject({ code: '57014' });

    // Searches wait for a table that somebody else holds: as many as the pool has connections, so that every one of them is let go.
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('lock table search_entry in access exclusive mode');
      const search = (q: string) => fetchSearch(node, person.token, q);
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => search(`word${index}`)));
      for (const answer of answers)
        expect(answer).toMatchObject({
          status: 503,
          retry: '30',
          body: { code: 'took_too_long', status: 503, detail: 'Nothing was changed. Try again in a minute.' },
        });
      expect(answers.map(({ body }) => JSON.stringify(body)).join()).not.toMatch(/search_entry|select|canceling|57014/);
      // It goes on serving what needs nothing of that table.
      expect((await person.api('GET', '/groups')).status).toBe(200);
      await other.query('rollback');
      expect((await search('word')).status).toBe(200);
    } finally {
      await other.end();
    }
  }, 60_000);

  it('170: a megabyte of words and the syntax of to_tsquery are refused or found, never run, and cost no time', async () => {
    await using node = await startTestNode('node', { dialect: 'postgres' });
    const person = await node.person('Pim Patient');
    const limit = await sql`show statement_timeout`.execute(node.context.db.reader);
    expect(limit.rows).toEqual([{ statement_timeout: '30s' }]);
    const began = performance.now();
    for (const typed of ['a & b | !c', 'a <-> b', 'a:*', "a:A & 'b", '!!', '& &', '<5>', "'a b' <2> c", '(a', 'a)'])
      expect([typed, (await fetchSearch(node, person.token, typed)).status]).toEqual([typed, 200]);
    // Node's own limit on a request's head.
    expect((await fetchSearch(node, person.token, 'x '.repeat(524_288))).status).toBe(431);
    expect((await fetchSearch(node, person.token, 'a|'.repeat(3_500))).status).toBe(422);
    expect(performance.now() - began).toBeLessThan(30_000);
  }, 60_000);
});

async function fetchSearch(node: TestNode, token: string, q: string) {
  const address = `${node.origin}/api/v1/search?limit=5&q=${encodeURIComponent(q)}`;
  const answer = await fetch(address, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } });
  const text = await answer.text();
  const body: unknown = text === '' ? null : JSON.parse(text);
  return { status: answer.status, retry: answer.headers.get('retry-after'), body };
}

it('172: no path into JSON and no part of a statement is made of what somebody typed', () => {
  const root = resolve(import.meta.dirname, '../..');
  const files = globSync('{packages,apps}/*/src/**/*.{ts,tsx}', { cwd: root });
  expect(files.length).toBeGreaterThan(300);
  const found: string[] = [];
  for (const file of files.filter((name) => !/\.test\.tsx?$|\/testing\//.test(name))) {
    const text = readFileSync(join(root, file), 'utf8');
    // Kysely's paths into JSON; and text that goes into a statement as it stands.
    if (/\.ref\([^)]*['"]->|jsonPath\(|\bsql\.raw\(|\bsql\.lit\((?!'\w+'\))/.test(text)) found.push(file);
  }
  // Older ones let a path break out of its quotes (CVE-2026-32763, CVE-2026-44635).
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/kysely/package.json'), 'utf8'));
  const [major, minor, patch] = String(version).split('.').map(Number) as [number, number, number];
  expect([version, major > 0 || minor > 28 || (minor === 28 && patch >= 17)]).toEqual([version, true]);
  // Names of tables and columns, which it reads from the database itself and quotes; and lengths, which are numbers.
  expect(found.sort()).toEqual(['packages/core/src/backup/portable.ts', 'packages/slices/src/search/fulltext.ts']);
});
