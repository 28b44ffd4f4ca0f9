import type { Slice } from '@joinery/core';
import { activities } from './activities.ts';
import { agreementEffects, agreementJobs } from './agreements.ts';
import { api } from './api.ts';
import { choice } from './choice.ts';
import { commands } from './commands.ts';
import { jobs } from './counts.ts';
import { directoryJobs } from './directory.ts';
import { events } from './events.ts';
import { keyJobs } from './keys.ts';
import { leaseJobs, retryLeases } from './leases.ts';
import { endMemberships } from './leavers.ts';
import { shareable, sharedWith, shareGroup } from './lists.ts';
import { migrations } from './migrations.ts';
import { collections, groupKind } from './objects.ts';
import { groupChecks, navigation, panels } from './panels.tsx';
import { participation } from './participation.ts';
import { tellOfPerson } from './people-told.ts';
import { answerJobs, forgetAnswers, forgetAnswersLater } from './requests/answers.ts';
import { elsewhereEffects } from './requests/elsewhere.ts';
import { reminderJobs, remindLater } from './requests/reminder.ts';
import { groupRules, shutGroups } from './restored.ts';
import { routes } from './routes.tsx';
import { shutGroupIds } from './shut.ts';

/** Groups: made here or followed elsewhere, and who takes part in them. */
export const groups: Slice = {
  name: 'groups',
  migrations,
  events,
  routes,
  api,
  commands,
  activities,
  objects: [groupKind],
  collections,
  navigation,
  panels,
  checks: groupChecks,
  choices: [choice],
  exchanged: sharedWith,
  shareable,
  participation,
  heard: retryLeases,
  acquainted: shareGroup,
  chooseAnew: shutGroups,
  heldBack: shutGroupIds,
  withheld: groupRules,
  jobs: { ...jobs, ...directoryJobs, ...leaseJobs, ...agreementJobs, ...answerJobs, ...reminderJobs, ...keyJobs },
  on: {
    ...agreementEffects,
    ...elsewhereEffects,
    'group.join_asked': (work, { data }) => remindLater(work, data),
    'group.request_told': (work, { data }) => remindLater(work, data),
    'group.answered': async (work, event) => {
      await forgetAnswersLater(work, event.data);
      await elsewhereEffects['group.removed'](work, event);
    },
    'group.left': async (work, event) => {
      await forgetAnswers(work, event.data);
      await elsewhereEffects['group.removed'](work, event);
    },
    'person.updated': (work, event) => tellOfPerson(work, event.data.person),
    'person.enabled': (work, event) => tellOfPerson(work, event.data.person),
    // Told first: who has no membership left is known by fewer nodes.
    'person.disabled': async (work, event) => {
      await tellOfPerson(work, event.data.person);
      await endMemberships(work, event.data.person);
    },
    'person.deleted': async (work, event) => {
      await tellOfPerson(work, event.data.person);
      await endMemberships(work, event.data.person);
    },
  },
};
