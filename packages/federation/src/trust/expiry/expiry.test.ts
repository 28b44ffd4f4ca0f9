import { createMailDoor, runNextJob, setRoles, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { startMailServer } from '../../../../../test/harness/mail-server.ts';
import { describeStores } from '../../../../../test/harness/store.ts';
import { openWeb } from '../../../../../test/harness/web.ts';
import { type DecisionInput, decideAs } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';

const by = { kind: 'system', what: 'test' } as const;
const origin = 'https://good.gov';

describeStores('The end of an agreement', (open) => {
  it('is mailed to those who decide at 30, 7 and 1 days, in their language, and not when it was extended or stopped', async () => {
    await using server = await startMailServer();
    let now = new Date('2026-11-01T00:00:00.000Z');
    await using web = await openWeb(open, { slices: [createPartnersSlice({})], now: () => now });
    const { context } = web;
    const mail = createMailDoor({ ...context.config, smtpUrl: server.url });
    Object.assign(context, { doors: { ...context.doors, mail } });
    const [administrator, officer] = [
      await web.account({ administrator: true }),
      await web.account({ language: 'nl' }),
    ];
    await transact(context, by, (work) => setRoles(work, officer.id, { federationOfficer: true }));
    const emailOf = async (id: string) =>
      (await context.db.reader.selectFrom('account').select('email').where('id', '=', id).executeTakeFirstOrThrow())
        .email;
    const decide = (what: 'allow' | 'change' | 'suspend', fields: DecisionInput['fields'] = {}) =>
      transact(context, by, (work) => decideAs(work, what, { origin, fields, by: 'Olga', reason: 'Test' }));
    const until = async (day: string) => {
      now = new Date(`${day}T00:00:00.000Z`);
      server.mails.length = 0;
      while (await runNextJob(context));
      return server.mails.map(({ to, headers }) => [...to, headers.get('subject')?.[0]]);
    };

    const { id } = await decide('allow', { agency: 'Good <b>', expiresAt: '2026-12-20T00:00:00.000Z' });
    expect(await until('2026-11-19')).toEqual([]);
    const theirs = await emailOf(officer.id);
    expect(await until('2026-11-20')).toEqual([[theirs, expect.stringContaining('30 dagen eindigt de afspraak')]]);
    const [sent] = server.mails;
    expect(sent?.text).toContain('Na 19 december 2026');
    expect(sent?.text).toContain(`${context.config.origin}/administration/partners/${id}`);
    expect(sent?.html).toContain('Good &lt;b&gt;');
    expect(await until('2026-11-21')).toEqual([]);

    // Extended: what was planned for the old end says nothing any more.
    await decide('change', { expiresAt: '2027-01-20T00:00:00.000Z' });
    expect(await until('2026-12-20')).toEqual([]);
    expect(await until('2026-12-21')).toHaveLength(1);
    // Nobody but the administrator is left to decide.
    await transact(context, by, (work) => setRoles(work, officer.id, { federationOfficer: false }));
    expect(await until('2027-01-13')).toEqual([
      [await emailOf(administrator.id), 'In 7 days the agreement with Good <b> ends'],
    ]);
    await decide('suspend');
    expect(await until('2027-01-19')).toEqual([]);
    const told = await context.db.reader
      .selectFrom('log')
      .select('data')
      .where('name', '=', 'partner.expires_soon')
      .execute();
    expect(told.map(({ data }) => JSON.parse(data).days)).toEqual([30, 30, 7]);
  });

  it('is mailed later when the mail server cannot take it', async () => {
    await using server = await startMailServer();
    let now = new Date('2026-11-01T00:00:00.000Z');
    await using web = await openWeb(open, { slices: [createPartnersSlice({})], now: () => now });
    const mail = createMailDoor({ ...web.context.config, smtpUrl: server.url });
    Object.assign(web.context, { doors: { ...web.context.doors, mail } });
    await web.account({ administrator: true });
    const fields = { expiresAt: '2026-11-04T00:00:00.000Z' };
    await transact(web.context, by, (work) => decideAs(work, 'allow', { origin, fields, by: 'Olga', reason: 'Test' }));
    now = new Date('2026-11-03T00:00:00.000Z');
    server.refuse(451);
    while (await runNextJob(web.context));
    expect(server.mails).toEqual([]);
    server.refuse(null);
    now = new Date('2026-11-03T12:00:00.000Z');
    while (await runNextJob(web.context));
    expect(server.mails.map(({ headers }) => headers.get('subject')?.[0])).toEqual([
      'Tomorrow the agreement with good.gov ends',
    ]);
  });
});
