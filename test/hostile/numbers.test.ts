import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const list = resolve(root, '../shared/hostile-cases.json');

/** Attacks on what does not exist yet, by number, with the reason. */
const notYet: Record<number, string> = {
  37: 'there are no quotes and no previews of posts',
};

/** Groups of attacks that must be here whole; of the group about size those that concern what exists. */
const groups = new Set(['A', 'B', 'C', 'D', 'E', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O']);
const alsoHere = [80, 82, 83, 84];

type Case = { n: number; group: string };

/** Numbers in the names of tests: `7: …` here, `(case 7)` or `(cases 7, 8)` beside the code. */
function numbersIn(text: string, isHere: boolean): number[] {
  const found: string[] = [];
  if (isHere)
    for (const [, numbers = ''] of text.matchAll(/^\s*(?:it|describe)\b[^\n]*?['"`]([\d, ]+): /gm)) found.push(numbers);
  if (isHere) for (const [, numbers = ''] of text.matchAll(/^(?:\)\(|\s+)'([\d, ]+): /gm)) found.push(numbers);
  // In the name of a test, which stands in quotes; what a comment says is no test.
  const code = text.replace(/^\s*(?:\*|\/\*|\/\/).*$/gm, '');
  for (const [, numbers = ''] of code.matchAll(/\((?:hostile )?cases? ([\d, ]+)\)/g)) found.push(numbers);
  return found.flatMap((numbers) => numbers.split(',').map(Number));
}

it.skipIf(!existsSync(list))('every attack of these groups has a test, or a reason why it has none yet', () => {
  const cases = JSON.parse(readFileSync(list, 'utf8')) as Case[];
  const wanted = cases.filter(({ n, group }) => groups.has(group.charAt(0)) || alsoHere.includes(n)).map(({ n }) => n);
  const tested = new Set<number>();
  for (const file of globSync('{packages,apps,test}/**/*.test.{ts,tsx}', {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  }))
    for (const number of numbersIn(readFileSync(join(root, file), 'utf8'), file.startsWith('test/hostile/')))
      tested.add(number);
  expect(wanted.filter((number) => !tested.has(number) && !(number in notYet))).toEqual([]);
  expect(Object.keys(notYet).filter((number) => tested.has(Number(number)))).toEqual([]);
});
