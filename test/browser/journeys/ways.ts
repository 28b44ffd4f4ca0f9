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
    besides: [],
  };
});

/** How somebody makes the journey of their first hour and that of their week, for which they may change hands and screen. */
export type Walk = { name: string; hour: Way; week: Way };

/**
 * What is walked unless more is asked for, as bits: without script, by keyboard, narrow, in Dutch. Among them are all sixteen ways; and each of the six journeys is
 * made with and without script, by mouse and by keyboard alone, wide and narrow, in English and in Dutch. A machine looks at the first of each user in all colours.
 */
const walked: Record<'officer' | 'ict-lead' | 'security-officer', readonly (readonly [hour: number, week: number])[]> =
  {
    officer: [
      [0b0000, 0b0110],
      [0b1111, 0b1001],
      [0b0011, 0b0101],
    ],
    'ict-lead': [
      [0b0111, 0b0001],
      [0b1010, 0b1100],
      [0b1101, 0b1011],
    ],
    'security-officer': [
      [0b0100, 0b0010],
      [0b1000, 0b1110],
      [0b0111, 0b0001],
    ],
  };

export const users = Object.keys(walked) as (keyof typeof walked)[];

/** The walks of a user: three, or with `JOINERY_JOURNEYS=all` one in each of the sixteen ways. */
export function walksOf(user: keyof typeof walked, all = process.env.JOINERY_JOURNEYS === 'all'): readonly Walk[] {
  const pairs = all ? sixteen.map((_, number) => [number, number] as const) : walked[user];
  return pairs.map(([first, then], index) => {
    const wayOf = (number: number): Way => {
      const way = sixteen[number] as Way;
      return index === 0 ? { ...way, besides: colours.filter((one) => one !== way.colours) } : way;
    };
    const [hour, week] = [wayOf(first), wayOf(then)];
    return { name: first === then ? hour.name : `${hour.name}; in the week ${week.name}`, hour, week };
  });
}
