import type { Reads, Row, Standing } from './closed-table.ts';

/** What rows of the table have in common. */

export const here: Reads = { ada: 'in', nora: 'knows' };
export const everybody = (letters: string): Reads => ({
  ...{ ada: `in ${letters}`, nora: 'knows', bob: `in ${letters}`, cleo: `in ${letters}`, dora: 'knows' },
});
export const served = (minutes: string, letters: string): Row['serves'] => ({
  ...{ a: { plain: letters, proven: letters }, b: { is: 'in', minutes }, c: { is: 'in', minutes, proven: letters } },
});
/** As the others; C has lost its access at A, and keeps what its own people wrote. */
export const withoutC = (reads: Standing, is: string): Omit<Row, 'what' | 'told'> => ({
  reads: { ...everybody('PEFRH'), cleo: reads },
  serves: { ...served('H', 'PEF'), c: { is } },
  holds: { a: 'GPEFRH', b: 'GPEFRDVH', c: 'GR' },
  refuses: true,
});
export const whole: Omit<Row, 'what' | 'told'> = {
  ...{ reads: everybody('PEFRH'), serves: served('H', 'PEF') },
  holds: { a: 'GPEFRH', b: 'GPEFRDVH', c: 'GPEFRH' },
};
export const all = (letters: string) => ({ a: letters, b: letters, c: letters });
export const back = { ...whole, opens: true } as const;
export const gone = ['a>b Announce Remove', 'a>c Remove', 'c>a receipt', 'c>b receipt'];
/** The notice that its access is gone waits in the lane until there is an agreement again: what is dropped by then is said once more. */
export const late = ['c>a receipt', 'c>b receipt'];
export const toBoth = (type: string) => [`a>b ${type}`, `a>c ${type}`];

export const firstOfNode = 'First member from this node';
