import { expect, test } from 'vitest';
import { csvText } from './csv.ts';

test('cells are quoted, and what a spreadsheet would run is only text', () => {
  expect(csvText([['Zoë "Z"', '=1+1', '@x', '-2', 'a,b']])).toBe('\uFEFF"Zoë ""Z""","\'=1+1","\'@x","\'-2","a,b"\r\n');
});
