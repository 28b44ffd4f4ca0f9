import type { Context, Panel, Visitor } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';
import type { Language } from '@joinery/ui';
import { openTopics } from './history.ts';
import { listTopics } from './lists.ts';
import { readLive } from './live.ts';
import { whyNotPost } from './policy.ts';
import { type Seen, seeGroup } from './reads.ts';
import { newInTopics } from './unread.ts';
import { Topics, type TopicsModel } from './views-topics.tsx';
import { closedStateOf } from './wanted.ts';

const perPage = 25;

/** Topics of a group as its page shows them. Of a group elsewhere the host is asked first for what is not here yet. */
export async function topicsModel(context: Context, seen: Seen, cursor: string | null): Promise<TopicsModel> {
  const { group, standing, viewer } = seen;
  const db = context.db.reader;
  const unavailable = cursor === null ? await openTopics(context, group) : null;
  const { items, next } = await listTopics(db, group.id, viewer, { cursor, limit: perPage });
  const fresh = await newInTopics(
    db,
    viewer.person,
    items.map(({ id }) => id),
    context.clock.now(),
  );
  return {
    group: { id: group.id, name: group.name },
    topics: await readLive(context, group, items),
    fresh,
    next,
    whyNot: whyNotPost(standing),
    unavailable,
    closed: await closedStateOf(db, group),
    atom: group.local === 1 && group.reading === 'web',
    reports: standing.moderates && group.local === 1,
  };
}

async function renderTopics(
  context: Context,
  visitor: Visitor | null,
  subject: { id: string } | null,
  language: string,
): Promise<unknown> {
  const group = subject ? await groupById(context.db.reader, subject.id) : undefined;
  if (!group) return null;
  const reader = {
    language: language as Language,
    timeZone: visitor?.person.timeZone ?? 'UTC',
    now: context.clock.now(),
  };
  const seen = await seeGroup(context, group.id, visitor).catch(() => null);
  return seen && <Topics model={await topicsModel(context, seen, null)} reader={reader} />;
}

/** What posts add to other pages: the topics on the group's. */
export const panels: Panel[] = [{ place: 'group', order: 10, render: renderTopics }];
