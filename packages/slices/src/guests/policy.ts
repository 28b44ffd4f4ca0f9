import type { Visitor } from '@joinery/core';
import type { PersonRow } from '@joinery/slices/people';
import type { Settings } from './settings.ts';

/** Inviting guests: administrators, and everybody of the agency where an administrator allowed it; never a guest. */
export function canInviteGuests(visitor: Visitor | null, { staff }: Settings): boolean {
  return visitor !== null && !visitor.person.guest && (visitor.administrator || staff);
}

/** Seeing when a guest's access ends, moving it, ending it, and giving them a new link: whoever answers for them, and administrators. */
export function canLookAfter(visitor: Visitor, guest: Pick<PersonRow, 'guest_sponsor'>): boolean {
  return visitor.administrator || (!visitor.person.guest && guest.guest_sponsor === visitor.person.id);
}
