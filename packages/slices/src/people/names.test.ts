import { expect, test } from 'vitest';
import { cleanName } from './names.ts';

test('a name loses what is not seen, so that two people cannot look the same by it', () => {
  expect(cleanName('Anna\u200b de\u202e Vries\u2066')).toBe('Anna de Vries');
  expect(cleanName('An\u00adna\ufeff\u3164 de\u2800 Vries\u{e0041}')).toBe('Anna de Vries');
  expect(cleanName('Anna\u0000\u0007\r\nBcc: x@y.example')).toBe('Anna Bcc: x@y.example');
});

test('one name has one spelling: composed letters and single spaces', () => {
  expect(cleanName('  Zoe\u0308  van\tden Berg ')).toBe('Zoë van den Berg');
});

test('marks cannot be piled up to paint over the lines around', () => {
  expect(cleanName(`a${'\u0301\u0302'.repeat(200)}b`).length).toBeLessThan(8);
});

test('a name is cut at its longest without splitting a letter', () => {
  expect(cleanName('👩🏽‍🔬'.repeat(5_000)).length).toBeLessThan(1_000);
  expect(cleanName('x'.repeat(10_000))).toHaveLength(120);
  expect(cleanName('é'.repeat(121))).toBe('é'.repeat(120));
});

test('nothing but unseen characters is an empty name', () => {
  expect(cleanName('\u200b\u2060\u00ad \ud800')).toBe('');
});
