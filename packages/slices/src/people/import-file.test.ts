import { expect, test } from 'vitest';
import { decodeFile, importLimits, readImportFile } from './import-file.ts';

test('a file from a Dutch spreadsheet is read: byte order mark, semicolons, quotes, Dutch columns', () => {
  const file = readImportFile(
    '\uFEFFNaam;E-mailadres;Functie;Taal;Afdeling\r\n"Vries, Anna de";Anna@Gemeente.example;Adviseur;NL;Wonen\r\n',
  );
  expect(file).toEqual({
    ok: true,
    rows: [
      {
        line: 2,
        name: 'Vries, Anna de',
        email: 'anna@gemeente.example',
        handle: undefined,
        role: 'Adviseur',
        language: 'nl',
      },
    ],
    faults: [],
    unusedColumns: ['Afdeling'],
  });
});

test('a file of 420 people is read whole', () => {
  const lines = Array.from({ length: 420 }, (_, index) => `Person ${index},p${index}@council.example`);
  const file = readImportFile(['name,email', ...lines].join('\n'));
  expect(file.ok && file.rows.length).toBe(420);
});

test('every fault names its line and field, and the other rows still count', () => {
  const file = readImportFile(
    [
      'name,email,handle',
      'Good Person,good@council.example,',
      ',missing@council.example,',
      'No Address,not-an-address,',
      'Twice,GOOD@council.example,',
      '"=cmd|\'/c calc\'!A1",formula@council.example,',
      '<script>alert(1)</script>,markup@council.example,',
      `${'x'.repeat(10_000)},long@council.example,`,
      'Bad Handle,handle@council.example,has space',
    ].join('\n'),
  );
  if (!file.ok) throw new Error(file.fault.code);
  expect(file.rows.map((row) => row.name)).toEqual(['Good Person']);
  expect(file.faults.map(({ line, field, code }) => `${line} ${field} ${code}`)).toEqual([
    '3 name required',
    '4 email bad_format',
    '5 email taken',
    '6 name bad_format',
    '7 name bad_format',
    '8 name too_long',
    '9 handle bad_format',
  ]);
});

test('full-width letters and case do not make a second mailbox', () => {
  const file = readImportFile('name,email\nA,anna@council.example\nB,ＡＮＮＡ@council.example');
  expect(file.ok && file.faults).toMatchObject([{ line: 3, field: 'email', code: 'taken' }]);
});

test.each([
  ['   \n', { code: 'empty' }],
  ['Anna,anna@council.example', { code: 'no_header' }],
  ['name,email\n"Anna,anna@council.example', { code: 'broken_quotes' }],
  [`name,email\n${'a,a@b.example\n'.repeat(importLimits.rows + 1)}`, { code: 'too_many_rows' }],
  [`name,email\n${'x'.repeat(importLimits.bytes)}`, { code: 'too_large' }],
])('a file that cannot be used says why (%#)', (text, fault) => {
  expect(readImportFile(text)).toMatchObject({ ok: false, fault });
});

test('letters are never guessed: UTF-8 and UTF-16 are read, anything else is refused', () => {
  expect(decodeFile(Buffer.from('naam;é', 'utf8'))).toBe('naam;é');
  expect(decodeFile(Buffer.from('\uFEFFnaam;é', 'utf16le'))).toBe('naam;é');
  expect(decodeFile(Buffer.from('naam;é', 'latin1'))).toBeNull();
});
