import './tables.ts';
import type { Slice } from '@joinery/core';
import { isLanguage } from '@joinery/ui';
import { activities, people as objectKind } from './activities.ts';
import { anewJobs, endPasswords } from './anew.ts';
import { api } from './api.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { jobs as importJobs, waitingImports } from './import-job.ts';
import { jobs as mailJobs } from './mail-link.tsx';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { canAdministerPeople, canSeePeople } from './policy.ts';
import { routes } from './routes.tsx';

export { agencyDocument, guestMembers, personDocument } from './activities.ts';
export { personTypes, type Receipt, rememberRemotePerson } from './activities-remote.ts';
export { fieldErrors } from './faults.ts';
export { changeGuest, giveGuestsBack, guestById, guestsOf } from './guests.ts';
export { check, type NewPersonInput, newPersonInput } from './input.ts';
export { guestSchema, personJson, personSchema } from './json.ts';
export {
  agencyOfPerson,
  guestJson,
  guestLabel,
  type PersonLabel,
  type PersonReference,
  personLabel,
  personReference,
} from './label.ts';
export { canMail, makeLink } from './mail-link.tsx';
export { cleanName, lengthOf, longestName, sortName } from './names.ts';
export { addPerson, addPersonIn, disableLeaver, findLocal, followAgencyName, linkFor } from './onboarding.ts';
export {
  createPerson,
  deletePerson,
  disablePerson,
  enablePerson,
  type Guest,
  markPublic,
  type NewPerson,
  type ProfileChange,
  updateProfile,
} from './people.ts';
export {
  isGuest,
  localPeople,
  peopleByIds,
  personById,
  personByUri,
  personSummary,
  personSummaryByUri,
  summaryOf,
} from './store.ts';
export type { PersonRow } from './tables.ts';
export { emitWay } from './ways.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

/** People: who is at this agency, and who of other agencies is known here. */
export const people: Slice = {
  name: 'people',
  migrations,
  events,
  routes,
  api,
  commands,
  jobs: { ...importJobs, ...mailJobs, ...anewJobs },
  chooseAnew: endPasswords,
  activities,
  objects: [objectKind],
  navigation: [
    {
      href: '/people',
      order: 40,
      label: (language) => messages(languageOf(language))('people'),
      show: canSeePeople,
    },
  ],
  administration: [
    {
      href: '/administration/people',
      part: 'people',
      order: 10,
      label: (language) => messages(languageOf(language))('managePeople'),
      says: (language) => messages(languageOf(language))('managePeopleSays'),
      show: canAdministerPeople,
      also: (language) => [
        { href: '/administration/people/new', text: messages(languageOf(language))('addPerson') },
        { href: '/administration/people/import', text: messages(languageOf(language))('importPeople') },
      ],
      state: async ({ db }, language) => {
        const count = await waitingImports(db.reader);
        return count === 0 ? null : { tone: 'info', text: messages(languageOf(language))('importsWaiting', { count }) };
      },
    },
  ],
};
