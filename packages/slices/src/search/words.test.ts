import { expect, it } from 'vitest';
import { indexedWords, matches, parseQuery } from './query.ts';
import { markedHtml, markedText, snippetOf } from './snippet.ts';
import { wordsOf } from './words.ts';

const tokens = (text: string) => wordsOf(text).words.map((word) => word.token);

it('splits and folds a text into words that both databases keep as they are', () => {
  expect(tokens('Coördinatie, Één ZAAK! (Łódź) straße')).toEqual(['coordinatie', 'een', 'zaak', 'lodz', 'strasse']);
  expect(tokens("auto's ’s-Gravenhage l'été")).toEqual(['autos', 's', 'gravenhage', 'lete']);
  expect(tokens('park\u00adeer ĳsbaan ﬁets ½ Ⅳ')).toEqual(['parkeer', 'ijsbaan', 'fiets', '12', 'iv']);
  expect(wordsOf('e-mail en in-, uit- en door-en-door').joined).toEqual(['email', 'doorendoor']);
  expect(tokens(`${'x'.repeat(500)} ${'😀'.repeat(9)}`)).toEqual(['x'.repeat(64)]);
});

it('reads words, phrases and what is to be left out from anything that is typed', () => {
  const shape = (typed: string) => {
    const { terms, excluded } = parseQuery(typed);
    return [terms, excluded].map((list) => list.map((term) => term.parts.join(' ') + (term.open ? '*' : '')));
  };
  expect(shape('parkeren de "oude stad" -fiets -"rode draad"')).toEqual([
    ['parkeren*', 'de', 'oude stad'],
    ['fiets', 'rode draad'],
  ]);
  expect(shape('“oude stad')).toEqual([['oude stad'], []]);
  expect(shape('foo"bar baz"-qux')).toEqual([['foo*', 'bar baz'], ['qux']]);
  expect(shape('a b c d e f g h i j k l m n')[0]).toHaveLength(12);
});

it('says of a text whether it is meant', () => {
  const fits = (typed: string, title: string, text: string) =>
    matches(parseQuery(typed), indexedWords(title, text).words);
  expect(fits('permit', 'Permits', '')).toBe(true);
  expect(fits('"new permit"', 'New', 'permit')).toBe(false);
  expect(fits('e-mail', '', 'email')).toBe(true);
  expect(fits('email -"e mail"', '', 'e-mail')).toBe(false);
  expect(fits('', 'Anything', 'at all')).toBe(false);
  expect(fits('-other', 'Anything', 'at all')).toBe(false);
});

it('marks the words where they stand, in text that stays text', () => {
  const html = (typed: string, text: string) => markedHtml(markedText(text, parseQuery(typed)));
  expect(html('coordinatie', 'De coördinatie <b>&</b>')).toBe('De <mark>coördinatie</mark> &lt;b&gt;&amp;&lt;/b&gt;');
  expect(html('script', '<script>alert("script")</script>')).toBe(
    '&lt;<mark>script</mark>&gt;alert(&quot;<mark>script</mark>&quot;)&lt;/<mark>script</mark>&gt;',
  );
  expect(html('"oude stad" kern', 'oude stad, de oude kern')).toBe('<mark>oude stad</mark>, de oude <mark>kern</mark>');
});

it('shows the part of a long text in which the words stand', () => {
  const long = `${'Nothing of interest here. '.repeat(40)}The blue badge scheme and the badge itself. ${'More words. '.repeat(40)}`;
  const snippet = markedHtml(snippetOf(long, parseQuery('badge')));
  expect(snippet).toMatch(/^… .*blue <mark>badge<\/mark> scheme and the <mark>badge<\/mark> itself\..* …$/);
  expect(snippet.length).toBeLessThan(320);
  expect(markedHtml(snippetOf(long, parseQuery('absent')))).toMatch(/^Nothing of interest here\..* …$/);
  // Never through the middle of a character.
  expect(markedHtml(snippetOf('😀'.repeat(400), parseQuery('badge'))).isWellFormed()).toBe(true);
});
