import { streams, subscribe, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../test/harness/store.ts';
import { federationChecks } from './health.ts';
import { ensurePeer } from './peers.ts';
import { federationSlice } from './slice.ts';
import { allowPartner } from './trust/partners.ts';
import { createPartnersSlice } from './trust/slice.ts';
import { createTrust } from './trust/trust.ts';

const by = { kind: 'system', what: 'test' } as const;
const end = Date.parse('2026-11-23T09:30:15.000Z');
const before = (minutes: number) => new Date(end - minutes * 60_000).toISOString();
const origin = (name: string) => `https://${name}.gov`;

describeStores('Health in words', (open) => {
  it('says what waits, what was refused, what could not be dealt with and whose clock differs, in both languages', async () => {
    let at = end - 16 * 60_000;
    const slices = [federationSlice, createPartnersSlice({})];
    await using store = await open({ slices, now: () => new Date(at) });
    const { context } = store;
    await using trust = createTrust(context);
    context.ports.trust = trust;
    const names = ['refuses', 'halted', 'clock', 'waits', 'fine'];
    const stream = streams.node('https://elsewhere.gov');
    await transact(context, by, async (work) => {
      for (const name of [...names, 'stranger']) await ensurePeer(work, origin(name));
      for (const name of ['waits', 'stranger']) await subscribe(work, stream, origin(name));
    });
    await transact(context, by, async (work) => void work.emit('federation.resent', stream, { item: 'x' }));
    // Waits for a quarter of an hour by now, and not longer.
    at = end - 60_000;
    // With a stranger nothing is exchanged, so its silence is no fault.
    await transact(context, by, async (work) => {
      for (const name of names) await allowPartner(work, { origin: origin(name), by: 'Olga', reason: 'Test' });
    });
    await trust.refresh();
    const checks = async (language: 'en' | 'nl') => {
      const found = await federationChecks(context, language);
      const of = (name: string) => {
        const check = found.find((one) => one.name === name);
        return check && [check.state, check.title, check.says, ...(check.mend ? [check.mend] : [])];
      };
      return { lanes: of('lanes'), parked: of('parked'), received: of('received'), clock: of('clock') };
    };
    const update = (name: string, set: Record<string, string>) =>
      transact(context, by, (work) =>
        work.db.updateTable('peer').set(set).where('origin', '=', origin(name)).execute(),
      );

    await update('refuses', { refused_since: before(15) });
    await update('stranger', { refused_since: before(600), last_error: 'signature_clock: 2 h' });
    const clockSays = '09:29:15 (UTC)';
    expect(await checks('en')).toEqual({
      lanes: ['good', 'Delivery to other nodes', 'Nothing waits longer than a quarter of an hour.'],
      parked: ['good', 'Refused items', 'No node refuses anything.'],
      received: ['good', 'Received items', 'Everything that was received has been dealt with.'],
      clock: ['good', 'Clock', `No other node complains about this clock. It is ${clockSays}.`],
    });
    expect(await checks('nl')).toEqual({
      lanes: ['good', 'Bezorging aan andere knooppunten', 'Niets wacht langer dan een kwartier.'],
      parked: ['good', 'Geweigerde berichten', 'Geen knooppunt weigert iets.'],
      received: ['good', 'Ontvangen berichten', 'Alles wat is ontvangen, is verwerkt.'],
      clock: ['good', 'Klok', `Geen ander knooppunt klaagt over deze klok. Het is ${clockSays}.`],
    });

    at = end;
    await update('halted', { lane: 'halted', last_error: 'redirect_refused: 301' });
    await update('clock', { last_error: 'signature_clock: Clock of peer differs by 2 h' });
    await transact(context, by, async (work) => {
      await work.db
        .insertInto('lane_item')
        .values(
          [1, 2].map((number) => ({
            ...{ id: `item-${number}`, origin: origin('refuses'), stream: 'x', stream_seq: number, attempts: 9 },
            ...{ event_id: `event-${number}`, state: 'parked' as const, error: 'x' },
            ...{ created_at: before(70), retry_at: before(10) },
          })),
        )
        .execute();
      await work.db
        .insertInto('ledger')
        .values({
          ...{ id: `${origin('fine')}/1`, origin: origin('fine'), actor: origin('fine'), type: 'Create' },
          ...{ object: null, text: '{}', code: 'fault', verified: 'signature', state: 'parked' },
          ...{ stream: null, epoch: null, sequence: null, waits_for: null, attempts: 5 },
          ...{ received_at: before(5), applied_at: null },
        })
        .execute();
    });
    expect(await checks('en')).toEqual({
      lanes: [
        'attention',
        'Delivery to other nodes',
        '3 nodes have not been reached for a while: halted.gov, refuses.gov, waits.gov.',
        'It is tried again by itself, for as long as it takes. Look there for what their nodes answer.',
      ],
      parked: [
        'attention',
        'Refused items',
        '2 items were refused for an hour and put aside.',
        'See with “joinery lanes” what their node says, then send it again with “joinery lanes resend”.',
      ],
      received: [
        'attention',
        'Received items',
        '1 item from other nodes could not be dealt with because of a fault in this node.',
        'They are kept. Look for inbox.parked in the log, and report the fault.',
      ],
      clock: [
        'attention',
        'Clock',
        'Other nodes refuse what this one signs because of the time: clock.gov. Here it is 09:30:15 (UTC).',
        'Compare with a good clock, and let the machine keep its time by NTP.',
      ],
    });
    expect(await checks('nl')).toEqual({
      lanes: [
        'attention',
        'Bezorging aan andere knooppunten',
        '3 knooppunten zijn al een tijd niet bereikt: halted.gov, refuses.gov, waits.gov.',
        'Het wordt vanzelf opnieuw geprobeerd, zo lang als nodig. Kijk daar wat hun knooppunt antwoordt.',
      ],
      parked: [
        'attention',
        'Geweigerde berichten',
        '2 berichten zijn een uur lang geweigerd en apart gelegd.',
        'Kijk met “joinery lanes” wat hun knooppunt zegt en stuur het opnieuw met “joinery lanes resend”.',
      ],
      received: [
        'attention',
        'Ontvangen berichten',
        '1 bericht van andere knooppunten kon niet worden verwerkt door een fout in dit knooppunt.',
        'Ze zijn bewaard. Zoek inbox.parked in het logboek en meld de fout.',
      ],
      clock: [
        'attention',
        'Klok',
        'Andere knooppunten weigeren wat dit knooppunt ondertekent vanwege de tijd: clock.gov. Hier is het 09:30:15 (UTC).',
        'Vergelijk met een goede klok en laat de machine haar tijd gelijkzetten met NTP.',
      ],
    });
  });
});
