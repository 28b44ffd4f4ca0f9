/** Files: how they come, who reads them, how they end. Start in README.md. */
import './tables.ts';
import type { Slice } from '@joinery/core';
import { api } from './api.ts';
import { checks } from './checks.ts';
import { events } from './events.ts';
import { jobs, sweepAtStart } from './jobs.ts';
import { migrations } from './migrations.ts';
import { useRoom } from './room.ts';
import { routes } from './routes.tsx';
import { fileById } from './store.ts';

export { fileDocument, readFile, rememberFiles, type SaidFile } from './activities.ts';
export { answerBytes } from './answer.ts';
export { countCopies, notKept, notKeptBy, planCopies, rememberNotKept } from './copies.ts';
export {
  attachFile,
  bytesOf,
  copyFile,
  forgetFileNames,
  longestAlt,
  removeFile,
  removeFilesOf,
  shortAlt,
} from './files.ts';
export { fileJson, fileSchema } from './json.ts';
export { cleanName, disposition, nameless } from './names.ts';
export {
  countReaders,
  keptBy,
  mostTold,
  type Reading,
  readingsOf,
  readingsOfCopies,
  rememberReadings,
  type ToldReading,
  type Way,
  ways,
} from './readers.ts';
export { isImage, isShown, mayReadFile, requesterOf } from './reading.ts';
export { type ReceivedFile, receiveFile } from './receive.ts';
export { awayOf, readerLines, withReaders } from './routes-pages.tsx';
export { fileById, fileByUri, filesOf, type Holder, looseFiles } from './store.ts';
export { type CopyFault, copyFaults, type FileRow } from './tables.ts';
export { type TakenFiles, takeFiles } from './taking.ts';
export { countUpload } from './uploads.ts';
export { FileList, FilesField, filesText, kindOf, ReadersKept, type ShownFile } from './views.tsx';
export { type ReaderLine, ReadersTable } from './views-readers.tsx';
export { answerZip, type ZipEntry, zipOf } from './zip.ts';

/** What people bring as files, here and elsewhere. */
export const files: Slice = {
  name: 'files',
  migrations,
  events,
  routes,
  api,
  checks,
  on: { 'file.copy_dropped': useRoom },
  jobs,
  started: sweepAtStart,
  // Files hang on what has a path of the same name.
  hangsOn: {
    path: 'files',
    find: async (db, id) => {
      const file = await fileById(db, id);
      if (file?.local !== 1 || file.holder_kind === null || file.holder_id === null) return null;
      return { path: file.holder_kind, id: file.holder_id };
    },
  },
};
