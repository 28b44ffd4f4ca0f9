import { transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { readPdf } from '../../../../../test/harness/pdf.ts';
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
    expect(readPdf(await connectionLetter(context, before, 'en')).text).toContain('not known yet');
    await transact(context, by, (work) => pinKey(work, origin, pem));
    const partner = await partnerByOrigin(context.db.reader, origin);
    if (!partner) throw new Error('There is no partner');

    const file = await connectionLetter(context, partner, 'en');
    expect(file.byteLength).toBeLessThan(60_000);
    const [english, dutch] = [readPdf(file), readPdf(await connectionLetter(context, partner, 'nl'))];
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
    const register = readPdf(await registerPdf(context, { language: 'en', timeZone: 'UTC' }));
    expect(register.pages).toBeGreaterThan(1);
    for (const index of many) expect(register.text).toContain(`Reason ${index}`);
    expect(register.text).toContain(`1 of ${register.pages}`);
    expect(register.text).toContain('Key pinned');

    // Without a reference of their own, the letter gives the agreement one: it stands with the partner, and leads to it.
    const unnamed = await partnerByOrigin(context.db.reader, 'https://n1.gov');
    const reference = unnamed ? referenceOf(unnamed) : '';
    expect(reference).toMatch(/^\d{8}-[0-9a-f]{6}$/);
    if (unnamed) expect(readPdf(await connectionLetter(context, unnamed, 'en')).text).toContain(reference);
  });
});
