import { timingSafeEqual } from 'node:crypto';
import { isId, type Secret } from '@joinery/core';
import { z } from 'zod';
import { alwaysKinds, kinds, type Scope, scopes } from './tables.ts';

/** What a link in a mail may do: silence one thing for one person, and nothing else. */
export type MuteLink = { person: string; scope: Scope; subject: string; page: boolean; mail: boolean };

const purpose = 'notification mute';
/** People keep mails: a link works for two years. */
const validDays = 730;

const payload = z.tuple([
  z.string().refine(isId),
  z.enum(scopes),
  z.string().max(64),
  z.union([z.literal(0), z.literal(1)]),
  z.union([z.literal(0), z.literal(1)]),
  z.number().int(),
]);

/**
 * A link's last segment: what it does, and a proof that this node made it (HMAC-SHA-256, 256 bits). It needs no sign-in (RFC 8058), so it says nothing
 * about the person and can do nothing but silence.
 */
export function muteToken(secret: Pick<Secret, 'mac'>, link: MuteLink, now: Date): string {
  const expires = Math.floor(now.getTime() / 86_400_000) + validDays;
  const said = [link.person, link.scope, link.subject, link.page ? 1 : 0, link.mail ? 1 : 0, expires];
  const text = Buffer.from(JSON.stringify(said)).toString('base64url');
  return `${text}.${secret.mac(purpose, text)}`;
}

/** What a link does; null when this node did not make it, or it has expired. */
export function readMuteToken(secret: Pick<Secret, 'mac'>, token: string, now: Date): MuteLink | null {
  const [text = '', mac = '', ...more] = token.split('.');
  const expected = Buffer.from(secret.mac(purpose, text));
  const given = Buffer.from(mac);
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const said = payload.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  if (!said.success) return null;
  const [person, scope, subject, page, mail, expires] = said.data;
  if (expires * 86_400_000 < now.getTime()) return null;
  if (scope === 'kind' && !kinds.some((kind) => kind === subject && !alwaysKinds.includes(kind))) return null;
  return { person, scope, subject, page: page === 1, mail: mail === 1 };
}
