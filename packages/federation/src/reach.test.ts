import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cookieName, startSession, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { selfSigned } from '../../../test/harness/certificate.ts';
import { startTestNode } from '../../../test/harness/node.ts';
import { createBrowser } from '../../../test/harness/web.ts';
import { federationChecks } from './health.ts';

const name = 'node.example';
const origin = `https://${name}`;
const pem = { type: 'pkcs8', format: 'pem' } as const;

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** What stands where the public address leads: on the way to it everything passes the outbound proxy, so a test can lead it anywhere. */
async function startWays() {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-reach-'));
  const caFile = join(folder, 'authority.pem');
  const [ours, theirs] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const certificates = [selfSigned(name, ours), selfSigned('other.example', theirs)] as const;
  writeFileSync(caFile, certificates.join(''));
  const ways = { answer: ((_, response) => void response.end()) as http.RequestListener, to: 'ours' };
  const answer: http.RequestListener = (request, response) => ways.answer(request, response);
  const good = https.createServer({ key: ours.privateKey.export(pem), cert: certificates[0] }, answer);
  const misnamed = https.createServer({ key: theirs.privateKey.export(pem), cert: certificates[1] }, answer);
  const ports = { ours: await listen(good), misnamed: await listen(misnamed) };
  const proxy = http.createServer().on('connect', (_request, socket) => {
    const port = ways.to === 'ours' ? ports.ours : ways.to === 'misnamed' ? ports.misnamed : null;
    if (port === null) return socket.destroy();
    const through = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    for (const end of [through, socket]) end.on('error', () => {});
  });
  const outboundProxy = `http://127.0.0.1:${await listen(proxy)}`;
  return {
    ...{ ways, caFile, outboundProxy },
    /** From now on the address leads there: connections from before are no more. */
    lead: (to: string, listener?: http.RequestListener) => {
      Object.assign(ways, { to, ...(listener ? { answer: listener } : {}) });
      for (const server of [good, misnamed]) server.closeAllConnections();
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of [good, misnamed, proxy]) {
        server.close();
        server.closeAllConnections();
      }
      rmSync(folder, { recursive: true });
    },
  };
}

it('tells an administrator whether a partner would get this node at its address, or what it would get, in both languages', async () => {
  await using at = await startWays();
  await using node = await startTestNode('Reach', {
    environment: {
      JOINERY_ORIGIN: origin,
      JOINERY_LOOPBACK_PEERS: '',
      JOINERY_OUTBOUND_PROXY: at.outboundProxy,
      JOINERY_CA_FILE: at.caFile,
    },
  });
  const { context } = node;
  const { account } = await node.person('Ada', { administrator: true });
  const session = await transact(context, { kind: 'system', what: 'test' }, (work) => startSession(work, account));
  const browser = createBrowser(node.webApp, origin, '/administration/health');
  browser.cookies.set(cookieName(origin, 'session'), session);

  const says = async (language: 'en' | 'nl') => {
    const check = (await federationChecks(context, language)).find((one) => one.name === 'reach');
    return [check?.state, check?.says];
  };
  const look = async () => {
    expect((await browser.post('/administration/health/reach')).status).toBe(303);
    const [english, dutch] = [await says('en'), await says('nl')];
    // The page says the same as what is asked for by monitoring.
    expect(await (await browser.fetch('/administration/health')).text()).toContain(`${english[1]}`);
    return [...english, ...dutch];
  };

  expect(await says('en')).toEqual(['attention', 'Not looked at since the node was started.']);
  expect(await says('nl')).toEqual(['attention', 'Niet bekeken sinds het knooppunt is gestart.']);

  const toNode: http.RequestListener = ({ method, url = '', headers }, response) => {
    const onward = http.request({ host: '127.0.0.1', port: node.port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  };
  at.ways.answer = toNode;
  const reached = [`${origin} leads to this node.`, `${origin} leidt naar dit knooppunt.`];
  expect(await look()).toEqual(['good', reached[0], 'good', reached[1]]);

  // The address leads elsewhere now, and the connection of the look before is still open.
  at.ways.to = 'misnamed';
  expect(await look()).toMatchObject({ 0: 'broken', 2: 'broken' });
  at.ways.to = 'ours';

  // Another copy of the node has its address, and not its key.
  at.ways.answer = (request, response) => {
    const copy = { end: (text: string) => response.end(text) };
    http.get({ host: '127.0.0.1', port: node.port, path: request.url, headers: request.headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => {
        const document = JSON.parse(text);
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        document.publicKey.publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
        response.setHeader('content-type', 'application/activity+json');
        copy.end(JSON.stringify(document));
      });
    });
  };
  const other = [
    `${origin} answers, but it is another node, or another copy of this one.`,
    `${origin} antwoordt, maar het is een ander knooppunt, of een andere kopie van dit knooppunt.`,
  ];
  expect(await look()).toEqual(['broken', other[0], 'broken', other[1]]);

  // Another node altogether names itself.
  at.ways.answer = (_request, response) => {
    response.setHeader('content-type', 'application/activity+json');
    response.end(
      JSON.stringify({ '@context': 'https://www.w3.org/ns/activitystreams', id: 'https://other.example/node' }),
    );
  };
  expect(await look()).toEqual(['broken', other[0], 'broken', other[1]]);

  at.ways.answer = (_request, response) => void response.writeHead(503).end();
  const status = await look();
  expect([status[0], status[2]]).toEqual(['broken', 'broken']);
  expect(status[1]).toMatch(/^https:\/\/node\.example answers, but not as a node: .*503/);
  expect(status[3]).toMatch(/^https:\/\/node\.example antwoordt, maar niet als knooppunt: .*503/);

  at.lead('misnamed');
  const tls = await look();
  expect([tls[0], tls[2]]).toEqual(['broken', 'broken']);
  expect(tls[1]).toMatch(/^The certificate of https:\/\/node\.example is not accepted: .*ERR_TLS_CERT_ALTNAME_INVALID/);
  expect(tls[3]).toMatch(/^Het certificaat van https:\/\/node\.example wordt niet geaccepteerd: .*ERR_TLS/);

  at.lead('nowhere');
  const away = await look();
  expect([away[0], away[2]]).toEqual(['broken', 'broken']);
  expect(away[1]).toMatch(/^https:\/\/node\.example does not answer: ./);
  expect(away[3]).toMatch(/^https:\/\/node\.example antwoordt niet: ./);

  // Mended: what was wrong is not said any more.
  at.lead('ours', toNode);
  expect(await look()).toEqual(['good', reached[0], 'good', reached[1]]);

  context.config.origin = 'http://localhost:3000';
  expect(await says('en')).toEqual([
    'attention',
    'This is a trial: http://localhost:3000 leads nowhere from other machines, so no partner can reach it.',
  ]);
  expect(await says('nl')).toEqual([
    'attention',
    'Dit is een proef: http://localhost:3000 leidt vanaf andere machines nergens heen, dus geen partner kan het bereiken.',
  ]);
});
