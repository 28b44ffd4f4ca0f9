import { ending } from './closed-rows-ending.ts';
import { joining } from './closed-rows-joining.ts';
import { writing } from './closed-rows-writing.ts';

/** The message table, from the first row to the last: each goes on from what the one before left. */
export const rows = [...joining, ...writing, ...ending];
