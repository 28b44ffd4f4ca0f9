import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { extract } from 'tar-fs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The packaged settings look for fonts in fixed places below /tmp. */
const FONT_SETTINGS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

const require = createRequire(import.meta.url);
const cache = resolve(import.meta.dirname, '../../.cache/browser');

/**
 * Why no browser can be had here, or undefined when one can: for `describe.skipIf(browserMissing)`.
 * `JOINERY_TEST_BROWSER` names a Chromium to use instead of the packaged one.
 */
export const browserMissing: string | undefined =
  process.env.JOINERY_TEST_BROWSER || (process.platform === 'linux' && process.arch === 'x64')
    ? undefined
    : `no packaged browser for ${process.platform} ${process.arch}: name a Chromium in JOINERY_TEST_BROWSER`;

/** Unpacks the browser with its fonts and the shared libraries that a bare machine lacks; once, also when two ask. */
async function unpack(): Promise<string> {
  const entry = require.resolve('@sparticuz/chromium');
  const { version } = require(join(dirname(entry), '../package.json')) as { version: string };
  const folder = join(cache, version);
  if (existsSync(folder)) return folder;
  const packed = join(dirname(entry), '../bin');
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'new-'));
  const inflate = (name: string) => [createReadStream(join(packed, name)), createBrotliDecompress()] as const;
  await Promise.all([
    pipeline(...inflate('chromium.br'), createWriteStream(join(temporary, 'chromium'), { mode: 0o755 })),
    pipeline(...inflate('al2023.tar.br'), extract(temporary)),
    pipeline(...inflate('fonts.tar.br'), extract(temporary)),
    pipeline(...inflate('swiftshader.tar.br'), extract(temporary)),
  ]);
  writeFileSync(join(temporary, 'fonts.conf'), FONT_SETTINGS);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Opens a headless Chromium; close it, or hold it with `await using`. */
export async function openBrowser(): Promise<Browser> {
  const own = process.env.JOINERY_TEST_BROWSER;
  if (own) return chromium.launch({ executablePath: own, args: FLAGS });
  const folder = await unpack();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: FLAGS,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      FONTCONFIG_PATH: folder,
    },
  });
}
