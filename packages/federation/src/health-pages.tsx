import { type Environment, readForm, requireAdministrator } from '@joinery/core';
import type { Hono } from 'hono';
import { z } from 'zod';
import { lookAtReach } from './reach.ts';
import { restoredRoutes } from './restored/pages.tsx';

const anyForm = z.object({});

/** What an administrator confirms after a restore, and asking whether partners can reach this node. */
export function healthRoutes(app: Hono<Environment>): void {
  restoredRoutes(app);

  app.post('/administration/health/reach', async (c) => {
    requireAdministrator(c);
    await readForm(c, anyForm);
    await lookAtReach(c.var.context);
    return c.redirect('/administration/health', 303);
  });
}
