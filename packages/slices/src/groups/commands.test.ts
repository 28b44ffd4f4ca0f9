import { expect, it } from 'vitest';
import { commands } from './commands.ts';
import { joinGroup } from './membership.ts';
import { membershipOf } from './store.ts';
import { openNode } from './testing/two-nodes.ts';

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
    await work.db.updateTable('group_member').set({ state: 'unconfirmed' }).where('group_id', '=', group.id).execute();
  });
  expect(await run('group confirm-members', group.handle)).toMatchObject({ json: { group: group.id, members: 1 } });
  expect(await membershipOf(node.context.db.reader, group.id, owner.id)).toMatchObject({ state: 'member' });
  await expect(run('group confirm-members', 'nowhere')).rejects.toMatchObject({ code: 'not_found' });
});
