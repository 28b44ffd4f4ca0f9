import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { isEmail } from './accounts/accounts.ts';
import type { Config } from './config.ts';
import { assertOutsideUnitOfWork } from './work.ts';

/** One mail to one person. */
export type Mail = {
  /** A mail address, nothing around it. */
  to: string;
  subject: string;
  text: string;
  html: string;
  /** `<…@host>` (RFC 5322 §3.6.4): the same whenever the same mail is sent again, so that it shows once. */
  messageId: string;
  /** Ids of mails that this one belongs below, the nearest last. */
  references?: readonly string[];
  /** Further headers, such as `List-Unsubscribe`. ASCII only. */
  headers?: Readonly<Record<string, string>>;
};

/** What became of it. `retryable` false: this mail will never be taken, however often it is sent. */
export type MailOutcome = { ok: true } | { ok: false; retryable: boolean; detail: string };

/** The door to the agency's mail server: exactly the one of the settings. Network: never inside a unit of work. */
export type MailDoor = {
  /** Address that mail comes from. */
  from: string;
  /** Host and port of the mail server, for pages of administrators. */
  server: string;
  send: (mail: Mail) => Promise<MailOutcome>;
};

const patience = 15_000;
const sendingTakesAtMost = 60_000;

/**
 * The door to the mail server of `JOINERY_SMTP_URL`; null without one: then nothing is mailed.
 * A password goes only over TLS, except to this machine; certificates are always checked.
 */
export function createMailDoor(config: Pick<Config, 'smtpUrl' | 'origin' | 'agency' | 'caFile'>): MailDoor | null {
  if (config.smtpUrl === null) return null;
  const url = new URL(config.smtpUrl);
  const secure = url.protocol === 'smtps:';
  const port = Number(url.port) || (secure ? 465 : 587);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const user = decodeURIComponent(url.username);
  const here = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
  const from = url.searchParams.get('from') ?? `no-reply@${new URL(config.origin).hostname}`;
  const settings = {
    host,
    port,
    secure,
    requireTLS: user !== '' && !here,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    ...(config.caFile
      ? { tls: { ca: [...getCACertificates('default'), readFileSync(config.caFile, 'utf8')] } }
      : here && user === ''
        ? { ignoreTLS: !secure }
        : {}),
    name: new URL(config.origin).hostname,
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  // Thirty megabytes that a node without mail does not need.
  const load = async () => (await import('nodemailer')).createTransport(settings);
  let transport: ReturnType<typeof load> | undefined;
  return {
    from,
    server: `${host}:${port}`,
    send: async (mail) => {
      assertOutsideUnitOfWork('mail');
      if (!isEmail(mail.to)) return { ok: false, retryable: false, detail: 'The mail address cannot be right' };
      transport ??= load();
      const sending = (await transport).sendMail({
        from: { name: oneLine(config.agency), address: from },
        to: { name: '', address: mail.to },
        subject: oneLine(mail.subject),
        text: mail.text,
        html: mail.html,
        messageId: mail.messageId,
        ...(mail.references?.length
          ? { references: [...mail.references], inReplyTo: mail.references.at(-1) ?? '' }
          : {}),
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...mail.headers },
      });
      return settle(sending, mail.to);
    },
  };
}

/** Header values are one line (RFC 5322 §2.2): no line end, no control or invisible character gets into one. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

/** @param to left out of what the server says: it goes into logs */
async function settle(sending: Promise<unknown>, to: string): Promise<MailOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The mail server took too long')), sendingTakesAtMost);
  });
  try {
    await Promise.race([sending, deadline]);
    return { ok: true };
  } catch (error) {
    const { code, permanent, message } = error as { code?: string; permanent?: boolean; message?: string };
    // Wrong credentials are a fault of the settings, not of this mail: somebody will mend them.
    const retryable = permanent !== true || code === 'EAUTH';
    return { ok: false, retryable, detail: oneLine((message ?? String(error)).replaceAll(to, '…')) };
  } finally {
    clearTimeout(timer);
    sending.catch(() => {});
  }
}
