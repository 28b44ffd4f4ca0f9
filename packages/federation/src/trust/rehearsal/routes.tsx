import { apart, type Context, type Environment, refuse, requireFederationOfficer } from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { waitingRequests } from '../requests/waiting.ts';
import { home } from '../views.tsx';
import type { RehearsalStep, Rehearse } from './steps.ts';
import { rehearsalText } from './text.ts';
import { RehearsalPage } from './views.tsx';

/** The rehearsal: one at a time, by whoever may look at the list; it changes nothing of this node. */
export function rehearsalRoutes(app: Hono<Environment>, rehearse: Rehearse | undefined): void {
  if (!rehearse) return;
  const running = new WeakSet<Context>();
  const page = `${home}/rehearsal`;

  app.get(page, async (c) => {
    requireFederationOfficer(c);
    const body = (
      <RehearsalPage
        steps={null}
        waiting={await waitingRequests(c.var.context.db.reader)}
        csrf={c.var.csrf}
        reader={readerOf(c)}
      />
    );
    return showPage(c, { title: rehearsalText(c.var.language)('title') }, body);
  });

  app.post(page, async (c) => {
    requireFederationOfficer(c);
    const { context } = c.var;
    if (running.has(context)) refuse('conflict', 'A rehearsal runs already: wait until it is over');
    running.add(context);
    let steps: RehearsalStep[];
    try {
      steps = await apart(() => rehearse(context));
    } finally {
      running.delete(context);
    }
    const body = (
      <RehearsalPage
        steps={steps}
        waiting={await waitingRequests(context.db.reader)}
        csrf={c.var.csrf}
        reader={readerOf(c)}
      />
    );
    return showPage(c, { title: rehearsalText(c.var.language)('title') }, body);
  });
}
