import type { Migrations } from '@joinery/core';
import { sql } from 'kysely';

export const migrations: Migrations = {
  '2026-11-21-posts': async (db) => {
    await db.schema
      .createTable('post')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('uri', 'text', (column) => column.notNull().unique())
      .addColumn('url', 'text')
      .addColumn('context_uri', 'text')
      .addColumn('history_uri', 'text')
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('topic_id', 'text', (column) => column.notNull())
      .addColumn('reply_to', 'text')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('author_id', 'text', (column) => column.notNull())
      .addColumn('title', 'text')
      .addColumn('excerpt', 'text', (column) => column.notNull())
      .addColumn('language', 'text')
      .addColumn('local', 'integer', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('refusal', 'text')
      .addColumn('accepted_at', 'text')
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('pinned_at', 'text')
      .addColumn('locked_at', 'text')
      .addColumn('removed_at', 'text')
      .addColumn('removed_reason', 'text')
      .addColumn('deleted_at', 'text')
      .addColumn('deletion', 'text')
      .addColumn('answer_id', 'text')
      .addColumn('likes', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('reply_count', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('counted_at', 'text')
      .addColumn('count_due', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('published_at', 'text', (column) => column.notNull())
      .addColumn('received_at', 'text', (column) => column.notNull())
      .addColumn('sort_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addColumn('last_activity_at', 'text', (column) => column.notNull())
      .addColumn('verified', 'text', (column) => column.notNull())
      .addColumn('fetched_at', 'text')
      .addColumn('event_id', 'text')
      .addColumn('event_stream', 'text')
      .addColumn('delivery', 'text')
      .addColumn('delivery_at', 'text')
      .execute();
    // The list of topics, pinned ones apart: read by the group's page on every request.
    await db.schema
      .createIndex('post_topics')
      .on('post')
      .columns(['group_id', 'last_activity_at', 'id'])
      .where(sql<boolean>`reply_to is null`)
      .execute();
    await db.schema
      .createIndex('post_pinned')
      .on('post')
      .columns(['group_id', 'pinned_at'])
      .where(sql<boolean>`pinned_at is not null`)
      .execute();
    await db.schema.createIndex('post_thread').on('post').columns(['topic_id', 'sort_at', 'id']).execute();
    await db.schema.createIndex('post_group_newest').on('post').columns(['group_id', 'sort_at', 'id']).execute();
    // Feeds go through everything new and keep what is in the reader's groups.
    await db.schema.createIndex('post_newest').on('post').columns(['sort_at', 'id']).execute();
    await db.schema.createIndex('post_author').on('post').columns(['author_id', 'sort_at']).execute();
    await db.schema
      .createIndex('post_unsettled')
      .on('post')
      .columns(['author_id'])
      .where(sql<boolean>`status <> 'accepted'`)
      .execute();
    await db.schema
      .createIndex('post_event')
      .on('post')
      .column('event_id')
      .where(sql<boolean>`event_id is not null`)
      .execute();
    await db.schema
      .createIndex('post_count_due')
      .on('post')
      .column('group_id')
      .where(sql<boolean>`count_due = 1`)
      .execute();
    await db.schema
      .createTable('post_revision')
      .addColumn('post_id', 'text', (column) => column.notNull().references('post.id'))
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('title', 'text')
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('source', 'text')
      .addColumn('activity', 'text')
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_revision_key', ['post_id', 'number'])
      .execute();
    await db.schema
      .createTable('post_like')
      .addColumn('post_id', 'text', (column) => column.notNull().references('post.id'))
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('person_id', 'text')
      .addColumn('uri', 'text', (column) => column.notNull().unique())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_like_key', ['post_id', 'actor'])
      .execute();
    await db.schema
      .createTable('post_report')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('post_id', 'text', (column) => column.notNull().references('post.id'))
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('reporter_id', 'text')
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('uri', 'text')
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('handled_at', 'text')
      .addColumn('handled_by', 'text')
      .execute();
    await db.schema.createIndex('post_report_queue').on('post_report').columns(['group_id', 'at']).execute();
    await db.schema
      .createTable('post_tombstone')
      .addColumn('uri', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_tombstone_key', ['uri', 'actor'])
      .execute();
    await db.schema
      .createTable('post_document')
      .addColumn('uri', 'text', (column) => column.primaryKey())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('verified', 'text', (column) => column.notNull())
      .addColumn('fetched_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('post_counting')
      .addColumn('group_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-11-22-posts-opening': async (db) => {
    await db.schema
      .createTable('post_opening')
      .addColumn('subject_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('complete', 'integer', (column) => column.notNull())
      .execute();
  },
  '2026-11-22-posts-counted': async (db) => {
    await db.schema.dropTable('post_counting').execute();
    await db.schema
      .createTable('post_counted')
      .addColumn('post_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-11-23-posts-names': async (db) => {
    await db.schema
      .createTable('post_mention')
      .addColumn('post_id', 'text', (column) => column.notNull().references('post.id'))
      .addColumn('person_id', 'text', (column) => column.notNull().references('person.id'))
      .addPrimaryKeyConstraint('post_mention_key', ['post_id', 'person_id'])
      .execute();
    await db.schema
      .createTable('post_tag')
      .addColumn('post_id', 'text', (column) => column.notNull().references('post.id'))
      .addColumn('tag', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_tag_key', ['post_id', 'tag'])
      .execute();
    await db.schema.createIndex('post_tag_tag').on('post_tag').columns(['tag', 'post_id']).execute();
  },
  '2026-11-24-posts-reading': async (db) => {
    await db.schema.alterTable('post').addColumn('news_at', 'text').execute();
    // What was there before is as new as it looks.
    await sql`update post set news_at = sort_at where status = 'accepted'`.execute(db);
    await db.schema.createIndex('post_news').on('post').columns(['group_id', 'news_at']).execute();
    await db.schema
      .createTable('post_read_group')
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('read_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_read_group_key', ['person_id', 'group_id'])
      .execute();
    await db.schema
      .createTable('post_read_topic')
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('topic_id', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('read_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_read_topic_key', ['person_id', 'topic_id'])
      .execute();
  },
  '2026-11-25-posts-held': async (db) => {
    await db.schema
      .createTable('post_held')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('topic_id', 'text')
      .addColumn('reply_to', 'text')
      .addColumn('title', 'text')
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('language', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('refusal', 'text')
      .addColumn('post_id', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('leaves_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('post_held_person').on('post_held').columns(['person_id', 'state']).execute();
    await db.schema
      .createTable('post_preference')
      .addColumn('person_id', 'text', (column) => column.primaryKey())
      .addColumn('undo_seconds', 'integer', (column) => column.notNull())
      .execute();
  },
  '2026-11-26-posts-pins': async (db) => {
    await db.schema.alterTable('post').addColumn('pin_decided_at', 'text').execute();
  },
  '2026-11-26-posts-hidden': async (db) => {
    await db.schema.alterTable('post').addColumn('hidden_at', 'text').execute();
    await db.schema.alterTable('post').addColumn('hidden_reason', 'text').execute();
  },
  '2026-11-27-posts-reported-text': async (db) => {
    await db.schema.alterTable('post_report').addColumn('content', 'text').execute();
  },
  '2026-11-28-posts-read-by-group': async (db) => {
    await db.schema
      .createIndex('post_read_topic_group')
      .on('post_read_topic')
      .columns(['person_id', 'group_id', 'read_at'])
      .execute();
  },
  '2026-11-29-posts-here': async (db) => {
    // How much of a group elsewhere is here, for the pages about partners: read from the index alone.
    await db.schema
      .createIndex('post_here')
      .on('post')
      .column('group_id')
      .where(sql<boolean>`status = 'accepted' and deleted_at is null`)
      .execute();
  },
  '2026-11-30-posts-references': async (db) => {
    await db.schema
      .createTable('post_reference')
      .addColumn('post_id', 'text', (column) => column.primaryKey().references('post.id'))
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('activity', 'text')
      .execute();
  },
  '2026-11-30-posts-audience': async (db) => {
    for (const table of ['post', 'post_held']) {
      await db.schema
        .alterTable(table)
        .addColumn('audience', 'text', (column) => column.notNull().defaultTo('group'))
        .execute();
      await db.schema.alterTable(table).addColumn('audience_origin', 'text').execute();
      await db.schema.alterTable(table).addColumn('audience_agency', 'text').execute();
    }
    await db.schema
      .createIndex('post_narrow')
      .on('post')
      .column('group_id')
      .where(sql<boolean>`audience <> 'group'`)
      .execute();
  },
  '2026-11-30-posts-wanted': async (db) => {
    await db.schema
      .createTable('post_wanted')
      .addColumn('uri', 'text', (column) => column.primaryKey())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('history', 'integer', (column) => column.notNull())
      .addColumn('context', 'text')
      .addColumn('context_history', 'text')
      .addColumn('counts', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('announced_at', 'text', (column) => column.notNull())
      .addColumn('failed_at', 'text')
      .execute();
    await db.schema.createIndex('post_wanted_group').on('post_wanted').columns(['group_id', 'origin']).execute();
  },
  '2026-11-30-posts-held-files': async (db) => {
    await db.schema.alterTable('post_held').addColumn('files', 'text').execute();
  },
  // One address can be announced by several groups, and only one of them may be the one that it was written for.
  '2026-12-01-posts-wanted-by-group': async (db) => {
    await db.schema
      .createTable('post_wanted_by_group')
      .addColumn('uri', 'text', (column) => column.notNull())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('history', 'integer', (column) => column.notNull())
      .addColumn('context', 'text')
      .addColumn('context_history', 'text')
      .addColumn('counts', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('announced_at', 'text', (column) => column.notNull())
      .addColumn('failed_at', 'text')
      .addPrimaryKeyConstraint('post_wanted_key', ['uri', 'group_id'])
      .execute();
    const columns = [
      ...(['uri', 'group_id', 'origin', 'number', 'history', 'context', 'context_history'] as const),
      ...(['counts', 'state', 'tries', 'announced_at', 'failed_at'] as const),
    ];
    await sql`insert into post_wanted_by_group (${sql.join(columns.map((name) => sql.ref(name)))})
      select ${sql.join(columns.map((name) => sql.ref(name)))} from post_wanted`.execute(db);
    await db.schema.dropTable('post_wanted').execute();
    await db.schema.alterTable('post_wanted_by_group').renameTo('post_wanted').execute();
    await db.schema.createIndex('post_wanted_group').on('post_wanted').columns(['group_id', 'origin']).execute();
  },
  '2026-12-02-posts-fetched': async (db) => {
    await db.schema
      .createTable('post_fetch')
      .addColumn('post_id', 'text', (column) => column.notNull().references('post.id'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .addColumn('dropped_at', 'text')
      .addPrimaryKeyConstraint('post_fetch_key', ['post_id', 'origin'])
      .execute();
    await db.schema
      .createTable('post_asked')
      .addColumn('post_id', 'text', (column) => column.primaryKey().references('post.id'))
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('post_receipt')
      .addColumn('group_id', 'text', (column) => column.notNull().references('groups.id'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('items', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_receipt_key', ['group_id', 'origin'])
      .execute();
  },
  '2026-12-03-posts-reports-sent-on': async (db) => {
    await db.schema.alterTable('post_report').addColumn('sent_on_at', 'text').execute();
  },
  '2026-12-04-posts-extension': async (db) => {
    await db.schema
      .createTable('post_extension')
      .addColumn('post_id', 'text', (column) => column.primaryKey())
      .addColumn('said', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-12-04-posts-bin': async (db) => {
    await db.schema
      .createTable('post_bin')
      .addColumn('post_id', 'text', (column) => column.primaryKey())
      .addColumn('group_id', 'text', (column) => column.notNull())
      .addColumn('author_id', 'text', (column) => column.notNull())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('source', 'text')
      .addColumn('language', 'text')
      .addColumn('deleted_at', 'text', (column) => column.notNull())
      .addColumn('ends_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('post_bin_group').on('post_bin').columns(['group_id', 'deleted_at']).execute();
  },
  '2026-12-06-posts-wanted-due': async (db) => {
    // What waits already is due at once.
    await db.schema
      .alterTable('post_wanted')
      .addColumn('due_at', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema.createIndex('post_wanted_due').on('post_wanted').columns(['origin', 'due_at']).execute();
  },
  '2026-12-07-posts-told': async (db) => {
    await db.schema
      .createTable('post_told')
      .addColumn('post_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('post_told_key', ['post_id', 'origin'])
      .execute();
  },
  // Of what was written before it was noted who is told: nodes that may have been, at most those that were let into the group. That a post is gone they all hear.
  '2026-12-08-posts-told-before': async (db) => {
    const now = new Date().toISOString();
    await sql`insert into post_told (post_id, origin, at)
      select post.id, group_access.origin, ${now} from post
      join groups on groups.id = post.group_id
      join post topic on topic.id = post.topic_id
      join person author on author.id = topic.author_id
      join group_access on group_access.group_id = post.group_id
      where groups.local = 1 and post.audience <> 'group' and post.deleted_at is null
        and post.received_at <= (select at from migration where name = '2026-12-07-posts-told')
        and (topic.audience = 'facilitators' or group_access.origin in (topic.audience_origin, author.home))
      on conflict (post_id, origin) do nothing`.execute(db);
  },
  '2026-12-09-posts-began': async (db) => {
    await sql`update group_member set began = 1 where exists (select 1 from post
      where post.group_id = group_member.group_id and post.author_id = group_member.person_id
        and post.audience <> 'group' and post.topic_id = post.id)`.execute(db);
  },
  '2026-12-10-posts-begun': async (db) => {
    await sql`insert into group_begun (group_id, person_id, topic_uri)
      select post.group_id, post.author_id, post.uri from post join groups on groups.id = post.group_id
      where groups.local = 1 and post.audience <> 'group' and post.topic_id = post.id
      on conflict do nothing`.execute(db);
  },
};
