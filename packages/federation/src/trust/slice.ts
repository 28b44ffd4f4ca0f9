import './tables.ts';
import type { Slice } from '@joinery/core';
import { activities } from './activities.ts';
import { api } from './api.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { endAgreement, warnOfEnd } from './expiry/warn.ts';
import { tellAllAnew, tellAnew } from './introduced/host.ts';
import { forgetIntroducedBy } from './introduced/store.ts';
import { migrations } from './migrations.ts';
import { maySeePartners } from './policy.ts';
import { rehearseCommand } from './rehearsal/command.ts';
import { waitingRequests } from './requests/waiting.ts';
import { agreementRule, closeAgreements } from './restored.ts';
import { sendRevoke } from './revoke.ts';
import { partnerRoutes, type RouteParts } from './routes.tsx';
import { pageText } from './text.ts';
import { home, tabs } from './views.tsx';

const textIn = (language: string) => pageText(language === 'nl' ? 'nl' : 'en');

/** The allow-list and its administration: who may exchange what, why, and who decided. @param parts what it shows of the lanes, and how it starts nodes to rehearse with */
export function createPartnersSlice(parts: RouteParts): Slice {
  return {
    name: 'partners',
    migrations,
    events,
    activities,
    // Who is in a closed group, and with which key, may be another than its nodes were told. Where nothing of a group may be kept, neither may the names of who is in it.
    on: {
      'group.joined': (work, { data }) => tellAnew(work, data.group),
      'group.admitted': (work, { data }) => tellAnew(work, data.group),
      'group.revoked': (work, { data }) => tellAnew(work, data.group),
      'group.access_lost': (work, { data }) => forgetIntroducedBy(work, { group: data.group }),
      'partner.withdrawn': (work, { data }) => forgetIntroducedBy(work, { origin: data.origin }),
      'partner.changed': (work) => tellAllAnew(work),
    },
    api,
    commands: parts.rehearse ? [...commands, rehearseCommand(parts.rehearse)] : commands,
    routes: partnerRoutes(parts),
    chooseAnew: closeAgreements,
    withheld: agreementRule,
    jobs: { 'partners.revoke': sendRevoke, 'partners.expiry': warnOfEnd, 'partners.ended': endAgreement },
    administration: [
      {
        href: home,
        part: 'partners',
        order: 50,
        label: (language) => textIn(language)('name'),
        says: (language) => textIn(language)('says'),
        show: maySeePartners,
        also: (language) =>
          tabs.filter(({ href }) => href !== home).map(({ href, label }) => ({ href, text: textIn(language)(label) })),
        state: async ({ db }, language) => {
          const count = await waitingRequests(db.reader);
          return count === 0 ? null : { tone: 'warning', text: textIn(language)('requestsWaiting', { count }) };
        },
      },
    ],
  };
}
