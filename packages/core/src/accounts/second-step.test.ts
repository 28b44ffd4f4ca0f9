import { expect, it } from 'vitest';
import { describeStores, type TestStore } from '../../../../test/harness/store.ts';
import { transact } from '../work.ts';
import { createAccount } from './accounts.ts';
import { codeAt, newSecondStepKey, secondStepFits, secondStepOf, stepAt, turnSecondStepOn } from './second-step.ts';

const by = { kind: 'system', what: 'test' } as const;

it('Codes are those of RFC 6238 appendix B, by their last six digits', () => {
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const codes = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000].map((second) =>
    codeAt(key, stepAt(new Date(second * 1_000))),
  );
  expect(codes).toEqual(['287082', '081804', '050471', '005924', '279037', '353130']);
  expect(newSecondStepKey()).toMatch(/^[A-Z2-7]{32}$/);
  expect(newSecondStepKey()).not.toBe(newSecondStepKey());
});

describeStores('a second step', (open) => {
  let now = Date.parse('2026-11-22T10:00:00.000Z');
  const clock = () => new Date(now);

  async function prepared(store: TestStore) {
    const key = newSecondStepKey();
    const { id } = await transact(store.context, by, (work) =>
      createAccount(work, { person: 'anna', email: 'anna@council.example' }),
    );
    const codes = await transact(store.context, by, (work) =>
      turnSecondStepOn(work, id, key, codeAt(key, stepAt(clock()))),
    );
    return { id, key, codes };
  }

  it('takes each code once, in order, a step early or late, and nothing else', async () => {
    await using store = await open({ now: clock });
    const { id, key } = await prepared(store);
    const fits = (step: number) => secondStepFits(store.context, id, codeAt(key, stepAt(clock()) + step));
    // The code that turned it on has been seen.
    expect(await fits(0)).toBe(false);
    now += 30_000;
    expect(await fits(0)).toBe(true);
    expect([await fits(0), await fits(-1)]).toEqual([false, false]);
    expect(await fits(1)).toBe(true);
    now += 300_000;
    expect([await fits(-2), await fits(2), await fits(-1)]).toEqual([false, false, true]);
    const stored = await store.context.db.reader.selectFrom('second_step').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(key);
  });

  it('takes each recovery code once, however it is typed, and keeps only hashes', async () => {
    await using store = await open({ now: clock });
    const { id, codes } = await prepared(store);
    expect(codes).toHaveLength(10);
    const [first = '', second = ''] = codes;
    expect(first).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
    expect(await secondStepFits(store.context, id, first.toLowerCase().replaceAll('-', ' '))).toBe(true);
    expect(await secondStepFits(store.context, id, first)).toBe(false);
    expect(await secondStepOf(store.context.db.reader, id)).toMatchObject({ recoveryCodes: 9 });
    const answers = await Promise.all([second, second].map((code) => secondStepFits(store.context, id, code)));
    expect(answers.sort()).toEqual([false, true]);
    const stored = await store.context.db.reader.selectFrom('recovery_code').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(first.replaceAll('-', ''));
  });

  it('is closed for a quarter of an hour after five wrong codes', async () => {
    await using store = await open({ now: clock });
    const { id, key } = await prepared(store);
    for (let round = 0; round < 5; round += 1) expect(await secondStepFits(store.context, id, '000000')).toBe(false);
    now += 60_000;
    const right = () => secondStepFits(store.context, id, codeAt(key, stepAt(clock())));
    await expect(right()).rejects.toMatchObject({ code: 'too_many', retryAfter: 14 * 60 });
    now += 15 * 60_000;
    expect(await right()).toBe(true);
  });
});
