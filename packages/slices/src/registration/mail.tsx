import { createHash } from 'node:crypto';
import type { Context, Mail } from '@joinery/core';
import type { Language } from '@joinery/ui';
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
  const parts = { ...words, answer, foot, link };
  const digest = createHash('sha256').update(`registration ${row.id} ${told}`).digest('hex').slice(0, 40);
  return {
    to: row.email,
    subject: words.subject,
    text: textOf(parts),
    html: htmlOf(row.language, parts),
    messageId: `<${digest}@${new URL(origin).hostname}>`,
  };
}

type Parts = { subject: string; body: string; open: string; answer: string; foot: string; link: string | null };

function textOf({ body, open, answer, foot, link }: Parts): string {
  const quote = answer === '' ? [] : [...answer.split('\n').map((line) => `> ${line}`), ''];
  return [body, '', ...quote, ...(link ? [`${open}: ${link}`, ''] : []), foot].join('\n').trimEnd();
}

function htmlOf(language: Language, { subject, body, open, answer, foot, link }: Parts): string {
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>{subject}</title>
      </head>
      <body style="margin:0;padding:24px;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:16px;line-height:1.5">
        <div style="max-width:560px;margin:0 auto">
          <h1 style="font-size:20px;line-height:1.3;margin:8px 0">{subject}</h1>
          <p>{body}</p>
          {answer === '' ? null : (
            <blockquote style="margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #8a96a3;white-space:pre-line">
              {answer}
            </blockquote>
          )}
          {link ? (
            <p style="margin:24px 0">
              <a
                href={link}
                style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4e8c;color:#ffffff;text-decoration:none;font-weight:600"
              >
                {open}
              </a>
            </p>
          ) : null}
          {foot === '' ? null : <p style="color:#55606b;font-size:14px">{foot}</p>}
        </div>
      </body>
    </html>
  );
  return `<!doctype html>${page.toString()}`;
}
