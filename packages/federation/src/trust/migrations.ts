import type { Migrations } from '@joinery/core';

export const migrations: Migrations = {
  '2026-11-21-partners': async (db) => {
    await db.schema
      .createTable('partner')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('agency', 'text', (column) => column.notNull())
      .addColumn('identifier', 'text')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('confirmed', 'integer', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('groups', 'text')
      .addColumn('direction', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('agreement_ref', 'text')
      .addColumn('contact', 'text')
      .addColumn('private_ranges', 'integer', (column) => column.notNull())
      .addColumn('valid_from', 'text')
      .addColumn('review_at', 'text')
      .addColumn('expires_at', 'text')
      .addColumn('pinned_key', 'text')
      .addColumn('pinned_key_at', 'text')
      .addColumn('key_changed_at', 'text')
      .addColumn('software', 'text')
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('decided_by', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('partner_host')
      .addColumn('origin', 'text', (column) => column.primaryKey())
      .addColumn('partner_id', 'text', (column) => column.notNull().references('partner.id').onDelete('cascade'))
      .addColumn('role', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('partner_host_partner').on('partner_host').column('partner_id').execute();
    await db.schema
      .createTable('partner_decision')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('partner_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('what', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('before', 'text')
      .addColumn('after', 'text')
      .execute();
    await db.schema
      .createIndex('partner_decision_partner')
      .on('partner_decision')
      .columns(['partner_id', 'id'])
      .execute();
    await db.schema
      .createTable('partner_version')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('version', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('proposal')
      .addColumn('origin', 'text', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('received_at', 'text', (column) => column.notNull())
      .addColumn('checked_at', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-11-22-partner-asks': async (db) => {
    await db.schema
      .createTable('partner_ask')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('group_uri', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('answer', 'text')
      .addColumn('answered_by', 'text')
      .addColumn('asked_at', 'text', (column) => column.notNull())
      .addColumn('answered_at', 'text')
      .addUniqueConstraint('partner_ask_wanted', ['person_id', 'origin', 'group_uri'])
      .execute();
    await db.schema.createIndex('partner_ask_state').on('partner_ask').columns(['state', 'origin']).execute();
  },
  '2026-11-22-partner-scopes': async (db) => {
    await db.schema
      .alterTable('partner')
      .addColumn('offered_scopes', 'text', (column) => column.notNull().defaultTo('["discover","open-groups"]'))
      .execute();
  },
  '2026-11-22-partner-classification': async (db) => {
    await db.schema.alterTable('partner').addColumn('classification', 'text').execute();
  },
  '2026-11-22-partner-introductions': async (db) => {
    await db.schema
      .alterTable('partner')
      .addColumn('introductions', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createTable('introduction')
      .addColumn('group_uri', 'text', (column) => column.primaryKey())
      .addColumn('group_id', 'text', (column) => column.unique())
      .addColumn('is_on', 'integer', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('nodes', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('introduction_refusal')
      .addColumn('group_uri', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('decided_by', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('introduction_refusal_key', ['group_uri', 'origin'])
      .execute();
  },
  '2026-11-22-partner-statements': async (db) => {
    await db.schema
      .createTable('partner_statement')
      .addColumn('origin', 'text', (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
  },
  '2026-12-05-partner-introduced-epoch': async (db) => {
    await db.schema
      .alterTable('introduction')
      .addColumn('epoch', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
