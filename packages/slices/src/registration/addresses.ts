import { domainToASCII, domainToUnicode } from 'node:url';
import { type Account, accountByEmail, isEmail, normaliseEmail, type Reader } from '@joinery/core';

// Letters, digits and hyphens (RFC 1123 §2.1), at least two labels, no end of digits only: no machine on this network, no IP address.
const domainShape = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** RFC 5322 §3.2.3 `dot-atom`, without `%` and `!`, by which old relays are led elsewhere. */
const localShape = /^[a-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[a-z0-9#$&'*+/=?^_`{|}~-]+)*$/;

/**
 * A mail domain in the one form in which domains are compared: ASCII (RFC 5891), lower case.
 * @returns null for what is none, a trailing dot and an address with a port included
 */
export function mailDomain(text: string): string | null {
  const typed = text.normalize('NFKC').trim().toLowerCase();
  // `domainToASCII` reads a host of a URL: what ends one must not be cut off silently.
  if (typed === '' || /[\s\p{Cc}\p{Cf}@/\\?#:%[\]]/u.test(typed)) return null;
  const ascii = domainToASCII(typed);
  return domainShape.test(ascii) ? ascii : null;
}

export type RegistrationAddress = { email: string; domain: string };

/**
 * A mail address as registration takes it, in one spelling: mail goes to exactly this, so that whoever confirms has the address that was checked.
 * @returns `bad_format`; `plus` for an address with a `+`, since one mailbox is one account
 */
export function registrationAddress(text: string): RegistrationAddress | 'bad_format' | 'plus' {
  const email = normaliseEmail(text);
  if (/[\p{Cc}\p{Cf}]/u.test(text.trim()) || !isEmail(email)) return 'bad_format';
  const [local = '', host = ''] = email.split('@');
  const domain = mailDomain(host);
  if (domain === null || !localShape.test(local)) return 'bad_format';
  return local.includes('+') ? 'plus' : { email: `${local}@${domain}`, domain };
}

/** The account with this address, in whichever of the two spellings of its domain it was noted. */
export async function accountOfAddress(db: Reader, email: string): Promise<Account | undefined> {
  const [local = '', domain = ''] = email.split('@');
  return (await accountByEmail(db, email)) ?? accountByEmail(db, `${local}@${domainToUnicode(domain)}`);
}
