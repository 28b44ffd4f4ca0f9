import { expect, it } from 'vitest';
import { followAddress, nodeOrigin, thingAt } from './own-node.ts';

const real = { loopbackPeers: false };
const development = { loopbackPeers: true };

it.each([
  ['samen.council.example', 'https://samen.council.example'],
  ['  Samen.Council.example. ', 'https://samen.council.example'],
  ['https://samen.council.example/groups?at=here#x', 'https://samen.council.example'],
  ['http://samen.council.example', 'https://samen.council.example'],
  ['samen.council.example:8443', 'https://samen.council.example:8443'],
  ['samen.council.example:443', 'https://samen.council.example'],
  ['@me@samen.council.example', 'https://samen.council.example'],
  ['fryslân.example', 'https://xn--frysln-0ta.example'],
])('a node is named by host, address or handle: %s', (typed, origin) => {
  expect(nodeOrigin(typed, real)).toBe(origin);
});

it.each([
  '',
  'me@samen.council.example',
  'https://samen.council.example@evil.example',
  'https://evil.example:pass@samen.council.example/',
  'javascript:alert(1)',
  'javascript://samen.council.example/%0aalert(1)',
  'data:text/html,x',
  'ftp://samen.council.example',
  '//samen.council.example',
  '\\\\samen.council.example',
  'https:samen.council.example',
  'samen.council.example:22',
  'samen.council.example:0',
  'samen.council.example:99999',
  'samen.council.example\n.evil.example',
  'samen.council.example; url=https://evil.example',
  'samen.council.example\r\nSet-Cookie: a=b',
  '127.0.0.1',
  '10.0.0.8:8443',
  '0x7f.1',
  '2130706433',
  '[::1]',
  '[fe80::1]:8443',
  'localhost',
  'localhost:3000',
  'samen.localhost',
  'intranet',
  'ｅｖｉｌ.example',
  'evil。example',
  `${'a'.repeat(400)}.example`,
])('a browser is not sent to %j', (typed) => {
  expect(nodeOrigin(typed, real)).toBeNull();
});

it('names nodes of this machine in development only', () => {
  expect(nodeOrigin('localhost:3001', development)).toBe('http://localhost:3001');
  expect(nodeOrigin('http://127.0.0.1:3001', development)).toBe('http://127.0.0.1:3001');
  expect(nodeOrigin('192.168.1.2', development)).toBeNull();
});

it('finds the thing that a path lies at, and nothing else', () => {
  const id = '01a1f000-0000-7000-8000-000000000000';
  expect(thingAt(`/groups/${id}`)).toBe(`/groups/${id}`);
  expect(thingAt(`/groups/${id}/members?q=1`)).toBe(`/groups/${id}`);
  expect(thingAt(`/posts/${id}#post`)).toBe(`/posts/${id}`);
  expect(thingAt(`/files/${id}/view`)).toBe(`/files/${id}`);
  for (const path of [
    '/',
    '/groups',
    '/groups/new',
    `/groups/${id}x`,
    `/administration/${id}`,
    `//evil.example/groups/${id}`,
  ])
    expect(thingAt(path)).toBeNull();
});

it('writes the address of the other end so that nothing in it can end it', () => {
  expect(followAddress('https://a.example', 'https://b.example/posts/1?x=1&y=2#z')).toBe(
    'https://a.example/follow?uri=https%3A%2F%2Fb.example%2Fposts%2F1%3Fx%3D1%26y%3D2%23z',
  );
});
