import { type Environment, refuse, requireAdministrator, transactAs } from '@joinery/core';
import { peopleByIds } from '@joinery/slices/people';
import { handleReport, reportedMessages, sendReportOn } from '@joinery/slices/posts';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { messages } from './messages.ts';
import { ReportsPage } from './views-reports.tsx';

/** Where administrators see what was reported. */
export const reportsHref = '/administration/messages';

/** Reported messages: nobody runs a conversation, so that they go to those who look after the node, and nothing else of it does. */
export function reportRoutes(app: Hono<Environment>): void {
  app.get(reportsHref, async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const t = messages(language);
    const reports = await reportedMessages(context.db.reader);
    const people = await peopleByIds(
      context.db.reader,
      reports.flatMap(({ author_id, reporter_id }) => [author_id, ...(reporter_id ? [reporter_id] : [])]),
    );
    const done = { handled: t('handledDone'), sent: t('sentOnDone') }[c.req.query('done') ?? ''];
    const notices = done ? [{ kind: 'success' as const, text: done }] : [];
    const page = <ReportsPage {...{ reports, people, csrf }} reader={readerOf(c)} />;
    return showPage(c, { title: t('reports'), notices }, page);
  });

  app.post(`${reportsHref}/:report/handled`, async (c) => {
    const visitor = requireAdministrator(c);
    const report = c.req.param('report');
    const waiting = await reportedMessages(c.var.context.db.reader);
    if (!waiting.some(({ id }) => id === report)) refuse('not_found', 'There is no such report');
    const by = visitor.person.id;
    await transactAs(c, visitor, (work) => handleReport(work, { report, by, administrator: true }));
    return c.redirect(`${reportsHref}?done=handled`, 303);
  });

  app.post(`${reportsHref}/:report/forward`, async (c) => {
    const visitor = requireAdministrator(c);
    const report = c.req.param('report');
    const waiting = await reportedMessages(c.var.context.db.reader);
    if (!waiting.some(({ id }) => id === report)) refuse('not_found', 'There is no such report');
    await transactAs(c, visitor, (work) => sendReportOn(work, { report, by: visitor.person.id }));
    return c.redirect(`${reportsHref}?done=sent`, 303);
  });
}
