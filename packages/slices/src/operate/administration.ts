import type { AdministrationEntry, NavigationEntry } from '@joinery/core';
import { isLanguage, shellPaths } from '@joinery/ui';
import { allChecks } from './checks.ts';
import { hasLooked, nodeChoices } from './defaults.ts';
import { messages } from './messages.ts';
import { defaultsHref, healthHref, startHref } from './paths.ts';
import { firstSteps } from './steps.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

/** The one way into the administration, for everybody who has a page there. */
export const navigation: NavigationEntry[] = [
  {
    href: shellPaths.administration,
    order: 90,
    label: (language) => messages(languageOf(language))('administration'),
    show: (visitor) => visitor !== null && (visitor.administrator || visitor.federationOfficer),
  },
];

/** The health of the node, what holds on it, and its first steps. */
export const administration: AdministrationEntry[] = [
  {
    href: healthHref,
    part: 'node',
    order: 80,
    label: (language) => messages(languageOf(language))('health'),
    says: (language) => messages(languageOf(language))('healthSays'),
    show: (visitor) => visitor.administrator,
    state: async (context, language) => {
      const t = messages(languageOf(language));
      const open = (await allChecks(context, languageOf(language))).filter(({ state }) => state !== 'good');
      if (open.length === 0) return { tone: 'success', text: t('allGood') };
      const tone = open.some(({ state }) => state === 'broken') ? 'danger' : 'warning';
      return { tone, text: t('someAttention', { count: open.length }) };
    },
  },
  {
    href: defaultsHref,
    part: 'node',
    order: 90,
    label: (language) => messages(languageOf(language))('defaults'),
    says: (language) => messages(languageOf(language))('defaultsSays'),
    show: (visitor) => visitor.administrator,
    state: async (context, language) => {
      const t = messages(languageOf(language));
      if (!(await hasLooked(context))) return { tone: 'info', text: t('open') };
      const choices = await nodeChoices(context, languageOf(language));
      const count = choices.filter(({ value, standard }) => value !== standard).length;
      return count === 0
        ? { tone: 'success', text: t('defaultsSafe') }
        : { tone: 'neutral', text: t('defaultsChanged', { count }) };
    },
  },
  {
    href: startHref,
    part: 'node',
    order: 99,
    label: (language) => messages(languageOf(language))('start'),
    says: (language) => messages(languageOf(language))('startSays'),
    show: (visitor) => visitor.administrator,
    state: async (context, language) => {
      const steps = await firstSteps(context, languageOf(language));
      const done = steps.filter((step) => step.done).length;
      const text = messages(languageOf(language))('startProgress', { done, all: steps.length });
      return { tone: done === steps.length ? 'success' : 'info', text };
    },
  },
];
