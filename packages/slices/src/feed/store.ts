import type { Ask, Reader } from '@joinery/core';
import { refusedPosts } from '@joinery/slices/posts';

/** Something that waits for a person: where it is done, and what it is about. */
export type Waiting =
  | { kind: 'requests'; href: string; group: string; count: number }
  | { kind: 'invited'; href: string; group: string }
  | { kind: 'refused'; href: string; title: string }
  | { kind: 'agreed'; href: string; node: string; confirmed: boolean };

const daysOfNews = 30;

/**
 * What needs a person: requests to join where they decide, invitations, posts that a group refused, and what they asked for and may open now.
 * @param asks what the person asked the federation officer for
 */
export async function waitingFor(
  db: Reader,
  person: string,
  { asks, now }: { asks: Ask[]; now: Date },
): Promise<Waiting[]> {
  const requests = await db
    .selectFrom('group_member as mine')
    .innerJoin('groups', 'groups.id', 'mine.group_id')
    .innerJoin('group_member as asking', 'asking.group_id', 'mine.group_id')
    .select((eb) => ['groups.id', 'groups.name', eb.fn.countAll().as('count')])
    .where('mine.person_id', '=', person)
    .where('mine.state', '=', 'member')
    .where('mine.role', '<>', 'member')
    .where('groups.withheld_at', 'is', null)
    .where('groups.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where('asking.state', '=', 'requested')
    .groupBy(['groups.id', 'groups.name', 'groups.sort_name'])
    .orderBy('groups.sort_name')
    .limit(20)
    .execute();
  const invitations = await db
    .selectFrom('group_member')
    .innerJoin('groups', 'groups.id', 'group_member.group_id')
    .select(['groups.id', 'groups.name'])
    .where('group_member.person_id', '=', person)
    .where('group_member.state', '=', 'invited')
    .where('groups.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .orderBy('groups.sort_name')
    .limit(20)
    .execute();
  const refused = await refusedPosts(db, person);
  return [
    ...requests.map(({ id, name, count }) => ({
      kind: 'requests' as const,
      href: `/groups/${id}/requests`,
      group: name,
      count: Number(count),
    })),
    ...invitations.map(({ id, name }) => ({ kind: 'invited' as const, href: `/groups/${id}`, group: name })),
    ...refused.map((post) => ({
      kind: 'refused' as const,
      href: `/posts/${post.id}`,
      title: post.title || post.excerpt,
    })),
    ...(await unopened(db, person, asks, now)),
  ];
}

/** Links whose node has an agreement since the person asked, and that they have not gone on with. */
async function unopened(db: Reader, person: string, asks: Ask[], now: Date): Promise<Waiting[]> {
  const since = new Date(now.getTime() - daysOfNews * 86_400_000).toISOString();
  const agreed = asks.filter((ask) => ask.state === 'agreed' && (ask.answeredAt ?? '') > since).slice(0, 5);
  if (agreed.length === 0) return [];
  const begun = await db
    .selectFrom('groups')
    .innerJoin('group_member', 'group_member.group_id', 'groups.id')
    .select('groups.uri')
    .where('group_member.person_id', '=', person)
    .where(
      'groups.uri',
      'in',
      agreed.map(({ group, origin }) => group ?? origin),
    )
    .execute();
  return agreed
    .map(({ group, origin, confirmed }) => ({ uri: group ?? origin, node: new URL(origin).host, confirmed }))
    .filter(({ uri }) => !begun.some((row) => row.uri === uri))
    .map(({ uri, ...more }) => ({ kind: 'agreed' as const, href: `/follow?uri=${encodeURIComponent(uri)}`, ...more }));
}

export type PublicGroup = { id: string; name: string; summary: string; member_count: number };

/** Listed groups of this node that anyone on the web may read. */
export function publicGroups(db: Reader): Promise<PublicGroup[]> {
  return db
    .selectFrom('groups')
    .select(['id', 'name', 'summary', 'member_count'])
    .where('local', '=', 1)
    .where('listed', '=', 1)
    .where('reading', '=', 'web')
    .where('deleted_at', 'is', null)
    .where('shut_at', 'is', null)
    .orderBy('sort_name')
    .limit(100)
    .execute();
}
