import type { Visitor } from '@joinery/core';
import type { PersonRow } from '@joinery/slices/people';
import { endOfDay } from './days.ts';
import type { Settings } from './settings.ts';

/** Inviting guests: administrators, and everybody of the agency where an administrator allowed it; never a guest. */
export function canInviteGuests(visitor: Visitor | null, { staff }: Settings): boolean {
  return visitor !== null && !visitor.person.guest && (visitor.administrator || staff);
}

/** Seeing when a guest's access ends, ending it, and giving them a new link: whoever answers for them, and administrators. */
export function canLookAfter(visitor: Visitor, guest: Pick<PersonRow, 'guest_sponsor'>): boolean {
  return visitor.administrator || (!visitor.person.guest && guest.guest_sponsor === visitor.person.id);
}

/**
 * Moving a guest's last day, and letting them in again after it: the same decision as inviting them. Whom somebody put out before their last day was over,
 * an administrator alone lets in again: otherwise a sponsor could undo what an administrator did.
 */
export function canExtend(
  visitor: Visitor,
  guest: Pick<PersonRow, 'guest_sponsor' | 'guest_until' | 'disabled_at'>,
  settings: Settings,
): boolean {
  if (visitor.administrator) return true;
  const wasPutOut = guest.disabled_at !== null && guest.disabled_at < endOfDay(guest.guest_until ?? '');
  return canLookAfter(visitor, guest) && canInviteGuests(visitor, settings) && !wasPutOut;
}
