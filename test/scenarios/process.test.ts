import { expect, it } from 'vitest';
import { startProcess } from '../harness/process.ts';

it('runs as a process that the command line and the API can work with', async () => {
  await using node = await startProcess('department');
  const person = (await node.command('person', 'add', '--name', 'Ada Owner', '--email', 'ada@example.test')) as {
    id: string;
  };
  const { token } = (await node.command('token', 'create', '--person', person.id)) as { token: string };
  const made = await node.call(token, 'POST', '/groups', { name: 'Parking', handle: 'parking' });
  expect(made.status).toBe(201);
  await node.kill();
  await node.restart();
  expect((await node.call(token, 'GET', `/groups/${made.body.id}`)).body).toMatchObject({
    name: 'Parking',
    reading: 'partners',
  });
});
