import { type Restored, streams, type WithheldRule, type Work, withhold } from '@joinery/core';
import { streamOf } from './addresses.ts';
import { shutMessages } from './messages-shut.ts';
import { confirmMembers, isShut } from './shut.ts';
import { groupById, membershipOf } from './store.ts';
import { roles } from './tables.ts';

const roleKind = 'groups.role';
const openKind = 'groups.members';
const webKind = 'groups.web';

/**
 * Shuts the groups of this node for their members, and conversations: in closed ones for people of other nodes, too, whose own nodes know of those that are open. Roles in them, and
 * invitations that were not answered, end. Who came in since the restore stays in.
 */
export async function shutGroups(work: Work, { at }: Restored): Promise<void> {
  const ours = () => work.db.selectFrom('groups').select('id').where('local', '=', 1).where('deleted_at', 'is', null);
  const held = await work.db
    .selectFrom('group_member')
    .select(['group_id', 'person_id', 'role'])
    .where('role', '<>', 'member')
    .where('updated_at', '<', at)
    .where('group_id', 'in', ours().where('kind', '=', 'group'))
    .execute();
  for (const { group_id, person_id, role } of held) await withhold(work, roleKind, `${person_id} ${group_id}`, role);
  const standings = () =>
    work.db
      .updateTable('group_member')
      .where('updated_at', '<', at)
      // Whether somebody elsewhere has left a conversation their own node knows, and says.
      .where((eb) =>
        eb.or([
          eb('group_id', 'not in', eb.selectFrom('groups').select('id').where('kind', '=', 'conversation')),
          eb('person_id', 'in', eb.selectFrom('person').select('id').where('local', '=', 1)),
        ]),
      )
      .where((eb) =>
        eb.or([
          eb('group_id', 'in', ours().where('reading', '=', 'members')),
          eb.and([
            eb('group_id', 'in', ours()),
            eb('person_id', 'in', eb.selectFrom('person').select('id').where('local', '=', 1)),
          ]),
        ]),
      );
  await work.db
    .updateTable('group_member')
    .set({ role: 'member' })
    .where('role', '<>', 'member')
    .where('updated_at', '<', at)
    .where('group_id', 'in', ours().where('kind', '=', 'group'))
    .execute();
  await standings()
    .set({ state: 'none', invite_activity: null, invited_by: null, updated_at: work.now })
    .where('state', '=', 'invited')
    .execute();
  await standings().set({ state: 'unconfirmed', updated_at: work.now }).where('state', '=', 'member').execute();
  // What everybody here may read anyway an administrator may open, too.
  const open = await ours()
    .where('kind', '=', 'group')
    .where('listed', '=', 1)
    .where('reading', '<>', 'members')
    .where('id', 'in', work.db.selectFrom('group_member').select('group_id').where('state', '=', 'unconfirmed'))
    .execute();
  for (const { id } of open) await withhold(work, openKind, id);
  // Whoever narrowed who may read it has done so after all: nobody on the web reads it before somebody has looked.
  const web = await ours().select('listed').where('kind', '=', 'group').where('reading', '=', 'web').execute();
  for (const { id, listed } of web) {
    // Who runs an unlisted one sets it anew: nobody else is told its name.
    if (listed === 1) await withhold(work, webKind, id);
    await work.db.updateTable('groups').set({ reading: 'partners' }).where('id', '=', id).execute();
  }
}

/** Open groups as something that a restore shuts, and that an administrator may open where those who ran it do not; and what anyone on the web could read. */
export const groupRules: Record<string, WithheldRule> = {
  [webKind]: {
    order: 60,
    describe: async (db, { subject }, language) => {
      const group = await groupById(db, subject);
      if (!group || group.deleted_at !== null || group.reading !== 'partners') return null;
      const t = shutMessages(language);
      return { title: t('webTitle', { group: group.name }), says: t('webAbout'), href: `/groups/${group.id}` };
    },
    putBack: async (work, { subject }) => {
      const group = await groupById(work.db, subject);
      if (group?.reading !== 'partners') return;
      await work.db.updateTable('groups').set({ reading: 'web' }).where('id', '=', group.id).execute();
      work.emit('group.updated', streamOf(group), { group: group.id });
    },
  },
  [openKind]: {
    order: 50,
    describe: async (db, { subject }, language) => {
      const group = await groupById(db, subject);
      if (!group || group.deleted_at !== null || !(await isShut(db, group.id))) return null;
      const t = shutMessages(language);
      const says = t('ruleMembers', { count: group.member_count });
      return { title: t('ruleTitle', { group: group.name }), says, href: `/groups/${group.id}` };
    },
    putBack: async (work, { subject }) => {
      if (await isShut(work.db, subject)) await confirmMembers(work, { group: subject, by: null, gone: [] });
    },
  },
};

/**
 * Somebody who answers for a person says that they run again the groups that they ran as of the backup, without learning which. They are asked to confirm the members of each.
 * @returns how many groups
 */
export async function giveRolesBack(work: Work, person: string): Promise<number> {
  const rows = await work.db
    .deleteFrom('withheld')
    .where('kind', '=', roleKind)
    .where('subject', 'like', `${person} %`)
    .returningAll()
    .execute();
  let count = 0;
  for (const { subject, data } of rows) {
    const group = subject.slice(person.length + 1);
    const role = roles.find((one) => one === data);
    const standing = await membershipOf(work.db, group, person);
    if (role === undefined || (standing?.state !== 'unconfirmed' && standing?.state !== 'member')) continue;
    await work.db
      .updateTable('group_member')
      .set({ role, updated_at: work.now })
      .where('group_id', '=', group)
      .where('person_id', '=', person)
      .execute();
    count += 1;
    if (await isShut(work.db, group)) work.emit('group.confirm_asked', streams.local, { group, person });
  }
  return count;
}
