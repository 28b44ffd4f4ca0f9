import { expect, test } from 'vitest';
import { Pagination, PostCard } from './list.tsx';
import { Meter } from './meter.tsx';
import { initials } from './person.tsx';
import { SourceLabel } from './source-label.tsx';
import { DataTable } from './table.tsx';
import type { Reader } from './time.tsx';

const html = (node: { toString(): string | Promise<string> }) => String(node);
const words = (node: { toString(): string | Promise<string> }) => html(node).replace(/<[^>]*>/g, '');
const reader: Reader = { language: 'en', timeZone: 'Europe/Amsterdam', now: '2026-11-21T13:05:00.000Z' };
const source = { agency: 'Ministry X', node: 'x.example', fetchedAt: '2026-11-21T13:02:00.000Z' };

test('a source label names owner, node and age in the word order of the language', () => {
  expect(words(<SourceLabel source={source} reader={reader} />)).toBe(
    'from Ministry X · x.example · fetched 3 minutes ago',
  );
  expect(words(<SourceLabel source={source} reader={{ ...reader, language: 'nl' }} />)).toBe(
    'van Ministry X · x.example · 3 minuten geleden opgehaald',
  );
});

test('a post shows who wrote it from which node, and marks its language', () => {
  const post = {
    href: '/posts/1',
    title: 'Vraag',
    author: { name: 'Ada', agency: 'X', node: 'x.example' },
    at: reader.now,
  };
  const card = html(<PostCard post={{ ...post, language: 'nl', summary: '<b>' }} reader={reader} />);
  expect(card).toContain('X · via x.example');
  expect(card).toMatch(/<h3[^>]*lang="nl"><a href="\/posts\/1">Vraag<\/a><\/h3>/);
  expect(card).toContain('&lt;b&gt;');
});

test('a post without a title still has a heading to walk to', () => {
  const card = html(
    <PostCard post={{ href: '/posts/1', author: { name: 'Ada' }, at: reader.now }} reader={reader} level={2} />,
  );
  expect(card).toContain('<h2 class="ds-sr-only">Post by Ada</h2>');
});

test('the last page of a list offers no next one', () => {
  expect(html(<Pagination next={null} language="en" />)).not.toContain('nav');
  expect(html(<Pagination next="/?cursor=a" language="en" />)).toContain('rel="next" href="/?cursor=a"');
});

test('a table can be reached by keyboard, names itself, and keeps its roles when shown as cards', () => {
  const table = html(
    <DataTable id="t" caption="Nodes" rows={[{ host: 'x' }]} columns={[{ header: 'Host', cell: (row) => row.host }]} />,
  );
  expect(table).toContain('tabindex="0" aria-labelledby="t"');
  expect(table).toContain('<caption id="t">Nodes</caption>');
  expect(table).toContain('<th scope="row" role="rowheader">x</th>');
});

test.each([
  ['Marieke de Vries', 'MV'],
  ['Aïsha', 'A'],
  ['  ', ''],
  ['élan vital', 'ÉV'],
  ['(x) y', 'Y'],
])('the initials of %j are %j', (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test('a meter says its numbers and never draws beyond its ends', () => {
  expect(words(<Meter value={37} max={39} label="nodes" language="en" />)).toBe('37 / 39 nodes');
  const full = html(<Meter value={50} max={39} label="nodes" language="en" />);
  expect([...full.matchAll(/<rect[^>]* width="(\d+)"/g)].map(([, width]) => width)).toEqual(['100', '100']);
  expect(html(<Meter value={0} max={0} label="nodes" language="en" />)).not.toContain('NaN');
});
