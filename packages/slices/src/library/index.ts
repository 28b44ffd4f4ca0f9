/** The library of a group: folders, documents and their versions. Start in README.md. */
import './tables.ts';
import type { Slice } from '@joinery/core';
import { activities } from './activities.ts';
import { afterEffects } from './after-effects.ts';
import { api } from './api.ts';
import { events } from './events.ts';
import { fileHolders } from './holders.ts';
import { jobs } from './jobs.ts';
import { migrations } from './migrations.ts';
import { collections, folderKind } from './objects.ts';
import { panels } from './panels.tsx';
import { routes } from './routes.tsx';

export { addDocument, addVersion, mark, placeDocument, restoreDocument } from './documents.ts';
export { changeFolder, makeFolder, removeFolder } from './folders.ts';

/** What a group keeps together for its work. */
export const library: Slice = {
  name: 'library',
  migrations,
  events,
  activities,
  objects: [folderKind],
  collections,
  fileHolders,
  fileForms: [/^\/groups\/[^/]+\/library\/add$/, /^\/documents\/[^/]+\/version$/],
  routes,
  api,
  panels,
  on: afterEffects,
  jobs,
  forget: async () => ['library_document', 'library_folder', 'library_version'],
};
