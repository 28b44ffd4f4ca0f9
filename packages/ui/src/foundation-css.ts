import { colourFamilies, colourScale, defaultTheme, radii } from './theme.ts';

const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 22, 26, 30];
const headings = { '2xl': 2.5, xl: 2.25, lg: 2, md: 1.75, sm: 1.5, xs: 1.25, '2xs': 1.0625 };
const bodies = { xl: 1.375, lg: 1.125, md: 1, sm: 0.875, xs: 0.8125 };

const scaled = [
  ...sizes.map((size) => `--ds-size-${size}:calc(var(--ds-size-unit)*${size})`),
  ...Object.entries(bodies).map(([name, rem]) => `--ds-body-${name}-font-size:calc(${rem}rem*var(--app-scale))`),
  ...Object.entries(headings).map(([name, rem]) => `--ds-heading-${name}-font-size:calc(${rem}rem*var(--app-scale))`),
].join(';');

const fixed = [
  '--ds-font-family:"Inter Variable",system-ui,sans-serif',
  '--ds-font-weight-regular:400;--ds-font-weight-medium:500;--ds-font-weight-semibold:600',
  '--ds-line-height-sm:1.3;--ds-line-height-md:1.5;--ds-line-height-lg:1.65',
  ...Object.keys(bodies).map(
    (name) => `--ds-body-${name}-font-weight:400;--ds-body-${name}-line-height:1.5;--ds-body-${name}-letter-spacing:0`,
  ),
  ...Object.keys(headings).map(
    (name) =>
      `--ds-heading-${name}-font-weight:650;--ds-heading-${name}-line-height:1.3;--ds-heading-${name}-letter-spacing:${name === 'md' || name.endsWith('l') || name === 'lg' ? '-.02em' : '0'}`,
  ),
  radii,
  '--ds-border-width-default:1px;--ds-border-width-focus:3px;--ds-opacity-disabled:45%',
  '--ds-shadow-xs:0 1px 2px rgb(0 0 0/.05);--ds-shadow-md:0 2px 4px rgb(0 0 0/.08),0 8px 24px rgb(0 0 0/.12)',
  '--ds-shadow-xl:0 4px 8px rgb(0 0 0/.1),0 16px 40px rgb(0 0 0/.16)',
].join(';');

const steps = Object.keys(colourScale(defaultTheme.colour, 'light'));

function family(name: string): string {
  const selector = name === 'accent' ? ':root,[data-color-scheme],[data-color=accent]' : `[data-color=${name}]`;
  return `${selector}{${steps.map((step) => `--ds-color-${step}:var(--ds-color-${name}-${step})`).join(';')}}`;
}

/** The part of a Designsystemet theme that does not depend on the agency: sizes, type, and what `data-color` means. */
export const foundationCss = `p,ul,ol,dl,dd{margin:0}
:root{--ds-size-unit:.25rem;--app-scale:1;${fixed}}
[data-size=sm]:not(.ds-heading,.ds-paragraph){--ds-size-unit:.21875rem;--app-scale:.875}
:root,[data-size]:not(.ds-heading,.ds-paragraph){${scaled}}
${colourFamilies.map(family).join('\n')}`;
