import type { Migrations } from '@joinery/core';
import { sql } from 'kysely';

/** Tables of groups and memberships. Forward only. */
export const migrations: Migrations = {
  '2026-11-21-people-groups': async (db) => {
    await db.schema
      .createTable('groups')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('uri', 'text', (column) => column.notNull().unique())
      .addColumn('home', 'text', (column) => column.notNull())
      .addColumn('handle', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('sort_name', 'text', (column) => column.notNull())
      .addColumn('summary', 'text', (column) => column.notNull())
      .addColumn('reading', 'text', (column) => column.notNull())
      .addColumn('joining', 'text', (column) => column.notNull())
      .addColumn('listed', 'integer', (column) => column.notNull())
      .addColumn('local', 'integer', (column) => column.notNull())
      .addColumn('joins_by', 'text', (column) => column.notNull())
      .addColumn('agency', 'text')
      .addColumn('inbox', 'text')
      .addColumn('shared_inbox', 'text')
      .addColumn('outbox_uri', 'text')
      .addColumn('followers_uri', 'text')
      .addColumn('moderators_uri', 'text')
      .addColumn('member_count', 'integer', (column) => column.notNull())
      .addColumn('post_count', 'integer', (column) => column.notNull())
      .addColumn('last_post_at', 'text')
      .addColumn('summarised_at', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addColumn('archived_at', 'text')
      .addColumn('deleted_at', 'text')
      .addColumn('fetched_at', 'text')
      .execute();
    await db.schema.createIndex('groups_by_name').on('groups').columns(['local', 'sort_name', 'id']).execute();
    await db.schema.createIndex('groups_by_moderators').on('groups').column('moderators_uri').execute();
    await db.schema.createIndex('groups_by_followers').on('groups').column('followers_uri').execute();
    await db.schema
      .createTable('group_member')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('following', 'integer', (column) => column.notNull())
      .addColumn('follow_activity', 'text')
      .addColumn('join_activity', 'text')
      .addColumn('invite_activity', 'text')
      .addColumn('invited_by', 'text')
      .addColumn('reason', 'text')
      .addColumn('joined_at', 'text')
      .addColumn('banned_until', 'text')
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_member_key', ['group_id', 'person_id'])
      .execute();
    await db.schema.createIndex('group_member_by_person').on('group_member').columns(['person_id', 'state']).execute();
    await db.schema.createIndex('group_member_by_state').on('group_member').columns(['group_id', 'state']).execute();
    await db.schema
      .createIndex('group_member_by_role')
      .on('group_member')
      .columns(['group_id', 'role', 'joined_at'])
      .execute();
    await db.schema.createIndex('group_member_by_follow').on('group_member').column('follow_activity').execute();
    await db.schema.createIndex('group_member_by_join').on('group_member').column('join_activity').execute();
    await db.schema.createIndex('group_member_by_invite').on('group_member').column('invite_activity').execute();
    await db.schema
      .createTable('group_node')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('agency', 'text', (column) => column.notNull())
      .addColumn('members', 'integer', (column) => column.notNull())
      .addColumn('measured_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_node_key', ['group_id', 'origin'])
      .execute();
  },
  '2026-11-22-groups-lead': async (db) => {
    await db.schema.alterTable('groups').addColumn('lead_id', 'text').execute();
  },
  '2026-11-22-groups-featured': async (db) => {
    await db.schema.alterTable('groups').addColumn('featured_uri', 'text').execute();
  },
  '2026-11-22-groups-kind': async (db) => {
    await db.schema
      .alterTable('groups')
      .addColumn('kind', 'text', (column) => column.notNull().defaultTo('group'))
      .execute();
  },
  '2026-11-22-groups-directory': async (db) => {
    await db.schema
      .createTable('group_directory')
      .addColumn('origin', 'text', (column) => column.primaryKey())
      .addColumn('asked_at', 'text', (column) => column.notNull())
      .addColumn('read_at', 'text')
      .execute();
  },
  '2026-11-27-groups-home': async (db) => {
    await db.schema.createIndex('groups_by_home').on('groups').columns(['home', 'sort_name']).execute();
  },
  '2026-11-28-groups-terms': async (db) => {
    const text = (name: string, first: string) =>
      db.schema
        .alterTable('groups')
        .addColumn(name, 'text', (column) => column.notNull().defaultTo(first))
        .execute();
    await text('history', 'all');
    await text('inviting', 'facilitators');
    await text('asking', 'partners');
    await text('keeping', 'leased');
    await db.schema
      .alterTable('groups')
      .addColumn('record_copy', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    // Closed groups were for the people of their own node alone, and their members wrote in them on that understanding.
    await sql`update groups set asking = 'node' where reading = 'members' and local = 1`.execute(db);
    await db.schema
      .createTable('group_asking')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_asking_key', ['group_id', 'origin'])
      .execute();
  },
  '2026-11-28-groups-z-access': async (db) => {
    await db.schema
      .createTable('group_access')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('reads_from', 'integer', (column) => column.notNull())
      .addColumn('revoked_at', 'text')
      .addColumn('lease_ends_at', 'text')
      .addColumn('receipt_at', 'text')
      .addColumn('receipt_items', 'integer')
      .addPrimaryKeyConstraint('group_access_key', ['group_id', 'origin'])
      .execute();
    await db.schema
      .createTable('group_number')
      .addColumn('group_id', 'text', (column) => column.primaryKey().references('groups.id'))
      .addColumn('last', 'integer', (column) => column.notNull())
      .execute();
  },
  '2026-11-29-groups-sees-from': async (db) => {
    await db.schema.alterTable('group_member').addColumn('sees_from', 'text').execute();
    await db.schema.createIndex('groups_by_history').on('groups').column('history').execute();
    await db.schema
      .createTable('group_change')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('field', 'text', (column) => column.notNull())
      .addColumn('before', 'text', (column) => column.notNull())
      .addColumn('after', 'text', (column) => column.notNull())
      .addColumn('by_id', 'text')
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('group_change_by_group').on('group_change').columns(['group_id', 'id']).execute();
  },
  '2026-11-29-groups-leases': async (db) => {
    await db.schema.alterTable('groups').addColumn('withheld_at', 'text').execute();
    await db.schema
      .createTable('group_lease')
      .addColumn('group_id', 'text', (column) => column.primaryKey().references('groups.id'))
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('renewed_at', 'text', (column) => column.notNull())
      .addColumn('failed_at', 'text')
      .addColumn('next_at', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-11-30-groups-requests': async (db) => {
    const ofGroup = (name: string) =>
      db.schema.createTable(name).addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'));
    await ofGroup('group_question')
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('required', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_question_key', ['group_id', 'position'])
      .execute();
    await ofGroup('group_answer')
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('question', 'text', (column) => column.notNull())
      .addColumn('answer', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_answer_key', ['group_id', 'person_id', 'position'])
      .execute();
    await ofGroup('group_decision')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('by_id', 'text')
      .addColumn('accepted', 'integer', (column) => column.notNull())
      .addColumn('rule', 'text')
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('group_decision_by_group').on('group_decision').columns(['group_id', 'id']).execute();
    await ofGroup('group_automatic')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_automatic_key', ['group_id', 'kind', 'value'])
      .execute();
    await ofGroup('group_away')
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('until', 'text')
      .addColumn('deputy_id', 'text')
      .addPrimaryKeyConstraint('group_away_key', ['group_id', 'person_id'])
      .execute();
  },
  '2026-12-01-groups-opened': async (db) => {
    await db.schema.alterTable('groups').addColumn('opened_at', 'text').execute();
  },
  '2026-12-02-groups-receipts': async (db) => {
    await db.schema
      .createTable('group_receipt')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('items', 'integer', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_receipt_key', ['group_id', 'origin', 'at'])
      .execute();
  },
  '2026-12-03-groups-narrows': async (db) => {
    await db.schema
      .alterTable('groups')
      .addColumn('narrows', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
  '2026-12-04-groups-contacts': async (db) => {
    await db.schema
      .createTable('group_contact')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('by_id', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_contact_key', ['group_id', 'person_id'])
      .execute();
    await db.schema
      .createIndex('group_contact_by_person')
      .on('group_contact')
      .columns(['person_id', 'state'])
      .execute();
    await db.schema
      .createTable('group_contact_choice')
      .addColumn('person_id', 'text', (column) => column.primaryKey().references('person.id'))
      .addColumn('allowed', 'integer', (column) => column.notNull())
      .execute();
  },
  '2026-12-05-groups-epoch': async (db) => {
    await db.schema
      .alterTable('group_access')
      .addColumn('epoch', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
  '2026-12-05-groups-shut': async (db) => {
    await db.schema.alterTable('groups').addColumn('shut_at', 'text').execute();
    await sql`create index groups_shut on groups (id) where shut_at is not null`.execute(db);
    // A restore shut them for their members alone.
    await sql`update groups set shut_at = (select max(updated_at) from group_member where group_member.group_id = groups.id and group_member.state = 'unconfirmed')
      where local = 1 and kind = 'group' and deleted_at is null
        and exists (select 1 from group_member where group_member.group_id = groups.id and group_member.state = 'unconfirmed')`.execute(
      db,
    );
  },
  '2026-12-06-groups-labels': async (db) => {
    // What a label of another agency means is said for its node.
    await sql`update group_classification set home = (select home from groups where groups.id = group_classification.group_id)
      where names is not null and exists (select 1 from groups where groups.id = group_classification.group_id)`.execute(
      db,
    );
  },
  '2026-12-07-groups-joining-held': async (db) => {
    // A restore by an earlier version shut them and left open how they are joined.
    const held = sql`shut_at is not null and local = 1 and deleted_at is null
      and (joining = 'open' or inviting = 'members' or id in (select group_id from group_automatic))`;
    await sql`insert into withheld (kind, subject, data, at)
      select 'groups.joining', id, joining || case when inviting = 'members' then ' members' else '' end, shut_at from groups where ${held}
      on conflict (kind, subject) do nothing`.execute(db);
    await sql`update groups set joining = case when joining = 'open' then 'request' else joining end,
      inviting = case when inviting = 'members' then 'facilitators' else inviting end where ${held}`.execute(db);
    await sql`delete from withheld where kind = 'groups.web'`.execute(db);
  },
  '2026-12-08-groups-label-asked': async (db) => {
    await db.schema.alterTable('group_lease').addColumn('label_asked_at', 'text').execute();
  },
  '2026-12-08-groups-standing-version': async (db) => {
    await db.schema
      .alterTable('group_member')
      .addColumn('version', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .alterTable('group_member')
      .addColumn('epoch', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
  '2026-12-09-groups-began': async (db) => {
    await db.schema
      .alterTable('group_member')
      .addColumn('began', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
  '2026-12-10-groups-begun': async (db) => {
    await db.schema
      .createTable('group_begun')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addColumn('topic_uri', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_begun_key', ['group_id', 'person_id', 'topic_uri'])
      .execute();
  },
  '2026-12-10-groups-lease-lost': async (db) => {
    await db.schema.alterTable('group_lease').addColumn('lost_at', 'text').execute();
  },
  '2026-12-11-groups-turns': async (db) => {
    await db.schema
      .createTable('group_turns')
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('times', 'integer', (column) => column.notNull())
      .addColumn('since', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('group_turns_key', ['group_id', 'subject'])
      .execute();
    await db.schema.createIndex('group_turns_since').on('group_turns').column('since').execute();
  },
};
