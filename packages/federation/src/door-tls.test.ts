import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../../test/harness/certificate.ts';
import { createPeersDoor, type PeersDoorOptions } from './door.ts';

const folder = mkdtempSync(join(tmpdir(), 'joinery-tls-'));
const caFile = join(folder, 'authority.pem');
const asked: string[] = [];
let peer: https.Server;
let proxy: http.Server;
let port: number;
let outboundProxy: string;

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  const keys = generateKeyPairSync('ed25519');
  const cert = selfSigned('peer.example', keys);
  writeFileSync(caFile, cert);
  peer = https.createServer(
    { key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), cert },
    (request, response) => {
      response.setHeader('content-type', 'application/activity+json');
      response.end(
        JSON.stringify({
          '@context': 'https://www.w3.org/ns/activitystreams',
          id: `https://${request.headers.host}${request.url}`,
        }),
      );
    },
  );
  port = await listen(peer);
  proxy = http.createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const through = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    for (const end of [through, socket]) end.on('error', () => {});
  });
  outboundProxy = `http://127.0.0.1:${await listen(proxy)}`;
});

afterAll(async () => {
  for (const server of [peer, proxy]) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(folder, { recursive: true });
});

async function fetchFrom(host: string, options: Partial<PeersDoorOptions>): Promise<string> {
  await using door = createPeersDoor({
    mayReach: () => ({ allowed: true, reason: 'allowed' }),
    userAgent: 'Joinery/test',
    loopbackPeers: true,
    privateRanges: [],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...options,
  });
  const answer = await door.fetchDocument(`https://${host}:${port}/x`, { purpose: 'delivery' });
  return answer.ok ? 'ok' : answer.code;
}

describe('https', () => {
  it('is refused with a certificate of an unknown authority', async () => {
    expect(await fetchFrom('peer.example', {})).toBe('tls_failed');
  });

  it('is accepted with an authority that the settings name', async () => {
    expect(await fetchFrom('peer.example', { caFile })).toBe('ok');
  });

  it('is refused when the certificate names another host', async () => {
    expect(await fetchFrom('other.example', { caFile })).toBe('tls_failed');
  });
});

describe('an outbound proxy', () => {
  const resolve: PeersDoorOptions['resolve'] = async () => Promise.reject(new Error('looked up here'));

  it('is asked for the peer by name, and sees only ciphertext', async () => {
    asked.length = 0;
    expect(await fetchFrom('peer.example', { caFile, outboundProxy, resolve, loopbackPeers: false })).toBe('ok');
    expect(await fetchFrom('other.example', { caFile, outboundProxy, resolve, loopbackPeers: false })).toBe(
      'tls_failed',
    );
    expect(asked).toEqual([`peer.example:${port}`, `other.example:${port}`]);
  });

  it('is not asked for an address that may not be reached', async () => {
    asked.length = 0;
    for (const host of ['127.0.0.1', '10.0.0.5', '[::1]', '169.254.169.254']) {
      expect(await fetchFrom(host, { caFile, outboundProxy, loopbackPeers: false })).toBe('address_refused');
    }
    expect(asked).toEqual([]);
  });
});
