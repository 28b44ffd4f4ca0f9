import {
  type Activities,
  type ActivityDocument,
  addressOf,
  type Inbound,
  type InboundOutcome,
  isObject,
  type Json,
  newId,
  type Outgoing,
  originOf,
  type Work,
} from '@joinery/core';
import { addressing, announce, groupById, groupByUri } from '@joinery/slices/groups';
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
  const isHost = inbound.actor === uri && inbound.through === uri && inbound.verified !== 'unchecked';
  if (!group || group.local === 1 || group.reading !== 'members' || !isHost)
    return ignored('only a closed group says who read it');
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

/** Emergency access on the wire: see FEDERATION.md, "Closed groups". */
export const activities: Activities = {
  toActivity: {
    'emergency.opened': (outgoing, { data }) => told(outgoing, data.access),
    'emergency.ended': (outgoing, { data }) => told(outgoing, data.access),
  },
  handlers: [{ types: ['Read'], apply: onRead }],
};
