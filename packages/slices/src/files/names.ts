const longestName = 200;

/** A file's name as people see it: no path, no control or direction characters, at most 200 characters with its ending kept. */
export function cleanName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, '')
    .replace(/[\s:*?"<>|]+/g, ' ')
    .trim()
    .replace(/^\.+/, '');
  if (clean === '') return 'file';
  const characters = [...clean];
  if (characters.length <= longestName) return clean;
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(clean)?.[0] ?? '';
  return characters.slice(0, longestName - [...ending].length).join('') + ending;
}

/**
 * `Content-Disposition` (RFC 6266) with the name in two forms: ASCII for old programs, and in full (RFC 8187).
 * @param inline whether a browser may show it
 */
export function disposition(name: string, inline: boolean): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const full = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${inline ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${full}`;
}

/** What a file is called where its name is not to be kept: its place, and its ending, by which programs know it. */
export const nameless = (name: string, position: number): string =>
  `file-${position + 1}${/\.[a-z0-9]{1,5}$/iu.exec(name)?.[0].toLowerCase() ?? ''}`;
