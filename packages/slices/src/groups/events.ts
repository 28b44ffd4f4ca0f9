import type { EventDefinitions } from '@joinery/core';
import { z } from 'zod';
import type { Role } from './tables.ts';

type GroupEvent = { group: string };
type MemberEvent = { group: string; person: string };
/** `by`: the person who decided; null when the group itself did (command line, another node's facilitator). */
type ModerationEvent = MemberEvent & { by: string | null };
/** `version`: of the standing that came of it, where the group is ours. */
type Versioned = { version?: number };
/** `activity`: address of what is taken back, declined or answered. */
type AnswerEvent = MemberEvent & { activity: string };

declare module '@joinery/core' {
  interface Events {
    /** On `local`. */
    'group.created': GroupEvent;
    /** An administrator decided what the form of a new group begins with. On `local`. */
    'group.preset_changed': { by: string };
    /** A group of another node is known here from now on. On `local`. */
    'group.remembered': GroupEvent;
    /** On the group's stream; on `local` when another node's group changed. */
    'group.updated': GroupEvent;
    'group.keys_renewed': GroupEvent;
    /** A group elsewhere is withheld until somebody here says what its label means. Stream `local`. */
    'group.label_unknown': GroupEvent & { origin: string };
    /** Members per node were counted, at most once a minute. On the group's stream. */
    'group.summarised': GroupEvent;
    /** On the group's stream; on `local` when another node's group ended. */
    'group.deleted': GroupEvent;
    /** A person of this node asks another node's group to be let read it in the feed. On the stream of that node. */
    'group.follow_asked': MemberEvent;
    /** Somebody asks to take part. On the stream of the group's node, or `local` when it waits for our facilitators. */
    'group.join_asked': MemberEvent;
    /** Somebody asks to join, or does so no more: on the stream of each node whose people run a group of ours. There on `local`, once they know. */
    'group.request_told': MemberEvent;
    /** A facilitator of ours decided about a request to a group elsewhere. On the stream of its node. */
    'group.request_decided': ModerationEvent & { accepted: boolean };
    /** A request to join a group of ours waits for three days, or three more. On `local`. */
    'group.request_waits': MemberEvent;
    /** Somebody follows now. On `local`. */
    'group.followed': MemberEvent;
    /** Somebody is a member now. On `local`. */
    'group.joined': MemberEvent;
    /** Stops following. On the stream of the group's node, or `local`. */
    'group.unfollowed': AnswerEvent;
    /** On the stream of the group's node, or `local`. */
    'group.left': AnswerEvent;
    /** A group of ours lets in, or refuses or ends with a code. On the stream of the person's node, or `local`. */
    'group.answered': AnswerEvent & { accepted: boolean; code: string | null } & Versioned;
    /** On the stream of the invited person's node, or `local`. */
    'group.invited': ModerationEvent & Versioned;
    /** On the stream of the group's node, or `local`. */
    'group.invitation_declined': AnswerEvent;
    /** On the group's stream; on the stream of the group's node when our person facilitates there. */
    'group.removed': ModerationEvent & Versioned;
    /** After a restore somebody who runs a group of ours confirmed who is in it; `by` is null for the command line. On `local`. */
    'group.members_confirmed': GroupEvent & { by: string | null };
    /** After a restore somebody runs a group of ours again, and is asked to confirm who is in it. On `local`. */
    'group.confirm_asked': MemberEvent;
    'group.banned': ModerationEvent & Versioned;
    'group.unbanned': ModerationEvent & Versioned;
    /**
     * A node lost its access to a closed group of ours, and must drop its copies. On the group's stream, and on the stream of that node. With `remains` its tokens alone count no more, for
     * it may read less than they say: on the streams of the nodes, that one among them.
     */
    'group.revoked': GroupEvent & { node: string; version: number; epoch?: string; remains?: boolean };
    /** A node that had lost its access to a closed group of ours has it again. On `local`. */
    'group.admitted': GroupEvent & { node: string };
    /** A node says that its copy of one item of a closed group is gone. Stream `local`. */
    'group.item_dropped': GroupEvent & { node: string; item: string };
    /** Nothing of a closed group elsewhere may be kept here any more. `version`: as its host said; 0 when it did not. On `local`. */
    'group.access_lost': GroupEvent & { version: number };
    /**
     * People here may see less of a closed group elsewhere than before, while somebody stays a member: one of them left or runs it no more. `version`: of its node, where that says so; 0
     * where it is known here. On `local`.
     */
    'group.narrowed': GroupEvent & { version: number };
    /** A closed group elsewhere says that members' nodes keep nothing from now on, or that they may keep copies again. On `local`. */
    'group.keeping_changed': GroupEvent;
    /** `was`: the role before, in a group of ours. */
    'group.role_changed': ModerationEvent & { role: Role; was?: Role };
  }
}

const group = z.strictObject({ group: z.string() });
const member = z.strictObject({ group: z.string(), person: z.string() });
const moderation = z.strictObject({ group: z.string(), person: z.string(), by: z.string().nullable() });
const role = z.enum(['member', 'facilitator', 'owner']);
const version = { version: z.number().int().optional() };
const answer = z.strictObject({ group: z.string(), person: z.string(), activity: z.string() });

/** What can happen to groups and memberships. */
export const events: EventDefinitions = {
  'group.created': { v: 1, data: group },
  'group.preset_changed': { v: 1, data: z.strictObject({ by: z.string() }) },
  'group.remembered': { v: 1, data: group },
  'group.updated': { v: 1, data: group },
  'group.keys_renewed': { v: 1, data: group },
  'group.label_unknown': { v: 1, data: group.extend({ origin: z.url() }) },
  'group.summarised': { v: 1, data: group },
  'group.deleted': { v: 1, data: group },
  'group.follow_asked': { v: 1, data: member },
  'group.join_asked': { v: 1, data: member },
  'group.request_told': { v: 1, data: member },
  'group.request_decided': { v: 1, data: moderation.extend({ accepted: z.boolean() }) },
  'group.request_waits': { v: 1, data: member },
  'group.followed': { v: 1, data: member },
  'group.joined': { v: 1, data: member },
  'group.unfollowed': { v: 1, data: answer },
  'group.left': { v: 1, data: answer },
  'group.answered': {
    v: 1,
    data: answer.extend({ accepted: z.boolean(), code: z.string().nullable(), ...version }),
  },
  'group.invited': { v: 1, data: moderation.extend(version) },
  'group.invitation_declined': { v: 1, data: answer },
  'group.confirm_asked': { v: 1, data: member },
  'group.members_confirmed': { v: 1, data: group.extend({ by: z.string().nullable() }) },
  'group.removed': { v: 1, data: moderation.extend(version) },
  'group.banned': { v: 1, data: moderation.extend(version) },
  'group.unbanned': { v: 1, data: moderation.extend(version) },
  'group.item_dropped': { v: 1, data: group.extend({ node: z.url(), item: z.url() }) },
  'group.revoked': {
    v: 1,
    data: group.extend({
      ...{ node: z.url(), version: z.number().int() },
      ...{ epoch: z.string().optional(), remains: z.boolean().optional() },
    }),
  },
  'group.admitted': { v: 1, data: group.extend({ node: z.url() }) },
  'group.access_lost': { v: 1, data: group.extend({ version: z.number().int() }) },
  'group.narrowed': { v: 1, data: group.extend({ version: z.number().int() }) },
  'group.keeping_changed': { v: 1, data: group },
  'group.role_changed': { v: 1, data: moderation.extend({ role, was: role.optional() }) },
};
