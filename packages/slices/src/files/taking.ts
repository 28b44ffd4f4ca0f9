import { stat } from 'node:fs/promises';
import { isRefusal, type RequestContext, transact, type Visitor } from '@joinery/core';
import { type FieldError, formatBytes } from '@joinery/ui';
import { shortAlt } from './files.ts';
import { messages } from './messages.ts';
import { cleanName } from './names.ts';
import { isImage } from './reading.ts';
import { isPlaceAway, receiveFile } from './receive.ts';
import { looseFiles } from './store.ts';
import type { FileRow } from './tables.ts';
import { assertDay, countUpload } from './uploads.ts';

/** Files of a form as it stands: each with the description that was typed. */
export type TakenFiles = {
  files: FileRow[];
  errors: FieldError[];
  /** There are images that nobody has described, and it was not asked for yet. */
  askAlt: boolean;
};

/**
 * Takes the files of a form with a `FilesField`: those that came with it become files, those that were here stay unless they were left out.
 * @param options.known files that hang on what is edited already
 * @throws {Refusal} too_many
 */
export async function takeFiles(
  c: RequestContext,
  visitor: Visitor,
  options: { known?: readonly FileRow[]; most: number },
): Promise<TakenFiles> {
  const { context, form, language } = c.var;
  const t = messages(language);
  const owner = visitor.person.id;
  const fields = form?.fields ?? new Map<string, string[]>();
  const named = (fields.get('file') ?? []).filter((id) => !fields.has(`remove-${id}`));
  const loose = await looseFiles(context.db.reader, owner, named);
  const files = named
    .flatMap((id) => [...(options.known ?? []), ...loose].find((file) => file.id === id) ?? [])
    .map((file) => ({ ...file, alt: shortAlt(fields.get(`alt-${file.id}`)?.[0] ?? file.alt) }));
  const errors: FieldError[] = [];
  const fail = (text: string) => errors.push({ field: 'files', text });
  if (form?.tooLarge) fail(t('tooLargeTogether', { largest: formatBytes(language, context.config.files.largest) }));
  for (const { id, path, name } of form?.arrived ?? []) {
    if (files.length >= options.most) {
      fail(t('tooMany', { most: options.most }));
      break;
    }
    countUpload(context, owner);
    const { size } = await stat(path);
    await transact(context, { kind: 'person', person: owner }, (work) => assertDay(work, owner, size));
    try {
      files.push(await receiveFile(context, { id, path, name, owner }));
    } catch (error) {
      if (isPlaceAway(error)) {
        fail(t('placeAway', { name: cleanName(name) }));
        continue;
      }
      if (!isRefusal(error)) throw error;
      const threat = error.faults.find(({ code }) => code === 'infected')?.values?.threat;
      if (threat !== undefined) fail(t('infectedError', { name: cleanName(name), threat }));
      else if (error.code === 'storage_full') fail(t('noSpace'));
      else throw error;
    }
  }
  const undescribed = files.some((file) => isImage(file.media_type) && file.alt === null);
  const isKnown = (file: FileRow) => options.known?.some(({ id }) => id === file.id) ?? false;
  const tells = files.some((file) => file.metadata === 'kept' && !isKnown(file));
  return { files: files.slice(0, options.most), errors, askAlt: (undescribed || tells) && !fields.has('altAsked') };
}
