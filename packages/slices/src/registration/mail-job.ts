import { type Context, type JsonObject, type Mail, restoredState, transact } from '@joinery/core';
import { accountOfAddress } from './addresses.ts';
import { mailOf } from './mail.tsx';
import { answerJob, confirmJob, forget, forgetJob, tokenOf, wayOf } from './requests.ts';
import type { RegistrationRow } from './tables.ts';

/** Where the page behind a link is. */
export const confirmAddress = (origin: string, token: string) => `${origin}/register/${token}`;

async function requestOf(context: Context, data: JsonObject): Promise<RegistrationRow | undefined> {
  const id = String(data.registration);
  return context.db.reader.selectFrom('registration').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @throws when the mail server may take it later: the job is tried again */
async function send(context: Context, mail: Mail): Promise<void> {
  if (context.doors.mail === null) return;
  const outcome = await context.doors.mail.send(mail);
  if (outcome.ok) return;
  if (outcome.retryable) throw new Error(outcome.detail);
  context.logger.warn('registration.not_mailed', { reason: outcome.detail });
}

/** Only here is looked up whether the address has an account: nobody waits for this, so nobody can measure it. */
async function confirm(context: Context, data: JsonObject): Promise<void> {
  const row = await requestOf(context, data);
  if (row?.state !== 'asked') return;
  const { reader } = context.db;
  const { origin } = context.config;
  const restored = await restoredState(reader);
  // Of a backup: it was mailed then, and its link has ended.
  if (restored && row.asked_at <= restored.at) return forgetAsked(context, row.id);
  const known = await accountOfAddress(reader, row.email);
  const waiting = known
    ? undefined
    : await reader
        .selectFrom('registration')
        .select('id')
        .where('email', '=', row.email)
        .where('state', '=', 'waiting')
        .executeTakeFirst();
  if (known) await send(context, mailOf(context, row, 'known', `${origin}/sign-in`));
  else if (waiting) await send(context, mailOf(context, row, 'waiting', null));
  else if ((await wayOf(reader, row)) !== null) {
    await send(context, mailOf(context, row, 'confirm', confirmAddress(origin, tokenOf(context, row.id))));
    return;
  }
  await forgetAsked(context, row.id);
}

async function forgetAsked(context: Context, id: string): Promise<void> {
  await transact(context, { kind: 'system', what: 'registration' }, async (work) => {
    await work.db.deleteFrom('registration').where('id', '=', id).where('state', '=', 'asked').execute();
  });
}

async function answer(context: Context, data: JsonObject): Promise<void> {
  const row = await requestOf(context, data);
  if (row?.state !== 'approved' && row?.state !== 'refused') return;
  const link = row.state === 'approved' ? `${context.config.origin}/sign-in` : null;
  await send(context, mailOf(context, row, row.state, link, row.answer));
}

/** Background work of registration. */
export const jobs = {
  [confirmJob]: confirm,
  [answerJob]: answer,
  [forgetJob]: (context: Context, data: JsonObject) => forget(context, String(data.registration)),
};
