import type { Visitor } from '@joinery/core';

/** The federation officer decides on partners and need not see any content; administrators may too. */
export function mayDecide(visitor: Pick<Visitor, 'administrator' | 'federationOfficer'> | null): boolean {
  return visitor !== null && (visitor.administrator || visitor.federationOfficer);
}
