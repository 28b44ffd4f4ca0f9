import chroma from 'chroma-js';

/*
 * The idea and the step names of the colour scale come from Designsystemet's generator (packages/cli, colors/theme.ts).
 *
 * Copyright 2024 Digitaliseringsdirektoratet (Digdir)
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
 * documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
 * rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
 * persons to whom the Software is furnished to do so, subject to the following conditions:
 * The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
 * Software.
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
 * WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
 * COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
 * OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */

export type Scheme = 'light' | 'dark';

/**
 * Relative luminance (WCAG) of each step. Text steps keep 4.5:1 and border steps (but the subtle one, which only
 * decorates) 3:1 on every background and surface, `surface-active` included.
 */
const luminance = {
  'background-default': { light: 1, dark: 0.009 },
  'background-tinted': { light: 0.93, dark: 0.0125 },
  'surface-default': { light: 1, dark: 0.019 },
  'surface-tinted': { light: 0.84, dark: 0.027 },
  'surface-hover': { light: 0.74, dark: 0.036 },
  'surface-active': { light: 0.62, dark: 0.054 },
  'border-subtle': { light: 0.64, dark: 0.068 },
  'border-default': { light: 0.165, dark: 0.275 },
  'border-strong': { light: 0.095, dark: 0.43 },
  'text-subtle': { light: 0.095, dark: 0.43 },
  'text-default': { light: 0.0225, dark: 0.84 },
} as const;

export type LuminanceStep = keyof typeof luminance;
type BaseStep = 'base-default' | 'base-hover' | 'base-active' | 'base-contrast-subtle' | 'base-contrast-default';
export type Step = LuminanceStep | BaseStep;
export type Scale = Record<Step, string>;

// CIE L*, 0 to 100, from and to relative luminance.
const toLightness = (y: number) => (y > 0.008856 ? 116 * Math.cbrt(y) - 16 : y * 903.3);
const fromLightness = (l: number) => (l > 8 ? ((l + 16) / 116) ** 3 : l / 903.3);

function withLightness(colour: string, lightness: number): string {
  return chroma(colour)
    .luminance(fromLightness(Math.min(100, Math.max(0, lightness))))
    .hex();
}

function baseSteps(colour: string, scheme: Scheme): Record<BaseStep, string> {
  const own = toLightness(chroma(colour).luminance());
  const lightness = scheme === 'light' ? own : own <= 30 ? 70 : 100 - own;
  const base = scheme === 'light' ? chroma(colour).hex() : withLightness(colour, lightness);
  const contrast = chroma.contrast(base, '#ffffff') >= chroma.contrast(base, '#000000') ? '#ffffff' : '#000000';
  // Hover and active move away from the text on them, so that its contrast only grows; at the end of the scale they turn.
  const change = contrast === '#ffffff' ? (lightness <= 18 ? 8 : -8) : lightness >= 84 ? -8 : 8;
  const subtle = contrast === '#ffffff' ? lightness + 60 : lightness - 60;
  return {
    'base-default': base,
    'base-hover': withLightness(colour, lightness + change),
    'base-active': withLightness(colour, lightness + change * 2),
    'base-contrast-subtle': withLightness(colour, subtle),
    'base-contrast-default': contrast,
  };
}

/**
 * The 16 steps of a colour in one scheme, as hex colours. `colour` is anything chroma-js reads.
 * @param levels relative luminance of the steps that do not depend on the colour's own; ours unless given
 */
export function colourScale(
  colour: string,
  scheme: Scheme,
  levels: Readonly<Record<LuminanceStep, Readonly<Record<Scheme, number>>>> = luminance,
): Scale {
  const [l, c, h] = chroma(colour).oklch();
  // Full chroma glares on dark surfaces.
  const tint = scheme === 'light' ? colour : chroma.oklch(l, c * 0.7, Number.isNaN(h) ? 0 : h).hex();
  const steps = Object.entries(levels).map(([step, value]) => [step, chroma(tint).luminance(value[scheme]).hex()]);
  return { ...Object.fromEntries(steps), ...baseSteps(colour, scheme) } as Scale;
}

/** The families that parts name in `data-color`. */
export const colourFamilies = ['accent', 'second', 'neutral', 'success', 'warning', 'danger', 'info'] as const;

/** What an agency chooses: one colour, perhaps a second, and how round corners are (pixels, 0 to 16). Colours are `#rrggbb`. */
export type ThemeInput = { colour: string; second?: string | undefined; radius?: number | undefined };

/** The look of a node that has not chosen its own. */
export const defaultTheme: ThemeInput = { colour: '#1a5d78', second: '#6a4a9c', radius: 6 };

const support = { success: '#0b7a3b', warning: '#d98a0b', danger: '#c0262d', info: '#1f66b8' };

function hex(value: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(value))
    throw new RangeError(`A colour is written as #rrggbb, not as ${value.slice(0, 40)}`);
  return value.toLowerCase();
}

/** The hex colour of every family of a theme. Greys carry a breath of the agency's own hue. */
export function themeColours(theme: ThemeInput): Record<(typeof colourFamilies)[number], string> {
  const accent = hex(theme.colour);
  const hue = chroma(accent).oklch()[2];
  const neutral = Number.isNaN(hue) ? chroma.oklch(0.3, 0, 0) : chroma.oklch(0.3, 0.016, hue);
  return { accent, second: hex(theme.second ?? defaultTheme.second ?? accent), neutral: neutral.hex(), ...support };
}

function schemeCss(theme: ThemeInput, scheme: Scheme): string {
  const lines: string[] = [];
  let neutral: Scale | undefined;
  for (const [family, colour] of Object.entries(themeColours(theme))) {
    const scale = colourScale(colour, scheme);
    if (family === 'neutral') neutral = scale;
    for (const [step, value] of Object.entries(scale)) lines.push(`--ds-color-${family}-${step}:${value}`);
  }
  lines.push(
    `--ds-color-focus-inner:${neutral?.['background-default']}`,
    `--ds-color-focus-outer:${neutral?.['text-default']}`,
    `--ds-link-color-visited:${scheme === 'light' ? '#663299' : '#b49acd'}`,
    `color-scheme:${scheme}`,
  );
  return lines.join(';');
}

const radiusOf = (theme: ThemeInput) => Math.min(16, Math.max(0, theme.radius ?? defaultTheme.radius ?? 0)) / 16;

/** Round corners in their sizes, calculated where they are declared: again wherever the base changes. */
export const radii = [
  '--ds-border-radius-sm:calc(var(--ds-border-radius-base)*.5);--ds-border-radius-md:var(--ds-border-radius-base)',
  '--ds-border-radius-lg:calc(var(--ds-border-radius-base)*1.75);--ds-border-radius-xl:calc(var(--ds-border-radius-base)*2.5)',
  '--ds-border-radius-default:var(--ds-border-radius-base);--ds-border-radius-full:999px',
].join(';');

/**
 * The style sheet of one agency's house style: light and dark scales of every family as custom properties.
 * Throws RangeError when a colour is not `#rrggbb`.
 */
export function themeCss(theme: ThemeInput): string {
  const light = schemeCss(theme, 'light');
  const dark = schemeCss(theme, 'dark');
  return [
    '@layer ds.theme{',
    `:root{--ds-border-radius-base:${radiusOf(theme)}rem}`,
    `:root,[data-color-scheme=light]{${light}}`,
    `[data-color-scheme=dark]{${dark}}`,
    `@media (prefers-color-scheme:dark){[data-color-scheme=auto]{${dark}}}`,
    '}',
  ].join('\n');
}

/**
 * The same house style for parts of a page of another one: inside `data-preview`, beside `data-color-scheme` light or dark.
 * Throws RangeError when a colour is not `#rrggbb`.
 */
export function previewCss(theme: ThemeInput): string {
  return [
    `[data-preview]{--ds-border-radius-base:${radiusOf(theme)}rem;${radii}}`,
    `[data-preview][data-color-scheme=light]{${schemeCss(theme, 'light')}}`,
    `[data-preview][data-color-scheme=dark]{${schemeCss(theme, 'dark')}}`,
  ].join('\n');
}
