import { describe, expect, it, vi } from 'vitest';

/** A process of its own, as far as ids are concerned. */
async function freshIds() {
  vi.resetModules();
  return import('./ids.ts');
}

describe('Identifiers', () => {
  it('are UUIDs of version 7 with the time of making', async () => {
    const { newId, isId } = await freshIds();
    const id = newId(Date.UTC(2026, 10, 21));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 21));
    expect(isId(id)).toBe(true);
  });

  it('sort by order of making, within a millisecond and when more are made than fit in one', async () => {
    const { newId } = await freshIds();
    const ids = Array.from({ length: 20_000 }, () => newId(1_000_000));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('go on sorting when the clock goes back two hours', async () => {
    const { newId } = await freshIds();
    const now = Date.UTC(2026, 10, 21);
    const ids = [newId(now), newId(now - 7_200_000), newId(now - 7_199_999), newId(now + 1)];
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(4);
  });

  it('are told from anything else', async () => {
    const { isId } = await freshIds();
    for (const text of [
      '',
      'x',
      '../etc/passwd',
      '0192f000-0000-7000-8000-00000000000',
      '0192F000-0000-7000-8000-000000000000',
    ])
      expect(isId(text)).toBe(false);
  });
});
