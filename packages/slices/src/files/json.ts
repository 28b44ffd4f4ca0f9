import { originOf } from '@joinery/core';
import { z } from 'zod';
import type { FileRow } from './tables.ts';

/** A file as the API shows it. */
export const fileSchema = z.object({
  id: z.string(),
  uri: z.string(),
  home: z.string(),
  name: z.string(),
  type: z.string().describe('Media type, by its content'),
  size: z.number().int().describe('Bytes'),
  alt: z.string().nullable(),
  sha256: z.string().describe('Of its bytes, hexadecimal'),
  state: z.enum(['checking', 'ready', 'infected']),
  metadata: z
    .enum(['removed', 'kept'])
    .nullable()
    .describe(
      'Of an image that lies here, what it says of where and by whom it was taken: taken out, or kept since it cannot be taken out of an image of this kind. Null of everything else',
    ),
  content: z.string().describe('Path of its bytes'),
});

export function fileJson(file: FileRow): z.infer<typeof fileSchema> {
  const { id, uri, name, bytes: size, alt, sha256, state, metadata } = file;
  const home = originOf(uri) ?? '';
  return {
    id,
    uri,
    home,
    name,
    type: file.media_type,
    size,
    alt,
    sha256,
    state,
    metadata,
    content: `/api/v1/files/${id}/content`,
  };
}
