import { type Command, createActorKeys, faultsOf, refuse, transact } from '@joinery/core';
import { groupLabelCommand } from './commands-labels.ts';
import { by, groupOf, personOf } from './commands-parts.ts';
import { createGroup } from './groups.ts';
import { newGroupInput } from './input.ts';
import { introduceNodes } from './introducing.ts';
import { groupJson } from './json.ts';
import { renewEndedKeys, renewGroupKeys } from './keys.ts';
import { setRole } from './moderation.ts';
import { requestCommands } from './requests/commands.ts';
import { openGroup, runnersElsewhere } from './shut.ts';
import { groupById, membershipOf } from './store.ts';

/** What `joinery group …` can do. */
export const commands: Command[] = [
  ...requestCommands,
  groupLabelCommand,
  {
    name: 'group create',
    summary: 'Make a group on this node',
    options: [
      { name: 'name', value: 'name', description: 'Name of the group', required: true },
      { name: 'handle', value: 'handle', description: 'Short name in addresses', required: true },
      { name: 'owner', value: 'person', description: 'Id or handle of the person who owns it', required: true },
      { name: 'summary', value: 'text', description: 'What the group is for' },
      { name: 'reading', value: 'web|partners|members', description: 'Who may read (partners)' },
      { name: 'joining', value: 'open|request|invited', description: 'Who may take part (open)' },
      { name: 'unlisted', description: 'Keep it out of lists' },
    ],
    run: async (context, { options }) => {
      const { owner, unlisted, ...rest } = options;
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      const input = newGroupInput.safeParse({ ...given, listed: unlisted !== true });
      if (!input.success) {
        const faults = faultsOf(input.error, given);
        refuse(
          'invalid',
          `The group cannot be made: ${faults.map(({ field, code }) => `${field} ${code.replaceAll('_', ' ')}`).join(', ')}`,
          faults,
        );
      }
      const keys = await createActorKeys();
      const group = await transact(context, by, async (work) => {
        const person = await personOf(work.db, String(owner));
        return createGroup(work, { ...input.data, owner: person, keys });
      });
      const db = context.db.reader;
      const standing = await membershipOf(db, group.id, String(owner));
      return { json: await groupJson(db, group, standing), say: `Made ${group.name}: ${group.uri}` };
    },
  },
  {
    name: 'group owner',
    summary: 'Make a member the owner of a group, for example when its last owner has left',
    arguments: ['group', 'person'],
    run: async (context, { arguments: [reference = '', name = ''] }) => {
      const found = await transact(context, by, async (work) => {
        const [group, person] = [await groupOf(work.db, reference), await personOf(work.db, name)];
        if ((await groupById(work.db, group))?.kind !== 'group') refuse('not_found', 'There is no such group here');
        await setRole(work, { group, person, by: null, role: 'owner' });
        return { group, person };
      });
      return { json: { ...found, role: 'owner' }, say: 'Done: this person owns the group now.' };
    },
  },
  {
    name: 'group rotate-key',
    summary: 'Give a group of this node new keys: nothing signed with the old ones counts from then on',
    arguments: ['[group]'],
    options: [
      { name: 'by', value: 'name', description: 'Who decided', required: true },
      { name: 'reason', value: 'text', description: 'Why; members of the group read it', required: true },
      {
        name: 'after-restore',
        description: 'Without a group: every group that came back from a backup with keys of before a renewal',
      },
    ],
    run: async (context, { arguments: [reference = ''], options }) => {
      const reason = `${String(options.reason)} (${String(options.by)})`.slice(0, 500);
      if (options['after-restore'] === true && reference === '') {
        const count = await renewEndedKeys(context, by, reason);
        return { json: { groups: count }, say: `Groups that have new keys: ${count}.` };
      }
      const keys = await createActorKeys();
      const group = await transact(context, by, async (work) => {
        const found = await groupOf(work.db, reference);
        await renewGroupKeys(work, { group: found, by: null, reason, keys });
        return found;
      });
      return { json: { group }, say: 'Done: the group has new keys, and the nodes of its members are told.' };
    },
  },
  ...(['introduce', 'withdraw'] as const).map(
    (verb): Command => ({
      name: `introductions ${verb}`,
      summary:
        verb === 'introduce'
          ? 'Introduce the nodes of a closed group’s members to each other'
          : 'Introduce the nodes of a closed group’s members to each other no more',
      arguments: ['group'],
      run: async (context, { arguments: [reference = ''] }) => {
        const on = verb === 'introduce';
        const group = await transact(context, by, async (work) => {
          const group = await groupOf(work.db, reference);
          return (await introduceNodes(work, context, { group, by: null, on })).id;
        });
        return { json: { group, introduced: on }, say: 'Done: the nodes of its members are told.' };
      },
    }),
  ),
  {
    name: 'group confirm-members',
    summary: 'After a restore: open a group as it was in the backup, when nobody is left who runs it',
    arguments: ['group'],
    run: async (context, { arguments: [reference = ''] }) => {
      const done = await transact(context, by, async (work) => {
        const group = await groupOf(work.db, reference);
        const ran = (await runnersElsewhere(work.db, group)).map(({ person }) => person.uri);
        return { group, members: await openGroup(work, { group, by: null }), ran };
      });
      const ran = done.ran.length === 0 ? '' : ` These of other nodes ran it and do no more: ${done.ran.join(', ')}.`;
      return { json: done, say: `Done: ${done.members} members are in it again.${ran}` };
    },
  },
];
