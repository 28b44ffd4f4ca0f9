import {
  federationOfficers,
  type Reader,
  type RequestContext,
  refuse,
  requireFederationOfficer,
  type Visitor,
} from '@joinery/core';

type Roles = Pick<Visitor, 'administrator' | 'federationOfficer'>;

/** The federation officer and administrators see the list of partners; neither sees any content by that. */
export function maySeePartners(visitor: Roles | null): boolean {
  return visitor !== null && (visitor.administrator || visitor.federationOfficer);
}

/**
 * Federation officers decide about partners. An administrator decides only while the node has no officer: whoever looks after people need not look
 * after agreements, and a small agency is never without somebody who can.
 */
export async function mayDecide(db: Reader, visitor: Roles | null): Promise<boolean> {
  if (visitor === null || visitor.federationOfficer) return visitor !== null;
  return visitor.administrator && (await federationOfficers(db)).length === 0;
}

/** Whoever decides about partners. @throws {Refusal} signed_out, forbidden */
export async function requireDecider(c: RequestContext): Promise<Visitor> {
  const visitor = requireFederationOfficer(c);
  if (!(await mayDecide(c.var.context.db.reader, visitor)))
    refuse('forbidden', 'This node has federation officers: only they decide about partners');
  return visitor;
}
