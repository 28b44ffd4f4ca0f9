import type { Clock } from '@joinery/core';
import type { Link } from '../../harness/link.ts';
import type { TestNode, TestPerson } from '../../harness/node.ts';

/** Real time, and what was skipped of it: in milliseconds. */
export type SkippingClock = Clock & { skipped: number };

export function skippingClock(): SkippingClock {
  const clock = { skipped: 0, now: () => new Date(Date.now() + clock.skipped) };
  return clock;
}

type Group = { id: string; uri: string };

/** What is around the security officer, another one for each try: agreements are about whole nodes. */
export type SecurityWorld = {
  /** Theirs. */
  council: TestNode;
  department: TestNode;
  /** To the department; can be cut. */
  line: Link;
  vale: TestNode;
  /** Of all three. */
  clock: SkippingClock;
  /** One for the agreement, and one that is none of the department's business. */
  groups: { permits: Group; staff: Group };
  /** Runs them. */
  bob: TestPerson;
  /** With which they come in first. */
  link: string;
};

export const password = 'four quiet words here';
export const day = 86_400_000;

export const dayFromNow = (clock: Clock, days: number): string =>
  new Date(clock.now().getTime() + days * day).toISOString().slice(0, 10);
