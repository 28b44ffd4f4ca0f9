/** The allow-list: who may exchange what, why, and who decided. Start in README.md. */
import './tables.ts';
import type { Slice } from '@joinery/core';
import { activities } from './activities.ts';
import { api } from './api.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { migrations } from './migrations.ts';
import { mayDecide } from './policy.ts';
import { partnerRoutes, type RouteParts } from './routes.tsx';
import { pageText } from './text.ts';
import { home } from './views.tsx';

export { type Agreement, decide, type Snapshot } from './decide.ts';
export { type Explanation, explain, reasonInWords } from './explain.ts';
export { fingerprint, rotationText, verifyRotation } from './fingerprint.ts';
export {
  allowPartner,
  blockPartner,
  changePartner,
  noteConfirmation,
  pinKey,
  proposePartner,
  suspendPartner,
} from './partners.ts';
export { type Preview, preview } from './preview.ts';
export { answerProposals } from './proposal-door.ts';
export { createTrust, type TrustList, trustListOf } from './trust.ts';

/** Administration of the allow-list. @param parts.laneHealth state of the lanes, when there are any */
export function partnersSlice(parts: RouteParts = {}): Slice {
  return {
    name: 'partners',
    migrations,
    events,
    activities,
    api,
    commands,
    routes: partnerRoutes(parts),
    navigation: [
      {
        href: home,
        order: 90,
        label: (language) => pageText(language === 'nl' ? 'nl' : 'en')('navigation'),
        show: mayDecide,
      },
    ],
  };
}
