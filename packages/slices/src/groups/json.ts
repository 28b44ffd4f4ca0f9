import type { Reader } from '@joinery/core';
import { z } from 'zod';
import { guestSchema, type PersonReference, personReference } from '../people/index.ts';
import type { ListedMember } from './lists.ts';
import { readsWithin, tellsFigures } from './policy.ts';
import { leadOf } from './remote-roles.ts';
import {
  askings,
  type GroupMemberRow,
  type GroupRow,
  histories,
  invitings,
  joinings,
  keepings,
  memberStates,
  readings,
  roles,
} from './tables.ts';

const referenceSchema = z.object({
  id: z.string(),
  uri: z.string(),
  name: z.string(),
  agency: z.string(),
  home: z.string(),
  guest: guestSchema,
});

/** A group as the API shows it. */
export const groupSchema = z.object({
  id: z.string(),
  uri: z.string(),
  home: z.string(),
  handle: z.string(),
  name: z.string(),
  summary: z.string(),
  reading: z.enum(readings),
  joining: z.enum(joinings),
  listed: z.boolean(),
  archived: z.boolean(),
  history: z.enum(histories),
  inviting: z.enum(invitings),
  asking: z.enum(askings),
  keeping: z.enum(keepings),
  recordCopy: z.boolean(),
  lead: referenceSchema.nullable(),
  memberCount: z.number().int().nullable().describe('null for who may not read the group'),
  postCount: z
    .number()
    .int()
    .nullable()
    .describe('null for who may not read the group, and where new members see nothing of the past'),
  membership: z.object({ state: z.enum(memberStates), role: z.enum(roles) }).nullable(),
  following: z.boolean(),
  fetchedAt: z.string().optional(),
});
export type GroupJson = z.infer<typeof groupSchema>;

/** A group with the standing of who asks. `lead` is whom `leadOf` finds. */
export async function groupJson(db: Reader, group: GroupRow, standing: GroupMemberRow | undefined): Promise<GroupJson> {
  const lead = await leadOf(db, group);
  const reads = readsWithin(group, standing);
  const leading: PersonReference | null = lead ? personReference(lead) : null;
  return {
    id: group.id,
    uri: group.uri,
    home: group.home,
    handle: group.handle,
    name: group.name,
    summary: group.summary,
    reading: group.reading,
    joining: group.joining,
    listed: group.listed === 1,
    archived: group.archived_at !== null,
    history: group.history,
    inviting: group.inviting,
    asking: group.asking,
    keeping: group.keeping,
    recordCopy: group.record_copy === 1,
    lead: leading,
    memberCount: reads ? group.member_count : null,
    postCount: tellsFigures(group, reads) ? group.post_count : null,
    membership: standing ? { state: standing.state, role: standing.role } : null,
    following: standing?.following === 1,
    ...(group.fetched_at === null ? {} : { fetchedAt: group.fetched_at }),
  };
}

/** A person's standing as the API shows it. */
export const memberSchema = z.object({
  person: referenceSchema,
  state: z.enum(memberStates),
  role: z.enum(roles),
  joinedAt: z.string().nullable(),
  bannedUntil: z.string().nullable(),
  reason: z.string().nullable(),
  firstOfNode: z
    .boolean()
    .optional()
    .describe(
      'Only of who is invited or asks to join, for those who run the group or invited them: nobody of their node is a member yet, so that with them the group opens to a whole node',
    ),
});
export type MemberJson = z.infer<typeof memberSchema>;

/** @param full with bans and reasons, for those who run the group */
export function memberJson({ person, standing }: ListedMember, full: boolean): MemberJson {
  return {
    person: personReference(person),
    state: standing.state,
    role: standing.role,
    joinedAt: standing.joined_at,
    bannedUntil: full ? standing.banned_until : null,
    reason: full ? standing.reason : null,
  };
}
