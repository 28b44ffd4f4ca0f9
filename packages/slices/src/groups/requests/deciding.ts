import { type RequestContext, refuse, requireVisitor } from '@joinery/core';
import { seeGroup } from '../reads.ts';
import { mayDecide } from './queue.ts';

/** The group of this address, for whoever decides who joins it. @throws {Refusal} signed_out, not_found, forbidden */
export async function deciding(c: RequestContext) {
  const visitor = requireVisitor(c);
  const { context } = c.var;
  const { group, standing } = await seeGroup(context.db.reader, c.req.param('id') ?? '', visitor);
  const now = context.clock.now().toISOString();
  if (!(await mayDecide(context.db.reader, group, standing, now)))
    refuse('forbidden', 'Only those who run the group see who asks to join');
  return { visitor, group, standing, now };
}
