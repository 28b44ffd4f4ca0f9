import {
  type Activities,
  type ActivityDocument,
  addressOf,
  type Inbound,
  type InboundOutcome,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  newId,
  nodeActor,
  type Outgoing,
  originOf,
  streams,
  type Work,
} from '@joinery/core';
import {
  addressing,
  announce,
  type GroupRow,
  groupById,
  groupByUri,
  isMember,
  membershipOf,
  membersWithRole,
} from '@joinery/slices/groups';
import { personById, personByUri } from '@joinery/slices/people';
import { refusedElsewhere } from './emergency.ts';
import { accessById } from './store.ts';
import type { EmergencyRow } from './tables.ts';

/** What the nodes of members are told: who may read, why, from when until when. Other software is not told: none has closed groups. */
async function told(outgoing: Outgoing, id: string): Promise<ActivityDocument | null> {
  const access = await accessById(outgoing.db, id);
  const group = access?.group_id ? await groupById(outgoing.db, access.group_id) : undefined;
  if (!access?.opened_at || group?.local !== 1 || !outgoing.joineryPeer) return null;
  const emergency = {
    ...{ id: access.uri, name: access.asker_name, agency: access.asker_agency, reason: access.reason },
    ...(access.ended_at === null ? {} : { ended: access.ended_at }),
  };
  const when = { startTime: access.opened_at, endTime: access.ends_at ?? access.opened_at };
  const read = { type: 'Read', actor: group.uri, object: group.uri, ...when, 'joinery:emergency': emergency };
  return announce(outgoing, group, { ...read, ...addressing(group) });
}

/** What a node with an owner is told before it opens, to those owners: they can refuse it. Where nobody owns it any more, that alone. */
async function toldOwners(outgoing: Outgoing, id: string, stream: string): Promise<ActivityDocument | null> {
  const access = await accessById(outgoing.db, id);
  const group = access?.group_id ? await groupById(outgoing.db, access.group_id) : undefined;
  const owners = await membersWithRole(outgoing.db, access?.group_id ?? '', ['owner']);
  const to = owners.filter(({ home }) => stream === `node:${home}`).map(({ uri }) => uri);
  if (!access || group?.local !== 1 || !outgoing.joineryPeer) return null;
  const why = { name: access.asker_name, agency: access.asker_agency, reason: access.reason };
  const emergency = {
    ...{ id: access.uri, ...(to.length === 0 ? {} : why) },
    ...{ asked: access.asked_at, opens: access.notice_until },
    ...(access.ended_at === null ? {} : { ended: access.ended_at }),
  };
  if (to.length === 0) to.push(nodeActor(stream.slice('node:'.length)));
  return { id: outgoing.id, type: 'Read', actor: group.uri, to, object: group.uri, 'joinery:emergency': emergency };
}

/** An owner here refuses: in their own name, so that the group's node can prove who it was. */
async function refusal(outgoing: Outgoing, id: string, by: string): Promise<ActivityDocument | null> {
  const [access, person] = [await accessById(outgoing.db, id), await personById(outgoing.db, by)];
  if (!access || person?.local !== 1) return null;
  return { id: outgoing.id, type: 'Reject', actor: person.uri, to: [access.reference], object: access.uri };
}

const text = (value: Json | undefined, most: number) => (typeof value === 'string' ? value.trim().slice(0, most) : '');
const instant = (value: Json | undefined): string | null => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) ? new Date(time).toISOString() : null;
};
const ignored = (why: string): InboundOutcome => ({ state: 'ignored', why });

/** A closed group elsewhere says that an administrator of its node may read it, or could: its members here see it. */
async function onRead(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const said = inbound.activity['joinery:emergency'];
  if (!isObject(said)) return null;
  const uri = addressOf(inbound.activity.object) ?? '';
  const group = await groupByUri(work.db, uri);
  const isHost = inbound.actor === uri && inbound.verified !== 'unchecked';
  if (!group || group.local === 1 || group.reading !== 'members' || !isHost)
    return ignored('only a closed group says who read it');
  if (inbound.through === null && instant(said.opens) !== null) return onAsked(work, inbound, group, said);
  if (inbound.through !== uri) return ignored('only a closed group says who read it');
  const [id, opened] = [addressOf(said.id), instant(inbound.activity.startTime)];
  const ends = instant(inbound.activity.endTime);
  if (id === null || originOf(id) !== group.home || opened === null || ends === null)
    return ignored('it does not say when');
  const ended = instant(said.ended);
  const known = await work.db
    .selectFrom('emergency_access')
    .select(['id', 'group_id'])
    .where('uri', '=', id)
    .executeTakeFirst();
  if (known && known.group_id !== group.id) return ignored('another group has said this');
  const now = { opened_at: opened, ends_at: ends, ended_at: ended, state: ended === null ? 'open' : 'ended' } as const;
  if (known) await work.db.updateTable('emergency_access').set(now).where('id', '=', known.id).execute();
  else {
    const who = {
      asker_name: text(said.name, 200),
      asker_agency: text(said.agency, 200),
      reason: text(said.reason, 1_000),
    };
    const row: EmergencyRow = {
      ...{ id: newId(), uri: id, group_id: group.id, reference: uri, asker_id: null, ...who, ...now },
      ...{ asked_at: opened, notice_until: opened, decided_by: null, decided_name: null },
    };
    await work.db.insertInto('emergency_access').values(row).execute();
  }
  return { state: 'applied' };
}

/** A closed group elsewhere says to its owners here that an administrator of its node asks to read it. */
async function onAsked(work: Work, inbound: Inbound, group: GroupRow, said: JsonObject): Promise<InboundOutcome> {
  const [uri, asked, opens] = [addressOf(said.id), instant(said.asked), instant(said.opens)];
  if (uri === null || originOf(uri) !== group.home || asked === null || opens === null)
    return ignored('it does not say when');
  const people = await Promise.all(
    listOf(inbound.activity.to).map((one) => personByUri(work.db, addressOf(one) ?? '')),
  );
  const owners: string[] = [];
  for (const person of people)
    if (person?.local === 1 && isMember(await membershipOf(work.db, group.id, person.id))) owners.push(person.id);
  const known = await work.db.selectFrom('emergency_access').selectAll().where('uri', '=', uri).executeTakeFirst();
  if (known && (known.group_id !== group.id || known.asker_id !== null)) return ignored('another group has said this');
  const others = work.db.deleteFrom('emergency_owner').where('access_id', '=', known?.id ?? '');
  await others.$if(owners.length > 0, (query) => query.where('person_id', 'not in', owners)).execute();
  // Nobody here owns it, or does so any more: there is nothing to decide.
  if (owners.length === 0) return known ? { state: 'applied' } : ignored('nobody of its members here');
  const ended = instant(said.ended);
  const now = {
    asked_at: asked,
    notice_until: opens,
    ended_at: ended,
    state: ended === null ? 'asked' : 'refused',
  } as const;
  const id = known?.id ?? newId();
  if (!known) {
    const row: EmergencyRow = {
      ...{ id, uri, group_id: group.id, reference: group.uri, asker_id: null },
      ...{ asker_name: text(said.name, 200), asker_agency: text(said.agency, 200), reason: text(said.reason, 1_000) },
      ...{ decided_by: null, decided_name: null, opened_at: null, ends_at: null, ...now },
    };
    await work.db.insertInto('emergency_access').values(row).execute();
  } else if (known.opened_at === null) {
    // What has begun is told to all its members, in another lane.
    await work.db.updateTable('emergency_access').set(now).where('id', '=', id).execute();
  }
  for (const person_id of owners)
    await work.db
      .insertInto('emergency_owner')
      .values({ access_id: id, person_id, refused_at: null })
      .onConflict((conflict) => conflict.columns(['access_id', 'person_id']).doNothing())
      .execute();
  // Told to somebody who owns it since: all members see that it has begun.
  if (ended === null && known?.opened_at != null) return { state: 'applied' };
  const event = ended === null ? 'emergency.asked' : 'emergency.refused';
  work.emit(event, streams.local, { access: id, group: group.id });
  return { state: 'applied' };
}

/** An owner at another node refuses what was asked here. */
async function onReject(work: Work, inbound: Inbound): Promise<InboundOutcome | null> {
  const uri = addressOf(inbound.activity.object) ?? '';
  if (!uri.startsWith(`${work.home}/emergency/`)) return null;
  const access = await work.db.selectFrom('emergency_access').selectAll().where('uri', '=', uri).executeTakeFirst();
  const person = await personByUri(work.db, inbound.actor);
  const isOwn = inbound.through === null && inbound.verified !== 'unchecked' && person?.home === inbound.origin;
  if (!access || !person || !isOwn || !(await refusedElsewhere(work, access, person.id)))
    return ignored('only an owner refuses, while there is something to refuse');
  return { state: 'applied' };
}

/** Emergency access on the wire: see FEDERATION.md, "Closed groups". */
export const activities: Activities = {
  toActivity: {
    'emergency.opened': (outgoing, { data }) => told(outgoing, data.access),
    'emergency.ended': (outgoing, { data }) => told(outgoing, data.access),
    'emergency.told': (outgoing, { data, stream }) => toldOwners(outgoing, data.access, stream),
    'emergency.refusal_sent': (outgoing, { data }) => refusal(outgoing, data.access, data.person),
  },
  handlers: [
    { types: ['Read'], apply: onRead },
    { types: ['Reject'], apply: onReject },
  ],
};
