import chroma from 'chroma-js';
import { expect, test } from 'vitest';
import { colourScale, defaultTheme, type Scheme, type Step, themeColours, themeCss } from './theme.ts';

const surfaces: Step[] = [
  'background-default',
  'background-tinted',
  'surface-default',
  'surface-tinted',
  'surface-hover',
  'surface-active',
];
const schemes: Scheme[] = ['light', 'dark'];

// A small linear congruential generator: the same 400 colours in every run, the corners of the cube first.
function colours(): string[] {
  let state = 20261121;
  const random = Array.from({ length: 392 }, () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return `#${Math.floor((state / 2 ** 32) * 2 ** 24)
      .toString(16)
      .padStart(6, '0')}`;
  });
  return ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff', '#ff00ff', ...random];
}

function faults(colour: string, scheme: Scheme): string[] {
  const neutral = colourScale(themeColours({ colour }).neutral, scheme);
  const own = colourScale(colour, scheme);
  const found: string[] = [];
  const check = (step: string, front: string, on: string, back: string, atLeast: number) => {
    const contrast = chroma.contrast(front, back);
    if (contrast < atLeast) found.push(`${colour} ${scheme}: ${step} on ${on} is ${contrast.toFixed(2)}`);
  };
  for (const surface of surfaces) {
    for (const [name, scale] of Object.entries({ own, neutral })) {
      const back = scale[surface];
      for (const step of ['text-default', 'text-subtle'] as const)
        check(step, own[step], `${name} ${surface}`, back, 4.5);
      for (const step of ['border-default', 'border-strong'] as const)
        check(step, own[step], `${name} ${surface}`, back, 3);
    }
  }
  for (const step of ['base-default', 'base-hover', 'base-active'] as const) {
    check('base-contrast-default', own['base-contrast-default'], step, own[step], 4.5);
  }
  return found;
}

test('no colour an agency can choose makes text or borders hard to see, in light or dark', () => {
  expect(colours().flatMap((colour) => schemes.flatMap((scheme) => faults(colour, scheme)))).toEqual([]);
});

test('the scale keeps the chosen colour itself as the base of the light scheme', () => {
  expect(colourScale('#c8102e', 'light')['base-default']).toBe('#c8102e');
});

test('the style sheet sets every family in both schemes', () => {
  const css = themeCss(defaultTheme);
  for (const family of ['accent', 'second', 'neutral', 'success', 'warning', 'danger', 'info']) {
    expect(css.split(`--ds-color-${family}-text-default:`)).toHaveLength(4);
  }
  expect(css).not.toMatch(/undefined|NaN/);
});

test('a colour that is not written as #rrggbb is refused, so that no CSS can be smuggled in', () => {
  expect(() => themeCss({ colour: 'red' })).toThrow(RangeError);
  expect(() => themeCss({ colour: '#fff;}body{display:none' })).toThrow(RangeError);
  expect(() => themeCss({ colour: '#ffffff', second: 'url(x)' })).toThrow(RangeError);
});
