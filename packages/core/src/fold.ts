/**
 * The key by which a name sorts and is searched: without case and diacritics, the same on both databases.
 * @param name as written
 */
export function fold(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}
