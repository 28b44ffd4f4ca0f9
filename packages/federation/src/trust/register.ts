import { newId, refuse, streams, type Work } from '@joinery/core';
import { type Partner, registerDecision } from './store.ts';

/** Who decides, by name as the register shows it, and why. Both are mandatory. */
export type Decider = { by: string; reason: string };

const longestReason = 1000;

/** @throws {Refusal} invalid, when either is missing */
export function readDecider(input: Decider): Decider {
  const by = input.by.trim();
  const reason = input.reason.trim();
  if (by === '') refuse('invalid', 'Say who decides', [{ field: 'by', code: 'required' }]);
  if (reason === '') refuse('invalid', 'Give the reason', [{ field: 'reason', code: 'required' }]);
  if (reason.length > longestReason) {
    refuse('invalid', `Keep the reason below ${longestReason} characters`, [
      { field: 'reason', code: 'too_long', values: { maximum: longestReason } },
    ]);
  }
  return { by, reason };
}

/** Adds one decision to the register, and tells everybody who keeps the list in memory. */
export async function register(
  work: Work,
  what: string,
  subject: { id: string; origin: string },
  decided: Decider,
  before: Partner | undefined,
  after: Partner | undefined,
): Promise<void> {
  const id = newId();
  const text = (partner: Partner | undefined) => (partner ? JSON.stringify(partner) : null);
  await registerDecision(work, {
    id,
    at: work.now,
    partner_id: subject.id,
    origin: subject.origin,
    what,
    ...decided,
    before: text(before),
    after: text(after),
  });
  work.emit('partner.changed', streams.local, { partner: subject.id, decision: id });
}
