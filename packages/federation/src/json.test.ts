import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inboxLimits, readJson } from './json.ts';

const codeOf = (text: string) => {
  const result = readJson(text);
  return result.ok ? 'ok' : result.code;
};

/** The quickest of five, in time of the processor: on a machine that others use too, the clock says nothing about the work. */
function milliseconds(work: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const start = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(start);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}

describe('readJson', () => {
  it('reads what JSON.parse reads, for every value within the limits', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const result = readJson(text);
        if (result.ok) expect(result.value).toEqual(JSON.parse(text));
        else expect(['json_forbidden_key', 'json_text_malformed']).toContain(result.code);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever the text', () => {
    const pieces = fc.string({
      unit: fc.constantFrom(...'{}[]":,\\u0x1e-. \n\t', '\\ud800', 'true', '"a"', '__proto__'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(pieces, (text) => {
        const result = readJson(text);
        if (result.ok) expect(result.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['not JSON', '{"a":', 'json_malformed'],
    ['a byte order mark', '\ufeff{}', 'json_malformed'],
    ['nothing', '', 'json_malformed'],
    ['two documents', '{}{}', 'json_malformed'],
    ['the same key twice', '{"actor":"a","object":{"actor":"c"},"actor":"b"}', 'json_duplicate_key'],
    ['the same key twice, once escaped', '{"actor":"a","\\u0061ctor":"b"}', 'json_duplicate_key'],
    ['__proto__', '{"__proto__":{}}', 'json_forbidden_key'],
    ['__proto__, escaped', '{"a":[{"\\u005f_proto__":{}}]}', 'json_forbidden_key'],
    ['constructor', '{"constructor":1}', 'json_forbidden_key'],
    ['U+0000', '["a\\u0000b"]', 'json_text_malformed'],
    ['half a surrogate pair, escaped', '["\\ud83d"]', 'json_text_malformed'],
    ['a lonely second half, escaped', '["\\ude00"]', 'json_text_malformed'],
    ['half a surrogate pair, raw', '["\ud83d"]', 'json_text_malformed'],
    ['half a surrogate pair in a key', '{"\\ud83d":1}', 'json_text_malformed'],
  ])('refuses %s', (_, text, code) => expect(codeOf(text)).toBe(code));

  it.each([
    '{"a":{"a":{"a":1}},"b":["a","a"]}',
    '["\\ud83d\\ude00", "\\\\ud83d", "\\\\\\"", "{[,", "\\u0001"]',
    '[1e300, -0.5E-7, 12345678901234567890, true, false, null]',
    ' { "type" : "__proto__" } ',
    '{"a\\\\":1,"a\\"":2}',
  ])('accepts %s', (text) => expect(codeOf(text)).toBe('ok'));

  it.each(['1e400', '-1e400', '1E+999', '9'.repeat(400)])(
    'reads the number %s, which is beyond a double, as none',
    (text) => expect(readJson(`{"a":[${text}],"b":1e300}`)).toEqual({ ok: true, value: { a: [null], b: 1e300 } }),
  );

  it('counts depth on the text: 24 pass, 25 do not', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(codeOf(nested(24))).toBe('ok');
    expect(codeOf(nested(25))).toBe('json_too_deep');
    expect(codeOf(`{"a":${nested(24)}}`)).toBe('json_too_deep');
    expect(codeOf(`["${'['.repeat(500)}"]`)).toBe('ok');
  });

  it('counts values: 5,000 pass, 5,001 do not', () => {
    const list = (length: number) => `[${Array(length).fill('1').join(',')}]`;
    expect(codeOf(list(4_999))).toBe('ok');
    expect(codeOf(list(5_000))).toBe('json_too_many_values');
  });

  it('counts bytes, not characters', () => {
    expect(codeOf(`"${'é'.repeat(499_999)}"`)).toBe('ok');
    expect(codeOf(`"${'é'.repeat(500_000)}"`)).toBe('body_too_large');
  });

  it.each([
    ['case 82: 1,000 levels', '{"a":'.repeat(1_000)],
    ['case 82: 200,000 levels', '['.repeat(200_000)],
    ['case 83: 50,000 tags', `[${'{},'.repeat(49_999)}{}]`],
    ['case 83: 100,000 recipients', `{"to":[${'"https://a.b/c",'.repeat(49_999)}""]}`],
    ['keys without values', `{${'"k",'.repeat(200_000)}`],
    ['distinct keys without values', `{${Array.from({ length: 100_000 }, (_, n) => `"${n}"`).join(',')}`],
    ['a number of a million digits', '1'.repeat(999_990)],
    ['strings of many digits', `[${`"${'9'.repeat(299)}",`.repeat(3_300)}1]`],
    ['quotes and backslashes', '"\\'.repeat(450_000)],
    ['strings without an escape, an escape at the end', `[${'"a",'.repeat(4_000)}"${'a'.repeat(900_000)}\\n"]`],
    ['escapes', `["${'\\u0061'.repeat(160_000)}"]`],
  ])('answers within milliseconds: %s', (_, text) => {
    expect(text.length).toBeLessThanOrEqual(inboxLimits.maximumBytes);
    expect(milliseconds(() => readJson(text))).toBeLessThan(60);
  });
});
