import { type Environment, nameContains, type Reader, requireVisitor } from '@joinery/core';
import { canSeeMembers, membershipOf } from '@joinery/slices/groups';
import { foldTag, type Language } from '@joinery/ui';
import type { Hono } from 'hono';
import { sql } from 'kysely';
import { agencyOfPerson } from '../people/index.ts';
import { seeWhatHoldsPosts } from './reads.ts';
import { seenPosts } from './visibility.ts';

/** Something that may stand in a text: what is written, and how it is offered. */
type Suggestion = { text: string; label: string; note: string };

type Wanted = { db: Reader; group: string; typed: string; language: Language; person: string };

const most = 8;
/** Spelled out because the two databases differ in what escapes a pattern by default. */
const starts = (column: 'person.handle' | 'post_tag.tag', text: string) =>
  sql<boolean>`${sql.ref(column)} like ${`${text.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;

/** Members of a group whose name or handle fits, as they are mentioned. */
async function people({ db, group, typed, language }: Wanted): Promise<Suggestion[]> {
  const rows = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select(['person.handle', 'person.name', 'person.agency', 'person.home', 'person.local'])
    .select(['person.guest_of', 'person.guest_until'])
    .where('group_member.group_id', '=', group)
    .where('group_member.state', '=', 'member')
    .where('person.deleted_at', 'is', null)
    .where('person.disabled_at', 'is', null)
    .where((eb) => eb.or([starts('person.handle', typed.toLowerCase()), nameContains('person', typed)]))
    .orderBy('person.sort_name')
    .orderBy('person.id')
    .limit(most)
    .execute();
  return rows.map((row) => {
    const { handle, name, home, local } = row;
    const text = local === 1 ? `@${handle}` : `@${handle}@${new URL(home).host}`;
    return { text, label: name, note: [text, agencyOfPerson(row, language)].join(' · ') };
  });
}

/** Tags of posts that this group shows to whoever writes. */
async function tags({ db, group, typed, person }: Wanted): Promise<Suggestion[]> {
  const rows = await db
    .selectFrom('post_tag')
    .innerJoin('post', 'post.id', 'post_tag.post_id')
    .innerJoin('post as topic', 'topic.id', 'post.topic_id')
    .select(['post_tag.tag', (eb) => eb.fn.countAll().as('times')])
    .where('post.group_id', '=', group)
    .where('post.status', '=', 'accepted')
    .where('post.deleted_at', 'is', null)
    .where('post.removed_at', 'is', null)
    .where('topic.removed_at', 'is', null)
    .where(seenPosts(person))
    .where(starts('post_tag.tag', foldTag(typed)))
    .groupBy('post_tag.tag')
    .orderBy('times', 'desc')
    .orderBy('post_tag.tag')
    .limit(most)
    .execute();
  return rows.map(({ tag, times }) => ({ text: `#${tag}`, label: `#${tag}`, note: String(times) }));
}

/**
 * What the script of the pages offers while somebody writes in a group or conversation: its people and its tags, to those who may read it; for everybody else the
 * group is missing. A page's address and not one of the API, since a browser has a session and no token.
 */
export function suggestionRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/suggestions', async (c) => {
    const visitor = requireVisitor(c);
    const { reader } = c.var.context.db;
    const { group } = await seeWhatHoldsPosts(c.var.context, c.req.param('id'), visitor);
    const [, sign, typed = ''] = /^([@#])([\p{L}\p{N}_.-]{1,40})$/u.exec(c.req.query('q') ?? '') ?? [];
    const names = canSeeMembers(visitor.person.guest, await membershipOf(reader, group.id, visitor.person.id));
    const find = sign === '@' && names ? people : sign === '#' ? tags : async () => [];
    const wanted = { db: reader, group: group.id, typed, language: c.var.language, person: visitor.person.id };
    return c.json({ items: await find(wanted) });
  });
}
