import {
  type AfterEffects,
  accountOfPerson,
  administrators,
  deciders,
  type LogEvent,
  restoredState,
  streams,
  type Work,
} from '@joinery/core';
import {
  contactOf,
  groupById,
  isMember,
  mayReadGroup,
  membershipOf,
  membersWithRole,
  responsibleFor,
} from '@joinery/slices/groups';
import { isGuest, personById } from '@joinery/slices/people';
import { mentionedIn, type PostRow, postById, seesPost } from '@joinery/slices/posts';
import { markRead } from './mark-read.ts';
import { type News, notify } from './notify.ts';
import { type Kind, type SecurityEvent, securityEvents, securityKind } from './tables.ts';

/**
 * A post is in its group now, or was changed: its author's readers are told. Whoever is answered and mentioned is told once, that they were answered.
 * @param isNew false for a change, which can only mention somebody more
 */
async function onPost(work: Work, id: string, isNew: boolean): Promise<void> {
  const post = await postById(work.db, id);
  if (post?.status !== 'accepted' || post.deleted_at || post.removed_at) return;
  const group = await groupById(work.db, post.group_id);
  if (!group || group.deleted_at) return;
  if (group.kind === 'conversation') return isNew ? onMessage(work, post) : undefined;
  const topic = await postById(work.db, post.topic_id);
  // What was answered to a removed topic went with it.
  if (topic?.removed_at) return;
  const told = new Map<string, Kind>();
  for (const { id: person, local } of await mentionedIn(work.db, post)) if (local === 1) told.set(person, 'mention');
  if (isNew && post.reply_to !== null) {
    const parent = await postById(work.db, post.reply_to);
    for (const answered of [topic, parent]) if (answered?.local === 1) told.set(answered.author_id, 'reply');
  }
  for (const [person, kind] of told) {
    const known = await personById(work.db, person);
    const guest = known !== undefined && isGuest(known);
    const requester = { kind: 'person' as const, person, administrator: false, guest };
    if (!mayReadGroup(group, requester, await membershipOf(work.db, group.id, person))) continue;
    if (!(await seesPost(work.db, person, post))) continue;
    await notify(work, {
      ...{ person, kind, cause: `post ${post.uri}` },
      at: isNew ? post.sort_at : post.updated_at,
      group: group.id,
      topic: post.topic_id,
      post: post.id,
      actor: post.author_id,
    });
  }
}

/**
 * Something was said in a conversation: the others in it are told, once until they look. Who is told of the first of ten messages finds them all.
 */
async function onMessage(work: Work, post: PostRow): Promise<void> {
  const group = post.group_id;
  const waiting = new Set(await untoldSince(work, group));
  for (const { id: person, local } of await membersWithRole(work.db, group, ['member'])) {
    if (waiting.has(person) || local !== 1) continue;
    // What somebody elsewhere asks rings when it comes, and not again before it was answered.
    if (((await contactOf(work.db, group, person))?.state ?? 'accepted') !== 'accepted') continue;
    if (!(await seesPost(work.db, person, post))) continue;
    await notify(work, {
      ...{ person, kind: 'message', cause: `message ${post.uri}`, at: post.sort_at },
      ...{ group, topic: post.topic_id, post: post.id, actor: post.author_id },
    });
  }
}

/** Who was told of a conversation and has not looked since. */
async function untoldSince(work: Work, group: string): Promise<string[]> {
  const rows = await work.db
    .selectFrom('notification')
    .select('person_id')
    .where('kind', '=', 'message')
    .where('group_id', '=', group)
    .where('read_at', 'is', null)
    .execute();
  return rows.map(({ person_id }) => person_id);
}

/** Somebody was brought into a conversation: they are told, and by whom. */
async function onJoined(work: Work, data: { group: string; person: string }, event: { id: string; at: string }) {
  const group = await groupById(work.db, data.group);
  const standing = await membershipOf(work.db, data.group, data.person);
  if (group?.kind !== 'conversation' || !isMember(standing)) return;
  await notify(work, {
    ...{ person: data.person, kind: 'message', cause: `added ${event.id}`, at: event.at },
    ...{ group: group.id, actor: standing?.invited_by ?? null },
  });
}

/** Who looks at a conversation has heard of it, and is not mailed about it. */
async function onSeen(work: Work, { conversation, person }: { conversation: string; person: string }): Promise<void> {
  const rows = await work.db
    .selectFrom('notification')
    .select('id')
    .where('person_id', '=', person)
    .where('kind', '=', 'message')
    .where('group_id', '=', conversation)
    .where('read_at', 'is', null)
    .execute();
  await markRead(
    work,
    person,
    rows.map(({ id }) => id),
  );
}

/** Somebody asks to join a group of ours: those who run it are told, and the answer will be told to whoever is of this node. */
async function onJoinAsked(work: Work, data: { group: string; person: string }, event: { id: string; at: string }) {
  const group = await groupById(work.db, data.group);
  const standing = await membershipOf(work.db, data.group, data.person);
  if (!group) return;
  // Also when it is answered by now: the answer comes after this in the log, and is told to who asked.
  await work.db
    .insertInto('notification_asked')
    .values({ person_id: data.person, group_id: data.group, at: event.at })
    .onConflict((conflict) => conflict.columns(['person_id', 'group_id']).doUpdateSet({ at: event.at }))
    .execute();
  if (group.local !== 1 || standing?.state !== 'requested') return;
  await tellResponsible(work, group.id, data.person, event, standing.join_activity);
}

/**
 * Whoever has the requests of a group of ours is told of one. Those who are away are not, where somebody else is here.
 * @param activity by which it was asked; null for a reminder, which is told anew
 */
async function tellResponsible(
  work: Work,
  group: string,
  person: string,
  event: { id: string; at: string },
  activity: string | null,
  reminder = false,
): Promise<void> {
  const asking = work.db
    .selectFrom('notification')
    .select('person_id')
    .where('kind', '=', 'request')
    .where('group_id', '=', group)
    .where('actor_id', '=', person)
    .where('read_at', 'is', null);
  // Who leaves and asks again and again is one request as long as nobody looked.
  const waiting = reminder ? new Set() : new Set((await asking.execute()).map((row) => row.person_id));
  for (const { person: responsible } of await responsibleFor(work.db, group, event.at)) {
    if (waiting.has(responsible.id)) continue;
    await notify(work, {
      ...{ person: responsible.id, kind: 'request', cause: `request ${activity ?? event.id}` },
      ...{ at: event.at, group, actor: person },
    });
  }
}

async function forgetAsked(work: Work, data: { group: string; person: string }): Promise<boolean> {
  const gone = await work.db
    .deleteFrom('notification_asked')
    .where('person_id', '=', data.person)
    .where('group_id', '=', data.group)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

/**
 * Tells those who decide about partners that something waits for them.
 * @param origin nothing is told as long as something unread of that kind waits about the same node; null: about any node
 */
async function tellDeciders(work: Work, news: Omit<News, 'person'>, origin: string | null): Promise<void> {
  const unread = work.db
    .selectFrom('notification')
    .select('person_id')
    .where('kind', '=', news.kind)
    .where('read_at', 'is', null);
  const waiting = await (origin === null ? unread : unread.where('origin', '=', origin)).execute();
  const waits = new Set(waiting.map((row) => row.person_id));
  for (const person of await deciders(work.db)) if (!waits.has(person)) await notify(work, { ...news, person });
}

/** Somebody waits for an account: administrators are told once, however many wait, as long as they have not looked. */
async function onRegistration(work: Work, id: string, at: string): Promise<void> {
  const told = work.db
    .selectFrom('notification')
    .select('person_id')
    .where('kind', '=', 'registration')
    .where('read_at', 'is', null);
  const waiting = new Set((await told.execute()).map((row) => row.person_id));
  for (const person of await administrators(work.db)) {
    if (!waiting.has(person)) await notify(work, { person, kind: 'registration', cause: `registration ${id}`, at });
  }
}

/** The last day of a guest comes: whoever answers for them is told, or the administrators where nobody does. */
async function onGuestEnding(work: Work, id: string, guest: string, at: string): Promise<void> {
  const sponsor = (await personById(work.db, guest))?.guest_sponsor;
  const news = { cause: `guest ${id}`, at, actor: guest } as const;
  if (sponsor) return notify(work, { ...news, kind: 'guest', person: sponsor });
  for (const person of await administrators(work.db)) await notify(work, { ...news, kind: 'sponsor', person });
}

/** What opens somebody's account was changed. Whoever comes in for the first time is told nothing of what they come in with: their first password, the identity that the account was made for. */
async function onSecurity(
  work: Work,
  what: SecurityEvent,
  { id, at, data }: { id: string; at: string; data: { person: string; by: string | null } },
): Promise<void> {
  const account = await accountOfPerson(work.db, data.person);
  if (what === 'identity.linked' && account?.created_at === at) return;
  // Who has never come in waits for this link.
  if (what === 'link.made' && !account?.signed_in_at) return;
  if (what === 'password.changed' && (account?.signed_in_at ?? at) >= at) return;
  await notify(work, { person: data.person, kind: securityKind, cause: `security ${id}`, at, what, actor: data.by });
}

/** A conversation that ended leaves nothing behind: what was told of it leads nowhere, and what was silenced is gone. */
async function forgetConversation(work: Work, id: string): Promise<void> {
  if ((await groupById(work.db, id))?.kind !== 'conversation') return;
  await work.db.deleteFrom('notification').where('group_id', '=', id).execute();
  await work.db.deleteFrom('notification_mute').where('scope', '=', 'group').where('subject', '=', id).execute();
}

/**
 * An administrator asks to read a closed group, may from now on, or no longer: its owners here are told, whoever asked, and the other administrators, who learn nothing of the group.
 * @param accepted null when it is asked
 */
async function onEmergency(
  work: Work,
  { id, at, data }: { id: string; at: string; data: { access: string; group: string | null } },
  accepted: boolean | null,
): Promise<void> {
  const access = await work.db
    .selectFrom('emergency_access')
    .select(['asker_id', 'decided_by'])
    .where('id', '=', data.access)
    .executeTakeFirst();
  const asker = access?.asker_id;
  if (access && asker === null) return tellOwnersHere(work, { id, at, data }, accepted);
  if (!access || !asker) return;
  const owners = data.group === null ? [] : await membersWithRole(work.db, data.group, ['owner']);
  const actor = accepted === null ? asker : access.decided_by;
  const news = { kind: 'emergency', cause: `emergency ${id}`, at, actor, accepted } as const;
  for (const owner of owners) await notify(work, { ...news, person: owner.id, group: data.group });
  const others = accepted === null ? await administrators(work.db) : [asker];
  for (const person of others) await notify(work, { ...news, person });
}

/**
 * A group was opened after a restore: whoever wrote in it before may find there what they had deleted or changed. They are told once, however many groups they wrote in.
 */
async function onOpened(work: Work, group: string, at: string): Promise<void> {
  const state = await restoredState(work.db);
  if (state === null) return;
  const authors = await work.db
    .selectFrom('post')
    .innerJoin('person', 'person.id', 'post.author_id')
    .select('post.author_id')
    .distinct()
    .where('post.group_id', '=', group)
    .where('post.deleted_at', 'is', null)
    .where('person.local', '=', 1)
    .execute();
  for (const { author_id: person } of authors)
    await notify(work, { person, kind: 'written', cause: `restored ${state.at}`, at });
}

/** The node of a group elsewhere says that somebody here runs it, or no longer does. */
async function onRole(
  work: Work,
  data: { group: string; person: string; role: string },
  { id, at }: { id: string; at: string },
): Promise<void> {
  const group = await groupById(work.db, data.group);
  if (group?.kind !== 'group' || group.local === 1 || group.deleted_at !== null) return;
  const accepted = data.role !== 'member';
  await notify(work, { person: data.person, kind: 'running', cause: `role ${id}`, at, group: group.id, accepted });
}

/** Those here who own a group elsewhere: only they were told. Each once, also when another one is told after them; anew when the notice begins anew. */
async function tellOwnersHere(
  work: Work,
  { id, at, data }: { id: string; at: string; data: { access: string; group: string | null } },
  accepted: boolean | null,
): Promise<void> {
  const access = work.db.selectFrom('emergency_access').select('notice_until').where('id', '=', data.access);
  const until = (await access.executeTakeFirst())?.notice_until ?? '';
  const owners = work.db.selectFrom('emergency_owner').select('person_id').where('access_id', '=', data.access);
  for (const { person_id: person } of await owners.execute())
    await notify(work, {
      kind: 'emergency',
      cause: accepted === null ? `emergency ${data.access} ${until}` : `emergency ${id}`,
      at,
      actor: null,
      accepted,
      person,
      group: data.group,
    });
}

/** What somebody is told, and after what. Each event is seen once; `cause` keeps what arrives twice from being told twice. */
export const afterEffects: AfterEffects = {
  'post.created': (work, { data }) => onPost(work, data.post, true),
  'post.accepted': (work, { data }) => onPost(work, data.post, true),
  'post.edited': (work, { data }) => onPost(work, data.post, false),
  'group.join_asked': (work, event) => onJoinAsked(work, event.data, event),
  // Where the group lives they were told when it was asked.
  'group.request_told': async (work, { stream, id, at, data }) => {
    if (stream === streams.local) await tellResponsible(work, data.group, data.person, { id, at }, null);
  },
  'group.request_waits': (work, event) => tellResponsible(work, event.data.group, event.data.person, event, null, true),
  'group.answered': async (work, { id, at, data }) => {
    const standing = await membershipOf(work.db, data.group, data.person);
    // An answer to following, while joining still waits.
    if (standing?.state === 'requested' || isMember(standing) !== data.accepted) return;
    if (!(await forgetAsked(work, data))) return;
    const group = await groupById(work.db, data.group);
    // Where everybody is let in at once nobody waited for it.
    if (!group || (data.accepted && group.joining === 'open')) return;
    const cause = `answer ${data.activity || id}`;
    await notify(work, { ...data, kind: 'approved', cause, at, actor: null });
  },
  'group.joined': (work, event) => onJoined(work, event.data, event),
  'conversation.seen': (work, { data }) => onSeen(work, data),
  'group.left': async (work, { data }) => void (await forgetAsked(work, data)),
  'group.invited': async (work, { id, at, stream, data }) => {
    const standing = await membershipOf(work.db, data.group, data.person);
    if (stream !== streams.local || standing?.state !== 'invited') return;
    const cause = `invitation ${standing.invite_activity ?? id}`;
    await notify(work, { person: data.person, kind: 'invited', cause, at, group: data.group, actor: data.by });
  },
  'partner.asked': (work, { id, at, data: { ask, person, origin } }) =>
    // Whoever asks for the same node meanwhile is named on the page that this leads to.
    tellDeciders(work, { kind: 'ask', cause: `ask ${id}`, at, actor: person, ask, origin }, origin),
  'partner.proposed': (work, { id, at, data }) =>
    // Anybody can propose in any name: as long as one waits to be looked at, more of them say nothing new.
    tellDeciders(work, { kind: 'proposal', cause: `proposal ${id}`, at, origin: data.origin }, null),
  'group.label_unknown': (work, { id, at, data }) =>
    // Whose group it is they are told, and not which.
    tellDeciders(work, { kind: 'label', cause: `label ${id}`, at, origin: data.origin }, data.origin),
  'partner.expires_soon': async (work, { id, at, data: { partner, expiresAt } }) => {
    for (const person of await deciders(work.db))
      await notify(work, { person, kind: 'expiry', cause: `expiry ${id}`, at, partner, endsAt: expiresAt });
  },
  'partner.ask_answered': async (work, { id, at, data: { person, ask } }) => {
    // Who was told that their own agency allows the node, and has not looked, needs to read only that it opens.
    const told = work.db
      .selectFrom('notification')
      .select('id')
      .where('kind', '=', 'agreement')
      .where('ask_id', '=', ask);
    const before = await told.where('person_id', '=', person).where('read_at', 'is', null).execute();
    const ids = before.map((row) => row.id);
    await markRead(work, person, ids);
    await notify(work, { person, kind: 'agreement', cause: `answer ${id}`, at, ask });
  },
  'guest.ending': (work, { id, at, data }) => onGuestEnding(work, id, data.person, at),
  'guest.passed_on': async (work, { id, at, data }) => {
    for (const person of await administrators(work.db))
      await notify(work, { person, kind: 'sponsor', cause: `guest ${id}`, at, actor: data.person });
  },
  'group.confirm_asked': (work, { id, at, data: { group, person } }) =>
    notify(work, { person, kind: 'confirm', cause: `confirm ${id}`, at, group }),
  'group.members_confirmed': (work, { at, data }) => onOpened(work, data.group, at),
  'group.role_changed': (work, { id, at, data }) => onRole(work, data, { id, at }),
  'federation.role_ended': (work, { id, at, data }) =>
    notify(work, { person: data.person, kind: 'role', cause: `role ${id}`, at }),
  'group.deleted': (work, { data }) => forgetConversation(work, data.group),
  'emergency.asked': (work, event) => onEmergency(work, event, null),
  'emergency.opened': (work, event) => onEmergency(work, event, true),
  'emergency.refused': (work, event) => onEmergency(work, event, false),
  'emergency.ended': (work, event) => onEmergency(work, event, false),
  'registration.waiting': (work, { at, data }) => onRegistration(work, data.registration, at),
  ...Object.fromEntries(
    securityEvents.map((what) => [what, (work: Work, event: LogEvent<SecurityEvent>) => onSecurity(work, what, event)]),
  ),
};
