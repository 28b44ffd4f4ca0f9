import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';

type OfPost = { post: string; group: string };
type ByPerson = OfPost & { /** Person who did it; null when the host of a group elsewhere did. */ by: string | null };

declare module '@joinery/core' {
  interface Events {
    'post.created': OfPost & { revision: number };
    /** A post of a group elsewhere came with its history: known here, but no news. On `local`. */
    'post.remembered': OfPost;
    'post.edited': OfPost & { revision: number };
    'post.deleted': OfPost;
    /** A group elsewhere took a post of ours in, or refused it. */
    'post.accepted': OfPost;
    'post.refused': OfPost;
    /** `actor`: uri of the person. */
    'post.liked': OfPost & { actor: string };
    /** `like`: id of the `Like` that is taken back. */
    'post.unliked': OfPost & { actor: string; like: string };
    /** `answer` null: the mark was taken away. */
    'post.answered': ByPerson & { answer: string | null };
    'post.pinned': ByPerson;
    'post.unpinned': ByPerson;
    'post.locked': ByPerson;
    'post.unlocked': ByPerson;
    'post.removed': ByPerson;
    'post.put_back': ByPerson;
    /** Hidden from the people of this node, and shown again; stream `local`. */
    'post.hidden': ByPerson;
    'post.unhidden': ByPerson;
    'post.reported': OfPost & { report: string };
    'post.report_handled': OfPost & { report: string };
    /** The copy of what was written at another node is kept no more. On `local`. */
    'post.dropped': OfPost;
    /** What happened to a post that is for a part of a group of ours (`event`), told to a node with somebody who sees it. On the stream of that node. */
    'post.passed_on': OfPost & { event: string };
    /** New figures of these posts. */
    'post.counted': { group: string; posts: string[] };
    /** What became of the record copy here of the files of a post of another node, told to that. On the stream of that node. */
    'post.record_told': OfPost;
    /** How far posts by people of `node` got. */
    'post.delivered': { group: string; node: string; posts: string[] };
  }
}

const ofPost = z.object({ post: z.string(), group: z.string() });
const byPerson = ofPost.extend({ by: z.string().nullable() });
const withRevision = ofPost.extend({ revision: z.number().int() });
const like = ofPost.extend({ actor: z.string() });
const report = ofPost.extend({ report: z.string() });

export const events: EventDefinitions = {
  'post.created': { v: 1, data: withRevision },
  'post.remembered': { v: 1, data: ofPost },
  'post.edited': { v: 1, data: withRevision },
  'post.deleted': { v: 1, data: ofPost },
  'post.accepted': { v: 1, data: ofPost },
  'post.refused': { v: 1, data: ofPost },
  'post.liked': { v: 1, data: like },
  'post.unliked': { v: 1, data: like.extend({ like: z.string() }) },
  'post.answered': { v: 1, data: byPerson.extend({ answer: z.string().nullable() }) },
  'post.pinned': { v: 1, data: byPerson },
  'post.unpinned': { v: 1, data: byPerson },
  'post.locked': { v: 1, data: byPerson },
  'post.unlocked': { v: 1, data: byPerson },
  'post.removed': { v: 1, data: byPerson },
  'post.put_back': { v: 1, data: byPerson },
  'post.hidden': { v: 1, data: byPerson },
  'post.unhidden': { v: 1, data: byPerson },
  'post.reported': { v: 1, data: report },
  'post.report_handled': { v: 1, data: report },
  'post.dropped': { v: 1, data: ofPost },
  'post.passed_on': { v: 1, data: ofPost.extend({ event: z.string() }) },
  'post.counted': { v: 1, data: z.object({ group: z.string(), posts: z.array(z.string()) }) },
  'post.record_told': { v: 1, data: ofPost },
  'post.delivered': { v: 1, data: z.object({ group: z.string(), node: z.string(), posts: z.array(z.string()) }) },
};
