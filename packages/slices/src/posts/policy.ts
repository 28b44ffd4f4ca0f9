import type { RefusalCode } from '@joinery/core';

/** What somebody may do in a group, as the groups slice rules it: made by `standingOf`, pure from here on. */
export type Standing = {
  /** Null for somebody who is not signed in, or whom this node does not know. */
  person: string | null;
  /** May read the group and what is in it. */
  reads: boolean;
  banned: boolean;
  /** A guest in a group on the web that they were not invited to. */
  onlyReads: boolean;
  /** Why they may not write in the group, or null. */
  posting: RefusalCode | null;
  /** Facilitator or owner. */
  moderates: boolean;
  /** Of a conversation: nobody runs it, and its first message opens or closes nothing. */
  converses: boolean;
};

type InGroup = { archived_at: string | null; deleted_at: string | null };
type OfTopic = { author_id: string; locked_at: string | null; removed_at: string | null; deleted_at: string | null };
type OfPost = { author_id: string; removed_at: string | null; deleted_at: string | null; status: string };

/** Every rule answers why not, or null when it may be done: used to refuse and to hide buttons. */
type WhyNot = RefusalCode | null;

/** Takes part: writes topics. */
export function whyNotPost(standing: Standing): WhyNot {
  if (!standing.reads) return 'not_found';
  return standing.person === null ? 'signed_out' : standing.posting;
}

export function whyNotReply(standing: Standing, topic: OfTopic): WhyNot {
  const why = whyNotPost(standing);
  if (why || standing.converses) return why;
  if (topic.deleted_at || topic.removed_at) return 'gone';
  return topic.locked_at ? 'locked' : null;
}

/** Only the very author edits. Somebody who left may still correct what they wrote; somebody banned may not. */
export function whyNotEdit(standing: Standing, group: InGroup, post: OfPost): WhyNot {
  if (!isAuthor(standing, post)) return 'forbidden';
  if (post.deleted_at || group.deleted_at) return 'gone';
  if (standing.banned) return 'banned';
  return group.archived_at ? 'locked' : null;
}

/** An author may always take back what they wrote, also after leaving or being banned. */
export function whyNotDelete(standing: Standing, post: OfPost): WhyNot {
  if (!isAuthor(standing, post)) return 'forbidden';
  return post.deleted_at ? 'gone' : null;
}

/** Whoever reads the group may say that a post was useful; a guest where they were invited. */
export function whyNotLike(standing: Standing, group: InGroup, post: OfPost): WhyNot {
  if (!standing.reads) return 'not_found';
  if (standing.banned) return 'banned';
  if (standing.onlyReads) return 'forbidden';
  if (group.archived_at) return 'locked';
  if (post.deleted_at || post.removed_at) return 'gone';
  return post.status === 'accepted' ? null : 'conflict';
}

/** Pin, lock, remove, put back, handle reports. */
export function whyNotModerate(standing: Standing): WhyNot {
  if (!standing.reads) return 'not_found';
  return standing.moderates ? null : 'forbidden';
}

/** Whoever asked knows what helped; a facilitator may say it for them. */
export function whyNotMarkAnswered(standing: Standing, topic: OfTopic): WhyNot {
  if (topic.deleted_at) return 'gone';
  if (standing.banned) return 'banned';
  if (standing.converses) return 'forbidden';
  return standing.moderates || isAuthor(standing, topic) ? null : 'forbidden';
}

export function whyNotReport(standing: Standing, post: OfPost): WhyNot {
  if (!standing.reads) return 'not_found';
  if (post.deleted_at) return 'gone';
  return isAuthor(standing, post) ? 'forbidden' : null;
}

/** Whoever looks after this node may spare its people a post of another one. Posts of ours are removed by their group. */
export function whyNotHide(
  standing: Standing,
  administrator: boolean,
  post: { local: number; deleted_at: string | null },
): WhyNot {
  if (!standing.reads) return 'not_found';
  if (!administrator) return 'forbidden';
  if (post.deleted_at) return 'gone';
  return post.local === 1 ? 'conflict' : null;
}

function isAuthor(standing: Standing, post: { author_id: string }): boolean {
  return standing.person !== null && standing.person === post.author_id;
}
