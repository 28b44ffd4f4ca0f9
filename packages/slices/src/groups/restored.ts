import { type Restored, streams, type WithheldRule, type Work, withhold } from '@joinery/core';
import { streamOf } from './addresses.ts';
import { holdJoining, joiningAgain, joiningKind } from './joining.ts';
import { shutMessages } from './messages-shut.ts';
import { isShut } from './policy.ts';
import { isForAdministrators, openGroup, openKind, roleKind, runnersElsewhere } from './shut.ts';
import { groupById, membershipOf } from './store.ts';
import { roles } from './tables.ts';

/**
 * Shuts the groups of this node, whatever their audience, for everybody but those who run them, and conversations for each who is in them. In open groups people of other nodes stay members,
 * which their own nodes know better. Roles, invitations that were not answered, and joining without being asked about, end. Who came in since the restore stays in.
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
  // Message by message, so that what somebody wrote shows to the others once they have opened it again (`posts/visibility.ts`).
  await work.db
    .updateTable('groups')
    .set({ history: 'joining' })
    .where('id', 'in', ours().where('kind', '=', 'conversation').where('created_at', '<', at))
    .execute();
  const automatic = new Set(
    (await work.db.selectFrom('group_automatic').select('group_id').distinct().execute()).map((row) => row.group_id),
  );
  const groups = await work.db
    .updateTable('groups')
    .set({ shut_at: work.now })
    .where('id', 'in', ours().where('kind', '=', 'group').where('created_at', '<', at))
    .returningAll()
    .execute();
  for (const group of groups) {
    if (isForAdministrators(group)) await withhold(work, openKind, group.id);
    if (group.joining === 'open' || group.inviting === 'members' || automatic.has(group.id))
      await holdJoining(work, group);
  }
}

/** Where administrators look at the groups that they may open, and open several at once. */
export const shutGroupsPage = '/administration/restored/groups';

/** Groups that everybody here could read, which an administrator may open, and people joining them by themselves. Of the others only those who run them are asked. */
export const groupRules: Record<string, WithheldRule> = {
  [openKind]: {
    order: 50,
    page: {
      href: shutGroupsPage,
      title: (count, language) => shutMessages(language)('pageTitle', { count }),
      says: (language) => shutMessages(language)('pageAbout'),
    },
    describe: async (db, { subject }, language) => {
      const group = await groupById(db, subject);
      if (!group || group.deleted_at !== null || !isShut(group) || !isForAdministrators(group)) return null;
      const t = shutMessages(language);
      const says = t('ruleMembers', { count: group.member_count });
      return { title: group.name, says, href: `/groups/${group.id}/confirm` };
    },
    ends: async (db, { subject }) =>
      (await runnersElsewhere(db, subject)).map(({ person, role }) => `${person.name} (${role}, ${person.uri})`),
    putBack: async (work, { subject }) => {
      const group = await groupById(work.db, subject);
      if (group && isShut(group)) await openGroup(work, { group: subject, by: null });
    },
  },
  [joiningKind]: {
    order: 60,
    describe: async (db, { subject, data }, language) => {
      const group = await groupById(db, subject);
      if (!group || group.deleted_at !== null || !isForAdministrators(group)) return null;
      const t = shutMessages(language);
      const [joining, inviting] = data.split(' ');
      const others = inviting === 'members' ? t('joiningInvitesAbout') : t('joiningRulesAbout');
      const says = joining === 'open' ? t('joiningAbout') : others;
      return { title: t('joiningTitle', { group: group.name }), says, href: `/groups/${group.id}/requests` };
    },
    putBack: async (work, { subject, data }) => {
      const group = await groupById(work.db, subject);
      const change = group ? joiningAgain(group, data) : null;
      if (!group || !change) return;
      await work.db.updateTable('groups').set(change).where('id', '=', group.id).execute();
      work.emit('group.updated', streamOf(group), { group: group.id });
    },
    leaveOff: async (work, { subject }) => {
      await work.db.deleteFrom('group_automatic').where('group_id', '=', subject).execute();
    },
  },
};

/**
 * Somebody who answers for a person says that they run again the groups that they ran as of the backup, without learning which. They are asked to look at each that is shut.
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
    const id = subject.slice(person.length + 1);
    const role = roles.find((one) => one === data);
    const [group, standing] = [await groupById(work.db, id), await membershipOf(work.db, id, person)];
    if (role === undefined || (standing?.state !== 'unconfirmed' && standing?.state !== 'member')) continue;
    await work.db
      .updateTable('group_member')
      .set({ role, updated_at: work.now })
      .where('group_id', '=', id)
      .where('person_id', '=', person)
      .execute();
    count += 1;
    if (group && isShut(group)) work.emit('group.confirm_asked', streams.local, { group: id, person });
  }
  return count;
}
