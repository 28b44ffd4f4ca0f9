import { isId, type Reader, refuse } from '@joinery/core';

export const by = { kind: 'command', by: 'group' } as const;

/** The local id of a group that the command line names by id or handle. @throws {Refusal} not_found */
export async function groupOf(db: Reader, reference: string): Promise<string> {
  if (isId(reference)) return reference;
  const row = await db
    .selectFrom('groups')
    .select('id')
    .where('local', '=', 1)
    .where('kind', '=', 'group')
    .where('handle', '=', reference.replace(/^[!@]/, ''))
    .executeTakeFirst();
  return row?.id ?? refuse('not_found', `No group on this node is called ${reference}: give the id or the handle`);
}

/** The local id of somebody of this node, by id or handle. @throws {Refusal} not_found */
export async function personOf(db: Reader, reference: string): Promise<string> {
  if (isId(reference)) return reference;
  const row = await db
    .selectFrom('person')
    .select('id')
    .where('local', '=', 1)
    .where('handle', '=', reference.replace(/^@/, ''))
    .executeTakeFirst();
  return row?.id ?? refuse('not_found', `Nobody on this node is called ${reference}: give the id or the handle`);
}
