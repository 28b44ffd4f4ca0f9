import { createActorKeys, transact } from '@joinery/core';
import { createGroup, joinGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { signedFetch } from '../../packages/federation/src/fetch.ts';
import { settleAll, startTestNode, type TestNode } from '../harness/node.ts';

type Shown = { id: string; state: string; confirmed: boolean; hosts: { origin: string }[] };

/** How one node's list shows another node, by API. */
async function shown(node: TestNode, other: TestNode): Promise<Shown | undefined> {
  const officer = await node.person(
    `Officer ${Math.random()
      .toString(36)
      .replace(/[^a-z]/g, '')}`,
    { administrator: true },
  );
  const { body } = await officer.api('GET', '/partners');
  return (body.items as Shown[]).find(({ hosts }) => hosts[0]?.origin === other.origin);
}

it('an agreement is confirmed when both sides allow it, and its end is told as the last word', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  const nodes = [department, council];

  await department.allow(council);
  await settleAll(nodes);
  expect(await shown(department, council)).toMatchObject({ state: 'allowed', confirmed: false });
  expect(await shown(council, department)).toBeUndefined();

  await council.allow(department);
  await settleAll(nodes);
  expect(await shown(council, department)).toMatchObject({ state: 'allowed', confirmed: true });
  // What waited at the department without alarm goes out as soon as the council has been in contact.
  expect(await shown(department, council)).toMatchObject({ state: 'allowed', confirmed: true });

  await department.decide('suspend', council);
  await settleAll(nodes);
  expect(await shown(department, council)).toMatchObject({ state: 'suspended', confirmed: false });
  expect(await shown(council, department)).toMatchObject({ state: 'allowed', confirmed: false });
  expect(department.context.ports.trust.mayFederate(council.origin, null, 'out').reason).toBe('suspended');
});

it('a suspension holds back what waits, and lets it go when it is lifted', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  const nodes = [department, council];
  await department.allow(council);
  await council.allow(department);
  await settleAll(nodes);
  const waiting = async () =>
    department.context.db.reader
      .selectFrom('subscription')
      .innerJoin('stream', 'stream.id', 'subscription.stream')
      .where('subscription.origin', '=', council.origin)
      .whereRef('subscription.acknowledged', '<', 'stream.head')
      .select('subscription.stream')
      .execute();
  expect(await waiting()).toEqual([]);
  await department.decide('suspend', council);
  await transact(department.context, { kind: 'system', what: 'test' }, async (work) => {
    const partner = '0190a000-0000-7000-8000-000000000001';
    work.emit('partner.offered', `node:${council.origin}`, { partner, origin: council.origin });
  });
  await settleAll(nodes);
  expect(await waiting()).toHaveLength(1);
  await department.allow(council);
  await settleAll(nodes);
  expect(await waiting()).toEqual([]);
  expect(await shown(council, department)).toMatchObject({ confirmed: true });
});

it('the preview of a suspension names the groups and people that it then cuts off', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  const nodes = [department, council];
  await department.allow(council);
  await council.allow(department);
  const ada = await department.person('Ada Owner', { administrator: true });
  const bob = await council.person('Bob Council');
  const keys = await createActorKeys();
  const by = { kind: 'system', what: 'test' } as const;
  const group = await transact(department.context, by, (work) =>
    createGroup(work, { name: 'Parking permits', handle: 'parking', owner: ada.id, keys }),
  );
  const found = await council.context.ports.actors.resolve(group.uri);
  await transact(council.context, by, (work) => joinGroup(work, { group: found.id, person: bob.id }));
  await transact(department.context, by, (work) =>
    createTopic(work, { group: group.id, author: ada.id, title: 'Blue badges', ...markdownText('How?') }),
  );
  await settleAll(nodes);

  const { id } = (await shown(department, council)) ?? { id: '' };
  const told = await ada.api('POST', `/partners/${id}/preview`, { state: 'suspended' });
  expect(told.body).toMatchObject({
    groups: [
      { id: group.id, name: 'Parking permits', before: { in: true, out: true }, after: { in: false, out: false } },
    ],
    people: 1,
    items: 1,
  });
  await council.context.ports.actors.resolve(group.uri, { maximumAgeSeconds: 0 });
  const done = await ada.api('PATCH', `/partners/${id}`, { state: 'suspended', reason: 'Incident' });
  expect(done.body).toMatchObject({ state: 'suspended', decidedBy: 'Ada Owner' });
  await settleAll(nodes);
  await expect(council.context.ports.actors.resolve(group.uri, { maximumAgeSeconds: 0 })).rejects.toThrow();
});

it('another key at a partner’s node stops the partner until somebody has accepted it', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  await department.allow(council);
  await council.allow(department);
  await settleAll([department, council]);
  const { trust, remoteKeys } = department.federation.bridge;
  const key = `${council.origin}/node#main-key`;
  const { public: strange } = (await createActorKeys()).rsa;
  const document = {
    id: `${council.origin}/node`,
    publicKey: { id: key, owner: `${council.origin}/node`, publicKeyPem: strange },
  };
  const before = await remoteKeys.known(department.context.db.reader, key);
  await transact(department.context, { kind: 'system', what: 'test' }, (work) =>
    remoteKeys.saveFromActor(work, document),
  );
  await trust.refresh();
  expect(trust.mayFederate(council.origin, null, 'in').reason).toBe('key_changed');
  const after = await remoteKeys.known(department.context.db.reader, key);
  expect(after?.key.equals(before?.key ?? after.key)).toBe(true);
  expect(before).toBeDefined();
});

it('an agreement that is narrowed to other groups holds back what the rest of them tell, and what is asked for', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  const nodes = [department, council];
  await department.allow(council);
  await council.allow(department);
  const ada = await department.person('Ada Owner');
  const bob = await council.person('Bob Council');
  const keys = await createActorKeys();
  const by = { kind: 'system', what: 'test' } as const;
  const group = await transact(department.context, by, (work) =>
    createGroup(work, { name: 'Parking permits', handle: 'parking', owner: ada.id, keys }),
  );
  const found = await council.context.ports.actors.resolve(group.uri);
  await transact(council.context, by, (work) => joinGroup(work, { group: found.id, person: bob.id }));
  await settleAll(nodes);
  const titles = async () => {
    const rows = await council.context.db.reader.selectFrom('post').select('title').orderBy('id').execute();
    return rows.map(({ title }) => title);
  };
  const topic = (title: string) =>
    transact(department.context, by, (work) =>
      createTopic(work, { group: group.id, author: ada.id, title, ...markdownText('How?') }),
    );

  await topic('Before');
  await settleAll(nodes);
  expect(await titles()).toEqual(['Before']);
  await department.decide('change', council, { groups: ['0190a000-0000-7000-8000-000000000001'] });
  const { event_id } = await topic('Confidential');
  await settleAll(nodes);
  const { stream } = await council.context.db.reader
    .selectFrom('peer_stream')
    .select('stream')
    .where('origin', '=', department.origin)
    .where('stream', 'like', '%/streams/%')
    .orderBy('position', 'desc')
    .executeTakeFirstOrThrow();
  council.federation.catchUp.gap(department.origin, stream);
  await settleAll(nodes);
  expect(await titles()).toEqual(['Before']);
  const asked = await signedFetch(
    council.federation.bridge,
    `${department.origin}/activities/${event_id}`,
    'rehearsal',
  );
  expect(asked).toMatchObject({ ok: false, status: 404 });

  await department.decide('change', council, { groups: null });
  await settleAll(nodes);
  expect(await titles()).toEqual(['Before', 'Confidential']);
}, 60_000);
