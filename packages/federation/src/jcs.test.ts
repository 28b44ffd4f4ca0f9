import type { Json } from '@joinery/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jcs } from './jcs.ts';

describe('jcs', () => {
  it('gives the text of RFC 8785 §3.2.2', () => {
    const text = String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`;
    const value = JSON.parse(text) as Json;
    expect(jcs(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code units, RFC 8785 §3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.keys(JSON.parse(jcs(value)) as object).filter((key) => key !== '1')).toEqual([
      '\r',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
    ]);
    expect(jcs(value).startsWith('{"\\r":')).toBe(true);
  });

  it('does not depend on the order of keys, and keeps the value', () => {
    const values = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
    fc.assert(
      fc.property(values, (value) => {
        const text = jcs(value as Json);
        expect(jcs(JSON.parse(text) as Json)).toBe(text);
        expect(JSON.stringify(JSON.parse(text))).toHaveLength(JSON.stringify(value).length);
      }),
    );
  });

  it('leaves out what is undefined, as the wire does', () => expect(jcs({ a: undefined, b: 1 })).toBe('{"b":1}'));

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['\ud83d']])('refuses %j', (value) =>
    expect(() => jcs([value])).toThrow(TypeError),
  );
});
