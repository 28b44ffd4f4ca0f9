import { expect, test } from 'vitest';
import { readTokenFile } from './token-file.ts';

const choice = (document: unknown) => {
  const read = readTokenFile(typeof document === 'string' ? document : JSON.stringify(document));
  return read.ok ? read.choice : read.fault;
};

test('reads a theme of NL Design System as Style Dictionary has it, with references', () => {
  const theme = {
    voorbeeld: { color: { primary: { 500: { value: '#C8102E' } }, ink: { value: 'rgb(26, 93, 120)' } } },
    utrecht: {
      button: {
        'border-radius': { value: '{voorbeeld.border-radius.md}' },
        'primary-action': { 'background-color': { value: '{voorbeeld.color.primary.500}', type: 'color' } },
      },
      link: { color: { value: '{voorbeeld.color.ink.value}' } },
    },
    'voorbeeld.border-radius': { md: { value: '0.25rem' } },
  };
  expect(choice(theme)).toEqual({ colour: '#c8102e', second: '#1a5d78', radius: 4 });
});

test('reads the format of the Design Tokens Community Group and a flat list of names', () => {
  const community = {
    nl: {
      $description: 'A theme',
      'button-primary-background-color': {
        $type: 'color',
        $value: { colorSpace: 'srgb', components: [0, 0, 0], hex: '#123456' },
      },
      button: { 'border-radius': { $value: { value: 8, unit: 'px' } } },
    },
  };
  expect(choice(community)).toEqual({ colour: '#123456', radius: 8 });
  const flat = {
    '--utrecht-button-primary-action-background-color': 'var(--brand)',
    '--brand': '#abc',
    utrechtButtonBorderRadius: '99px',
  };
  expect(choice(flat)).toEqual({ colour: '#aabbcc', radius: 16 });
  expect(choice(`\uFEFF{"linkColor":"#00f"}`)).toEqual({ colour: '#0000ff' });
});

test('says what is wrong with anything else, and never takes long', () => {
  for (const text of ['', 'not json', '[]', '"text"', 'null', '7']) expect(choice(text)).toBe('not_json');
  expect(choice({})).toBe('no_colour');
  expect(choice({ link: { color: 'url(https://evil.example)' } })).toBe('no_colour');
  expect(choice({ link: { color: 'transparent' } })).toBe('no_colour');
  // References in a circle.
  expect(choice({ link: { color: '{a.b}' }, a: { b: '{link.color}' } })).toBe('no_colour');
  expect(choice(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`)).toBe('too_large');
  const many = Object.fromEntries(Array.from({ length: 50_001 }, (_, n) => [`t${n}`, 'x']));
  expect(choice(many)).toBe('too_large');
  expect(choice('{"__proto__":{"link":{"color":"#123456"}}}')).toEqual({ colour: '#123456' });
  expect(({} as { link?: unknown }).link).toBeUndefined();
});
