import { type Environment, requireFederationOfficer } from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { federationOf } from '../../federation.ts';
import { waitingRequests } from '../requests/waiting.ts';
import { home } from '../views.tsx';
import { trafficText } from './text.ts';
import { trafficOf } from './traffic.ts';
import { TrafficPage } from './views.tsx';

/** What leaves this node: figures per partner, and the last hundred connections with their reason. */
export function trafficRoutes(app: Hono<Environment>): void {
  app.get(`${home}/traffic`, async (c) => {
    requireFederationOfficer(c);
    const { context } = c.var;
    const db = context.db.reader;
    const body = (
      <TrafficPage
        traffic={await trafficOf(context, db)}
        connections={(await federationOf(context)?.outbound.recent(db)) ?? []}
        waiting={await waitingRequests(db)}
        reader={readerOf(c)}
      />
    );
    return showPage(c, { title: trafficText(c.var.language)('title') }, body);
  });
}
