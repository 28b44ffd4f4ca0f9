import type { Slice } from '@joinery/core';
import { administration, navigation } from './administration.ts';
import { ownChecks } from './checks.ts';
import { startPanel } from './panel.tsx';
import { routes } from './routes.tsx';

/** The administration as a whole, how the node is, and the first steps of a new one. */
export const operate: Slice = {
  name: 'operate',
  routes,
  checks: ownChecks,
  panels: [startPanel],
  navigation,
  administration,
};
