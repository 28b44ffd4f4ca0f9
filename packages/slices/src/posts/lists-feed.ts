import { decodeCursor, type Reader } from '@joinery/core';
import type { GroupRow } from '@joinery/slices/groups';
import { cut, type PageOf, type PostWithText, seenBy, withText } from './listed-posts.ts';

export type FeedPost = PostWithText & {
  group_name: string;
  group_home: string;
  group_local: number;
  group_agency: string | null;
  group_reading: GroupRow['reading'];
  group_keeping: GroupRow['keeping'];
  topic_title: string | null;
  topic_hidden_at: string | null;
};

/** Everything new in the groups that a person is in or follows, here and elsewhere, the newest first. */
export async function listFeed(
  db: Reader,
  person: string,
  options: { cursor?: string | null; limit: number },
): Promise<PageOf<FeedPost>> {
  const after = decodeCursor(options.cursor, ['string', 'string']);
  const query = seenBy(
    inGroups(db)
      .where('topic.removed_at', 'is', null)
      .where('groups.withheld_at', 'is', null)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('group_member')
            .select('group_member.person_id')
            .whereRef('group_member.group_id', '=', 'post.group_id')
            .where('group_member.person_id', '=', person)
            .where((member) =>
              member.or([
                member('group_member.state', '=', 'member'),
                member.and([
                  member('group_member.following', '=', 1),
                  member('groups.reading', '<>', 'members'),
                  member('group_member.state', '<>', 'banned'),
                ]),
              ]),
            ),
        ),
      ),
    { person, moderates: false },
  );
  return newestFirst(query, after, options.limit);
}

/** Posts with what lists of several groups show of their group and topic. */
function inGroups(db: Reader) {
  return withText(db)
    .innerJoin('groups', 'groups.id', 'post.group_id')
    .innerJoin('post as topic', 'topic.id', 'post.topic_id')
    .select([
      'groups.name as group_name',
      'groups.home as group_home',
      'groups.local as group_local',
      'groups.agency as group_agency',
      'groups.reading as group_reading',
      'groups.keeping as group_keeping',
      'topic.title as topic_title',
      'topic.hidden_at as topic_hidden_at',
    ])
    .where('groups.kind', '=', 'group')
    .where('post.deleted_at', 'is', null)
    .where('groups.shut_at', 'is', null)
    .where('groups.deleted_at', 'is', null);
}

async function newestFirst(
  query: ReturnType<typeof inGroups>,
  after: (string | number)[] | null,
  limit: number,
): Promise<PageOf<FeedPost>> {
  const from = after
    ? query.where((eb) => eb(eb.refTuple('post.sort_at', 'post.id'), '<', eb.tuple(String(after[0]), String(after[1]))))
    : query;
  const rows = await from
    .orderBy('post.sort_at', 'desc')
    .orderBy('post.id', 'desc')
    .limit(limit + 1)
    .execute();
  return cut(rows, limit, (row) => row.sort_at);
}

/**
 * Posts with a tag in all groups that a person of this node may read, the newest first. What is not listed shows to its members and followers only.
 * @param tag folded
 */
export async function listTagged(
  db: Reader,
  tag: string,
  person: string,
  options: { cursor?: string | null; limit: number; guest: boolean },
): Promise<PageOf<FeedPost>> {
  const after = decodeCursor(options.cursor, ['string', 'string']);
  const query = seenBy(
    inGroups(db)
      .innerJoin('post_tag', 'post_tag.post_id', 'post.id')
      .where('post_tag.tag', '=', tag)
      .where('groups.withheld_at', 'is', null)
      .where('topic.removed_at', 'is', null)
      .where((eb) => {
        const standing = eb
          .selectFrom('group_member')
          .select('group_member.person_id')
          .whereRef('group_member.group_id', '=', 'post.group_id')
          .where('group_member.person_id', '=', person);
        if (options.guest) {
          const invited = standing.where('group_member.state', 'in', ['member', 'invited']);
          return eb.and([eb('groups.local', '=', 1), eb.exists(invited)]);
        }
        const follows = standing.where('group_member.following', '=', 1).where('group_member.state', '<>', 'banned');
        return eb.or([
          eb.exists(standing.where('group_member.state', '=', 'member')),
          eb.and([eb('groups.reading', '<>', 'members'), eb.or([eb('groups.listed', '=', 1), eb.exists(follows)])]),
        ]);
      }),
    { person, moderates: false },
  );
  return newestFirst(query as unknown as ReturnType<typeof inGroups>, after, options.limit);
}
