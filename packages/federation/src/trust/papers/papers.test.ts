import { inflateSync } from 'node:zlib';
import { transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../../test/harness/store.ts';
import { fingerprint } from '../fingerprint.ts';
import { allowPartner, pinKey } from '../partners.ts';
import { createPartnersSlice } from '../slice.ts';
import { partnerByOrigin } from '../store.ts';
import { connectionLetter } from './letter.ts';
import { printable } from './pdf.ts';
import { registerPdf } from './register-pdf.ts';

const by = { kind: 'system', what: 'test' } as const;
const origin = 'https://sudwest.gov';

/** The text of a PDF, in the order in which it is drawn, and the rest of the file with what is packed in it. */
function read(pdf: Buffer): { text: string; raw: string; pages: number } {
  const file = pdf.toString('latin1');
  const streams = [...file.matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, bytes = '']) => {
    try {
      return inflateSync(Buffer.from(bytes, 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  const lines = streams.join('\n').match(/\[.*\] TJ/g) ?? [];
  const decode = (line: string) =>
    [...line.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join('');
  return {
    text: lines.map(decode).join(' ').replace(/\s+/g, ' '),
    raw: file + streams.join('\n'),
    pages: [...file.matchAll(/\/Type \/Page\b(?!s)/g)].length,
  };
}

const pdfText = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16().toString('latin1');

it('prints what the fonts of every reader have, and something close to the rest', () => {
  expect(printable('Súdwest-Fryslân – “€ 5”')).toBe('Súdwest-Fryslân – “€ 5”');
  expect(printable('Łódź, Gdańsk, ﬁn, 日')).toBe('Lódz, Gdansk, fin, ?');
});

describeStores('Papers about partners', (open) => {
  it('are one page for two agencies to sign, with both keys, and a register for the auditor, in both languages', async () => {
    await using store = await open({ slices: [createPartnersSlice({})], identity: true });
    const { context } = store;
    const key = (await import('node:crypto')).generateKeyPairSync('ed25519').publicKey;
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const long = 'Because the roads of both agencies meet at the border, and winter does not stop there. '.repeat(12);
    const fields = {
      agency: 'Gemeente Súdwest-Fryslân',
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

    const [english, dutch] = [
      read(await connectionLetter(context, partner, 'en')),
      read(await connectionLetter(context, partner, 'nl')),
    ];
    for (const letter of [english, dutch]) {
      expect(letter.pages).toBe(1);
      for (const shown of ['DPA-2026/14', fingerprint(pem), 'Súdwest-Fryslân', context.config.origin, '2027'])
        expect(letter.text).toContain(shown);
      expect(letter.text.match(/(?:[a-z2-9]{5} ){7}[a-z2-9]{5}/g)).toHaveLength(2);
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
  });
});
