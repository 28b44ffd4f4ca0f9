import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { activities, people as objectKind } from './activities.ts';
import { api } from './api.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { jobs } from './import-job.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { canAdministerPeople, canSeePeople } from './policy.ts';
import { routes } from './routes.tsx';

export { personDocument } from './activities.ts';
export { personTypes, type Receipt, rememberRemotePerson } from './activities-remote.ts';
export { personJson, personSchema } from './json.ts';
export { type PersonLabel, type PersonReference, personLabel, personReference } from './label.ts';
export { cleanName, lengthOf, longestName, sortName } from './names.ts';
export { addPerson, disableLeaver, followAgencyName, linkFor } from './onboarding.ts';
export {
  createPerson,
  deletePerson,
  disablePerson,
  enablePerson,
  markPublic,
  type NewPerson,
  type ProfileChange,
  updateProfile,
} from './people.ts';
export {
  localPeople,
  peopleByIds,
  personById,
  personByUri,
  personSummary,
  personSummaryByUri,
  summaryOf,
} from './store.ts';
export type { PersonRow } from './tables.ts';

/** People: who is at this agency, and who of other agencies is known here. */
export const people: Slice = {
  name: 'people',
  migrations,
  events,
  routes,
  api,
  commands,
  jobs,
  activities,
  objects: [objectKind],
  navigation: [
    {
      href: '/people',
      order: 40,
      label: (language) => messages(isLanguage(language) ? language : 'en')('people'),
      show: canSeePeople,
    },
    {
      href: '/administration/people',
      order: 80,
      label: (language) => messages(isLanguage(language) ? language : 'en')('managePeople'),
      show: canAdministerPeople,
    },
  ],
};
