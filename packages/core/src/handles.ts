import type { HandleRow } from './db/schema.ts';
import { refuse } from './errors.ts';
import type { Reader } from './slice.ts';
import type { Work } from './work.ts';

const shape = /^[a-z0-9][a-z0-9_-]{1,62}$/;

const reserved = new Set(
  (
    'admin administrator administration agency api assets feed follow files groups health help home inbox joinery livez login logout node nodeinfo people posts uploads ' +
    'postmaster profile readyz root security sign-in sign-out static streams support system theme webmaster well-known'
  ).split(' '),
);

/** Why a handle cannot be used, or null. */
export function handleFault(name: string): 'required' | 'bad_format' | 'reserved' | null {
  if (name === '') return 'required';
  if (!shape.test(name)) return 'bad_format';
  return reserved.has(name) ? 'reserved' : null;
}

/**
 * Takes a name for good in the one namespace of people, groups, agency and node: WebFinger must lead back to one id.
 * @param name lower case, `[a-z0-9][a-z0-9_-]{1,62}`; `agency` and `node` only for those two
 * @throws {Refusal} invalid with the fault, or handle_taken: names are never used twice
 */
export async function claimHandle(work: Work, name: string, kind: HandleRow['kind'], id: string): Promise<void> {
  const fault = handleFault(name);
  const own = (kind === 'agency' || kind === 'node') && name === kind;
  if (fault && !own) refuse('invalid', `The handle "${name}" cannot be used`, [{ field: 'handle', code: fault }]);
  // Not looked up first: on PostgreSQL another change may be taking it at this moment, and this waits until that one is decided.
  const added = await work.db
    .insertInto('handle')
    .values({ name, kind, id, retired_at: null })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n)
    refuse('handle_taken', `The handle "${name}" is taken`, [{ field: 'handle', code: 'taken' }]);
}

/** Who has a name now. */
export async function holderOf(db: Reader, name: string): Promise<HandleRow | undefined> {
  return db
    .selectFrom('handle')
    .selectAll()
    .where('name', '=', name)
    .where('retired_at', 'is', null)
    .executeTakeFirst();
}

/** A free handle near a wished one (`jan-jansen`, `jan-jansen-2`). */
export async function freeHandle(db: Reader, wish: string): Promise<string> {
  const plain = wish
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const base = shape.test(plain.slice(0, 50)) && !reserved.has(plain) ? plain.slice(0, 50) : `x-${plain.slice(0, 48)}`;
  const rows = await db.selectFrom('handle').select('name').where('name', 'like', `${base}%`).execute();
  const taken = new Set(rows.map((row) => row.name));
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
