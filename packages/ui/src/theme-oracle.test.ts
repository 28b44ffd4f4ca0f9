import { colorMetadata, generateColorScale } from '@digdir/designsystemet/color';
import chroma from 'chroma-js';
import { expect, test } from 'vitest';
import { colourScale, type LuminanceStep, type Scheme, type Step } from './theme.ts';

// Designsystemet's own generator. Ours differs on purpose in its levels of luminance, and in where buttons go when hovered.
const schemes: Scheme[] = ['light', 'dark'];

function colours(): string[] {
  let state = 1814;
  const random = Array.from({ length: 300 }, () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return `#${Math.floor((state / 2 ** 32) * 2 ** 24)
      .toString(16)
      .padStart(6, '0')}`;
  });
  return ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff', '#ff00ff', '#808080', ...random];
}

const original = (colour: string, scheme: Scheme) =>
  new Map(generateColorScale(colour as `#${string}`, scheme).map(({ name, hex }) => [name as Step, hex]));
const levels = Object.fromEntries(
  Object.entries(colorMetadata).map(([name, { luminance }]) => [name, luminance]),
) as unknown as Record<LuminanceStep, Record<Scheme, number>>;
const isBase = (step: Step) => step.startsWith('base-');
const names = Object.keys(levels).filter((step) => !isBase(step as Step)) as LuminanceStep[];
const picked = Object.fromEntries(names.map((step) => [step, levels[step]])) as typeof levels;

/** Largest difference of a channel, 0 to 255: two roundings apart is the same colour. */
const apart = (one = '', other = '') => {
  const [a, b] = [chroma(one).rgb(), chroma(other).rgb()];
  return Math.max(...a.map((channel, index) => Math.abs(channel - (b[index] ?? 0))));
};

test('given the luminance of the original, every surface, border and text is the colour of the original', () => {
  expect(names).toHaveLength(11);
  const different = colours().flatMap((colour) =>
    schemes.flatMap((scheme) => {
      const [theirs, ours] = [original(colour, scheme), colourScale(colour, scheme, picked)];
      return names.filter((step) => apart(theirs.get(step), ours[step]) > 2).map((step) => [colour, scheme, step]);
    }),
  );
  expect(different).toEqual([]);
});

test('the base of both schemes and the text on it are those of the original', () => {
  const different = colours().flatMap((colour) =>
    schemes.flatMap((scheme) => {
      const [theirs, ours] = [original(colour, scheme), colourScale(colour, scheme)];
      const far = apart(theirs.get('base-default'), ours['base-default']) > 2;
      // Where black and white differ by less than a rounding, either is right.
      const base = ours['base-default'];
      const even = Math.abs(chroma.contrast(base, '#ffffff') - chroma.contrast(base, '#000000')) < 0.1;
      const other = !even && theirs.get('base-contrast-default') !== ours['base-contrast-default'];
      return far || other ? [[colour, scheme, theirs.get('base-default'), ours['base-default']]] : [];
    }),
  );
  expect(different).toEqual([]);
});

test('our own levels are the reason why no colour fails: those of the original let some borders and buttons fail', () => {
  const fails = (step: (name: Step) => string) =>
    chroma.contrast(step('border-default'), step('surface-active')) < 3 ||
    chroma.contrast(step('base-contrast-default'), step('base-hover')) < 4.5;
  const both = colours().flatMap((colour) => schemes.map((scheme) => [colour, scheme] as const));
  const theirs = both.filter(([colour, scheme]) => {
    const scale = original(colour, scheme);
    return fails((step) => scale.get(step) ?? '#000000');
  });
  const ours = both.filter(([colour, scheme]) => {
    const scale = colourScale(colour, scheme);
    return fails((step) => scale[step]);
  });
  expect(theirs.length).toBeGreaterThan(0);
  expect(ours).toEqual([]);
});
