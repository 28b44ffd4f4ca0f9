import chroma from 'chroma-js';
import { colourScale, type Scheme, type Step, type ThemeInput, themeColours } from './theme.ts';

/** What readers must be able to tell apart, and the least contrast for it (WCAG 2.2, 1.4.3 and 1.4.11). */
const parts = {
  text: { front: ['text-default', 'text-subtle'], needed: 4.5 },
  border: { front: ['border-default', 'border-strong'], needed: 3 },
  button: { front: ['base-contrast-default'], needed: 4.5 },
} as const satisfies Record<string, { front: readonly Step[]; needed: number }>;

const surfaces: readonly Step[] = [
  ...(['background-default', 'background-tinted', 'surface-default', 'surface-tinted'] as const),
  ...(['surface-hover', 'surface-active'] as const),
];
const bases: readonly Step[] = ['base-default', 'base-hover', 'base-active'];

export type ContrastPart = keyof typeof parts;
/** The worst case of one part in one scheme: `ratio` to one, rounded down to a tenth. */
export type Contrast = { part: ContrastPart; scheme: Scheme; ratio: number; needed: number };

const roundedDown = (ratio: number) => Math.floor(ratio * 10 + 1e-9) / 10;

/** The lowest contrast of text, borders and button texts in both chosen colours, in light and in dark. Throws RangeError as `themeCss` does. */
export function themeContrast(theme: ThemeInput): Contrast[] {
  const { accent, second } = themeColours(theme);
  return (['light', 'dark'] as const).flatMap((scheme) => {
    const scales = [accent, second].map((colour) => colourScale(colour, scheme));
    return (Object.keys(parts) as ContrastPart[]).map((part) => {
      const { front, needed } = parts[part];
      const backs = part === 'button' ? bases : surfaces;
      const ratios = scales.flatMap((scale) =>
        front.flatMap((step) => backs.map((back) => chroma.contrast(scale[step], scale[back]))),
      );
      return { part, scheme, ratio: roundedDown(Math.min(...ratios)), needed };
    });
  });
}

/** Contrast of a colour itself with a white page: below 3 it can be a surface, never the only sign of something. */
export function contrastWithWhite(colour: string): number {
  return roundedDown(chroma.contrast(colour, '#ffffff'));
}
