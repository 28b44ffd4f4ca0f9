import './tables.ts';
import type { Slice } from '@joinery/core';
import { activities } from './activities.ts';
import { api } from './api.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { mailWarning, warnOfEnd } from './expiry/warn.ts';
import { migrations } from './migrations.ts';
import { maySeePartners } from './policy.ts';
import { rehearseCommand } from './rehearsal/command.ts';
import { sendRevoke } from './revoke.ts';
import { partnerRoutes, type RouteParts } from './routes.tsx';
import { pageText } from './text.ts';
import { home } from './views.tsx';

/** The allow-list and its administration: who may exchange what, why, and who decided. @param parts what it shows of the lanes, and how it starts nodes to rehearse with */
export function createPartnersSlice(parts: RouteParts): Slice {
  return {
    name: 'partners',
    migrations,
    events,
    activities,
    api,
    commands: parts.rehearse ? [...commands, rehearseCommand(parts.rehearse)] : commands,
    routes: partnerRoutes(parts),
    jobs: { 'partners.revoke': sendRevoke, 'partners.expiry': warnOfEnd, 'partners.expiry-mail': mailWarning },
    navigation: [
      {
        href: home,
        order: 90,
        label: (language) => pageText(language === 'nl' ? 'nl' : 'en')('navigation'),
        show: maySeePartners,
      },
    ],
  };
}
