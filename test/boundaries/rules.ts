import { globSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** The repository's root. */
export const root = resolve(import.meta.dirname, '../..');

/** Top-level folders, dot-folders and what git ignores aside. */
export const TOP_FOLDERS = ['apps', 'deploy', 'docs', 'packages', 'test'];

/** Which of our packages each of them may import. `ui` takes only types from `core`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  ui: ['core'],
  federation: ['ui', 'core'],
  slices: ['ui', 'core', 'slices'],
  apps: ['slices', 'federation', 'ui', 'core'],
};

/** The base slices in the order in which they build on each other; every other slice may use all of them. */
const BASE_SLICES = ['people', 'files', 'groups', 'posts'];

/** The only files that may open a socket or look a name up. Tests aside. */
const MAY_OPEN_SOCKETS = [
  // The demo: its desk, the stranger that knocks, what it tries by itself, and which ports of this machine are free.
  'apps/node/src/demo/check.ts',
  'apps/node/src/demo/command.ts',
  'apps/node/src/demo/desk.tsx',
  'apps/node/src/demo/doors.ts',
  'apps/node/src/demo/run.ts',
  'packages/core/src/files/s3.ts',
  'packages/core/src/files/scanner.ts',
  'packages/core/src/http/server.ts',
  'packages/core/src/mail.ts',
  'packages/federation/src/door.ts',
  'packages/federation/src/exchange.ts',
];

/** Runs in browsers, where the only way out leads to the node itself (`connect-src 'self'`). */
const IN_BROWSERS = 'packages/ui/src/browser/';

/** What `node:net` offers that opens nothing. */
const HARMLESS = ['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress'];

const SOCKET_MODULES =
  /^(node:)?(http|https|http2|net|tls|dgram|dns|dns\/promises)$|^undici$|^nodemailer$|^@hono\/node-server$/;

/** One import, export-from, dynamic import or import type of a file. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** What is taken by name; empty for everything else. */
  readonly names: readonly string[];
}

/** What is wrong, in words: `<file>: <rule>`. */
export type Violation = string;

/** Code without comments, so that a rule does not stumble over prose. Strings stay whole. */
function withoutComments(code: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return code.replace(token, (text) => (text.startsWith('//') || text.startsWith('/*') ? ' ' : text));
}

/** Every module that `code` names: static, re-exported, dynamic, and in types. */
export function importsOf(code: string): Import[] {
  const text = withoutComments(code);
  const found: Import[] = [];
  for (const match of text.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?(?:([^'"`;]*?)\sfrom\s*)?['"]([^'"\n]+)['"]/gm,
  )) {
    const list = match[2]?.match(/^\{([\s\S]*)\}$/)?.[1]?.split(',') ?? [];
    const names = list.map((name) => name.trim()).filter((name) => name !== '');
    const typeOnly = match[1] !== undefined || (names.length > 0 && names.every((name) => name.startsWith('type ')));
    found.push({ specifier: match[3] ?? '', typeOnly, names });
  }
  for (const match of text.matchAll(/(typeof\s+)?\bimport\(\s*['"`]([^'"`]+)['"`]\s*\)(\s*\.\s*[A-Z])?/g)) {
    found.push({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined || match[3] !== undefined, names: [] });
  }
  return found;
}

interface Place {
  /** `core`, `ui`, `federation`, `slices`, `apps` or `test`. */
  readonly unit: string;
  readonly slice?: string;
  readonly isTest: boolean;
}

function placeOf(file: string): Place | undefined {
  const parts = file.split('/');
  const isTest = /\.test\.tsx?$|\/testing\//.test(file) || parts[0] === 'test';
  if (parts[0] === 'apps' || parts[0] === 'test') return { unit: parts[0], isTest };
  if (parts[0] !== 'packages' || !parts[1]) return undefined;
  const slice = parts[1] === 'slices' ? parts[3] : undefined;
  return { unit: parts[1], isTest, ...(slice && { slice }) };
}

/** The file or package that a specifier leads to, from the root: `packages/core/src/x.ts` or `@joinery/core`. */
function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return relative(root, resolve(root, file, '..', specifier))
    .split(sep)
    .join('/');
}

function mayUseSlice(from: string, to: string): boolean {
  const [lower, upper] = [BASE_SLICES.indexOf(to), BASE_SLICES.indexOf(from)];
  return lower !== -1 && (upper === -1 || lower < upper);
}

function checkOurs(place: Place, target: string, typeOnly: boolean): string | undefined {
  const [, unit = '', rest] = target.match(/^@joinery\/([^/]+)(?:\/(.+))?$/) ?? [];
  if (!MAY_IMPORT[place.unit]?.includes(unit)) return `${place.unit} may not import ${target}`;
  if (place.unit === 'ui' && !typeOnly && !place.isTest) return `ui may import only types from ${target}`;
  if (place.unit !== 'slices' || unit !== 'slices') return undefined;
  if (!rest || rest.includes('/')) return `a slice may import only the public index of another, not ${target}`;
  if (rest === place.slice) return `a slice imports its own files by relative path, not ${target}`;
  if (!mayUseSlice(place.slice ?? '', rest)) return `slice ${place.slice} may not import slice ${rest}`;
  return undefined;
}

function checkRelative(place: Place, target: string): string | undefined {
  const other = placeOf(target);
  if (!other) return target.endsWith('.json') ? undefined : `relative import leaves the packages: ${target}`;
  if (other.unit === 'test') return place.isTest ? undefined : `only tests may import ${target}`;
  if (other.unit !== place.unit) return `another package is imported by its name, not as ${target}`;
  if (other.slice === place.slice) return undefined;
  const isTestHelper = place.isTest && target.startsWith(`packages/slices/src/${other.slice}/testing/`);
  if (!isTestHelper && target !== `packages/slices/src/${other.slice}/index.ts`) {
    return `a slice may import only the public index of another, not ${target}`;
  }
  if (!mayUseSlice(place.slice ?? '', other.slice ?? ''))
    return `slice ${place.slice} may not import slice ${other.slice}`;
  return undefined;
}

/**
 * Checks one file against the import rules.
 * @param file path from the root, with slashes
 * @param code its text
 */
export function check(file: string, code: string): Violation[] {
  const place = placeOf(file);
  if (!place) return [];
  const problems: string[] = [];
  const mayOpen = place.isTest || MAY_OPEN_SOCKETS.includes(file) || file.startsWith(IN_BROWSERS);
  for (const { specifier, typeOnly, names } of importsOf(code)) {
    const target = targetOf(file, specifier);
    if (target.startsWith('@fedify/') && place.unit !== 'federation' && place.unit !== 'test') {
      problems.push(`only packages/federation may import ${target}`);
    }
    const opens = SOCKET_MODULES.test(target) && !(names.length > 0 && names.every((name) => HARMLESS.includes(name)));
    if (opens && !typeOnly && !mayOpen) problems.push(`may not open sockets, imports ${target}`);
    if (place.unit === 'test') continue;
    const problem = target.startsWith('@joinery/')
      ? checkOurs(place, target, typeOnly)
      : specifier.startsWith('.')
        ? checkRelative(place, target)
        : undefined;
    if (problem) problems.push(problem);
  }
  if (
    !mayOpen &&
    /(?<![.\w$])(?:globalThis\.)?fetch\s*\(/.test(withoutComments(code).replace(/\bfunction\s+fetch\s*\(/g, ''))
  ) {
    problems.push('may not open sockets, calls fetch()');
  }
  if (place.unit === 'slices' && !place.isTest && !/\/activities[-./]/.test(file)) {
    if (/['"]https:\/\/www\.w3\.org\/ns\/activitystreams|['"]@context['"]/.test(withoutComments(code))) {
      problems.push('ActivityStreams words belong into activities.ts or, when that is split, activities-<part>.ts');
    }
  }
  return problems.map((problem) => `${file}: ${problem}`);
}

/** All our TypeScript files, as paths from the root. */
export function sourceFiles(): string[] {
  const exclude = (name: string) => /(?:^|[\\/])(?:node_modules|dist)$/.test(name);
  return globSync('{packages,apps,test}/**/*.{ts,tsx}', { cwd: root, exclude }).map((name) =>
    name.split(sep).join('/'),
  );
}

/** The text of a file, by its path from the root. */
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');
