import { createActorKeys, newId, transact } from '@joinery/core';
import { createGroup, type NewGroup, updateGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { sessionCookie } from '../harness/browser-pages.ts';
import { settleAll, startTestNode, type TestPerson } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;

it('groups that partners list show at other agencies, as far as the agreement goes, and go when they are listed no more', async () => {
  const start = Date.now();
  let later = 0;
  const clock = { now: () => new Date(start + later) };
  await using department = await startTestNode('Department', { clock });
  await using council = await startTestNode('Council', { clock });
  const nodes = [department, council];
  const ada = await department.person('Ada Owner');
  const bob = await council.person('Bob Council');
  const keys = await createActorKeys();
  const add = (name: string, rules: Partial<NewGroup> = {}) =>
    transact(department.context, by, (work) =>
      createGroup(work, { name, handle: `g-${newId().slice(-12)}`, owner: ada.id, keys, ...rules }),
    );
  const permits = await add('Parking permits', { summary: 'Permits made simple' });
  await add('Secret plans', { reading: 'members', joining: 'request' });
  await add('Hidden plans', { listed: false });
  await transact(department.context, by, (work) =>
    createTopic(work, { group: permits.id, author: ada.id, title: 'Blue badges', ...markdownText('How?') }),
  );
  for (let more = 0; more < 60; more += 1) await add(`Street ${more}`);

  const page = async (person: TestPerson, query = '') => {
    const { name, value } = await sessionCookie(council.context, person.account);
    const answer = await fetch(`${council.origin}/groups?at=elsewhere${query}`, {
      headers: { accept: 'text/html', cookie: `${name}=${value}` },
    });
    return answer.text();
  };
  expect(await page(bob)).not.toContain('has not told');
  await council.allow(department, { scopes: ['open-groups'] });
  await department.allow(council, { scopes: ['open-groups'] });
  await settleAll(nodes);
  expect(await page(bob)).not.toContain('Parking permits');
  await council.allow(department, { scopes: ['discover', 'open-groups'] });
  await settleAll(nodes);
  // Asked, and refused there: discovery is for both sides to allow.
  expect(await page(bob)).toContain('has not told its groups yet');
  await settleAll(nodes);
  expect(await page(bob)).not.toContain('Parking permits');
  await department.allow(council, { scopes: ['discover', 'open-groups'] });
  later += 16 * 60_000;
  await page(bob);
  await settleAll(nodes);
  const told = await page(bob);
  for (const shown of ['Parking permits', 'Permits made simple', 'Led by Ada Owner', 'last post', 'Next page'])
    expect(told).toContain(shown);
  for (const hidden of ['Secret plans', 'Hidden plans', 'has not told']) expect(told).not.toContain(hidden);
  expect(await page(bob, '&q=street 59')).toContain('Street 59');
  expect(await page(bob, '&q=street 59')).not.toContain('Parking permits');

  await transact(department.context, by, (work) => updateGroup(work, permits.id, ada.id, { listed: false }));
  // Within a quarter of an hour nothing is asked again.
  const asked = () => council.federation.door.recent().filter(({ url }) => url.includes('/node/groups')).length;
  const before = asked();
  expect(await page(bob)).toContain('Parking permits');
  await settleAll(nodes);
  expect(asked()).toBe(before);
  later += 16 * 60_000;
  await page(bob);
  await settleAll(nodes);
  expect(await page(bob)).not.toContain('Parking permits');
}, 60_000);
