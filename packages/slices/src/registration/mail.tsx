import { createHash } from 'node:crypto';
import type { Context, Mail } from '@joinery/core';
import { renderLetter } from '@joinery/ui';
import { messages } from './messages.ts';
import type { RegistrationRow } from './tables.ts';

/** What somebody who asked for an account is told. */
export type Told = 'confirm' | 'known' | 'waiting' | 'approved' | 'refused';

/**
 * A mail to whoever asked. It carries nothing that was typed into the form, so that nobody can have words of their own sent to others from here.
 * @param link where to go on, if anywhere
 * @param answer the administrator's words
 */
export function mailOf(
  { config }: Pick<Context, 'config'>,
  row: Pick<RegistrationRow, 'id' | 'email' | 'language'>,
  told: Told,
  link: string | null,
  answer = '',
): Mail {
  const { agency, origin } = config;
  const t = messages(row.language);
  const values = { agency, origin };
  const words = {
    confirm: { subject: t('mailConfirm', values), body: t('mailConfirmBody', values), open: t('mailConfirmOpen') },
    known: { subject: t('mailKnown', values), body: t('mailKnownBody', values), open: t('mailSignIn') },
    waiting: { subject: t('mailWaiting', values), body: t('mailWaitingBody', values), open: '' },
    approved: { subject: t('mailApproved', values), body: t('mailApprovedBody', values), open: t('mailSignIn') },
    refused: { subject: t('mailRefused', values), body: t('mailRefusedBody', values), open: '' },
  }[told];
  const foot = told === 'approved' || told === 'refused' ? '' : t('mailNotYou');
  const digest = createHash('sha256').update(`registration ${row.id} ${told}`).digest('hex').slice(0, 40);
  return {
    to: row.email,
    ...renderLetter({
      ...{ language: row.language, subject: words.subject, body: words.body, quote: answer, foot },
      link: link ? { label: words.open, href: link } : undefined,
    }),
    messageId: `<${digest}@${new URL(origin).hostname}>`,
  };
}
