import { rememberClassification, setRoles, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb } from '../../../../test/harness/web.ts';
import { federationSlice } from '../slice.ts';
import { createPartnersSlice } from './slice.ts';

const by = { kind: 'system', what: 'test' } as const;
const theirGroup = '0190a000-0000-7000-8000-000000000002';
const good = 'https://good.gov';

describeStores('Labels and introduced nodes over REST', (open) => {
  it('are read and changed by who decides about partners, with a reason, and by nobody else', async () => {
    await using web = await openWeb(open, { slices: [federationSlice, createPartnersSlice({})] });
    await web.account({ administrator: true });
    const [officer, other] = [await web.account(), await web.account()];
    await transact(web.context, by, (work) =>
      setRoles(work, officer.id, { administrator: false, federationOfficer: true }),
    );
    await transact(web.context, by, (work) =>
      rememberClassification(work, { group: theirGroup, home: good }, { name: 'Geheim', rank: 1 }),
    );
    const call = async (token: string | null, method: string, path: string, content?: unknown) => {
      const answer = await web.api(token, method, path, content);
      return { status: answer.status, body: await answer.json() };
    };
    for (const path of ['/labels', '/labels/theirs', '/introductions']) {
      expect([path, (await call(null, 'GET', path)).status]).toEqual([path, 401]);
      expect([path, (await call(other.token, 'GET', path)).status]).toEqual([path, 403]);
      expect([path, (await call(officer.token, 'PUT', path, {})).status]).toEqual([path, 422]);
    }
    const first = await call(officer.token, 'GET', '/labels');
    expect(first).toMatchObject({ status: 200, body: { next: null } });
    const kept = first.body.items.map(({ en, nl }: { en: string; nl: string }) => ({ en, nl }));
    const more = { labels: [...kept, { en: 'Top secret', nl: 'Zeer geheim' }], reason: 'Policy 5' };
    expect((await call(other.token, 'PUT', '/labels', more)).status).toBe(403);
    const changed = await call(officer.token, 'PUT', '/labels', more);
    expect(changed.status).toBe(200);
    expect(changed.body.items.map(({ en }: { en: string }) => en)).toEqual(more.labels.map(({ en }) => en));
    // Those that there were are the same labels still.
    expect(changed.body.items.slice(0, -1)).toEqual(first.body.items);
    expect((await call(officer.token, 'GET', '/labels')).body).toEqual(changed.body);

    const meaning = { home: good, word: 'Geheim', label: changed.body.items.at(-1).id, reason: 'Their policy' };
    const [told] = (await call(officer.token, 'GET', '/labels/theirs')).body.items;
    expect(told).toMatchObject({ home: good, en: 'Geheim', rank: 1, groups: 1, label: null, decided: false });
    expect((await call(other.token, 'PUT', '/labels/theirs', meaning)).status).toBe(403);
    const mapped = await call(officer.token, 'PUT', '/labels/theirs', meaning);
    expect(mapped.body.items).toMatchObject([{ en: 'Geheim', label: meaning.label, decided: true }]);

    expect((await call(officer.token, 'GET', '/introductions')).body).toEqual({ items: [], next: null });
    const nobody = { group: `${good}/groups/1`, origin: 'https://x.gov', refused: true, reason: 'Unknown' };
    expect((await call(other.token, 'PUT', '/introductions', nobody)).status).toBe(403);
    expect((await call(officer.token, 'PUT', '/introductions', nobody)).status).toBe(404);
  });
});
