import { timingSafeEqual } from 'node:crypto';
import type { RequestContext } from '@joinery/core';
import { isDangerous } from './reading.ts';
import type { FileRow } from './tables.ts';

/** Enough to follow a redirect; the address is worth nothing afterwards. */
const passSeconds = 60;

/**
 * Where a file is handed out that a browser could run: from an origin where there is nothing to steal, with a pass for one person, one file and a minute.
 * @returns null when it may come from here
 */
export function mediaPass(c: RequestContext, file: Pick<FileRow, 'id' | 'media_type'>): string | null {
  const { mediaOrigin } = c.var.context.config.files;
  const person = c.var.visitor?.person.id;
  if (mediaOrigin === null || person === undefined || !isDangerous(file.media_type)) return null;
  const until = Math.floor(c.var.context.clock.now().getTime() / 1_000) + passSeconds;
  return `${mediaOrigin}/files/${file.id}/${person}/${until}/${macOf(c, file.id, person, String(until))}`;
}

/** Whether an address of the media origin was made here for this person, and still holds. */
export function isPass(c: RequestContext, pass: { file: string; person: string; until: string; mac: string }): boolean {
  const { clock, config } = c.var.context;
  const here = config.files.mediaOrigin !== null && new URL(config.files.mediaOrigin).host === c.req.header('host');
  const isOver = !(Number(pass.until) * 1_000 >= clock.now().getTime());
  const sent = Buffer.from(pass.mac);
  const expected = Buffer.from(macOf(c, pass.file, pass.person, pass.until));
  return here && !isOver && sent.length === expected.length && timingSafeEqual(sent, expected);
}

const macOf = (c: RequestContext, file: string, person: string, until: string) =>
  c.var.context.secret.mac('media', `${file} ${person} ${until}`);
