import { type Requester, type Scope, type Slice, type StoredObject, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { explain } from './explain.ts';
import { allowPartner, suspendPartner } from './partners.ts';
import { createPartnersSlice } from './slice.ts';
import { createTrust } from './trust.ts';

const named = '0190a000-0000-7000-8000-000000000001';
const other = '0190a000-0000-7000-8000-000000000002';
const closed = '0190a000-0000-7000-8000-000000000003';
const open = '0190a000-0000-7000-8000-000000000004';

/** Groups in the simplest form: one is closed, one is open to the web, the rest is for partners. */
const groups: Slice = {
  name: 'groupsample',
  objects: [
    {
      path: 'groups',
      load: async (_db, by) => {
        const id = 'id' in by ? by.id : (/^https:\/\/own\.gov\/groups\/(.+)$/.exec(by.uri)?.[1] ?? '');
        const known = [named, other, closed, open].includes(id);
        const object: StoredObject = {
          id,
          uri: `https://own.gov/groups/${id}`,
          local: true,
          deletedAt: null,
          type: 'Group',
        };
        return known ? object : undefined;
      },
      groupOf: async (_db, { id, uri }) => ({ id, uri, closed: id === closed }),
      mayRead: async (_db, requester: Requester, { id }) => {
        if (id === open) return true;
        return (
          requester.kind === 'peer' &&
          id !== closed &&
          requester.trust.mayFederate(requester.origin, 'open-groups', 'out', id).allowed
        );
      },
    },
  ],
};
const good = 'https://good.gov';
const decider = { by: 'Anna', reason: 'x' };

describeStores('An explanation', (openStore) => {
  it('says whether another node may read something, and why, in both languages', async () => {
    let now = new Date('2026-11-10T12:00:00.000Z');
    await using store = await openStore({ slices: [createPartnersSlice({}), groups], now: () => now });
    const { context } = store;
    await using trust = createTrust(context);
    context.ports.trust = trust;
    const ask = async (thing: string | null, language: 'en' | 'nl' = 'en') =>
      (await explain(context, context.db.reader, good, thing, language)).lines.join('\n');
    const decide = async (run: Parameters<typeof transact<unknown>>[2]) => {
      await transact(context, { kind: 'system', what: 'test' }, run);
      await trust.refresh();
    };
    await trust.refresh();
    const link = `https://own.gov/groups/${named}`;
    expect(await ask(link)).toBe(`May ${good} read ${link}? No: there is no agreement with this node.`);
    const fields = {
      agency: 'Harrowdean',
      groups: [named],
      scopes: ['open-groups' as const],
      direction: 'out' as const,
      expiresAt: '2026-11-15T00:00:00.000Z',
    };
    await decide((work) => allowPartner(work, { origin: good, fields, ...decider }));
    expect(await ask(link)).toBe(`May Harrowdean read ${link}? Yes: the agreement is in force.`);
    expect(await ask(named)).toBe(await ask(link));
    expect(await ask(other)).toContain('No: the agreement covers only named groups, and this is not one of them.');
    expect(await ask(closed)).toContain('No: the agreement does not cover this.');
    expect(await ask(open)).toContain('Yes: anyone on the web may.');
    expect(await ask('https://own.gov/groups/nothing')).toBe(
      'Nothing on this node has the address https://own.gov/groups/nothing.',
    );
    expect(await ask(null)).toBe(
      [
        'Is anything exchanged with Harrowdean? Yes: the agreement is in force.',
        'They do not get: finding groups and people (the agreement does not cover this).',
        'We do not take from them: finding groups and people (the agreement covers only the other direction).',
        'They get: open groups.',
        'We do not take from them: open groups (the agreement covers only the other direction).',
        'They do not get: closed groups (the agreement does not cover this).',
        'We do not take from them: closed groups (the agreement covers only the other direction).',
      ].join('\n'),
    );
    now = new Date('2026-11-21T12:00:00.000Z');
    expect(await ask(link)).toBe(`May Harrowdean read ${link}? No: the agreement ended on 14 November 2026.`);
    expect(await ask(link, 'nl')).toBe(
      `Mag Harrowdean ${link} lezen? Nee: de afspraak is geëindigd op 14 november 2026.`,
    );
    await decide((work) => suspendPartner(work, { origin: good, ...decider }));
    expect(await ask(null)).toBe('Is anything exchanged with Harrowdean? No: the agreement is suspended.');
    await decide((work) => allowPartner(work, { origin: good, fields: { expiresAt: null, groups: null }, ...decider }));
    expect(await ask(closed)).toContain('No: the agreement does not cover this.');
    const scopes: Scope[] = ['open-groups', 'closed-groups'];
    await decide((work) => allowPartner(work, { origin: good, fields: { scopes }, ...decider }));
    expect(await ask(closed)).toContain('No: it belongs to a closed group');
  });
});
