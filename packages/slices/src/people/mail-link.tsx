import { createHash } from 'node:crypto';
import {
  accountOfPerson,
  type Context,
  createSignInLink,
  enqueueJob,
  isRefusal,
  type JsonObject,
  linkMinutes,
  readSignInLink,
  refuse,
  type Work,
} from '@joinery/core';
import { formatDateTime, isLanguage, renderLetter } from '@joinery/ui';
import { messages } from './messages.ts';
import { personById } from './store.ts';

const jobName = 'people.mail-link';

export type SignInLink = { address: string; expiresAt: string };

/** Whether this node mails at all. */
export const canMail = ({ doors }: Pick<Context, 'doors'>): boolean => doors.mail !== null;

/** @throws {Refusal} invalid on a node that sends no mail: whoever asked for a mail must not believe that one is on its way */
export function requireMail(context: Pick<Context, 'doors'>): void {
  if (!canMail(context))
    refuse('invalid', 'This node sends no mail: set JOINERY_SMTP_URL, or hand the link out yourself');
}

/**
 * A new one-time sign-in link by an administrator; older ones end.
 * @param mail whether it is mailed as well: by a job, until which it lies there encrypted
 * @param asOf the link comes because this node was restored from a backup of this instant (UTC), and passwords ended
 */
export async function makeLink(
  work: Work,
  account: { id: string; person_id: string },
  mail: boolean,
  asOf?: string,
): Promise<SignInLink> {
  const minutes = linkMinutes[asOf === undefined ? 'by-administrator' : 'after-restore'];
  const { address, expiresAt } = await createSignInLink(work, { account: account.id, minutes });
  const data = {
    person: account.person_id,
    until: expiresAt,
    sealed: work.secret.encrypt(address),
    ...(asOf && { asOf }),
  };
  if (mail) await enqueueJob(work, jobName, data);
  return { address, expiresAt };
}

/** Whether the link still lets somebody in: it may have been used, replaced or revoked meanwhile, also by a restore. */
async function isOpen({ db, clock }: Context, address: string): Promise<boolean> {
  const token = new URL(address).pathname.split('/').at(-1) ?? '';
  try {
    await readSignInLink(db.reader, token, clock.now().toISOString());
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}

/** Mails somebody the link by which they sign in, in their language. Nothing goes to whoever cannot sign in by then. */
async function mailLink(context: Context, data: JsonObject): Promise<void> {
  const { mail: door } = context.doors;
  const db = context.db.reader;
  const person = await personById(db, String(data.person));
  const account = person && (await accountOfPerson(db, person.id));
  const until = String(data.until);
  if (door === null || !account || account.disabled_at !== null) return;
  if (person.disabled_at !== null || person.deleted_at !== null) return;
  const link = context.secret.decrypt(String(data.sealed));
  if (!(await isOpen(context, link))) return;
  const language = isLanguage(person.language) ? person.language : 'en';
  const t = messages(language);
  const { agency, origin } = context.config;
  const at = formatDateTime(language, person.time_zone, until);
  const host = new URL(origin).host;
  const restored = typeof data.asOf === 'string' && formatDateTime(language, person.time_zone, data.asOf);
  const subject = restored ? t('mailSubjectRestored', { agency }) : t('mailSubject', { agency });
  const body = restored
    ? t('mailBodyRestored', { name: person.name, agency, host, at, restored })
    : t('mailBody', { name: person.name, agency, host, at });
  const foot = t('mailFoot', { agency });
  const digest = createHash('sha256').update(`sign-in link ${link}`).digest('hex').slice(0, 40);
  const outcome = await door.send({
    to: account.email,
    ...renderLetter({ language, subject, body, foot, link: { label: t('signIn'), href: link } }),
    messageId: `<${digest}@${new URL(origin).hostname}>`,
  });
  if (outcome.ok) return;
  if (outcome.retryable) throw new Error(outcome.detail);
  context.logger.warn('people.link_not_mailed', { person: person.id, reason: outcome.detail });
}

/** Background work about sign-in links. */
export const jobs = { [jobName]: mailLink };
