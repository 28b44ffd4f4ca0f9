import { expect, it } from 'vitest';
import { dayAfter, dayFault, endOfDay, moments } from './days.ts';

const now = new Date('2026-11-23T09:00:00.000Z');

it('A last day is to come, and lies within a year', () => {
  for (const day of ['2026-11-23', '2026-11-24', '2027-02-21', '2027-11-23'])
    expect([day, dayFault(day, now)]).toEqual([day, null]);
  expect(['2026-11-22', '1999-01-01'].map((day) => dayFault(day, now))).toEqual(['in_the_past', 'in_the_past']);
  expect(['2027-11-24', '9999-12-31'].map((day) => dayFault(day, now))).toEqual(['too_large', 'too_large']);
  for (const day of ['', '2026-02-30', '2026-13-01', '23-11-2026', '2026-11-24T00:00', '2026-11-24\n', ' 2026-11-24'])
    expect([day, dayFault(day, now)]).toEqual([day, 'bad_format']);
});

it('It counts whole, and is preceded by the reminders that are still to come', () => {
  expect(endOfDay('2026-11-23')).toBe('2026-11-24T00:00:00.000Z');
  expect(dayAfter(now, 90)).toBe('2027-02-21');
  expect(moments('2026-12-31', now.toISOString())).toEqual([
    '2026-12-18T00:00:00.000Z',
    '2026-12-31T00:00:00.000Z',
    '2027-01-01T00:00:00.000Z',
  ]);
  expect(moments('2026-11-23', now.toISOString())).toEqual(['2026-11-24T00:00:00.000Z']);
});
