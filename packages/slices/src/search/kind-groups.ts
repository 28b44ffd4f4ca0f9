import type { Searchable } from '@joinery/core';
import {
  agencyOf,
  groupById,
  groupJson,
  groupSchema,
  groupsByIds,
  mayKnowGroup,
  membershipOf,
  readsWithin,
} from '@joinery/slices/groups';
import { hostOf } from '@joinery/slices/posts';
import { isLanguage } from '@joinery/ui';
import { sql } from 'kysely';
import { circleOfGroup } from './circles.ts';
import { messages } from './messages.ts';

/** Groups of this node and of others. */
export const groupKind: Searchable = {
  kind: 'group',
  order: 20,
  label: (language) => messages(isLanguage(language) ? language : 'en')('groups'),
  one: (language) => messages(isLanguage(language) ? language : 'en')('group'),
  entry: async (db, id) => {
    const group = await groupById(db, id);
    if (group?.kind !== 'group' || group.deleted_at !== null) return null;
    return {
      title: group.name,
      text: textOf(group),
      at: group.created_at,
      group: group.id,
      circle: circleOfGroup(group),
      author: null,
      language: null,
    };
  },
  ids: async (db, after, limit) => {
    const rows = await db
      .selectFrom('groups')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => row.id);
  },
  events: {
    'group.created': ({ data }) => data.group,
    'group.remembered': ({ data }) => data.group,
    'group.updated': ({ data }) => data.group,
    'group.deleted': ({ data }) => data.group,
  },
  mayFind: (id) => sql`${id} in (select id from known_group)`,
  results: async (context, visitor, ids, language) => {
    const db = context.db.reader;
    const person = visitor.person.id;
    const requester = {
      kind: 'person',
      person,
      administrator: visitor.administrator,
      guest: visitor.person.guest,
    } as const;
    const t = messages(isLanguage(language) ? language : 'en');
    const found = [];
    for (const group of (await groupsByIds(db, ids)).values()) {
      const standing = await membershipOf(db, group.id, person);
      if (group.kind !== 'group' || group.deleted_at !== null || !mayKnowGroup(group, requester, standing)) continue;
      const agency = agencyOf(group, context.config.agency);
      found.push({
        id: group.id,
        href: `/groups/${group.id}`,
        title: group.name,
        text: textOf(group),
        language: null,
        at: null,
        author: null,
        group: null,
        source: group.local === 1 ? null : { agency, node: hostOf(group.home) },
        facts: [
          t('ledFrom', { agency }),
          ...(readsWithin(group, standing) ? [t('members', { count: group.member_count })] : []),
          ...(group.reading === 'members' ? [t('closed')] : []),
        ],
        json: await groupJson(db, group, standing),
      });
    }
    return found;
  },
  schema: groupSchema,
};

/** What a group is for, and its address as people tell it to each other. */
function textOf(group: { summary: string; handle: string; home: string; agency: string | null }): string {
  return [group.summary.replace(/\s+/g, ' ').trim(), group.agency, `@${group.handle}@${hostOf(group.home)}`]
    .filter(Boolean)
    .join(' · ');
}
