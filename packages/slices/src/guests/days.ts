import { periods } from '@joinery/core';

const day = 86_400_000;

/** The instant at which a last day is over. Days are those of UTC, so that every node means the same by one. */
export const endOfDay = (until: string): string => new Date(Date.parse(`${until}T00:00:00.000Z`) + day).toISOString();

/** The day that lies so many days after an instant. */
export const dayAfter = (now: Date, days: number): string =>
  new Date(now.getTime() + days * day).toISOString().slice(0, 10);

/** What is wrong with a last day, if anything: it is to come, and within the longest time. */
export function dayFault(until: string, now: Date): 'bad_format' | 'in_the_past' | 'too_large' | null {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(until) && new Date(`${until}T00:00:00.000Z`).toJSON()?.slice(0, 10) === until;
  if (!isDay) return 'bad_format';
  if (until < dayAfter(now, 0)) return 'in_the_past';
  return until > dayAfter(now, periods.guestLongest.days) ? 'too_large' : null;
}

/** When the sponsor is reminded: so many days before the end. */
export const remindDays = [14, 1] as const;

/** Instants at which something is to be done about a guest: reminders that are still to come, and the end. */
export function moments(until: string, now: string): string[] {
  const end = endOfDay(until);
  const before = remindDays.map((days) => new Date(Date.parse(end) - days * day).toISOString());
  return [...before.filter((at) => at > now), end];
}
