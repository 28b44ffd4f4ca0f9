import { inflateSync } from 'node:zlib';
import { transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { fingerprint, ownKey } from '../fingerprint.ts';
import { allowPartner, pinKey } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { partnerByOrigin, referenceOf } from '../store.ts';
import { connectionLetter } from './letter.ts';
import { printable } from './pdf.ts';
import { registerPdf } from './register-pdf.ts';

const by = { kind: 'system', what: 'test' } as const;
const origin = 'https://sudwest.gov';

/** The text of a PDF, in the order in which it is drawn, and the rest of the file with what is packed in it. */
function read(pdf: Buffer): { text: string; raw: string; pages: number } {
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

const pdfText = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16().toString('latin1');

it('prints names in Latin, Greek and Cyrillic letters as they are, and marks what the typeface lacks', () => {
  for (const name of ['Súdwest-Fryslân – “€ 5”', 'Łódź, Gdańsk', 'Θεσσαλονίκη', 'Пловдив', 'Ẵ, ĳ'])
    expect(printable(name)).toBe(name);
  expect(printable('ﬁn\u200b, 日, 🙂\u0007')).toBe('fin, ?, ?');
});

describeStores('Papers about partners', (open) => {
  it('are one page for two agencies to sign, with both keys, and a register for the auditor, in both languages', async () => {
    await using store = await open({ slices: [createPartnersSlice({})], identity: true });
    const { context } = store;
    const key = (await import('node:crypto')).generateKeyPairSync('ed25519').publicKey;
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const long = 'Because the roads of both agencies meet at the border, and winter does not stop there. '.repeat(12);
    const fields = {
      agency: 'Gemeente Súdwest-Fryslân, Δήμος Αθηναίων, Община Пловдив, Łódź',
      hosts: Array.from({ length: 20 }, (_, index) => ({
        origin: index === 0 ? origin : `https://host-${index}.sudwest.gov`,
        role: index === 0 ? 'node' : 'other',
      })),
      agreementRef: 'DPA-2026/14',
      expiresAt: '2028-01-01T00:00:00.000Z',
    };
    await transact(context, by, (work) =>
      allowPartner(work, { origin, fields, by: 'Olga', reason: long.slice(0, 1000) }),
    );
    const before = await partnerByOrigin(context.db.reader, origin);
    if (!before) throw new Error('There is no partner');
    expect(read(await connectionLetter(context, before, 'en')).text).toContain('not known yet');
    await transact(context, by, (work) => pinKey(work, origin, pem));
    const partner = await partnerByOrigin(context.db.reader, origin);
    if (!partner) throw new Error('There is no partner');

    const file = await connectionLetter(context, partner, 'en');
    expect(file.byteLength).toBeLessThan(60_000);
    const [english, dutch] = [read(file), read(await connectionLetter(context, partner, 'nl'))];
    const own = fingerprint((await ownKey(context.db.reader, context.config.origin)) ?? '');
    const keyOf = {
      en: `Key of ${context.config.agency} ${own}`,
      nl: `Sleutel van ${context.config.agency} ${own}`,
    };
    expect(english.text).toContain(keyOf.en);
    expect(dutch.text).toContain(keyOf.nl);
    for (const letter of [english, dutch]) {
      expect(letter.pages).toBe(1);
      expect(letter.text).toContain('Gemeente Súdwest-Fryslân, Δήμος Αθηναίων, Община Пловдив, Łódź');
      expect(letter.raw.match(/\/FontFile2/g)).toHaveLength(2);
      expect(letter.raw).not.toContain('/BaseFont /Helvetica');
      for (const shown of ['DPA-2026/14', fingerprint(pem), 'Súdwest-Fryslân', context.config.origin, '2027'])
        expect(letter.text).toContain(shown);
      // Each once: who reads out the wrong one over the phone confirms a stranger.
      for (const key of [own, fingerprint(pem)]) expect(letter.text.split(key)).toHaveLength(2);
      expect(letter.raw).toMatch(/\/Marked true/);
      expect(letter.raw).toMatch(/\/DisplayDocTitle true/);
    }
    expect(english.text).toContain('Connection letter');
    expect(english.raw).toContain('/Lang (en)');
    expect(dutch.text).toContain('Verbindingsbrief');
    expect(dutch.raw).toContain('/Lang (nl)');
    expect(dutch.raw).toContain(pdfText('Verbindingsbrief: '));

    const many = Array.from({ length: 40 }, (_, index) => index);
    await transact(context, by, async (work) => {
      for (const index of many)
        await allowPartner(work, { origin: `https://n${index}.gov`, by: 'Olga', reason: `Reason ${index}` });
    });
    const register = read(await registerPdf(context, { language: 'en', timeZone: 'UTC' }));
    expect(register.pages).toBeGreaterThan(1);
    for (const index of many) expect(register.text).toContain(`Reason ${index}`);
    expect(register.text).toContain(`1 of ${register.pages}`);
    expect(register.text).toContain('Key pinned');

    // Without a reference of their own, the letter gives the agreement one: it stands with the partner, and leads to it.
    const unnamed = await partnerByOrigin(context.db.reader, 'https://n1.gov');
    const reference = unnamed ? referenceOf(unnamed) : '';
    expect(reference).toMatch(/^\d{8}-[0-9a-f]{6}$/);
    if (unnamed) expect(read(await connectionLetter(context, unnamed, 'en')).text).toContain(reference);
  });
});
