import type { Slice } from '@joinery/core';
import { activities } from './activities.ts';
import { api } from './api.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { migrations } from './migrations.ts';

/** Administration of the allow-list: pages, REST and command line. */
export const partnersSlice: Slice = { name: 'partners', migrations, events, activities, api, commands };
