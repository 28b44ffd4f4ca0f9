import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb, type TestAccount } from '../../../../test/harness/web.ts';
import { startSession } from '../accounts/sessions.ts';
import type { Slice } from '../slice.ts';
import { transact } from '../work.ts';
import { cookieName } from './cookies.ts';

const by = { kind: 'system', what: 'test' } as const;
/** A form, and what of it was kept for its page. */
const slice: Slice = {
  name: 'sample',
  routes: (app) => {
    app.get('/form', (c) => {
      const { kept, csrf } = c.var;
      return c.json({ csrf, kept: kept && { action: kept.action, fields: Object.fromEntries(kept.fields) } });
    });
    app.post('/form/send', (c) => c.text('sent'));
  },
};

describeStores('Forms of a session that has ended', (open) => {
  async function openNode() {
    let now = new Date('2026-11-23T08:00:00.000Z');
    const web = await openWeb(open, { slices: [slice], now: () => now });
    const csrf = async ({ browser }: TestAccount) => (await (await browser.fetch('/form')).json()).csrf as string;
    return {
      web,
      csrf,
      pass: (hours: number) => {
        now = new Date(now.getTime() + hours * 3_600_000);
      },
      /** Sends the form from its page. */
      send: (account: TestAccount, fields: Record<string, string>) =>
        account.browser.fetch('/form/send', {
          method: 'POST',
          body: new URLSearchParams(fields),
          headers: { origin: web.origin, referer: `${web.origin}/form?page=2` },
        }),
      signIn: async (account: TestAccount) => {
        const value = await transact(web.context, by, (work) => startSession(work, account.id));
        account.browser.cookies.set(cookieName(web.origin, 'session'), value);
      },
      kept: async (account: TestAccount, next: string) =>
        (await (await account.browser.fetch(next)).json()).kept as unknown,
    };
  }
  const nextOf = (answer: Response) =>
    new URL(answer.headers.get('location') ?? '', 'http://x').searchParams.get('next') ?? '';

  it('are kept for the same person, until half a day later, without secrets', async () => {
    const { web, csrf, pass, send, signIn, kept } = await openNode();
    await using _ = web;
    const [anna, bob] = [await web.account(), await web.account()];
    const typed = {
      csrf: await csrf(anna),
      once: 'x',
      title: 'Plan',
      content: 'A\nlong text',
      newPassword: 'hunter2',
      credential: '{}',
      code: '123',
    };
    pass(13);
    const answer = await send(anna, typed);
    expect(answer.status).toBe(303);
    const next = nextOf(answer);
    expect(next).toMatch(/^\/form\?page=2&kept=[\w-]{36}$/);
    const stored = await web.context.db.reader.selectFrom('kept_form').selectAll().execute();
    expect(JSON.stringify(stored)).not.toMatch(/Plan|long text|hunter2/);
    expect(await (await web.browser().fetch(next)).json()).toMatchObject({ kept: null });
    await signIn(bob);
    expect(await kept(bob, next)).toBeNull();
    await signIn(anna);
    expect(await kept(anna, next)).toEqual({
      action: '/form/send',
      fields: { title: ['Plan'], content: ['A\nlong text'] },
    });
    expect(await kept(anna, '/form?kept=nothing')).toBeNull();
    pass(11.9);
    await signIn(anna);
    expect(await kept(anna, next)).not.toBeNull();
    pass(0.2);
    expect(await kept(anna, next)).toBeNull();
  });

  it('are not kept when no page of ours made them for that session, nor without end', async () => {
    const { web, csrf, pass, send } = await openNode();
    await using _ = web;
    const [anna, bob] = [await web.account(), await web.account()];
    const [own, others] = [await csrf(anna), await csrf(bob)];
    pass(13);
    const none = async (fields: Record<string, string>) =>
      expect(nextOf(await send(anna, fields))).toBe('/form?page=2');
    await none({ csrf: others, title: 'Planted' });
    await none({ csrf: '', title: 'Planted' });
    await none({ csrf: own, title: ' ' });
    await none({ csrf: own, title: 'x'.repeat(200_001) });
    for (let n = 0; n < 8; n += 1) await send(anna, { csrf: own, title: `Plan ${n}` });
    expect(await web.context.db.reader.selectFrom('kept_form').select('id').execute()).toHaveLength(5);
    // Who has signed out has no session to find.
    await transact(web.context, by, (work) => work.db.deleteFrom('session').execute());
    await none({ csrf: own, title: 'Plan' });
  });
});
