import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { assets } from './stylesheet.ts';
import { themeCss } from './theme.ts';

const { files, scriptHref, stylesheetHref, themeHref } = assets();
const textOf = (path: string) => Buffer.from(files.get(path)?.body ?? []).toString('utf8');

test('one style sheet, one theme, one script and two fonts, at addresses that change with their content', () => {
  expect(stylesheetHref).toMatch(/^\/assets\/[\w-]{16}\.css$/);
  expect(themeHref).toMatch(/^\/theme\/[\w-]{16}\.css$/);
  expect([...files.values()].map(({ type }) => type).sort()).toEqual([
    'font/woff2',
    'font/woff2',
    'text/css; charset=utf-8',
    'text/css; charset=utf-8',
    'text/javascript; charset=utf-8',
  ]);
  expect(assets({ colour: '#c8102e' }).themeHref).not.toBe(themeHref);
  expect(assets({ colour: '#c8102e' }).stylesheetHref).toBe(stylesheetHref);
});

test('the style sheet names no address but our own files', () => {
  const addresses = [...textOf(stylesheetHref).matchAll(/url\(\s*["']?([^)"']*)/g)].map(([, address = '']) => address);
  expect(addresses.length).toBeGreaterThan(2);
  expect(addresses.filter((address) => !address.startsWith('data:image/svg+xml') && !files.has(address))).toEqual([]);
});

test('compressed bodies hold the same, and are small enough for a slow line', () => {
  for (const [path, file] of files) {
    if (!file.gzip) continue;
    expect(gunzipSync(file.gzip).toString('utf8')).toBe(textOf(path));
    expect(file.gzip.length).toBeLessThan(20_000);
  }
});

test('the script is no larger than its budget, and needs nothing that the content security policy forbids', () => {
  const { body, gzip } = files.get(scriptHref ?? '') ?? {};
  console.log(`The browser script has ${body?.length} bytes, ${gzip?.length} compressed`);
  expect(gzip?.length).toBeLessThan(15_000);
  expect(textOf(scriptHref ?? '')).not.toMatch(/\beval\(|new Function|setAttribute\("style"|sourceMappingURL/);
});

test('every property the parts ask of the theme is given by it', () => {
  const css = textOf(stylesheetHref);
  const given = new Set(
    [...`${css}${themeCss({ colour: '#1a5d78' })}`.matchAll(/(--[a-zA-Z0-9_-]+)\s*:/g)].map(([, name]) => name),
  );
  const asked = new Set([...css.matchAll(/var\((--ds-[a-zA-Z0-9-]+)\s*\)/g)].map(([, name]) => name));
  // A switch for an avatar size that we do not use.
  asked.delete('--ds-size--md');
  expect([...asked].filter((name) => !given.has(name))).toEqual([]);
});
