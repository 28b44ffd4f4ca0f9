import type { Context } from '@joinery/core';

/** What a rehearsal tries, in order. The first three concern this node itself, the others a copy of it. */
export const rehearsalSteps = [
  'reached',
  'reading-refused',
  'sending-refused',
  'agreed',
  'joined',
  'posted',
  'answered',
  'closed',
  'closed-joined',
  'closed-read',
  'closed-removed',
  'deleted',
  'suspended',
] as const;

export type RehearsalStep = {
  name: (typeof rehearsalSteps)[number];
  ok: boolean;
  milliseconds: number;
  /** What happened instead, in English; empty when all went well. */
  detail: string;
};

/** Runs the whole of it; given by whoever can start nodes. */
export type Rehearse = (context: Context) => Promise<RehearsalStep[]>;

/** What each step is called in words. */
export const stepText = {
  reached: 'stepReached',
  'reading-refused': 'stepReadingRefused',
  'sending-refused': 'stepSendingRefused',
  agreed: 'stepAgreed',
  joined: 'stepJoined',
  posted: 'stepPosted',
  answered: 'stepAnswered',
  closed: 'stepClosed',
  'closed-joined': 'stepClosedJoined',
  'closed-read': 'stepClosedRead',
  'closed-removed': 'stepClosedRemoved',
  deleted: 'stepDeleted',
  suspended: 'stepSuspended',
} as const satisfies Record<RehearsalStep['name'], string>;
