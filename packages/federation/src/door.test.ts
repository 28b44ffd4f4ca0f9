import http from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { codeOf, listen, openDoor, purpose, serve, servePeer } from './testing/door-peers.ts';

const as = 'https://www.w3.org/ns/activitystreams';

describe('fetchDocument', () => {
  it('gives the document, and says who asks for what', async () => {
    const { origin, requests } = await servePeer();
    const answer = await openDoor().fetchDocument(`${origin}/people/1?a=b#main-key`, {
      purpose,
      headers: { Signature: 'x' },
    });
    expect(answer).toMatchObject({ ok: true, status: 200, document: { id: `${origin}/people/1?a=b`, type: 'Note' } });
    expect(requests[0]?.headers).toMatchObject({
      'user-agent': 'Joinery/test',
      'accept-encoding': 'identity',
      signature: 'x',
      host: origin.slice(7),
    });
    expect(requests[0]?.headers.accept).toContain('application/activity+json');
  });

  it('keeps connections for the next request', async () => {
    const { origin, requests } = await servePeer();
    const door = openDoor();
    for (let n = 0; n < 3; n += 1) expect(codeOf(await door.fetchDocument(`${origin}/${n}`, { purpose }))).toBe('ok');
    expect(new Set(requests.map((request) => request.socket.remotePort)).size).toBe(1);
  });

  it('replaces a kept connection that the peer has closed', async () => {
    const server = http.createServer((_, response) => {
      response.setHeader('content-type', 'application/activity+json');
      response.end(JSON.stringify({ '@context': as }));
    });
    const origin = await listen(server);
    const door = openDoor();
    expect(codeOf(await door.fetchDocument(`${origin}/1`, { purpose, id: null }))).toBe('ok');
    server.closeAllConnections();
    expect(codeOf(await door.fetchDocument(`${origin}/2`, { purpose, id: null }))).toBe('ok');
  });

  it.each([
    'text/plain',
    'text/html',
    'application/json',
    'application/octet-stream',
    'application/activity+json+evil',
    'application/ld+json',
    'application/jrd+json',
    '',
  ])('refuses a document served as %j (case 23)', async (type) => {
    const origin = await serve((request, response) => {
      if (type !== '') response.setHeader('content-type', type);
      response.end(JSON.stringify({ '@context': as, id: `http://${request.headers.host}/x` }));
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('content_type_refused');
  });

  it('reads small documents of discovery where asked', async () => {
    const origin = await serve((request, response) => {
      response.setHeader(
        'content-type',
        request.url === '/jrd' ? 'application/jrd+json; charset=utf-8' : 'application/json; profile="x"',
      );
      response.end('{"subject":"acct:a@b"}');
    });
    const door = openDoor();
    expect(codeOf(await door.fetchDocument(`${origin}/jrd`, { purpose, accept: 'jrd' }))).toBe('ok');
    expect(codeOf(await door.fetchDocument(`${origin}/json`, { purpose, accept: 'json' }))).toBe('ok');
    expect(codeOf(await door.fetchDocument(`${origin}/jrd`, { purpose, accept: 'json' }))).toBe('content_type_refused');
  });

  it.each([
    ['another id (case 22)', 'https://victim.example/people/alice'],
    ['another path', '/y'],
    ['another spelling of the path', '/%78'],
    ['no id', undefined],
  ])('refuses a document with %s', async (_, id) => {
    const origin = await serve((request, response) => {
      response.setHeader('content-type', 'application/activity+json');
      response.end(
        JSON.stringify({ '@context': as, id: id?.startsWith('/') ? `http://${request.headers.host}${id}` : id }),
      );
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('id_mismatch');
  });

  it.each([
    ['not JSON', '<a <a <a'],
    ['a list', '[]'],
    ['too deep', `{"@context":"${as}","a":${'['.repeat(30)}${']'.repeat(30)}}`],
    ['duplicate keys', '{"id":1,"id":2}'],
    ['no ActivityStreams context', '{"id":"x"}'],
    ['a keyword that reshapes it', `{"@context":"${as}","@graph":[]}`],
  ])('refuses a document that is %s', async (_, text) => {
    const origin = await serve((_request, response) => {
      response.setHeader('content-type', 'application/activity+json');
      response.end(text);
    });
    expect(codeOf(await openDoor().fetchDocument(`${origin}/x`, { purpose }))).toBe('document_malformed');
  });
});

describe('post', () => {
  it('sends what it was given and gives the answer', async () => {
    const received: string[] = [];
    const origin = await serve(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      received.push(
        `${request.method} ${request.url} ${request.headers['x-test']} ${request.headers['content-length']} ${text}`,
      );
      response.writeHead(202, { 'x-answer': 'yes' });
      response.end('stored');
    });
    const answer = await openDoor().post(`${origin}/inbox?a=b`, {
      purpose,
      headers: { 'X-Test': 't' },
      body: '{"a":"é"}',
    });
    expect(answer).toMatchObject({ ok: true, status: 202, text: 'stored', headers: { 'x-answer': 'yes' } });
    expect(received).toEqual(['POST /inbox?a=b t 10 {"a":"é"}']);
  });

  it.each([
    [400, false],
    [401, true],
    [403, true],
    [404, false],
    [410, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('with the answer %i is retryable: %s', async (status, retryable) => {
    const origin = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<h1>{"code":"x","retryable":true}</h1>');
    });
    const answer = await openDoor().post(`${origin}/inbox`, { purpose, headers: {}, body: '{}' });
    expect(answer).toMatchObject({ ok: false, code: 'peer_status', status, retryable });
    expect(answer).not.toHaveProperty('body');
  });

  it.each([
    [403, false],
    [400, true],
  ])('with a problem document of ours follows its word over the status %i', async (status, retryable) => {
    const origin = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'signature_clock', retryable, detail: 'Clock of peer differs by 2 h' }));
    });
    const answer = await openDoor().post(`${origin}/inbox`, { purpose, headers: {}, body: '{}' });
    expect(answer).toMatchObject({ ok: false, status, retryable, body: { code: 'signature_clock' } });
  });

  it.each(['a\r\nX-Injected: 1', 'a\nb', 'a\0b'])('refuses the header value %j', async (value) => {
    const { origin, requests } = await servePeer();
    expect(codeOf(await openDoor().post(`${origin}/inbox`, { purpose, headers: { 'x-test': value }, body: '' }))).toBe(
      'request_malformed',
    );
    expect(requests).toHaveLength(0);
  });
});

describe('the list of recent connections', () => {
  it('holds the last hundred, newest first, without queries', async () => {
    const { origin } = await servePeer();
    const onConnection = vi.fn();
    const door = openDoor({ now: () => new Date('2026-11-21T12:00:00Z'), onConnection });
    for (let n = 0; n < 103; n += 1) await door.fetchDocument(`${origin}/${n}?secret`, { purpose: `needed by ${n}` });
    expect(door.recent()).toHaveLength(100);
    expect(door.recent()[0]).toMatchObject({
      at: '2026-11-21T12:00:00.000Z',
      method: 'GET',
      url: `${origin}/102`,
      purpose: 'needed by 102',
      outcome: 'ok',
      status: 200,
    });
    expect(onConnection).toHaveBeenCalledTimes(103);
  });
});
