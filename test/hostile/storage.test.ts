import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { type ApiAnswer, startTestNode, type TestNode } from '../harness/node.ts';
import { postgresMissing } from '../harness/postgres.ts';

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
    const limit = await sql`show statement_timeout`.execute(postgres.context.db.reader);
    expect(limit.rows).toEqual([{ statement_timeout: '30s' }]);
    // Nothing was read as a command.
    expect((one.stored as unknown[]).length).toBeGreaterThan(25);
    expect(String(one["0 Robert'); drop table as search"])).toContain('drop table post');
  }, 60_000);
});

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
  // Names of tables and columns, which it reads from the database itself and quotes; and lengths, which are numbers.
  expect(found.sort()).toEqual(['packages/core/src/backup/portable.ts', 'packages/slices/src/search/fulltext.ts']);
});
