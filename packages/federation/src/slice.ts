import type { Slice } from '@joinery/core';
import { api } from './api.ts';
import { commands } from './commands.ts';
import { federationEvents } from './events.ts';
import { federationChecks, restoredNotice } from './health.ts';
import { healthRoutes } from './health-pages.tsx';
import { federationMigrations } from './migrations.ts';

/** What federation itself says and stores: the answer to a refused activity, and its tables. */
export const federationSlice: Slice = {
  name: 'federation',
  migrations: federationMigrations,
  events: federationEvents,
  api,
  commands,
  routes: healthRoutes,
  checks: federationChecks,
  notices: restoredNotice,
  activities: {
    toActivity: {
      'federation.refused': async (outgoing, event) => ({
        id: outgoing.id,
        type: 'Reject',
        actor: event.data.by,
        object: event.data.activity,
        'joinery:code': event.data.code,
      }),
    },
  },
};
