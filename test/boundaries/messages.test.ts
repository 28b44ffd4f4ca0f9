import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const catalogueFiles = globSync('packages/*/src/**/{messages,text}.ts', { cwd: root }).filter(
  // This one makes catalogues and has none.
  (file) => file !== 'packages/ui/src/messages.ts',
);

type Catalogue = Record<string, Record<string, string>>;

async function cataloguesOf(file: string): Promise<Catalogue[]> {
  const exported: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href);
  return Object.values(exported).flatMap((value) =>
    typeof value === 'function' && 'catalogue' in value ? [value.catalogue as Catalogue] : [],
  );
}

/** All source of a file's folder and the folders below it, except the catalogues and the tests. */
function sourceBeside(file: string): string {
  const folder = dirname(file);
  return globSync('**/*.{ts,tsx}', { cwd: join(root, folder) })
    .filter((path) => !/(?:^|\/)(?:messages|text)\.ts$|\.test\.tsx?$/.test(path))
    .map((path) => readFileSync(join(root, folder, path), 'utf8'))
    .join('\n');
}

function argumentsOf(message: string, language: string): string[] {
  const names = new Set<string>();
  const visit = (elements: unknown): void => {
    if (Array.isArray(elements)) for (const element of elements) visit(element);
    else if (typeof elements === 'object' && elements !== null) {
      // 0 is a literal and 7 the number sign of a plural; neither names a value.
      if ('type' in elements && 'value' in elements && elements.type !== 0) names.add(String(elements.value));
      if ('options' in elements) {
        for (const option of Object.values(elements.options as Record<string, { value: unknown }>)) visit(option.value);
      }
    }
  };
  visit(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).getAst());
  return [...names].sort();
}

test('there are texts to look at', () => {
  expect(catalogueFiles).toContain('packages/ui/src/text.ts');
});

describe.each(catalogueFiles)('%s', (file) => {
  test('has the same keys in every language, none empty, each naming the same values', async () => {
    const catalogues = await cataloguesOf(file);
    expect(catalogues, 'exports what defineMessages made').not.toEqual([]);
    for (const { en = {}, ...others } of catalogues) {
      for (const [language, messages] of Object.entries(others)) {
        expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
        for (const [key, message] of Object.entries(messages)) {
          expect(message.trim(), key).not.toBe('');
          expect(argumentsOf(message, language), key).toEqual(argumentsOf(en[key] ?? '', 'en'));
        }
      }
    }
  });

  test('has no key that nothing beside it uses', async () => {
    const source = sourceBeside(file);
    const keys = (await cataloguesOf(file)).flatMap(({ en = {} }) => Object.keys(en));
    expect(keys.filter((key) => !source.includes(`'${key}'`) && !source.includes(`"${key}"`))).toEqual([]);
  });
});
