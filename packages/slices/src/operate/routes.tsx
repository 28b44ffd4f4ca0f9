import { type Environment, readForm, requireAdministrator, requireFederationOfficer, transactAs } from '@joinery/core';
import { administrationFor, renderPanels, shellPaths, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { allChecks } from './checks.ts';
import { chosenIn, nodeChoices, saveChoices } from './defaults.ts';
import { messages } from './messages.ts';
import { defaultsHref, healthHref, startHref } from './paths.ts';
import { dismiss, firstSteps, isDismissed } from './steps.ts';
import { HealthPage, StartPage } from './views.tsx';
import { AdministrationPage } from './views-administration.tsx';
import { DefaultsPage } from './views-defaults.tsx';

const anyForm = z.object({});

/** The page that lists the administration; how the node is, its first steps, and what holds on it, for administrators. */
export function routes(app: Hono<Environment>): void {
  app.get(shellPaths.administration, async (c) => {
    const visitor = requireFederationOfficer(c);
    const { context, language } = c.var;
    const entries = await Promise.all(
      administrationFor(context, visitor).map(async (entry) => ({
        ...{ part: entry.part, href: entry.href, title: entry.label(language), says: entry.says(language) },
        also: entry.also?.(language) ?? [],
        state: (await entry.state?.(context, language)) ?? null,
      })),
    );
    const panels = await renderPanels(c, 'administration', null);
    const page = <AdministrationPage entries={entries} panels={panels} language={language} />;
    return showPage(c, { title: messages(language)('administration') }, page);
  });

  app.get(healthHref, async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const checks = await allChecks(context, language);
    const page = <HealthPage checks={checks} origin={context.config.origin} language={language} csrf={csrf} />;
    return showPage(c, { title: messages(language)('health') }, page);
  });

  app.get(startHref, async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const t = messages(language);
    const [steps, dismissed] = await Promise.all([firstSteps(context, language), isDismissed(context.db.reader)]);
    const said = { dismissed: t('dismissed'), defaults: t('defaultsSaved') };
    const done = c.req.query('done') ?? '';
    const text = Object.hasOwn(said, done) ? said[done as keyof typeof said] : null;
    const notices = text === null ? [] : [{ kind: 'success' as const, text }];
    const page = <StartPage steps={steps} dismissed={dismissed} language={language} csrf={csrf} />;
    return showPage(c, { title: t('start'), notices }, page);
  });

  app.get(defaultsHref, async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const page = (
      <DefaultsPage
        choices={await nodeChoices(context, language)}
        sessions={context.config.sessions}
        language={language}
        csrf={csrf}
      />
    );
    return showPage(c, { title: messages(language)('defaults') }, page);
  });

  app.post(defaultsHref, async (c) => {
    const visitor = requireAdministrator(c);
    const { context, language } = c.var;
    await readForm(c, anyForm);
    const chosen = await chosenIn(context, language, c.var.form?.fields ?? new Map());
    await transactAs(c, visitor, (work) => saveChoices(work, context, chosen, visitor.person.id));
    return c.redirect(`${startHref}?done=defaults`, 303);
  });

  app.post(`${startHref}/dismiss`, async (c) => {
    const visitor = requireAdministrator(c);
    await readForm(c, anyForm);
    await dismiss(c.var.context, visitor.person.id);
    return c.redirect(`${startHref}?done=dismissed`, 303);
  });
}
