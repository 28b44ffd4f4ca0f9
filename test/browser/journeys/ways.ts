import type { Language } from '@joinery/ui';
import type { Colours } from '../../harness/browser-pages.ts';

/** How somebody makes a journey: with or without script, hands, screen, language, and the colours that their system asks for. */
export type Way = {
  name: string;
  script: boolean;
  keyboard: boolean;
  /** Of the screen, in pixels. */
  width: 1280 | 320;
  language: Language;
  colours: Colours;
  /** Colours in which a machine looks at each page besides those that it is walked in. */
  besides: readonly Colours[];
};

const colours: readonly Colours[] = ['light', 'dark', 'forced colours'];

const sixteen: readonly Way[] = Array.from({ length: 16 }, (_, number) => {
  const bit = (place: number) => ((number >> place) & 1) === 1;
  const [dutch, narrow, keyboard, script] = [bit(0), bit(1), bit(2), !bit(3)];
  const parts = [
    script ? 'with script' : 'without script',
    keyboard ? 'by keyboard alone' : 'by mouse',
    narrow ? 'at 320 pixels' : 'on a wide screen',
    dutch ? 'in Dutch' : 'in English',
  ];
  return {
    ...{ name: parts.join(', '), script, keyboard, width: narrow ? 320 : 1280, language: dutch ? 'nl' : 'en' },
    colours: colours[number % 3] ?? 'light',
    besides: number === 0 ? colours.slice(1) : [],
  };
});

/** By mouse, wide, in English; the same with script and without by keyboard alone, narrow, in Dutch. Their colours are light, dark and light. */
const always = [0b0000, 0b0111, 0b1111];

/** The ways in which each journey is made: three that have everything once, or with `JOINERY_JOURNEYS=all` all sixteen. */
export const ways: readonly Way[] =
  process.env.JOINERY_JOURNEYS === 'all' ? sixteen : sixteen.filter((_, number) => always.includes(number));
