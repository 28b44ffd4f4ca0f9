/** Posts: topics, replies and everything that can be done with them. Start in README.md. */
import './tables.ts';
import type { Slice } from '@joinery/core';
import { activities } from './activities.ts';
import { afterEffects } from './after-effects.ts';
import { api } from './api.ts';
import { checks } from './checks.ts';
import { collections } from './collections.ts';
import { events } from './events.ts';
import { deletionsOf, postsExchanged } from './exchanged.ts';
import { fileHolders } from './file-holders.ts';
import { jobs } from './jobs.ts';
import { hasWrittenFor } from './lists-guests.ts';
import { migrations } from './migrations.ts';
import { postKind } from './objects.ts';
import { panels } from './panels.tsx';
import { routes } from './routes.tsx';
import { newByGroup } from './unread.ts';

import { retryWanted } from './wanted.ts';

export { sendAgain } from './acceptance.ts';
export { AttachFiles, type Attaching, noFiles, shownFiles, takeAttachments } from './attaching.tsx';
export { type Attachment, attachmentsInput } from './attachments.ts';
export { type Audience, audienceOf } from './audience.ts';
export { actingPerson } from './authority.ts';
export { binDays, binned, emptyBin, inBin, takeFromBin } from './bin.ts';
export { deletePost, editPost } from './changes.ts';
export { type Delivery, deliveriesOf, deliveryOf } from './delivery.ts';
export { extensionsOf, putExtension } from './extension.ts';
export { ofPosts as filesOfPosts } from './file-holders.ts';
export { continueThread } from './had-back.ts';
export { heldBy, hold } from './held.ts';
export { hidePost } from './hiding.ts';
export { decidedByHost } from './host.ts';
export { contentInput, languageInput } from './input.ts';
export { postJson, postSchema } from './json.ts';
export { attachedCount, audienceText, authorModel, hostOf, NewBadge, PostBadges } from './labels.tsx';
export { like, unlike } from './likes.ts';
export type { PostWithText, Viewer } from './listed-posts.ts';
export { findPost, likedAmong, listThreadFromEnd, refusedPosts, textsOf } from './lists.ts';
export { type FeedPost, listFeed } from './lists-feed.ts';
export { readLive } from './live.ts';
export { lock, markAnswered, pin, putBack, removeFromGroup, unlock, unpin } from './moderation.ts';
export { mentionedIn } from './names.ts';
export { type Standing, whyNotLike, whyNotModerate, whyNotPost } from './policy.ts';
export { createTopic, reply } from './posts.ts';
export { type Seen, type SeenPost, seeGroup, seePost } from './reads.ts';
export { liesBefore } from './references.ts';
export { handleReport, type ReportedMessage, report, reportedMessages, sendReportOn } from './reports.ts';
export { currentRevision, postById, postByUri, standingOf, topicOf } from './store.ts';
export type { PostBinRow, PostKind, PostRevisionRow, PostRow } from './tables.ts';
export { rememberTopics } from './topics-elsewhere.ts';
export {
  markAllRead,
  markTopicRead,
  mostCounted,
  type NewInGroup,
  newAmong,
  newByGroup,
  newestNews,
  newInTopics,
} from './unread.ts';
export { LikeButton } from './views-actions.tsx';
export { ClosedNotices } from './views-closed.tsx';
export { seenPosts, seesPost } from './visibility.ts';
export { type ClosedState, closedStateOf } from './wanted.ts';
export { markdownText } from './written.ts';

/** What people write in groups, here and elsewhere. */
export const posts: Slice = {
  name: 'posts',
  migrations,
  events,
  activities,
  objects: [postKind],
  fileHolders,
  fileForms: [/^\/groups\/[^/]+\/new$/, /^\/posts\/[^/]+\/(?:replies|edit)$/],
  collections,
  exchanged: postsExchanged,
  takenBack: deletionsOf,
  routes,
  api,
  panels,
  on: afterEffects,
  acquainted: hasWrittenFor,
  newIn: async (context, person, group) => {
    const rows = await newByGroup(context.db.reader, person, context.clock.now(), group);
    return new Map(rows.map(({ id, count }) => [id, count]));
  },
  jobs,
  checks,
  heard: retryWanted,
};
