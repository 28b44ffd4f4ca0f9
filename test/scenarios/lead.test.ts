import { transact } from '@joinery/core';
import { setRole } from '@joinery/slices/groups';
import { expect, it } from 'vitest';
import { allowEachOther, settleAll, startTestNode } from '../harness/node.ts';
import { activityStreams, startRogue } from '../harness/rogue.ts';
import { by, join, openGroup } from './lanes-world.ts';

it('who leads a group elsewhere, and from which agency, is shown before anybody here has joined it', async () => {
  await using department = await startTestNode('Department of Transport');
  await using council = await startTestNode('council');
  const nodes = [department, council];
  await allowEachOther(nodes);
  const ada = await department.person('Ada Owner');
  const cleo = await department.person('Cleo Clerk');
  const bob = await council.person('Bob Council');
  const group = await openGroup(department, ada.id, 'parking');
  await join(department, cleo, group.uri);
  const { body } = await bob.api('POST', '/memberships/remote', { uri: group.uri, join: false });
  expect(body.lead).toMatchObject({ uri: ada.uri, name: 'Ada Owner', agency: 'Department of Transport' });

  // The owner hands over: announced to the nodes that take part, read again by the others.
  await settleAll(nodes);
  const change = (person: string, role: 'owner' | 'member') =>
    transact(department.context, by, (work) => setRole(work, { group: group.id, person, by: null, role }));
  await change(cleo.id, 'owner');
  await change(ada.id, 'member');
  await settleAll(nodes);
  await council.context.ports.actors.history(group.uri, 'topics');
  const after = await bob.api('GET', `/groups/${body.id}`);
  expect(after.body.lead).toMatchObject({ uri: cleo.uri, name: 'Cleo Clerk' });
});

it('a node that names people of ours, or of nodes that nobody allowed, as running its group makes nobody a member and causes no request', async () => {
  await using council = await startTestNode('council');
  await using rogue = await startRogue();
  await using stranger = await startRogue();
  await council.allow(rogue);
  const bob = await council.person('Bob Council');
  const anna = rogue.actor('anna');
  const mallory = stranger.actor('mallory');
  const group = rogue.actor('gang', { type: 'Group', attributedTo: `${rogue.origin}/gang/moderators` });
  const many = Array.from({ length: 200 }, (_, index) => `${rogue.origin}/nobody-${index}`);
  rogue.serve('/gang/moderators', {
    '@context': activityStreams,
    id: `${rogue.origin}/gang/moderators`,
    type: 'OrderedCollection',
    orderedItems: [mallory.uri, bob.uri, 7, null, anna.uri, { id: `${rogue.origin}/nobody` }, ...many],
  });
  const { body } = await bob.api('POST', '/memberships/remote', { uri: group.uri, join: false });
  expect(body).toMatchObject({ membership: { state: 'none', role: 'member' }, lead: { uri: anna.uri } });
  expect(stranger.requests).toEqual([]);
  expect(rogue.requests.filter(({ url }) => url.startsWith('/nobody')).length).toBeLessThanOrEqual(20);
});
