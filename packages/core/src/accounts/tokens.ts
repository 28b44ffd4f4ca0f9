import { timingSafeEqual } from 'node:crypto';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { newId } from '../ids.ts';
import { transact, type Work } from '../work.ts';
import { isUsable } from './accounts.ts';
import { grantHolds } from './grants.ts';
import { randomToken, sha256 } from './one-way.ts';

const shape = /^joinery_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/;
const noteUseEvery = 60 * 60_000;

/**
 * Makes a token for the API. It does what its account may do.
 * @param input.grant of the session it is made in: it ends with that
 * @returns the token, `joinery_<id>_<secret>`, shown once: only a hash of the secret is kept
 */
export async function createToken(
  work: Work,
  input: { account: string; name: string; grant?: string | null },
): Promise<{ id: string; token: string }> {
  const id = newId();
  const secret = randomToken();
  await work.db
    .insertInto('api_token')
    .values({
      id,
      hash: sha256(secret),
      account_id: input.account,
      name: input.name,
      created_at: work.now,
      last_used_at: null,
      revoked_at: null,
      grant_id: input.grant ?? null,
    })
    .execute();
  return { id, token: `joinery_${id}_${secret}` };
}

/**
 * Ends a token at once.
 * @throws {Refusal} not_found when the account has no such token
 */
export async function revokeToken(work: Work, account: string, id: string): Promise<void> {
  const done = await work.db
    .updateTable('api_token')
    .set({ revoked_at: work.now })
    .where('id', '=', id)
    .where('account_id', '=', account)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) refuse('not_found', 'No such token');
}

/** The account behind a token, or undefined when it is not (any more) one of ours. Notes the use at most once an hour. */
export async function accountOfToken(
  context: Context,
  token: string,
): Promise<{ id: string; person_id: string; administrator: number; federation_officer: number } | undefined> {
  const [, id = '', secret = ''] = shape.exec(token) ?? [];
  if (id === '') return undefined;
  const row = await context.db.reader
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .select([
      'account.id',
      'person_id',
      'administrator',
      'federation_officer',
      'hash',
      'disabled_at',
      'ends_at',
      'last_used_at',
      'api_token.grant_id',
    ])
    .where('api_token.id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!row || !isUsable(row, context.clock.now().toISOString())) return undefined;
  if (!timingSafeEqual(Buffer.from(row.hash), Buffer.from(sha256(secret)))) return undefined;
  if (row.grant_id !== null && !(await grantHolds(context, row.grant_id))) return undefined;
  const now = context.clock.now().getTime();
  if (row.last_used_at === null || now - Date.parse(row.last_used_at) > noteUseEvery) {
    await transact(context, { kind: 'system', what: 'tokens' }, async (work) => {
      await work.db.updateTable('api_token').set({ last_used_at: work.now }).where('id', '=', id).execute();
    }).catch((error) => context.logger.warn('token.not_noted', { reason: String(error) }));
  }
  return row;
}
