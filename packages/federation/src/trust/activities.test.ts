import { type Inbound, type LogEvent, nodeActor, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { activities } from './activities.ts';
import { allowPartner, suspendPartner } from './partners.ts';
import { createPartnersSlice } from './slice.ts';
import { partnerByOrigin } from './store.ts';

const decider = { by: 'Anna', reason: 'x' };
const by = { kind: 'system', what: 'test' } as const;

describeStores('What nodes tell each other of an agreement', (open) => {
  it('arrives as it was meant: confirmed by the one, noted by the other', async () => {
    await using here = await open({ slices: [createPartnersSlice({})] });
    await using there = await open({ slices: [createPartnersSlice({})] });
    const [own, peer] = [here.context.config.origin, there.context.config.origin];
    await transact(there.context, by, (work) => allowPartner(work, { origin: own, ...decider }));
    const partner = await transact(here.context, by, (work) => allowPartner(work, { origin: peer, ...decider }));

    const tell = async (name: 'partner.offered' | 'partner.revoked', joineryPeer = true) => {
      const outgoing = { db: here.context.db.reader, origin: own, id: `${own}/activities/1`, joineryPeer };
      const event = { name, data: { partner: partner.id, origin: peer } };
      // One member of the union is asked with its own event.
      return activities.toActivity?.[name]?.(
        outgoing,
        event as LogEvent<'partner.offered'> & LogEvent<'partner.revoked'>,
      );
    };
    const hear = async (
      changes: Partial<Inbound> = {},
      name: 'partner.offered' | 'partner.revoked' = 'partner.offered',
    ) => {
      const activity = [await tell(name)].flat()[0] ?? {};
      const inbound: Inbound = {
        id: String(activity.id),
        type: String(activity.type),
        actor: nodeActor(own),
        origin: own,
        activity,
        through: null,
        verified: 'signature',
        text: JSON.stringify(activity),
        ...changes,
      };
      const handler = activities.handlers?.find(({ types }) => types.includes(inbound.type));
      return transact(there.context, by, async (work) => handler?.apply(work, inbound));
    };
    const confirmed = async () => (await partnerByOrigin(there.context.db.reader, own))?.confirmed;

    expect(await tell('partner.offered', false)).toBeNull();
    expect(await tell('partner.revoked')).toBeNull();
    expect(await hear({ actor: `${own}/people/1` })).toMatchObject({ state: 'ignored' });
    expect(await hear({ through: `${own}/groups/1` })).toMatchObject({ state: 'ignored' });
    expect(await hear({ activity: { object: nodeActor(peer), target: `${own}/groups/1/moderators` } })).toBeNull();
    expect(await confirmed()).toBe(false);
    expect(await hear()).toEqual({ state: 'applied' });
    expect(await confirmed()).toBe(true);
    expect(await hear()).toMatchObject({ state: 'ignored' });
    await transact(here.context, by, (work) => suspendPartner(work, { origin: peer, ...decider }));
    expect(await tell('partner.offered')).toBeNull();
    expect(await hear({}, 'partner.revoked')).toEqual({ state: 'applied' });
    expect(await confirmed()).toBe(false);
  });
});
