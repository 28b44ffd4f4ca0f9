import './tables.ts';
import type { Slice } from '@joinery/core';
import { activities, people as objectKind } from './activities.ts';
import { events } from './events.ts';
import { migrations } from './migrations.ts';

export { personDocument } from './activities.ts';
export { type PersonLabel, type PersonReference, personLabel, personReference } from './label.ts';
export { cleanName, lengthOf, longestName, sortName } from './names.ts';
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
export { personTypes, type Receipt, rememberRemotePerson } from './remote.ts';
export { localPeople, peopleByIds, personById, personByUri, personSummary, summaryOf } from './store.ts';
export type { PersonRow } from './tables.ts';

/** People: who is at this agency, and who of other agencies is known here. */
export const people: Slice = {
  name: 'people',
  migrations,
  events,
  activities,
  objects: [objectKind],
};
