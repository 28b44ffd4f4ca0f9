import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { expect, test } from 'vitest';
import { allowEachOther, settleAll, startTestNode } from '../harness/node.ts';

const by = { kind: 'command', by: 'test' } as const;

test('somebody is told, on the page of their own node, of a reply and a mention that come from another agency', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  const nodes = [department, council];
  await allowEachOther(nodes);
  const [olga, anna, ben] = [
    await department.person('Olga Owner'),
    await council.person('Anna Asks'),
    await council.person('Ben Busy'),
  ];
  const keys = await createActorKeys();
  const group = await transact(department.context, by, (work) =>
    createGroup(work, { name: 'Maps', handle: 'maps', owner: olga.id, keys, joining: 'request' }),
  );
  for (const person of [anna, ben]) {
    expect((await person.api('POST', '/memberships/remote', { uri: group.uri })).status).toBeLessThan(300);
  }
  await settleAll(nodes);
  const told = async (person: typeof anna) =>
    (await person.api('GET', '/notifications')).body.items.map((item: { text: string }) => item.text);
  expect(await told(olga)).toEqual(
    expect.arrayContaining(['Anna Asks asks to join Maps', 'Ben Busy asks to join Maps']),
  );
  const members = (await olga.api('GET', `/groups/${group.id}/members?state=requested`)).body.items;
  const asking = members.map(({ person, id }: { person?: { id: string }; id?: string }) => person?.id ?? id);
  for (const person of asking) await olga.api('POST', `/groups/${group.id}/members/${person}/approve`, {});
  await settleAll(nodes);
  const here = (
    await council.context.db.reader.selectFrom('groups').select('id').where('uri', '=', group.uri).execute()
  )[0];
  const approved = 'You are a member of Maps now';
  expect(await told(anna)).toEqual([approved]);
  const asked = await anna.api('POST', `/groups/${here?.id}/posts`, { title: 'Tiles?', content: 'Who knows?' });
  expect(asked.status).toBe(201);
  await settleAll(nodes);
  const topic = (await olga.api('GET', `/groups/${group.id}/posts`)).body.items[0];
  const host = new URL(council.origin).host;
  await olga.api('POST', `/posts/${topic.id}/replies`, { content: `I do. @ben-busy@${host} may as well.` });
  await settleAll(nodes);
  await settleAll(nodes);
  expect(await told(anna)).toEqual(['Olga Owner replied to you', approved]);
  expect(await told(ben)).toEqual(['Olga Owner mentioned you', approved]);
  const { items } = (await ben.api('GET', '/notifications?limit=1')).body;
  expect(items[0]).toMatchObject({ kind: 'mention', topic: { title: 'Tiles?' }, actor: { home: department.origin } });
});
