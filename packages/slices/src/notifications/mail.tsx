import { createHash } from 'node:crypto';
import type { Context, Mail } from '@joinery/core';
import { agencyOfPerson } from '@joinery/slices/people';
import { formatDateTime, type Language } from '@joinery/ui';
import { messages } from './messages.ts';
import { type MuteLink, muteToken } from './mute-token.ts';
import type { Notification } from './reading.ts';
import { alwaysKinds, securityKind } from './tables.ts';
import { emergencyText, kindName, noteOf, quoteOf, reasonOf, sentenceOf } from './words.ts';

/** Whom a mail is for. */
export type Addressee = { id: string; email: string; language: Language; timeZone: string };

type Node = Pick<Context, 'config' | 'secret' | 'clock'>;

/** A name that stays the same for the same things, and tells nobody what they are. */
function idOf(node: Node, ...parts: string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
  return `<${digest}@${new URL(node.config.origin).hostname}>`;
}

/**
 * A notification as a mail. Nothing that somebody wrote leads anywhere: all links go to this node. Of a closed or unlisted group it tells no name, title or word.
 * @param cause what the notification's id in mails is made of, so that the same thing never shows twice
 * @param restoredAsOf as of when the backup was that this node came back from a while ago: what was turned off since is unknown here, and the mail says so
 */
export function mailOf(
  node: Node,
  to: Addressee,
  notification: Notification,
  cause: string,
  restoredAsOf: string | null = null,
): Mail {
  const { origin } = node.config;
  const { group, topic } = notification;
  const thread = topic ? topic.uri : group ? group.uri : null;
  const links = linksOf(node, to, notification);
  const parts = partsOf(notification, to.language);
  if (restoredAsOf !== null && notification.kind !== securityKind) {
    const time = formatDateTime(to.language, to.timeZone, restoredAsOf);
    parts.why = `${parts.why} ${messages(to.language)('mailRestored', { time })}`;
  }
  const open = `${origin}/notifications/${notification.id}`;
  const listed = group ? `${group.id}` : notification.kind;
  return {
    to: to.email,
    subject: subjectOf(notification, to.language),
    text: textOf(node, to, parts, open, links),
    html: htmlOf(node, to, parts, open, links),
    messageId: idOf(node, 'notification', to.id, cause),
    references: thread === null ? [] : [idOf(node, 'thread', to.id, thread)],
    headers: {
      // RFC 8058: one POST to this address stops it, without a page and without signing in. What cannot be stopped has none.
      ...(links.oneClick === null
        ? {}
        : { 'List-Unsubscribe': `<${links.oneClick}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
      'List-Id': `<${listed}.${new URL(origin).hostname}>`,
      Precedence: 'list',
    },
  };
}

type Links = { oneClick: string | null; others: { href: string; label: string }[] };

function linksOf(node: Node, to: Addressee, { kind, group, topic }: Notification): Links {
  if (alwaysKinds.includes(kind)) return { oneClick: null, others: [] };
  const t = messages(to.language);
  const talk = group?.kind === 'conversation';
  const link = (scope: MuteLink['scope'], subject: string, page: boolean) =>
    `${node.config.origin}/notifications/mute/${muteToken(node.secret, { person: to.id, scope, subject, page, mail: true }, node.clock.now())}`;
  const ofKind = { href: link('kind', kind, false), label: `${t('mailStopKind')} (${kindName(kind, to.language)})` };
  const ofGroup = group && {
    href: link('group', group.id, false),
    label: talk ? t('mailStopConversation') : t('mailStopGroup'),
  };
  return {
    oneClick: (ofGroup ?? ofKind).href,
    others: [
      ...(topic && !talk ? [{ href: link('topic', topic.id, true), label: t('mailStopTopic') }] : []),
      ...(ofGroup ? [ofGroup] : []),
      ofKind,
      { href: link('everything', '', false), label: t('mailStopAll') },
    ],
  };
}

/** Subjects are read on locked screens, and by whoever carries the mail. */
function subjectOf(notification: Notification, language: Language): string {
  const t = messages(language);
  const { kind, group, topic } = notification;
  if (group?.closed) {
    switch (kind) {
      case 'reply':
        return t('subjectClosedReply');
      case 'mention':
        return t('subjectClosedMention');
      case 'request':
        return t('subjectClosedRequest');
      case 'message':
        return notification.post ? t('subjectMessage') : t('subjectAdded');
      case 'approved':
        return t('subjectClosedApproved');
      case 'emergency':
        return emergencyText(notification, language);
      default:
        return t('subjectClosedInvited');
    }
  }
  if (topic?.title && group) return t('subjectTopic', { title: topic.title, group: group.name });
  return sentenceOf(notification, language);
}

type Parts = {
  sentence: string;
  /** Of a guest who did it: where they work, and whose guest they are. */
  guest: string | null;
  title: string | null;
  quote: string | null;
  note: string | null;
  why: string;
  language: string | null;
};

function partsOf(notification: Notification, language: Language): Parts {
  const { actor, group, topic, post } = notification;
  const common = { why: reasonOf(notification, language), language: post?.language ?? null };
  if (group?.closed) {
    const sentence = subjectOf(notification, language);
    return {
      ...common,
      sentence,
      guest: null,
      title: null,
      quote: null,
      note: messages(language)(group.kind === 'conversation' ? 'mailMessage' : 'mailClosed'),
    };
  }
  const title = [topic?.title, post ? group?.name : null].filter(Boolean).join(' · ');
  return {
    ...common,
    sentence: sentenceOf(notification, language),
    guest: actor?.guest_until ? agencyOfPerson(actor, language) : null,
    title: title === '' ? null : unlinked(title.replace(/\s+/gu, ' ')),
    quote: unlinked(quoteOf(notification)) || null,
    note: noteOf(notification, language) || null,
  };
}

/** Mail programs make a link of every address that they see, whoever wrote it: without scheme it stays to be read. */
function unlinked(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\//giu, '');
}

function textOf(node: Node, to: Addressee, parts: Parts, open: string, links: Links): string {
  const t = messages(to.language);
  const { agency, origin } = node.config;
  const quote = parts.quote?.split('\n').map((line) => `> ${line}`);
  return [
    ...[parts.sentence, ...(parts.guest ? [parts.guest] : []), ...(parts.title ? [parts.title] : []), ''],
    ...(quote ? [...quote, ''] : []),
    ...(parts.note ? [parts.note, ''] : []),
    ...[`${t('mailOpen')}: ${open}`, '', '-- ', parts.why, ''],
    ...links.others.map(({ href, label }) => `${label}: ${href}`),
    ...['', t('mailFootnote', { agency, address: `${origin}/notifications/settings` })],
  ].join('\n');
}

function htmlOf(node: Node, to: Addressee, parts: Parts, open: string, links: Links): string {
  const t = messages(to.language);
  const { agency, origin } = node.config;
  const settings = `${origin}/notifications/settings`;
  const at = formatDateTime(to.language, to.timeZone, node.clock.now());
  const quiet = 'color:#55606b;font-size:14px;line-height:1.5';
  const page = (
    <html lang={to.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>{parts.sentence}</title>
      </head>
      <body style="margin:0;padding:24px;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:16px;line-height:1.5">
        <div style="max-width:560px;margin:0 auto">
          <p style={quiet}>
            {agency} · {at}
          </p>
          <h1 style="font-size:20px;line-height:1.3;margin:8px 0">{parts.sentence}</h1>
          {parts.guest ? <p style={quiet}>{parts.guest}</p> : null}
          {parts.title ? <p style="margin:0 0 16px;font-weight:600">{parts.title}</p> : null}
          {parts.quote ? (
            <blockquote
              lang={parts.language ?? undefined}
              style="margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #8a96a3"
            >
              {parts.quote}
            </blockquote>
          ) : null}
          {parts.note ? <p>{parts.note}</p> : null}
          <p style="margin:24px 0">
            <a
              href={open}
              style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4e8c;color:#ffffff;text-decoration:none;font-weight:600"
            >
              {t('mailOpen')}
            </a>
          </p>
          <hr style="border:0;border-top:1px solid #c9d0d7;margin:24px 0" />
          <p style={quiet}>{parts.why}</p>
          {links.others.length === 0 ? null : (
            <p style={quiet}>
              {t('mailStop')}:{' '}
              {links.others.map(({ href, label }, index) => (
                <>
                  {index > 0 ? ' · ' : ''}
                  <a href={href}>{label}</a>
                </>
              ))}
            </p>
          )}
          <p style={quiet}>{t('mailFootnote', { agency, address: settings })}</p>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>${page.toString()}`;
}

/** A mail that only proves that mail works. */
export function testMail(node: Node, to: Addressee): Mail {
  const t = messages(to.language);
  const { origin } = node.config;
  const body = t('testBody', { origin });
  return {
    to: to.email,
    subject: t('testSubject'),
    text: body,
    html: `<!doctype html>${(
      (
        <html lang={to.language}>
          <body>
            <p>{body}</p>
          </body>
        </html>
      )
    ).toString()}`,
    messageId: idOf(node, 'test', to.id, node.clock.now().toISOString()),
  };
}
