import {
  accountOfPerson,
  type Environment,
  isId,
  readForm,
  refuse,
  requireAdministrator,
  requireVisitor,
  transact,
  transactAs,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { silencedSince } from './anew.ts';
import { muteForm, settingsForm } from './input.ts';
import { mailHealth, sendTestMail } from './mail-job.ts';
import { markRead } from './mark-read.ts';
import { messages } from './messages.ts';
import { readMuteToken } from './mute-token.ts';
import { addMute, putMute } from './mutes.ts';
import { countUnread, findNotification, listNotifications, placeOf } from './reading.ts';
import { saveSettings, settingsOf } from './settings.ts';
import { NotificationsPage } from './views.tsx';
import { MailPage, MutePage } from './views-mail.tsx';
import { SettingsPage } from './views-settings.tsx';

const perPage = 25;

/** Notifications, what one hears of, and the mail of it. */
export function routes(app: Hono<Environment>): void {
  app.get('/notifications', async (c) => {
    const { person } = requireVisitor(c);
    const { context, language, csrf } = c.var;
    const t = messages(language);
    const { items, next } = await listNotifications(context, person.id, {
      cursor: c.req.query('cursor'),
      limit: perPage,
    });
    const unread = await countUnread(context.db.reader, person.id);
    const done = doneText(c.req.query('done'), language);
    const notices = done ? [{ kind: 'success' as const, text: done }] : [];
    const silenced = context.doors.mail === null ? null : await silencedSince(context.db.reader, person.id);
    const page = (
      <NotificationsPage
        {...{ items, next, unread, csrf, silenced }}
        mail={context.doors.mail !== null}
        reader={readerOf(c)}
      />
    );
    return showPage(c, { title: t('notifications'), notices }, page);
  });

  app.post('/notifications/read', async (c) => {
    const visitor = requireVisitor(c);
    await transactAs(c, visitor, (work) => markRead(work, visitor.person.id, 'all'));
    return c.redirect('/notifications?done=read', 303);
  });

  app.post('/notifications/mute', async (c) => {
    const visitor = requireVisitor(c);
    const form = await readForm(c, muteForm);
    if (!form.ok) refuse('bad_request', 'This cannot be muted');
    await transactAs(c, visitor, (work) =>
      putMute(work, { person: visitor.person.id, ...form.value, page: true, mail: true }),
    );
    return c.redirect(`/notifications?done=${form.value.scope}`, 303);
  });

  settingsRoutes(app);
  mailRoutes(app);

  // Last: its parameter would take the other addresses.
  app.get('/notifications/:id', async (c) => {
    const visitor = requireVisitor(c);
    const id = c.req.param('id');
    const found = isId(id) ? await findNotification(c.var.context, visitor.person.id, id) : null;
    if (!found) refuse('not_found', 'There is no such notification');
    if (!found.read) await transactAs(c, visitor, (work) => markRead(work, visitor.person.id, [id]));
    return c.redirect(placeOf(found), 303);
  });
}

function doneText(done: string | undefined, language: 'en' | 'nl'): string | null {
  const t = messages(language);
  if (done === 'read') return t('allRead');
  if (done === 'topic') return `${t('mutedTopic')} ${t('mutedUndo')}`;
  if (done === 'group') return `${t('mutedGroup')} ${t('mutedUndo')}`;
  if (done === 'kind') return `${t('mutedKind')} ${t('mutedUndo')}`;
  return null;
}

function settingsRoutes(app: Hono<Environment>): void {
  app.get('/notifications/settings', async (c) => {
    const { person } = requireVisitor(c);
    const { context, language, csrf } = c.var;
    const t = messages(language);
    const account = await accountOfPerson(context.db.reader, person.id);
    const page = (
      <SettingsPage
        settings={await settingsOf(context.db.reader, person.id)}
        mailTo={context.doors.mail === null ? null : (account?.email ?? null)}
        reader={readerOf(c)}
        csrf={csrf}
      />
    );
    const notices = c.req.query('saved') === undefined ? [] : [{ kind: 'success' as const, text: t('saved') }];
    return showPage(c, { title: `${t('notifications')}: ${t('settings')}`, notices }, page);
  });

  app.post('/notifications/settings', async (c) => {
    const visitor = requireVisitor(c);
    const form = await readForm(c, settingsForm);
    if (!form.ok) refuse('bad_request', 'These choices cannot be read');
    await transactAs(c, visitor, (work) => saveSettings(work, visitor.person.id, form.value));
    return c.redirect('/notifications/settings?saved', 303);
  });

  app.post('/notifications/unmute', async (c) => {
    const visitor = requireVisitor(c);
    const form = await readForm(c, muteForm);
    if (!form.ok) refuse('bad_request', 'This is not muted');
    await transactAs(c, visitor, (work) =>
      putMute(work, { person: visitor.person.id, ...form.value, page: false, mail: false }),
    );
    return c.redirect('/notifications/settings?saved', 303);
  });
}

function mailRoutes(app: Hono<Environment>): void {
  // The link of a mail: whoever has it may silence that one thing, signed in or not, and learns nothing.
  app.get('/notifications/mute/:token', async (c) => {
    const { context, language, csrf } = c.var;
    const link = readMuteToken(context.secret, c.req.param('token'), context.clock.now());
    if (!link) refuse('not_found', 'There is nothing at this address');
    c.header('Referrer-Policy', 'no-referrer');
    const page = <MutePage {...{ link, language, csrf }} action={c.req.path} done={false} />;
    return showPage(c, { title: messages(language)('muteTitle') }, page);
  });

  app.post('/notifications/mute/:token', async (c) => {
    const { context, language, csrf } = c.var;
    const link = readMuteToken(context.secret, c.req.param('token'), context.clock.now());
    if (!link) refuse('not_found', 'There is nothing at this address');
    await transact(context, { kind: 'person', person: link.person }, (work) => addMute(work, link));
    // RFC 8058 §3.1: no redirect, and nobody need read it.
    const page = <MutePage {...{ link, language, csrf }} action={c.req.path} done={true} />;
    return showPage(c, { title: messages(language)('muteDone') }, page);
  });

  app.get('/administration/mail', async (c) => {
    const { person } = requireAdministrator(c);
    return mailPage(c, person.id, null);
  });

  app.post('/administration/mail', async (c) => {
    const { person } = requireAdministrator(c);
    const outcome = await sendTestMail(c.var.context, person.id);
    return mailPage(c, person.id, outcome);
  });
}

async function mailPage(
  c: Parameters<typeof showPage>[0],
  person: string,
  outcome: Awaited<ReturnType<typeof sendTestMail>>,
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const t = messages(language);
  const account = await accountOfPerson(context.db.reader, person);
  const health = await mailHealth(context);
  const notices = !outcome
    ? []
    : outcome.ok
      ? [{ kind: 'success' as const, text: t('mailTestSent', { address: outcome.to }) }]
      : [{ kind: 'danger' as const, text: t('mailTestFailed', { reason: outcome.detail }) }];
  const page = <MailPage {...{ health, language, csrf }} door={context.doors.mail} to={account?.email ?? ''} />;
  return showPage(c, { title: t('mailAdministration'), notices }, page);
}
