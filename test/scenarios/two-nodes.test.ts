import { createActorKeys, transact } from '@joinery/core';
import { createGroup, invite, joinGroup, membershipOf } from '@joinery/slices/groups';
import { changeGuest, deletePerson, personByUri, personLabel, updateProfile } from '@joinery/slices/people';
import { createTopic, markdownText, postByUri, reply } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { allowEachOther, settleAll, startTestNode, type TestNode } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;

async function openGroup(node: TestNode, owner: string, handle: string) {
  const keys = await createActorKeys();
  return transact(node.context, by, (work) => createGroup(work, { name: 'Parking permits', handle, owner, keys }));
}

it('a person of one agency joins a group of another, writes in it, and both nodes have everything', async () => {
  await using department = await startTestNode('department');
  await using council = await startTestNode('council');
  const nodes = [department, council];
  await allowEachOther(nodes);
  const ada = await department.person('Ada Owner');
  const bob = await council.person('Bob Council');
  const group = await openGroup(department, ada.id, 'parking');

  const found = await council.context.ports.actors.resolve(group.uri);
  await transact(council.context, by, (work) => joinGroup(work, { group: found.id, person: bob.id }));
  await settleAll(nodes);
  const membership = await membershipOf(council.context.db.reader, found.id, bob.id);
  expect(membership?.state).toBe('member');

  const topic = await transact(council.context, by, (work) =>
    createTopic(work, {
      group: found.id,
      author: bob.id,
      title: 'Blue badges',
      ...markdownText('How do *you* do it?'),
    }),
  );
  await settleAll(nodes);
  const there = await postByUri(department.context.db.reader, topic.uri);
  expect(there).toMatchObject({ title: 'Blue badges', status: 'accepted' });
  expect(await postByUri(council.context.db.reader, topic.uri)).toMatchObject({ status: 'accepted' });

  const answer = await transact(department.context, by, (work) =>
    reply(work, { replyTo: there?.id ?? '', author: ada.id, ...markdownText('Like this.') }),
  );
  await settleAll(nodes);
  expect(await postByUri(council.context.db.reader, answer.uri)).toMatchObject({ status: 'accepted' });
  // A guest of the one agency is seen as one at the other.
  const gita = await department.person('Gita Guest');
  await transact(department.context, by, async (work) => {
    await changeGuest(work, gita.id, { sponsor: ada.id, of: 'Ada Owner', until: '2027-02-20' });
    await invite(work, { group: group.id, person: gita.id, by: ada.id });
    await joinGroup(work, { group: group.id, person: gita.id });
    await reply(work, { replyTo: there?.id ?? '', author: gita.id, ...markdownText('Or like this.') });
  });
  await settleAll(nodes);
  const known = await personByUri(council.context.db.reader, gita.uri);
  expect(known && personLabel(known, 'en').agency).toContain('Guest of Ada Owner until 20 February 2027');
  // What changes about somebody reaches the nodes that know them: a later last day, another name at either side of a group, and that they are gone.
  await transact(department.context, by, (work) =>
    changeGuest(work, gita.id, { sponsor: ada.id, of: 'Ada Owner', until: '2027-03-20' }),
  );
  await transact(council.context, by, (work) => updateProfile(work, bob.id, { name: 'Bob van Dijk' }));
  await settleAll(nodes);
  const later = await personByUri(council.context.db.reader, gita.uri);
  expect(later && personLabel(later, 'en').agency).toContain('until 20 March 2027');
  expect(await personByUri(department.context.db.reader, bob.uri)).toMatchObject({ name: 'Bob van Dijk' });
  await transact(council.context, by, (work) => deletePerson(work, bob.id));
  await settleAll(nodes);
  expect(await personByUri(department.context.db.reader, bob.uri)).toMatchObject({
    deleted_at: expect.any(String),
    name: '',
  });
  expect(department.logged.concat(council.logged).filter((line) => /"level":"error"/.test(line))).toEqual([]);
});
