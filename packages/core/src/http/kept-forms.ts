import { timingSafeEqual } from 'node:crypto';
import type { Context as HonoContext } from 'hono';
import { sha256 } from '../accounts/one-way.ts';
import { isId, newId } from '../ids.ts';
import { transact } from '../work.ts';
import type { Environment, SentForm } from './environment.ts';

type C = HonoContext<Environment>;

/** What was typed into a form that could not be taken, because the session had ended. `action` is the form's own address. */
export type KeptForm = { action: string; fields: ReadonlyMap<string, readonly string[]> };

const keptFor = 12 * 3_600_000;
/** For each account; an older one makes room. */
const mostKept = 5;
/** Characters. */
const longest = 200_000;
/** Never kept, not even encrypted, and what is made anew with each page. */
const notKept = /^(?:csrf|once)$|password|secret|token|code|credential/i;

/**
 * Keeps a form that came with a session that has ended, encrypted, for whoever that session was of. Only one that a page of ours made for that
 * very session.
 * @returns id under which the same person finds it after signing in again; null when it is not kept
 */
export async function keepForm(c: C, form: SentForm): Promise<string | null> {
  const { context, session } = c.var;
  if (session === null) return null;
  const sent = Buffer.from(form.fields.get('csrf')?.[0] ?? '');
  const expected = Buffer.from(context.secret.mac('form', `session ${sha256(session)}`));
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) return null;
  const fields = [...form.fields].filter(([name]) => !notKept.test(name));
  const text = JSON.stringify({ action: c.req.path, fields });
  if (fields.every(([, values]) => values.every((value) => value.trim() === '')) || text.length > longest) return null;
  return transact(context, { kind: 'system', what: 'kept form' }, async (work) => {
    const ended = await work.db
      .selectFrom('session')
      .select('account_id')
      .where('id', '=', sha256(session))
      .executeTakeFirst();
    if (!ended) return null;
    const of = ended.account_id;
    await work.db.deleteFrom('kept_form').where('expires_at', '<=', work.now).execute();
    const newest = work.db.selectFrom('kept_form').select('id').where('account_id', '=', of).orderBy('id', 'desc');
    const full = await newest
      .limit(1)
      .offset(mostKept - 1)
      .executeTakeFirst();
    if (full) await work.db.deleteFrom('kept_form').where('account_id', '=', of).where('id', '<=', full.id).execute();
    const id = newId();
    const expires_at = new Date(Date.parse(work.now) + keptFor).toISOString();
    await work.db
      .insertInto('kept_form')
      .values({ id, account_id: of, content: work.secret.encrypt(text), expires_at })
      .execute();
    return id;
  });
}

/** What was kept for this visitor and is named in the address of this page. */
export async function readKeptForm(c: C): Promise<KeptForm | null> {
  const id = c.req.query('kept');
  const { context, visitor } = c.var;
  if (!id || !isId(id) || !visitor) return null;
  const row = await context.db.reader
    .selectFrom('kept_form')
    .select('content')
    .where('id', '=', id)
    .where('account_id', '=', visitor.account)
    .where('expires_at', '>', context.clock.now().toISOString())
    .executeTakeFirst();
  if (!row) return null;
  const { action, fields } = JSON.parse(context.secret.decrypt(row.content)) as {
    action: string;
    fields: [string, string[]][];
  };
  return { action, fields: new Map(fields) };
}
