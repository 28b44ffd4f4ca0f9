import { isRandomToken, type Reader, refuse, type sessionBounds, sha256, type Work } from '@joinery/core';

/** A session as its person sees it. `name` stands for it on pages: no secret, and worth nothing as a cookie. */
export type OwnSession = {
  name: string;
  agent: string | null;
  provider: string | null;
  since: string;
  lastSeen: string;
  current: boolean;
};
export type OwnToken = { id: string; name: string; createdAt: string; lastUsedAt: string | null };

/** Where an account is signed in, newest first. */
export async function ownSessions(
  db: Reader,
  account: string,
  cookie: string | null,
  bounds: ReturnType<typeof sessionBounds>,
): Promise<OwnSession[]> {
  const own = cookie !== null && isRandomToken(cookie) ? sha256(cookie) : '';
  const rows = await db
    .selectFrom('session')
    .leftJoin('sign_in_grant', 'sign_in_grant.id', 'session.grant_id')
    .leftJoin('sign_in_provider', 'sign_in_provider.id', 'sign_in_grant.provider_id')
    .select(['session.id', 'agent', 'session.created_at', 'last_seen_at', 'sign_in_provider.name'])
    .where('session.account_id', '=', account)
    .where('expires_at', '>', bounds.now)
    .where('session.created_at', '>', bounds.madeAfter)
    .where('last_seen_at', '>', bounds.seenAfter)
    .orderBy('last_seen_at', 'desc')
    .execute();
  return rows.map((row) => ({
    name: nameOf(row.id),
    agent: row.agent,
    provider: row.name,
    since: row.created_at,
    lastSeen: row.last_seen_at,
    current: row.id === own,
  }));
}

const nameOf = (session: string) => sha256(`shown ${session}`);

/** Ends one session of an account. @throws {Refusal} not_found */
export async function endOwnSession(work: Work, account: string, name: string): Promise<void> {
  const rows = await work.db.selectFrom('session').select('id').where('account_id', '=', account).execute();
  const found = rows.find((row) => nameOf(row.id) === name) ?? refuse('not_found', 'No such session');
  await work.db.deleteFrom('session').where('id', '=', found.id).execute();
}

/** Ends every session of an account but that of this cookie. */
export async function endOtherSessions(work: Work, account: string, cookie: string): Promise<void> {
  await work.db.deleteFrom('session').where('account_id', '=', account).where('id', '!=', sha256(cookie)).execute();
}

/** Tokens of an account that work, newest first. */
export async function ownTokens(db: Reader, account: string): Promise<OwnToken[]> {
  const rows = await db
    .selectFrom('api_token')
    .select(['id', 'name', 'created_at', 'last_used_at'])
    .where('account_id', '=', account)
    .where('revoked_at', 'is', null)
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({ id: row.id, name: row.name, createdAt: row.created_at, lastUsedAt: row.last_used_at }));
}
