import type { Inbound, RefusalCode } from '@joinery/core';

/** What a post is. `discussion` and `reply` are written here; the others come from other software and are shown with their name. */
export type PostKind = 'discussion' | 'reply' | 'poll' | 'event' | 'document';

/** For whom a thread is: everybody who reads the group; those who run it; the people of one agency. */
export const audiences = ['group', 'facilitators', 'agency'] as const;
export type PostAudience = (typeof audiences)[number];

/** A topic or a reply, local or remote. Belongs to exactly one group, for good. */
export type PostRow = {
  id: string;
  /** ActivityPub id: `<home>/posts/<id>` for ours. */
  uri: string;
  /** Where people read it at its home, when other software says so. */
  url: string | null;
  /** Collection of the thread that its group owns (FEP-7888), and of the activities that made it (FEP-f228), as another node says. */
  context_uri: string | null;
  history_uri: string | null;
  group_id: string;
  /** Its own id for a topic. */
  topic_id: string;
  /** Null for a topic. */
  reply_to: string | null;
  kind: PostKind;
  author_id: string;
  /** Chosen by the author of the topic, the same for all of its thread. */
  audience: PostAudience;
  /** Of one agency: origin of its node, and its name as the author saw it. */
  audience_origin: string | null;
  audience_agency: string | null;
  title: string | null;
  /** First words as plain text, so that lists need no bodies. */
  excerpt: string;
  /** BCP 47, or null when unknown. */
  language: string | null;
  /** 1 when the author is a person of this node. */
  local: number;
  /** `waiting` and `refused` only for posts of ours in groups elsewhere. */
  status: 'accepted' | 'waiting' | 'refused';
  refusal: RefusalCode | null;
  /** First acceptance by the group; null tells that a refused post must be sent as new. */
  accepted_at: string | null;
  /** Number of the current row in `post_revision`, from 1. */
  revision: number;
  pinned_at: string | null;
  /** When it was last decided whether it is pinned: an older decision that comes later changes nothing. */
  pin_decided_at: string | null;
  locked_at: string | null;
  /** Hidden in the group by its facilitators; the author's own copy stays. */
  removed_at: string | null;
  removed_reason: string | null;
  /** A post of another node that an administrator hides from the people of this node; its author and other nodes are not told. */
  hidden_at: string | null;
  hidden_reason: string | null;
  /** Deleted by its author: a tombstone without text. */
  deleted_at: string | null;
  /** The `Delete` of a remote author as it arrived, to be passed on byte for byte. */
  deletion: string | null;
  /** On a topic: the reply that answered it. */
  answer_id: string | null;
  likes: number;
  reply_count: number;
  /** When the figures of a group elsewhere were last told by its host. */
  counted_at: string | null;
  /** 1 while figures of a group of ours wait to be told. */
  count_due: number;
  /** What the author says, clamped to the time of receipt. */
  published_at: string;
  received_at: string;
  /** When it came into its group as news; null while it has not, and for what was brought as history. */
  news_at: string | null;
  /** min(published, received), fixed at first receipt: the order readers see. */
  sort_at: string;
  updated_at: string;
  /** On a topic: `sort_at` of its newest visible post. */
  last_activity_at: string;
  verified: Inbound['verified'];
  /** When it was last received or fetched; null for ours. */
  fetched_at: string | null;
  /** Event that last sent it out, and its stream: what the delivery report goes by, and what `Reject` names. */
  event_id: string | null;
  event_stream: string | null;
  /** Report of a group elsewhere on how far a post of ours got: JSON `{ nodes, reached, waiting, failed }`, and when it was told. */
  delivery: string | null;
  delivery_at: string | null;
};

/** One text of a post. Erased when its author deletes it. */
export type PostRevisionRow = {
  post_id: string;
  number: number;
  title: string | null;
  /** Safe HTML. */
  content: string;
  /** Markdown, when the author's node told it. */
  source: string | null;
  /** The `Create` or `Update` of a remote author as it arrived: embedded unchanged, so that its proof stays valid. */
  activity: string | null;
  at: string;
};

/** Likes that this node knows one by one. The figure shown is `post.likes`. */
type PostLikeRow = {
  post_id: string;
  /** uri of the person. */
  actor: string;
  /** Local id when the person is known here. */
  person_id: string | null;
  /** Id of the `Like` activity. */
  uri: string;
  at: string;
};

export type PostReportRow = {
  id: string;
  post_id: string;
  group_id: string;
  /** Null when the report came from another node: the reporter stays unnamed. */
  reporter_id: string | null;
  /** Node of the reporter. */
  origin: string;
  /** Of a message in a conversation, what it said when it was reported, until that is decided: those who decide read nothing else of it. Safe HTML. */
  content: string | null;
  /** Id of the `Flag`, so that it counts once. */
  uri: string | null;
  reason: string;
  at: string;
  handled_at: string | null;
  handled_by: string | null;
  /** When it was sent on to the node of the author of a message in a conversation. */
  sent_on_at: string | null;
};

/** Addresses that their owner took back, kept so that what arrives late does not resurrect. */
type PostTombstoneRow = { uri: string; actor: string; at: string };

/** A document fetched at its own address whose group is not known yet: waits for the activity that says so. */
export type PostDocumentRow = {
  uri: string;
  id: string;
  document: string;
  verified: Inbound['verified'];
  fetched_at: string;
};

/** Posts whose figures were told within the last minute. */
type PostCountedRow = { post_id: string; at: string };

/** When the past of a group or topic elsewhere was last asked for, and whether its host answered. */
type PostOpeningRow = { subject_id: string; at: string; complete: number };

/** Whom a post mentions: people of this node, and in posts that are written here also others. */
type PostMentionRow = { post_id: string; person_id: string };

/** How a post is tagged; folded. */
type PostTagRow = { post_id: string; tag: string };

/** Up to when a person has read a group as a whole, and each topic that they opened since. */
type PostReadGroupRow = { person_id: string; group_id: string; read_at: string };
type PostReadTopicRow = { person_id: string; topic_id: string; group_id: string; read_at: string };

/** What somebody wrote on a page and may take back before it becomes a post. */
export type PostHeldRow = {
  id: string;
  person_id: string;
  group_id: string;
  /** Null for a topic. */
  topic_id: string | null;
  reply_to: string | null;
  audience: PostAudience;
  audience_origin: string | null;
  audience_agency: string | null;
  title: string | null;
  source: string;
  language: string | null;
  /** `undone` and `left` are kept for a day, so that pages that are still open lead on. */
  state: 'held' | 'refused' | 'undone' | 'left';
  refusal: RefusalCode | null;
  post_id: string | null;
  created_at: string;
  leaves_at: string;
  /** Descriptions of its files by id, as JSON; the files hang on it. */
  files: string | null;
};
/** What a person chose for their own posting. */
type PostPreferenceRow = { person_id: string; undo_seconds: number };

/**
 * A post in a closed group, which other nodes read by reference. In a group of ours every post has a number; of a post of ours in a group elsewhere its host has told one.
 */
export type PostReferenceRow = {
  post_id: string;
  number: number;
  /** Address of the author's latest activity, for authors of other nodes in a group of ours. */
  activity: string | null;
};

/** An item of a closed group elsewhere that was announced and is not read yet. */
export type PostWantedRow = {
  /** What was announced: the author's activity, or the post. */
  uri: string;
  group_id: string;
  /** Node of the author. */
  origin: string;
  number: number;
  /** 1 for what was told as history, not as news. */
  history: number;
  context: string | null;
  context_history: string | null;
  /** `joinery:counts` that came with it, as an activity in JSON. */
  counts: string | null;
  /** `waiting`: for what it answers. */
  state: 'wanted' | 'away' | 'refused' | 'waiting';
  tries: number;
  announced_at: string;
  /** When it is asked for next. */
  due_at: string;
  /** Since when its node does not give it. */
  failed_at: string | null;
};

/** Which node was given a post of ours in a closed group, and when. */
export type PostFetchRow = {
  post_id: string;
  origin: string;
  /** Number of the text that it was given last. */
  revision: number;
  first_at: string;
  last_at: string;
  /** When it said that its copy of this very post is gone. */
  dropped_at: string | null;
};

/** When the author last asked the nodes that had confirmed nothing. */
type PostAskedRow = { post_id: string; at: string };

/** What this node last told another one that it dropped: told again when that asks. */
type PostReceiptRow = { group_id: string; origin: string; items: number; at: string };

/** A node that was told of a post for a part of a group of ours, and when last. */
type PostToldRow = { post_id: string; origin: string; at: string };

/** What another slice says in the document of a post, as JSON. */
type PostExtensionRow = { post_id: string; said: string };

/** A deleted document that its author may have back until `ends_at`. */
export type PostBinRow = {
  post_id: string;
  group_id: string;
  author_id: string;
  title: string;
  content: string;
  source: string | null;
  language: string | null;
  deleted_at: string;
  ends_at: string;
};

declare module '@joinery/core' {
  interface Schema {
    post_fetch: PostFetchRow;
    post_asked: PostAskedRow;
    post_receipt: PostReceiptRow;
    post_told: PostToldRow;
    post_extension: PostExtensionRow;
    post_bin: PostBinRow;
    post_wanted: PostWantedRow;
    post_reference: PostReferenceRow;
    post: PostRow;
    post_revision: PostRevisionRow;
    post_like: PostLikeRow;
    post_report: PostReportRow;
    post_tombstone: PostTombstoneRow;
    post_document: PostDocumentRow;
    post_counted: PostCountedRow;
    post_opening: PostOpeningRow;
    post_mention: PostMentionRow;
    post_tag: PostTagRow;
    post_held: PostHeldRow;
    post_preference: PostPreferenceRow;
    post_read_group: PostReadGroupRow;
    post_read_topic: PostReadTopicRow;
  }
}
