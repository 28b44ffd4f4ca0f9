import { inflateSync } from 'node:zlib';

/** The text of a PDF, in the order in which it is drawn, and the rest of the file with what is packed in it. */
export function readPdf(pdf: Buffer): { text: string; raw: string; pages: number } {
  const file = pdf.toString('latin1');
  const unpack = (bytes = '') => {
    try {
      return inflateSync(Buffer.from(bytes, 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  };
  const streams = [...file.matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, bytes]) => unpack(bytes));
  // Fonts are embedded: glyphs by number, and for whoever copies or searches a table of what each stands for (ISO 32000-1 §9.10.3).
  const objectAt = (id = '') => new RegExp(`(?:^|\\n)${id} 0 obj\\n([\\s\\S]*?)\\nendobj`).exec(file)?.[1] ?? '';
  const letters = new Map<string, string[]>();
  for (const [, name = '', id] of file.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const table = objectAt(/\/ToUnicode (\d+) 0 R/.exec(objectAt(id))?.[1]);
    const map = unpack(/stream\n([\s\S]*?)\nendstream/.exec(table)?.[1]);
    const said = [...map.matchAll(/beginbfrange\n([\s\S]*?)endbfrange/g)].map(([, range]) => range).join('');
    const codes = [...said.matchAll(/\[([^\]]*)\]/g)].flatMap(([, list = '']) => [...list.matchAll(/<([^>]*)>/g)]);
    letters.set(
      name,
      codes.map(([, hex = '']) => Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le')),
    );
  }
  let font: string[] = [];
  const shown = [...streams.join('\n').matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*)\] TJ/g)].map(([, name, line = '']) => {
    if (name !== undefined) font = letters.get(name) ?? [];
    const glyphs = [...line.matchAll(/<([0-9a-f]*)>/g)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? []);
    return glyphs.map((glyph) => font[Number.parseInt(glyph, 16)] ?? '').join('');
  });
  return {
    text: shown.join(' ').replace(/\s+/g, ' '),
    raw: file + streams.join('\n'),
    pages: [...file.matchAll(/\/Type \/Page\b(?!s)/g)].length,
  };
}
