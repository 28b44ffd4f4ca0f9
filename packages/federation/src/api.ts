import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type Environment, requireFederationOfficer } from '@joinery/core';
import { laneHealth } from './peers.ts';

const peer = z
  .object({
    origin: z.string(),
    software: z.string().nullable(),
    lane: z.enum(['open', 'waiting', 'halted']),
    lag: z.object({ items: z.number(), seconds: z.number() }),
    lastSuccess: z.string().nullable(),
    lastError: z.string().nullable(),
    refusedSince: z.string().nullable(),
    alarm: z.boolean(),
    misconfigured: z.boolean(),
    aside: z.number(),
    parked: z.array(z.object({ id: z.string(), error: z.string(), at: z.string() })),
  })
  .openapi('Peer');

const list = createRoute({
  method: 'get',
  path: '/peers',
  responses: {
    200: {
      description: 'Nodes that this one exchanges with, and how delivery to them goes',
      content: { 'application/json': { schema: z.object({ items: z.array(peer), next: z.string().nullable() }) } },
    },
  },
});

/** Health of the lanes over REST: for administrators and the federation officer. */
export function api(app: OpenAPIHono<Environment>): void {
  app.openapi(list, async (c) => {
    requireFederationOfficer(c);
    const { db, clock } = c.var.context;
    const now = clock.now();
    const items = (await laneHealth(db.reader, now)).map((lane) => ({
      origin: lane.origin,
      software: lane.software,
      lane: lane.lane,
      lag: {
        items: lane.items,
        seconds:
          lane.oldestAt === null ? 0 : Math.max(0, Math.round((now.getTime() - Date.parse(lane.oldestAt)) / 1_000)),
      },
      lastSuccess: lane.lastSuccessAt,
      lastError: lane.lastError,
      refusedSince: lane.refusedSince,
      alarm: lane.alarm,
      misconfigured: lane.misconfigured,
      aside: lane.aside,
      parked: lane.parked,
    }));
    return c.json({ items, next: null }, 200);
  });
}
