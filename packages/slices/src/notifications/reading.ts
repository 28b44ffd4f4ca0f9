import {
  type Agreement,
  type Ask,
  type Context,
  deciders,
  decodeCursor,
  encodeCursor,
  type Reader,
} from '@joinery/core';
import {
  canConfirm,
  canModerate,
  type GroupFacts,
  type GroupKind,
  isMember,
  isShut,
  mayKnowGroup,
  mayReadGroup,
  type Standing,
} from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import { seenPosts } from '@joinery/slices/posts';
import { type Kind, officeKinds, type SecurityEvent, securityKind } from './tables.ts';

/** A notification as its person may see it now: what they may not read is left out, or the whole of it is. */
export type Notification = {
  id: string;
  kind: Kind;
  /** When it happened. */
  at: string;
  read: boolean;
  accepted: boolean | null;
  group: { id: string; name: string; uri: string; closed: boolean; kind: GroupKind } | null;
  topic: { id: string; uri: string; title: string | null } | null;
  /** Null when it is not about a post; without text when the post is gone. */
  post: { id: string; excerpt: string; gone: boolean; language: string | null } | null;
  actor:
    | ({ id: string; name: string; agency: string; home: string; local: boolean } & Pick<
        PersonRow,
        'guest_of' | 'guest_until'
      >)
    | null;
  ask: Ask | null;
  /** Of a request or a proposal: host name of the node that it is about. */
  node: string | null;
  /** Of what opens the person's account: what was changed, and whether by themselves, by somebody else (`actor`), or by whoever runs the node. */
  security: { what: SecurityEvent; by: 'self' | 'somebody' | 'node' } | null;
  /** Of an agreement that ends. */
  ending: { partner: string; agency: string; lastDay: Date; use: Agreement['use'] } | null;
};

/** One row with everything that rights are decided by. */
function rows(db: Reader, person: string) {
  return (
    db
      .selectFrom('notification as n')
      .leftJoin('groups as g', 'g.id', 'n.group_id')
      .leftJoin('group_member as m', (join) =>
        join.onRef('m.group_id', '=', 'n.group_id').on('m.person_id', '=', person),
      )
      .leftJoin('post as p', 'p.id', 'n.post_id')
      .leftJoin('post as t', 't.id', 'n.topic_id')
      .leftJoin('person as a', 'a.id', 'n.actor_id')
      .leftJoin('account as own', 'own.person_id', 'n.person_id')
      .leftJoin('person as self', 'self.id', 'n.person_id')
      .where('n.person_id', '=', person)
      // About a thread that is not theirs to see they hear nothing, whatever they were told before.
      .where((eb) => eb.or([eb('n.post_id', 'is', null), eb('p.id', 'is', null), seenPosts(person, 'p')]))
      .select(['n.id', 'n.kind', 'n.sort_at', 'n.read_at', 'n.accepted', 'n.ask_id', 'n.group_id', 'n.post_id'])
      .select(['n.origin', 'n.partner_id', 'n.ends_at', 'n.what', 'n.person_id'])
      .select([
        'g.uri as group_uri',
        'g.name as group_name',
        'g.kind as group_kind',
        'g.reading',
        'g.joining',
        'g.listed',
        'g.local',
      ])
      .select(['g.archived_at', 'g.withheld_at', 'g.shut_at', 'g.deleted_at as group_deleted_at'])
      .select(['m.state', 'm.role', 'm.following', 'm.banned_until'])
      .select(['p.excerpt', 'p.deleted_at', 'p.removed_at', 'p.hidden_at', 'p.status', 'p.language'])
      .select(['t.id as topic_id', 't.uri as topic_uri', 't.title', 't.deleted_at as topic_deleted_at'])
      .select(['t.removed_at as topic_removed_at', 't.hidden_at as topic_hidden_at'])
      .select(['a.id as actor_id', 'a.name as actor_name', 'a.agency as actor_agency', 'a.home as actor_home'])
      .select(['a.local as actor_local', 'a.deleted_at as actor_deleted_at', 'own.administrator'])
      .select(['self.guest_until as own_until', 'a.guest_of as actor_guest_of', 'a.guest_until as actor_guest_until'])
      .select('a.guest_sponsor as actor_sponsor')
      .select((eb) =>
        eb
          .exists(
            eb
              .selectFrom('group_away')
              .select('group_away.person_id')
              .whereRef('group_away.group_id', '=', 'n.group_id')
              .where('group_away.deputy_id', '=', person),
          )
          .as('deputy'),
      )
  );
}

type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number];

/** The same rule as the group's own pages: asked anew each time a notification is shown or mailed. */
function mayKnow(row: Row, person: string, decides: boolean): boolean {
  if (officeKinds.includes(row.kind)) return decides;
  if (row.kind === 'registration' || row.kind === 'sponsor') return row.administrator === 1;
  if (row.kind === 'guest') return row.administrator === 1 || row.actor_sponsor === person;
  if (row.kind === 'emergency' && row.group_id === null) return row.administrator === 1;
  if (row.group_id === null) return true;
  if (row.reading === null || row.group_deleted_at !== null) return false;
  const group = {
    ...{ reading: row.reading, joining: row.joining, listed: row.listed, local: row.local },
    ...{ archived_at: row.archived_at, withheld_at: row.withheld_at, shut_at: row.shut_at },
    deleted_at: row.group_deleted_at,
  } as GroupFacts;
  const standing = row.state === null ? undefined : (row as unknown as Standing);
  if (row.kind === 'confirm') return canConfirm(standing);
  if (isShut(group)) return false;
  if (row.kind === 'request') return canModerate(group, standing) || (Boolean(row.deputy) && isMember(standing));
  if (row.kind === 'approved' && row.accepted === 0 && group.listed === 1) return true;
  const reader = { kind: 'person', person, administrator: false, guest: row.own_until !== null } as const;
  // Who is invited into a closed group of another node reads nothing of it yet, and knows it as its page tells them.
  if (row.kind === 'invited') return group.withheld_at === null && mayKnowGroup(group, reader, standing);
  return mayReadGroup(group, reader, standing);
}

/** Whether somebody decides about partners now: asked for only where one of these is about that. */
async function decidesAbout(db: Reader, person: string, found: readonly Row[]): Promise<boolean> {
  return found.some((row) => officeKinds.includes(row.kind)) && (await deciders(db)).includes(person);
}

async function toNotification(context: Pick<Context, 'db' | 'ports'>, row: Row): Promise<Notification> {
  const away = row.deleted_at !== null || row.removed_at !== null || row.hidden_at !== null;
  const gone = away || row.status !== 'accepted';
  const topicGone = row.topic_deleted_at !== null || row.topic_removed_at !== null || row.topic_hidden_at !== null;
  return {
    id: row.id,
    kind: row.kind,
    at: row.sort_at,
    read: row.read_at !== null,
    accepted: row.accepted === null ? null : row.accepted === 1,
    group:
      row.group_id === null
        ? null
        : {
            id: row.group_id,
            name: row.group_name ?? '',
            uri: row.group_uri ?? '',
            kind: row.group_kind ?? 'group',
            // A group elsewhere that is known here is open to the people of this node.
            closed: row.reading === 'members' || (row.local === 1 && row.listed !== 1),
          },
    topic:
      row.topic_id === null
        ? null
        : { id: row.topic_id, uri: row.topic_uri ?? '', title: gone || topicGone ? null : row.title },
    post:
      row.post_id === null
        ? null
        : {
            id: row.post_id,
            excerpt: gone || topicGone ? '' : (row.excerpt ?? ''),
            gone: gone || topicGone,
            language: row.language,
          },
    actor:
      row.actor_id === null || row.actor_deleted_at !== null
        ? null
        : {
            id: row.actor_id,
            name: row.actor_name ?? '',
            agency: row.actor_agency ?? '',
            ...{ guest_of: row.actor_guest_of, guest_until: row.actor_guest_until },
            home: row.actor_home ?? '',
            local: row.actor_local === 1,
          },
    ask: row.ask_id === null ? null : await context.ports.asks.byId(context.db.reader, row.ask_id),
    node: row.origin === null ? null : new URL(row.origin).host,
    security:
      row.what === null
        ? null
        : {
            what: row.what,
            by: row.actor_id === null ? 'node' : row.actor_id === row.person_id ? 'self' : 'somebody',
          },
    ending: await endingOf(context, row),
  };
}

async function endingOf({ db, ports }: Pick<Context, 'db' | 'ports'>, row: Row): Promise<Notification['ending']> {
  if (row.partner_id === null || row.ends_at === null) return null;
  const found = await ports.agreements.byId(db.reader, row.partner_id);
  if (!found) return null;
  const { partner, agency, use } = found;
  return { partner, agency, use, lastDay: new Date(Date.parse(row.ends_at) - 1) };
}

/** What a person was told and may still know of, the newest first. */
export async function listNotifications(
  context: Pick<Context, 'db' | 'ports'>,
  person: string,
  options: { cursor?: string | null | undefined; limit: number; unread?: boolean },
): Promise<{ items: Notification[]; next: string | null }> {
  const items: Row[] = [];
  let after = decodeCursor(options.cursor ?? null, ['string', 'string']);
  for (;;) {
    const position = after;
    let query = rows(context.db.reader, person).where('n.shown', '=', 1);
    if (options.unread) query = query.where('n.read_at', 'is', null);
    if (position)
      query = query.where((eb) =>
        eb(eb.refTuple('n.sort_at', 'n.id'), '<', eb.tuple(String(position[0]), String(position[1]))),
      );
    const page = await query
      .orderBy('n.sort_at', 'desc')
      .orderBy('n.id', 'desc')
      .limit(options.limit + 1)
      .execute();
    const decides = await decidesAbout(context.db.reader, person, page);
    for (const row of page) {
      if (items.length === options.limit) {
        const last = items.at(-1);
        const next = last ? encodeCursor([last.sort_at, last.id]) : null;
        return { items: await Promise.all(items.map((one) => toNotification(context, one))), next };
      }
      if (mayKnow(row, person, decides)) items.push(row);
    }
    const last = page.at(-1);
    if (page.length <= options.limit || !last)
      return { items: await Promise.all(items.map((one) => toNotification(context, one))), next: null };
    after = [last.sort_at, last.id];
  }
}

/** One notification of a person; null when there is none, or they may not know of it any more. */
export async function findNotification(
  context: Pick<Context, 'db' | 'ports'>,
  person: string,
  id: string,
): Promise<Notification | null> {
  const row = await rows(context.db.reader, person).where('n.id', '=', id).executeTakeFirst();
  if (!row || !mayKnow(row, person, await decidesAbout(context.db.reader, person, [row]))) return null;
  return toNotification(context, row);
}

/** More unread ones than this are not counted. */
export const countedAtMost = 99;

/** How many notifications a person has not read, of what they may still know; at most one more than `countedAtMost`. */
export async function countUnread(db: Reader, person: string): Promise<number> {
  const found = await rows(db, person)
    .where('n.read_at', 'is', null)
    .where('n.shown', '=', 1)
    .limit(countedAtMost * 2)
    .execute();
  const decides = await decidesAbout(db, person, found);
  return Math.min(found.filter((row) => mayKnow(row, person, decides)).length, countedAtMost + 1);
}

const partners = '/administration/partners';

/** What a notification leads to. */
export function placeOf(notification: Notification): string {
  const { kind, post, group, ask, ending, actor } = notification;
  if (kind === securityKind) return '/profile/sign-in';
  if (kind === 'emergency') return group ? `/groups/${group.id}/emergency` : '/administration/emergency';
  if (kind === 'expiry') return ending ? `${partners}/${ending.partner}` : partners;
  if (kind === 'label') return `${partners}/labels`;
  if (officeKinds.includes(kind)) return `${partners}/proposals`;
  if (post && !post.gone) return `/posts/${post.id}`;
  if (kind === 'request' && group) return `/groups/${group.id}/requests`;
  if (kind === 'confirm' && group) return `/groups/${group.id}/confirm`;
  if (kind === 'role') return '/profile';
  if (kind === 'written') return '/profile/written';
  if (group) return group.kind === 'conversation' ? `/conversations/${group.id}` : `/groups/${group.id}`;
  if (kind === 'registration') return '/administration/registration';
  if ((kind === 'guest' || kind === 'sponsor') && actor) return `/guests/${actor.id}`;
  return ask?.state === 'agreed' ? `/follow?uri=${encodeURIComponent(ask.group ?? ask.origin)}` : '/notifications';
}
