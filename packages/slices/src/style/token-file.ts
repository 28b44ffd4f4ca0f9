import { colourInput, largestRadius } from './input.ts';

/** What a token file says that a house style here has a place for. */
type TokenChoice = { colour: string; second?: string; radius?: number };
export type TokenFile =
  | { ok: true; choice: TokenChoice }
  | { ok: false; fault: 'not_json' | 'too_large' | 'no_colour' };

const mostTokens = 50_000;
const deepest = 24;

/** Names of tokens in the order in which they are believed: NL Design System first, then what other design systems call the same. */
const wanted = {
  colour: [
    /(?:^|-)button-primary-action-background-color$/,
    /(?:^|-)primary-action-button-background-color$/,
    /(?:^|-)action-primary-background-color$/,
    /(?:^|-)button-primary-background(?:-color)?$/,
    /(?:^|-)color-(?:primary|brand|accent)(?:-(?:default|base|500|600))?$/,
    /(?:^|-)(?:primary|brand|accent)-color$/,
    /(?:^|-)link-color$/,
  ],
  second: [
    /(?:^|-)link-color$/,
    /(?:^|-)color-(?:secondary|second)(?:-(?:default|base|500|600))?$/,
    /(?:^|-)secondary-color$/,
  ],
  radius: [/(?:^|-)button-border-radius$/, /(?:^|-)border-radius(?:-(?:md|medium|default|base))?$/],
} as const;

/**
 * Reads the design tokens of a theme of NL Design System: the JSON that Style Dictionary reads (`value`), the format of the Design Tokens
 * Community Group (`$value`), or a flat list of names, with references between tokens.
 */
export function readTokenFile(text: string): TokenFile {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { ok: false, fault: 'not_json' };
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return { ok: false, fault: 'not_json' };
  const tokens = new Map<string, string>();
  if (!collect(document as Record<string, unknown>, [], tokens)) return { ok: false, fault: 'too_large' };
  const colour = find(tokens, wanted.colour, asColour);
  if (colour === undefined) return { ok: false, fault: 'no_colour' };
  const second = find(tokens, wanted.second, (value) => {
    const read = asColour(value);
    return read === colour ? undefined : read;
  });
  const radius = find(tokens, wanted.radius, asPixels);
  return {
    ok: true,
    choice: { colour, ...(second === undefined ? {} : { second }), ...(radius === undefined ? {} : { radius }) },
  };
}

const spelled = (path: readonly string[]) =>
  path
    .join('-')
    .replace(/^-+/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^\w]+/g, '-')
    .toLowerCase();

/** @returns false when there is more of it than a theme has */
function collect(node: Record<string, unknown>, path: string[], tokens: Map<string, string>): boolean {
  if (path.length > deepest) return false;
  for (const [name, child] of Object.entries(node)) {
    if (tokens.size >= mostTokens) return false;
    const own = name === 'value' || name === '$value' ? path : [...path, name];
    if (typeof child === 'string' || typeof child === 'number') {
      if (!name.startsWith('$') || name === '$value') tokens.set(spelled(own), String(child));
    } else if (typeof child === 'object' && child !== null) {
      const deeper = dimension(child) ?? child;
      if (typeof deeper === 'string') tokens.set(spelled(own), deeper);
      else if (!collect(deeper as Record<string, unknown>, own, tokens)) return false;
    }
  }
  return true;
}

/** `{ value: 4, unit: 'px' }`, and colours with a `hex`, as the newer drafts of the community group write them. */
function dimension(value: object): string | undefined {
  const { value: number, unit, hex } = value as Record<string, unknown>;
  if (typeof number === 'number' && typeof unit === 'string') return `${number}${unit}`;
  return typeof hex === 'string' ? hex : undefined;
}

function find<T>(
  tokens: ReadonlyMap<string, string>,
  names: readonly RegExp[],
  read: (value: string) => T | undefined,
): T | undefined {
  for (const name of names) {
    for (const [token, value] of tokens) {
      if (!name.test(token)) continue;
      const found = read(resolved(tokens, value));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Follows `{a.b.c}` and `var(--a-b-c)`, not for ever. */
function resolved(tokens: ReadonlyMap<string, string>, value: string): string {
  let now = value.trim();
  for (let step = 0; step < 20; step += 1) {
    const [, braces, variable] = /^(?:\{([^{}]+)\}|var\(\s*--([\w-]+)[^)]*\))$/.exec(now) ?? [];
    const next = braces ?? variable;
    if (next === undefined) return now;
    now = tokens.get(spelled(next.replace(/\.\$?value$/, '').split('.')))?.trim() ?? '';
  }
  return '';
}

function asColour(value: string): string | undefined {
  const read = colourInput.safeParse(value);
  if (read.success) return read.data;
  const [, ...parts] =
    /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*(?:1|1\.0+|100%)\s*)?\)$/i.exec(value) ?? [];
  const numbers = parts.map(Number);
  if (numbers.length !== 3 || numbers.some((number) => number > 255)) return undefined;
  return `#${numbers.map((number) => number.toString(16).padStart(2, '0')).join('')}`;
}

function asPixels(value: string): number | undefined {
  const [, number, unit] = /^(\d{1,4}(?:\.\d+)?)(px|rem|em)?$/.exec(value) ?? [];
  if (number === undefined) return undefined;
  return Math.min(largestRadius, Math.round(Number(number) * (unit === 'rem' || unit === 'em' ? 16 : 1)));
}
