import net, { type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAllowedAddress } from './addresses.ts';
import { createPeersDoor, type PeersDoorOptions, type Resolved } from './door.ts';

let server: net.Server;
let port: number;
let connects: number;
beforeEach(async () => {
  connects = 0;
  server = net.createServer((socket) => {
    connects += 1;
    socket.on('error', () => {}).resume();
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const asked: string[] = [];
async function tryToReach(url: string, options: Partial<PeersDoorOptions> = {}) {
  await using door = createPeersDoor({
    mayReach: (origin) => {
      asked.push(origin);
      return { allowed: true, reason: 'allowed' };
    },
    userAgent: 'Joinery/test',
    loopbackPeers: false,
    privateRanges: [],
    deadlineMilliseconds: 3_000,
    ...options,
  });
  const fetched = await door.fetchDocument(url, { purpose: 'delivery' });
  const posted = await door.post(url, { purpose: 'delivery', headers: {}, body: '{}' });
  const codes = [fetched, posted].map((answer) => (answer.ok ? 'ok' : answer.code));
  expect(codes[0]).toBe(codes[1]);
  return codes[0];
}

const resolveTo =
  (...addresses: string[]) =>
  async (): Promise<Resolved[]> =>
    addresses.map((address) => ({ address, family: net.isIP(address) }));

describe('addresses written as numbers', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fd00::1]',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.0.8',
    '10.0.0.5',
    '224.0.0.1',
    '240.0.0.1',
  ])('%s is never connected to (case 40)', async (host) => {
    expect(await tryToReach(`https://${host}:${port}/x`)).toBe('address_refused');
    expect(connects).toBe(0);
  });

  it.each([
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '[fe80::1%25eth0]',
    '127.0.0.1%2f',
    'a@127.0.0.1',
    '127.0.0.1\\@peer.example',
  ])('%s is not even an address (case 40)', async (host) => {
    expect(await tryToReach(`https://${host}:${port}/x`)).toBe('address_malformed');
    expect(connects).toBe(0);
  });
});

describe('names', () => {
  it.each([
    ['127.0.0.1'],
    ['10.0.0.5'],
    ['169.254.169.254'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['fd00::1'],
    ['93.184.216.34', '127.0.0.1'],
    ['127.0.0.1', '93.184.216.34'],
    [],
  ])('that lead to %s %s are never connected to (cases 42, 43, 46, 47)', async (...addresses) => {
    expect(await tryToReach(`https://peer.example:${port}/x`, { resolve: resolveTo(...addresses) })).toBe(
      'address_refused',
    );
    expect(connects).toBe(0);
  });

  it.each(['localhost', 'localhost.', 'LOCALHOST'])('%s is never connected to (case 40)', async (host) => {
    expect(await tryToReach(`https://${host}:${port}/x`)).toBe('address_refused');
    expect(connects).toBe(0);
  });

  it('are resolved once per connection: what was checked is what is connected to (case 42)', async () => {
    let looks = 0;
    const rebinding = async (): Promise<Resolved[]> => {
      looks += 1;
      return [{ address: looks === 1 ? '203.0.113.1' : '127.0.0.1', family: 4 }];
    };
    expect(await tryToReach(`https://peer.example:${port}/x`, { resolve: rebinding })).toBe('address_refused');
    expect([looks, connects]).toEqual([2, 0]);
  });

  it('that do not resolve are a failure to try again', async () => {
    const resolve = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await tryToReach(`https://peer.example:${port}/x`, { resolve })).toBe('peer_unreachable');
  });
});

describe('what the settings open', () => {
  const loopbackPeers = true;

  it('in development: loopback, by plain http too', async () => {
    expect(await tryToReach(`http://127.0.0.1:${port}/x`, { loopbackPeers })).toBe('peer_status');
    expect(await tryToReach(`http://localhost:${port}/x`, { loopbackPeers })).toBe('peer_status');
    expect(await tryToReach(`http://peer.example:${port}/x`, { loopbackPeers, resolve: resolveTo('127.0.0.1') })).toBe(
      'peer_status',
    );
    expect(connects).toBe(6);
    // Something answers, but it does not speak TLS.
    expect(await tryToReach(`https://127.0.0.1:${port}/x`, { loopbackPeers })).toBe('tls_failed');
  });

  it('in development: plain http to nothing but loopback', async () => {
    expect(await tryToReach('http://93.184.216.34/x', { loopbackPeers })).toBe('address_refused');
    expect(await tryToReach('http://10.0.0.5/x', { loopbackPeers })).toBe('address_refused');
    expect(await tryToReach('http://peer.example/x', { loopbackPeers, resolve: resolveTo('93.184.216.34') })).toBe(
      'address_refused',
    );
    expect(
      await tryToReach('http://peer.example/x', { loopbackPeers, resolve: resolveTo('127.0.0.1', '93.184.216.34') }),
    ).toBe('address_refused');
  });

  it('otherwise: no plain http at all', async () => {
    expect(await tryToReach(`http://127.0.0.1:${port}/x`)).toBe('scheme_refused');
    expect(await tryToReach('http://peer.example/x', { resolve: resolveTo('93.184.216.34') })).toBe('scheme_refused');
  });

  const own = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .map(({ address, cidr }) => ({ address, network: `${address}/${cidr?.includes(':') ? 128 : 32}` }))
    .find(({ address, network }) => {
      const rules = { onlyLoopback: false, loopback: false, privateRanges: [network] };
      return isAllowedAddress(address, rules) && !isAllowedAddress(address, { ...rules, privateRanges: [] });
    });

  it.skipIf(!own)(
    'private networks only for the partner whose entry says so (this machine has to have such an address)',
    async () => {
      const privateRanges = [own?.network ?? ''];
      const mayReach = () => ({ allowed: true, reason: 'allowed', privateRanges: true });
      const resolve = resolveTo(own?.address ?? '');
      const url = `https://peer.example:${port}/x`;
      expect(await tryToReach(url, { privateRanges, resolve })).toBe('address_refused');
      expect(await tryToReach(url, { mayReach, resolve })).toBe('address_refused');
      expect(
        await tryToReach(`https://${own?.address.includes(':') ? `[${own.address}]` : own?.address}:${port}/x`, {
          privateRanges,
        }),
      ).toBe('address_refused');
      expect(connects).toBe(0);
      // Something answers, but it does not speak TLS.
      expect(await tryToReach(url, { mayReach, privateRanges, resolve })).toBe('tls_failed');
      expect(connects).toBe(2);
    },
  );
});

describe('the allow-list', () => {
  it('is asked by canonical origin, before any look-up', async () => {
    const mayReach = (origin: string) => {
      asked.push(origin);
      return { allowed: false, reason: 'not_listed' };
    };
    const resolve = async (): Promise<Resolved[]> => Promise.reject(new Error('looked up'));
    asked.length = 0;
    expect(await tryToReach('https://PEER.example.:443/x', { mayReach, resolve })).toBe('no_agreement');
    expect(asked).toEqual(['https://peer.example', 'https://peer.example']);
  });
});

describe('addresses in other forms', () => {
  it.each([
    'data:application/activity+json,{}',
    'file:///etc/passwd',
    'ftp://peer.example/x',
    'gopher://peer.example',
    'blob:https://peer.example/x',
    'ap://peer.example/x',
    'javascript:1',
    '',
    '/x',
    'peer.example',
  ])('%j is refused (case 44)', async (url) => expect(await tryToReach(url)).toBe('address_malformed'));

  it.each(['/x%0d%0aX-Injected:%201', '/x\r\nX-Injected: 1', '/x\ny', '/x y', '/x\u2028y'])(
    'a path with %j is refused (case 50)',
    async (path) => {
      expect(await tryToReach(`http://127.0.0.1:${port}${path}`, { loopbackPeers: true })).toBe('address_malformed');
      expect(connects).toBe(0);
    },
  );
});
