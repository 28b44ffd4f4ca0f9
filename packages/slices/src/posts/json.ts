import { originOf } from '@joinery/core';
import { copyFaults, type FileRow, fileJson, fileSchema } from '@joinery/slices/files';
import { guestJson, guestSchema } from '@joinery/slices/people';
import { z } from 'zod';
import { nodeStatuses } from './delivery/nodes.ts';
import type { PostWithText } from './listed-posts.ts';

/** A post as the API shows it. */
export const postSchema = z.object({
  id: z.string(),
  uri: z.string(),
  home: z.string(),
  group: z.string().describe('Local id of its group'),
  topic: z.string().describe('Local id of the topic; its own for a topic'),
  kind: z.enum(['discussion', 'reply', 'poll', 'event', 'document']),
  audience: z.enum(['facilitators', 'agency']).optional().describe('For whom alone its thread is'),
  agency: z.string().optional().describe('Of one agency: origin of its node'),
  title: z.string().nullable(),
  content: z.string().describe('Safe HTML'),
  source: z.string().nullable().optional().describe('Markdown, to its author'),
  language: z.string().nullable(),
  author: z.object({
    ...{ id: z.string(), uri: z.string(), name: z.string(), agency: z.string(), home: z.string() },
    guest: guestSchema,
  }),
  replyTo: z.string().nullable(),
  replyCount: z.number().int(),
  likes: z.number().int(),
  liked: z.boolean(),
  answered: z.string().nullable().describe('On a topic: local id of the reply that answered it'),
  pinned: z.boolean(),
  locked: z.boolean(),
  status: z.enum(['waiting', 'accepted', 'refused']),
  refusal: z.string().nullable(),
  removed: z.boolean(),
  removedReason: z.string().nullable(),
  deleted: z.boolean(),
  revision: z.number().int(),
  files: z.array(fileSchema).describe('What hangs on it; filled by the addresses of posts'),
  verified: z.enum(['signature', 'proof', 'origin', 'unchecked']),
  createdAt: z.string(),
  updatedAt: z.string(),
  sortAt: z.string(),
  fetchedAt: z.string().optional(),
  live: z
    .enum(['read', 'away', 'refused'])
    .optional()
    .describe('Of a group whose posts are read live: whether the node of this one gave its text just now'),
  countedAt: z.string().optional().describe('When the host of a group elsewhere last told likes and replies'),
});
export type PostJson = z.infer<typeof postSchema>;

export const threadSchema = postSchema.extend({
  replies: z.array(postSchema).describe('The first 100, the oldest first'),
});

export const revisionSchema = z.object({
  number: z.number().int(),
  title: z.string().nullable(),
  content: z.string(),
  at: z.string(),
});

const nodeSchema = z.object({
  home: z.string(),
  agency: z.string(),
  status: z.enum(nodeStatuses),
  fetchedAt: z.string().nullable(),
  current: z.boolean(),
  endedAt: z.string().nullable(),
  reason: z.string().nullable(),
  grantedUntil: z.string().nullable(),
  droppedAt: z.string().nullable(),
  droppedItems: z.number().int().nullable(),
  receipt: z.string().nullable(),
  deletedAt: z.string().nullable(),
  error: z.string().nullable(),
  record: z
    .object({
      files: z.number().int(),
      of: z.number().int(),
      at: z.string().nullable(),
      notKept: z
        .array(z.object({ reason: z.enum(copyFaults), files: z.number().int() }))
        .describe('What that node says that it does not keep, and why'),
    })
    .nullable()
    .describe('Of the node that promised a record copy: how many of the files it was given for it'),
});

export const deliverySchema = z.object({
  nodes: z.number().int(),
  reached: z.number().int(),
  waiting: z.number().int(),
  failed: z.number().int(),
  deletedOn: z.number().int(),
  unknown: z.number().int(),
  detail: z.array(
    z.object({
      home: z.string(),
      state: z.enum(['reached', 'waiting', 'failed', 'unknown']),
      at: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
  /** To its author alone: what each node has, and what it has said about its copies. */
  byNode: z.array(nodeSchema).optional(),
  /** When its author last asked the nodes that had confirmed nothing. */
  askedAt: z.string().nullable().optional(),
});

/** @param person who asks: the Markdown source goes to its author only */
export function postJson(
  post: PostWithText,
  person: string,
  liked: Set<string>,
  files: readonly FileRow[] = [],
): PostJson {
  return {
    id: post.id,
    uri: post.uri,
    home: originOf(post.uri) ?? post.author_home,
    group: post.group_id,
    topic: post.topic_id,
    kind: post.kind,
    ...(post.audience === 'group' ? {} : { audience: post.audience }),
    ...(post.audience_origin === null ? {} : { agency: post.audience_origin }),
    title: post.title,
    content: post.content ?? '',
    ...(person === post.author_id ? { source: post.source } : {}),
    language: post.language,
    author: {
      id: post.author_id,
      uri: post.author_uri,
      name: post.author_name,
      agency: post.author_agency,
      home: post.author_home,
      ...guestJson({ guest_of: post.author_guest_of, guest_until: post.author_guest_until }),
    },
    replyTo: post.reply_to,
    replyCount: post.reply_count,
    likes: post.likes,
    liked: liked.has(post.id),
    answered: post.answer_id,
    pinned: post.pinned_at !== null,
    locked: post.locked_at !== null,
    status: post.status,
    refusal: post.refusal,
    removed: post.removed_at !== null,
    removedReason: post.removed_reason,
    deleted: post.deleted_at !== null,
    revision: post.revision,
    files: files.map(fileJson),
    verified: post.verified,
    createdAt: post.published_at,
    updatedAt: post.updated_at,
    sortAt: post.sort_at,
    ...(post.fetched_at === null ? {} : { fetchedAt: post.fetched_at }),
    ...(post.live ? { live: post.live.state } : {}),
    ...(post.counted_at === null ? {} : { countedAt: post.counted_at }),
  };
}
