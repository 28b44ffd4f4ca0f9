import type { Context, Panel, Visitor } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';
import type { Language } from '@joinery/ui';
import { hostOf } from './labels.tsx';
import { listTopics } from './lists.ts';
import { whyNotPost } from './policy.ts';
import { type Seen, seeGroup } from './reads.ts';
import { Topics, type TopicsModel } from './views-topics.tsx';

const perPage = 25;
const historySeconds = 5;

/** Topics of a group as its page shows them. Of a group elsewhere whose topics are not here yet, the host is asked first. */
export async function topicsModel(context: Context, seen: Seen, cursor: string | null): Promise<TopicsModel> {
  const { group, standing, viewer } = seen;
  const db = context.db.reader;
  let { items, next } = await listTopics(db, group.id, viewer, { cursor, limit: perPage });
  let unavailable: string | null = null;
  if (items.length === 0 && cursor === null && group.local !== 1) {
    unavailable = (await askHistory(context, group.uri, 'topics')) ? null : hostOf(group.home);
    ({ items, next } = await listTopics(db, group.id, viewer, { cursor, limit: perPage }));
  }
  return {
    group: { id: group.id, name: group.name },
    topics: items,
    next,
    whyNot: whyNotPost(standing),
    unavailable,
    atom: group.local === 1 && group.reading === 'web',
    reports: standing.moderates && group.local === 1,
  };
}

/** Asks the host of a group elsewhere for what is not here yet; a page does not wait for it longer than a few seconds. */
export async function askHistory(context: Context, uri: string, wanted: 'topics' | 'replies'): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), historySeconds * 1_000);
  });
  const asked = context.ports.actors.history(uri, wanted).then(
    () => true,
    (error: unknown) => {
      context.logger.info('posts.history_unavailable', { reason: error instanceof Error ? error.message : '' });
      return false;
    },
  );
  try {
    return await Promise.race([asked, tooLong]);
  } finally {
    clearTimeout(timer);
  }
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
