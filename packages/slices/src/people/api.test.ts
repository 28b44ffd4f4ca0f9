import { expect, test } from 'vitest';
import { people } from './index.ts';
import { personById } from './store.ts';
import { openWeb } from './testing/web.ts';

test('every address refuses strangers, and those of administrators refuse others', async () => {
  await using web = await openWeb([people]);
  const jan = await web.add('Jan');
  const target = await web.add('Target');
  const open: [string, string][] = [
    ['GET', '/people'],
    ['GET', `/people/${target.id}`],
    ['GET', '/profile'],
    ['PATCH', '/profile'],
  ];
  const administrators: [string, string][] = [
    ['POST', '/people'],
    ['POST', `/people/${target.id}/disable`],
  ];
  const body = (method: string, path: string) =>
    method === 'GET' ? undefined : path === '/people' ? { name: 'New', email: 'new@council.example' } : {};
  for (const [method, path] of [...open, ...administrators]) {
    const answer = await web.api(null, method, path, body(method, path));
    expect([path, answer.status, answer.json.code]).toEqual([path, 401, 'signed_out']);
  }
  for (const [method, path] of administrators) {
    const answer = await web.api(jan, method, path, body(method, path));
    expect([path, answer.status, answer.json.code]).toEqual([path, 403, 'forbidden']);
  }
  for (const [method, path] of open) {
    expect([path, (await web.api(jan, method, path, body(method, path))).status]).toEqual([path, 200]);
  }
  expect((await personById(web.context.db.reader, target.id))?.disabled_at).toBeNull();
});

test('an administrator adds and disables people', async () => {
  await using web = await openWeb([people]);
  const admin = await web.add('Ada', { administrator: true });
  const made = await web.api(admin, 'POST', '/people', { name: 'Zoë', email: 'zoe@council.example', language: 'nl' });
  expect(made.status).toBe(201);
  expect(made.json).toEqual({
    linkMailed: false,
    id: expect.any(String),
    uri: `${web.context.config.origin}/people/${made.json.id}`,
    home: web.context.config.origin,
    handle: 'zoe',
    name: 'Zoë',
    agency: web.context.config.agency,
    role: '',
    summary: '',
    disabled: false,
  });
  expect(await web.api(admin, 'POST', '/people', { name: '=x', email: 'ZOE@council.example' })).toMatchObject({
    status: 422,
    json: { code: 'invalid', errors: [{ field: 'name', code: 'bad_format' }] },
  });
  expect(await web.api(admin, 'POST', '/people', { name: 'Zoë', email: 'ZOE@council.example' })).toMatchObject({
    status: 422,
    json: { errors: [{ field: 'email', code: 'taken' }] },
  });
  expect(await web.api(admin, 'POST', `/people/${made.json.id}/disable`)).toMatchObject({
    status: 200,
    json: { disabled: true },
  });
  expect((await web.api(admin, 'GET', '/people')).json.items.map((item: { name: string }) => item.name)).toEqual([
    'Ada',
  ]);
  expect((await web.api(admin, 'POST', '/people/none/disable')).status).toBe(404);
});

test('lists go on by cursor, and a person of nowhere is not found', async () => {
  await using web = await openWeb([people]);
  const ada = await web.add('Ada');
  await web.add('Bob');
  await web.add('Cas');
  const first = await web.api(ada, 'GET', '/people?limit=2');
  expect(first.json.items).toHaveLength(2);
  const rest = await web.api(ada, 'GET', `/people?limit=2&cursor=${first.json.next}`);
  expect(rest.json).toMatchObject({ items: [{ name: 'Cas' }], next: null });
  expect((await web.api(ada, 'GET', '/people?q=bo')).json.items).toMatchObject([{ name: 'Bob' }]);
  expect((await web.api(ada, 'GET', '/people/none')).status).toBe(404);
});

test('a profile changes only in what was sent', async () => {
  await using web = await openWeb([people]);
  const jan = await web.add('Jan');
  const changed = await web.api(jan, 'PATCH', '/profile', { role: 'Planner', summary: 'Ask *me*' });
  expect(changed).toMatchObject({
    status: 200,
    json: { name: 'Jan', role: 'Planner', source: 'Ask *me*', language: 'en' },
  });
  expect(changed.json.summary).toContain('<em>me</em>');
  expect(await web.api(jan, 'PATCH', '/profile', { timeZone: 'Nowhere' })).toMatchObject({
    status: 422,
    json: { errors: [{ field: 'timeZone', code: 'bad_choice' }] },
  });
  expect((await web.api(jan, 'PATCH', '/profile', { administrator: true })).status).toBe(422);
  expect((await web.api(jan, 'GET', '/profile')).json).toEqual(changed.json);
});
