import { fold } from '@joinery/core';
import { cleanName } from './names.ts';

/** Names that no folder of Windows takes, whatever their ending. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;
const longest = 120;

/** One name of a path as every system can unpack it: no path signs, nothing reserved, no full stop or space at its end. */
function safeName(name: string): string {
  const clean = cleanName(name).replace(/[. ]+$/, '');
  const characters = [...clean];
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(clean)?.[0] ?? '';
  const short =
    characters.length <= longest ? clean : characters.slice(0, longest - [...ending].length).join('') + ending;
  return short.replace(reserved, '$1_') || 'file';
}

/**
 * Gives each file of a zip a path of its own: folders and names that every system can unpack, numbered where two would be the same. Systems differ in which names are the
 * same: upper and lower case, and how accents are coded, make no difference here.
 */
export function createZipNames(): (folders: readonly string[], name: string) => string {
  const taken = new Set<string>();
  /** By name, the number to try next: thousands of one name are not counted up from the first each time. */
  const next = new Map<string, number>();
  return (folders, name) => {
    const path = folders.map(safeName);
    const safe = safeName(name);
    const [, stem = safe, ending = ''] = /^(.+?)(\.[\p{L}\p{N}]{1,10})?$/u.exec(safe) ?? [];
    const asked = fold([...path, safe].join('/'));
    for (let number = next.get(asked) ?? 1; ; number += 1) {
      const one = [...path, number === 1 ? safe : `${stem} (${number})${ending}`].join('/');
      if (taken.has(fold(one))) continue;
      taken.add(fold(one));
      next.set(asked, number + 1);
      return one;
    }
  };
}
