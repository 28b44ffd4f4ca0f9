import { timingSafeEqual } from 'node:crypto';
import type { RequestContext } from '@joinery/core';
import type { FileRow } from './tables.ts';

/** Enough to follow a redirect; the address is worth nothing afterwards. */
const passSeconds = 60;
/** A browser's viewer fetches further parts of a long document while it is read. */
export const viewerSeconds = 30 * 60;

/**
 * Where a file is handed out that a browser could run: from an origin where there is nothing to steal, with a pass for one person, one file and a minute,
 * or as long as a viewer needs. Whether that person may read the file is asked at every request all the same.
 * @returns null without a second address, or for nobody
 */
export function mediaPass(c: RequestContext, file: Pick<FileRow, 'id'>, seconds = passSeconds): string | null {
  const { mediaOrigin } = c.var.context.config.files;
  const person = c.var.visitor?.person.id;
  if (mediaOrigin === null || person === undefined) return null;
  const until = Math.floor(c.var.context.clock.now().getTime() / 1_000) + seconds;
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
