import { createHash } from 'node:crypto';
import { accountOfPerson, type Context, type JsonObject, linkMinutes } from '@joinery/core';
import { personById } from '@joinery/slices/people';
import { formatDate, formatDateTime, isLanguage, renderLetter } from '@joinery/ui';
import { lookAfter, lookJob, mailJob } from './guests.ts';
import { messages } from './messages.ts';

/** Mails a guest the link by which they sign in, in their language. */
async function mailLink(context: Context, data: JsonObject): Promise<void> {
  const { mail: door } = context.doors;
  const db = context.db.reader;
  const guest = await personById(db, String(data.person));
  const account = guest && (await accountOfPerson(db, guest.id));
  if (door === null || !guest?.guest_until || guest.disabled_at !== null || !account) return;
  const link = context.secret.decrypt(String(data.sealed));
  const language = isLanguage(guest.language) ? guest.language : 'en';
  const t = messages(language);
  const { agency, origin } = context.config;
  const name = guest.guest_of ?? agency;
  const date = formatDate(language, 'UTC', `${guest.guest_until}T00:00:00.000Z`);
  const until = new Date(context.clock.now().getTime() + linkMinutes['for-guest'] * 60_000);
  const at = formatDateTime(language, guest.time_zone, until);
  const [subject, body] = [t('mailSubject', { name, agency }), t('mailBody', { name, agency, date, at })];
  const foot = t('mailFoot', { name });
  const digest = createHash('sha256').update(`guest ${link}`).digest('hex').slice(0, 40);
  const outcome = await door.send({
    to: account.email,
    ...renderLetter({ language, subject, body, foot, link: { label: t('mailOpen'), href: link } }),
    messageId: `<${digest}@${new URL(origin).hostname}>`,
  });
  if (outcome.ok) return;
  if (outcome.retryable) throw new Error(outcome.detail);
  context.logger.warn('guest.not_mailed', { reason: outcome.detail });
}

/** Background work about guests. */
export const jobs = {
  [mailJob]: mailLink,
  [lookJob]: (context: Context, data: JsonObject) => lookAfter(context, String(data.person), String(data.until)),
};
