import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { appCss } from './app-css.ts';
import { foundationCss } from './foundation-css.ts';
import { defaultTheme, type ThemeInput, themeCss } from './theme.ts';

/** A file for browsers. Its address changes with its content, so it may be kept for ever. `gzip` only where it helps. */
export type Asset = {
  body: Uint8Array<ArrayBuffer>;
  gzip: Uint8Array<ArrayBuffer> | null;
  type: string;
  immutable: true;
};

/** All files that pages of one house style need, by path, and the addresses that go into a page's head; pages work without the script. */
export type Assets = {
  stylesheetHref: string;
  themeHref: string;
  scriptHref: string | null;
  files: ReadonlyMap<string, Asset>;
};

// Designsystemet has more parts than we use; this order is its own.
const components = [
  ...['heading', 'label', 'link', 'button', 'list', 'alert', 'validation-message', 'card', 'avatar', 'tag'],
  ...['input', 'field', 'fieldset', 'error-summary', 'details', 'table'],
];

const fonts = [
  {
    file: '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2',
    range:
      'U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF',
  },
  {
    // A quarter of what a first visit loads is this file, so it has the weights that we use and no others: made from the package's by
    // `fonttools varLib.instancer inter-latin-wght-normal.woff2 wght=400:700`, which that package does not offer.
    file: '@joinery/ui/fonts/inter-latin-400-700.woff2',
    range:
      'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD',
  },
];

/** A file of a package, found from here or, in a bundle, from where the bundle stands. */
function packageFile(name: string): Buffer {
  return readFileSync(createRequire(import.meta.url).resolve(name));
}

function asset(body: Buffer, type: string): Asset {
  const text = type.startsWith('text/') || type === 'image/svg+xml';
  return {
    body: new Uint8Array(body),
    gzip: text ? new Uint8Array(gzipSync(body, { level: 9 })) : null,
    type,
    immutable: true,
  };
}

const hash = (body: Buffer) => createHash('sha256').update(body).digest('base64url').slice(0, 16);

/** The browser script, made by `deploy/boot/bundle.mjs` before the node starts; null where nobody did. */
function readScript(): Buffer | null {
  try {
    return packageFile('@joinery/ui/browser.js');
  } catch {
    return null;
  }
}

type Shared = { stylesheetHref: string; scriptHref: string | null; files: Map<string, Asset> };

function buildShared(): Shared {
  const files = new Map<string, Asset>();
  const faces = fonts.map(({ file, range }) => {
    const body = packageFile(file);
    const path = `/assets/${hash(body)}.woff2`;
    files.set(path, asset(body, 'font/woff2'));
    return `@font-face{font-family:"Inter Variable";font-style:normal;font-display:swap;font-weight:400 700;src:url(${path}) format("woff2");unicode-range:${range}}`;
  });
  const part = (name: string) => packageFile(`@digdir/designsystemet-css/${name}.css`).toString('utf8');
  const css = Buffer.from(
    [
      '@layer ds.theme,ds.base,ds.components,app;',
      ...faces,
      `@layer ds.theme{${foundationCss}}`,
      `@layer ds.base{${part('base')}}`,
      `@layer ds.components{${components.map(part).join('\n')}}`,
      `@layer app{${appCss.replace(/\/\*.*?\*\//g, '').replace(/\n\s*/g, '\n')}}`,
    ].join('\n'),
  );
  const stylesheetHref = `/assets/${hash(css)}.css`;
  files.set(stylesheetHref, asset(css, 'text/css; charset=utf-8'));
  const script = readScript();
  const scriptHref = script && `/assets/${hash(script)}.js`;
  if (script && scriptHref) files.set(scriptHref, asset(script, 'text/javascript; charset=utf-8'));
  return { stylesheetHref, scriptHref, files };
}

/** The style sheet of a house style, and the address that changes with its content. Throws RangeError for a theme that `themeCss` refuses. */
export function themeAsset(theme: ThemeInput): { href: string; asset: Asset } {
  const css = Buffer.from(themeCss(theme));
  return { href: `/theme/${hash(css)}.css`, asset: asset(css, 'text/css; charset=utf-8') };
}

/** A picture of an agency's house style, and the address that changes with its content. */
export function logoAsset(bytes: Buffer, type: 'image/svg+xml' | 'image/png'): { href: string; asset: Asset } {
  return { href: `/theme/${hash(bytes)}.${type === 'image/png' ? 'png' : 'svg'}`, asset: asset(bytes, type) };
}

let shared: Shared | undefined;

/**
 * The files that pages need, read from the installed packages and kept in memory: one style sheet, one script, two font files and
 * the house style of an agency (ours when none is given). The shared ones are made once per process.
 * Throws RangeError for a theme that `themeCss` refuses.
 */
export function assets(theme: ThemeInput = defaultTheme): Assets {
  shared ??= buildShared();
  const { href, asset: css } = themeAsset(theme);
  const { stylesheetHref, scriptHref } = shared;
  return { stylesheetHref, scriptHref, themeHref: href, files: new Map([...shared.files, [href, css]]) };
}
