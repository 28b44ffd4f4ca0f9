import { answerWithheld, type CommandAnswer, type Restored } from '@joinery/core';
import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { openNode } from '../../../../test/harness/two-nodes.ts';
import { commands } from './commands.ts';
import { deleteGroup, updateGroup } from './groups.ts';
import { invite } from './invitations.ts';
import { joiningKind } from './joining.ts';
import { groupsWithoutOwner } from './lists.ts';
import { joinGroup } from './membership.ts';
import { migrations } from './migrations.ts';
import { approve } from './moderation.ts';
import { setQuestions } from './requests/questions.ts';
import { giveRolesBack, groupRules, shutGroups } from './restored.ts';
import { openGroup } from './shut.ts';
import { groupById, membershipOf, putMembership } from './store.ts';

it('the command line knows groups and people by their handles', async () => {
  await using node = await openNode('sqlite');
  const [owner, anna] = [await node.addPerson('Olga Owner'), await node.addPerson('Anna Berg')];
  const group = await node.addGroup(owner, { reading: 'members', joining: 'request' });
  const open = await node.addGroup(owner, { handle: 'open-one' });
  const run = (name: string, ...words: string[]) =>
    commands.find((command) => command.name === name)?.run(node.context, { arguments: words, options: {} });
  await node.act((work) => joinGroup(work, { group: open.id, person: anna.id }));
  await run('group owner', 'open-one', `@${anna.handle}`);
  expect(await membershipOf(node.context.db.reader, open.id, anna.id)).toMatchObject({ role: 'owner' });
  // As after a restore: it is shut, and nobody in it is confirmed.
  await node.act(async (work) => {
    await work.db.updateTable('groups').set({ shut_at: work.now }).where('id', '=', group.id).execute();
    await work.db
      .updateTable('group_member')
      .set({ state: 'unconfirmed', role: 'member' })
      .where('group_id', '=', group.id)
      .execute();
  });
  // Nobody owns it meanwhile, which administrators are not told.
  expect(await groupsWithoutOwner(node.context.db.reader)).toEqual([]);
  // Nobody is let in or invited meanwhile: their nodes would have the answer before anybody has looked.
  const bert = await node.addPerson('Bert Berg');
  await node.act((work) => putMembership(work, group.id, anna.id, { state: 'requested' }));
  const answers = () =>
    node.context.db.reader.selectFrom('log').select('id').where('name', '=', 'group.answered').execute();
  const before = await answers();
  const letIn = () => node.act((work) => approve(work, { group: group.id, person: anna.id, by: null }));
  const ask = () => node.act((work) => invite(work, { group: group.id, person: bert.id, by: null }));
  for (const does of [letIn, ask]) await expect(does()).rejects.toMatchObject({ code: 'conflict' });
  expect(await answers()).toEqual(before);
  expect(await membershipOf(node.context.db.reader, group.id, anna.id)).toMatchObject({ state: 'requested' });
  expect(await run('group confirm-members', group.handle)).toMatchObject({ json: { group: group.id, members: 1 } });
  expect(await membershipOf(node.context.db.reader, group.id, owner.id)).toMatchObject({ state: 'member' });
  expect(await groupsWithoutOwner(node.context.db.reader)).toMatchObject([{ id: group.id }]);
  expect(await letIn()).toMatchObject({ state: 'member' });
  expect(await ask()).toMatchObject({ state: 'invited' });
  await expect(run('group confirm-members', 'nowhere')).rejects.toMatchObject({ code: 'not_found' });
});

it('the command line lists who asks to join, decides about them, and labels a group', async () => {
  await using node = await openNode('sqlite');
  const [owner, anna, ben, cas] = [
    await node.addPerson('Olga Owner'),
    await node.addPerson('Anna Berg'),
    await node.addPerson('Ben Berg'),
    await node.addPerson('Cas Berg'),
  ];
  const group = await node.addGroup(owner, { reading: 'members', joining: 'request' });
  const run = async (name: string, words: string[], options: Record<string, string | boolean> = {}) => {
    const command = commands.find((one) => one.name === name);
    return (await command?.run(node.context, { arguments: [group.handle, ...words], options })) as CommandAnswer;
  };
  await node.act((work) => setQuestions(work, group.id, owner.id, [{ text: 'Why?', required: true }]));
  for (const { id: person } of [anna, ben, cas])
    await node.act((work) =>
      joinGroup(work, { group: group.id, person, answers: [{ question: 'Why?', answer: 'To learn' }] }),
    );
  const waiting = await run('group requests', []);
  expect(waiting.say).toContain('Anna Berg');
  expect(waiting.json).toMatchObject({
    items: [anna, ben, cas].map(({ id }) => ({ person: { id }, answers: [{ answer: 'To learn' }] })),
  });
  await expect(run('group approve', [])).rejects.toMatchObject({ code: 'invalid' });
  await expect(run('group approve', ['nobody'])).rejects.toMatchObject({ code: 'not_found' });
  expect((await run('group decline', [anna.uri], { reason: 'Full' })).json).toEqual({ decided: 1, faster: 0 });
  expect((await run('group approve', [anna.id, `@${ben.handle}`])).json).toEqual({ decided: 1, faster: 1 });
  expect((await run('group approve', [], { all: true })).json).toEqual({ decided: 1, faster: 0 });
  const { reader } = node.context.db;
  const states = await Promise.all(
    [anna, ben, cas].map(async ({ id }) => (await membershipOf(reader, group.id, id))?.state),
  );
  expect(states).toEqual(['none', 'member', 'member']);
  expect((await run('group requests', [])).json).toEqual({ items: [], next: null });

  const decided = { by: 'Olga', reason: 'Names of suppliers' };
  const internal = { id: 'internal', en: 'Internal', nl: 'Intern' };
  await expect(run('group label', ['intern'])).rejects.toMatchObject({ code: 'invalid' });
  await expect(run('group label', ['secret'], decided)).rejects.toMatchObject({ code: 'invalid' });
  expect((await run('group label', ['intern'], decided)).json).toEqual({ group: group.id, label: internal });
  expect((await run('group label', [])).json).toEqual({ group: group.id, label: internal });
  expect((await run('group label', [], { none: true, ...decided })).json).toEqual({ group: group.id, label: null });
});

it('after a restore those who run a group invite, until one of them says that members may again', async () => {
  await using node = await openNode('sqlite');
  const [owner, anna, ben] = [
    await node.addPerson('Olga Owner'),
    await node.addPerson('Anna Berg'),
    await node.addPerson('Ben Berg'),
  ];
  const { id: group } = await node.addGroup(owner, { joining: 'invited' });
  await node.act(async (work) => {
    await updateGroup(work, group, owner.id, { inviting: 'members' });
    await invite(work, { group, person: anna.id, by: owner.id });
    await joinGroup(work, { group, person: anna.id });
  });
  const rows = () => node.context.db.reader.selectFrom('withheld').select(['kind', 'data']).orderBy('kind').execute();
  const asked = { kind: joiningKind, subject: group, on: true, by: 'test' };
  const rules = new Map(Object.entries(groupRules));
  const at = '2999-01-01T00:00:00.000Z';
  await node.act(async (work) => {
    await shutGroups(work, { at } as Restored);
    await giveRolesBack(work, owner.id);
    await openGroup(work, { group, by: owner.id });
  });
  expect(await rows()).toEqual([{ kind: joiningKind, data: 'invited members' }]);
  const inviting = (by: string) => node.act((work) => invite(work, { group, person: ben.id, by }));
  await expect(inviting(anna.id)).rejects.toMatchObject({ code: 'forbidden' });
  await node.act((work) => answerWithheld(work, rules, asked));
  expect(await inviting(anna.id)).toMatchObject({ state: 'invited' });
  // So it is on a node that was upgraded between a restore by an earlier version and opening its groups.
  await node.act(async (work) => {
    const change = { shut_at: work.now, joining: 'open', inviting: 'members' } as const;
    await work.db.updateTable('groups').set(change).where('id', '=', group).execute();
    const db = work.db as unknown as Kysely<unknown>;
    await migrations['2026-12-07-groups-joining-held']?.(db, node.context.db.dialect);
  });
  expect(await rows()).toEqual([{ kind: joiningKind, data: 'open members' }]);
  const held = { joining: 'request', inviting: 'facilitators' };
  expect(await groupById(node.context.db.reader, group)).toMatchObject(held);
  // Of a group that is gone nothing is asked.
  await node.act(async (work) => {
    await shutGroups(work, { at } as Restored);
    await deleteGroup(work, group, null);
  });
  expect(await rows()).toEqual([]);
});
