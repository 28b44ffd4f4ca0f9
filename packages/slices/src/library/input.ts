import { contentInput, languageInput } from '@joinery/slices/posts';
import { z } from 'zod';

export const longestFolderName = 100;
export const longestNote = 500;
/** Folders below each other. */
export const deepest = 8;
/** Folders in one library: all of them travel together. */
export const mostFolders = 500;

const oneLine = (most: number) =>
  z
    .string()
    .transform((text) => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim())
    .pipe(z.string().max(most));

const folderName = oneLine(longestFolderName).pipe(z.string().min(1));
const note = oneLine(longestNote);
const title = oneLine(200).pipe(z.string().min(1));

/** `parent`: local id of the folder it lies in; empty for the library itself. */
export const newFolder = z.object({ name: folderName, parent: z.string().max(64).default('') });
export const folderChange = z.object({
  name: folderName.optional(),
  parent: z.string().max(64).optional(),
  official: z.boolean().optional(),
});
export const folderForm = z.object({ name: folderName, parent: z.string().max(64).default('') });
export const placeForm = z.object({ folder: z.string().max(64).default('') });
export const uploadForm = z.object({
  folder: z.string().max(64).default(''),
  note: note.optional(),
  about: z.union([z.literal(''), contentInput]).optional(),
});
export const versionForm = z.object({
  note: note.pipe(z.string().min(1)),
  about: z.union([z.literal(''), contentInput]).optional(),
  revision: z.coerce.number().int().positive(),
});
export const choiceForm = z.object({ foldersBy: z.enum(['facilitators', 'members']) });

/** By REST: a file that was uploaded before, by its id. */
export const newDocument = z.object({
  file: z.string(),
  alt: z.string().max(1_000).nullable().optional(),
  folder: z.string().max(64).default(''),
  title: title.optional().describe('Made of the name of the file unless given'),
  description: contentInput.optional().describe('Markdown'),
  language: languageInput.optional(),
  note: note.optional(),
});
export const documentChange = z.object({ folder: z.string().max(64).optional(), official: z.boolean().optional() });
export const newVersion = z.object({
  file: z.string().optional().describe('A file that was uploaded before'),
  restore: z.number().int().positive().optional().describe('Number of an earlier version to have again'),
  alt: z.string().max(1_000).nullable().optional(),
  note: note.pipe(z.string().min(1)).describe('What has changed, and why: stands in the list of versions'),
  description: contentInput
    .optional()
    .describe('Markdown: what the document is about from now on. For its author; unchanged unless given'),
  revision: z.number().int().positive().optional().describe('`revision` of the post that you started from'),
});
