import { describe, expect, test } from 'vitest';
import { type Names, namesIn, renderMarkdown } from './markdown.ts';
import { excerpt, plainText, sanitizeContent } from './sanitize.ts';
import { hostileMarkup, slowMarkup } from './testing/hostile-markup.ts';

const allowedTags =
  /^(?:h[3-6]|p|br|hr|blockquote|pre|code|ul|ol|li|a|span|strong|b|em|i|u|s|del|ins|sub|sup|q|abbr|ruby|rt|rp|table|thead|tbody|tr|th|td)$/;
const allowedAttributes: Record<string, RegExp> = {
  href: /^(?:https?:\/\/[^\s"<>]+|mailto:[^\s"<>]*)$/,
  rel: /^nofollow noopener noreferrer ugc$/,
  class: /^(?:mention|hashtag|mention hashtag)$/,
  lang: /^[^"<>]*$/,
  dir: /^[^"<>]*$/,
  start: /^[^"<>]*$/,
  reversed: /^[^"<>]*$/,
};

/** What of an HTML text is outside the allow-list, read by a grammar far stricter than any browser's. */
function outsideAllowList(html: string): string[] {
  const found: string[] = [];
  for (const piece of html.split(/(?=<)/).filter((part) => part.startsWith('<'))) {
    const tag = /^<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*) ?\/?>/.exec(piece);
    if (!tag || !allowedTags.test(tag[2] ?? '')) {
      found.push(piece);
      continue;
    }
    const attributes = [...(tag[3] ?? '').matchAll(/ ([a-z]+)="([^"<>]*)"/g)];
    for (const [, name = '', value = ''] of attributes) {
      const plain = value
        .replaceAll('&amp;', '&')
        .replaceAll('&quot;', '%22')
        .replaceAll('&lt;', '%3C')
        .replaceAll('&gt;', '%3E');
      if (!allowedAttributes[name]?.test(plain)) found.push(`${name}=${value}`);
    }
    const names = attributes.map(([, name]) => name);
    if (names.includes('href') && !names.includes('rel')) found.push(`${piece} without rel`);
  }
  return found;
}

test('the corpus of attacks has at least two hundred different ones (hostile cases 99, 100)', () => {
  expect(new Set(hostileMarkup).size).toBeGreaterThanOrEqual(200);
});

test('the oracle itself sees what it must see', () => {
  for (const bad of [
    '<script>',
    '<p onclick="x">',
    '<a href="javascript:x">',
    '<a href="https://x.example">',
    '<p',
    '<!-- x -->',
  ]) {
    expect(outsideAllowList(bad)).not.toEqual([]);
  }
});

describe.each(hostileMarkup)('%j', (attack) => {
  test('stays within the allow-list as Markdown, as remote HTML and around both', () => {
    expect(outsideAllowList(renderMarkdown(attack))).toEqual([]);
    expect(outsideAllowList(sanitizeContent(attack))).toEqual([]);
    expect(outsideAllowList(sanitizeContent(`<p>before ${attack} after</p>`))).toEqual([]);
    expect(outsideAllowList(renderMarkdown(`before **${attack}** after`))).toEqual([]);
  });

  test('gives the same when sanitised twice', () => {
    const once = sanitizeContent(attack);
    expect(sanitizeContent(once)).toBe(once);
    const rendered = renderMarkdown(attack);
    expect(sanitizeContent(rendered)).toBe(rendered);
  });
});

const everyName: Names = {
  mention: (name) => `https://x.example/${encodeURIComponent(name)}`,
  tag: (tag) => `https://x.example/tags/${encodeURIComponent(tag)}`,
};
const renderNames = (source: string): string => renderMarkdown(source, everyName);

test.each(hostileMarkup)('names in %j lead nowhere else', (attack) => {
  expect(outsideAllowList(renderNames(`@anna ${attack} @bram@x.example #tag`))).toEqual([]);
});

test('names are found where people write them, and nowhere else', () => {
  const found = namesIn(
    '(@Anna), @bram@x.example. #Straße; @bram@x.example:8080/ mail@x.example a#b ##x /@y `@z` [@q](https://q.example)',
  );
  expect(found).toEqual({ mentions: ['anna', 'bram@x.example', 'bram@x.example:8080'], tags: ['straße'] });
  expect(renderNames('**@anna_b**!')).toBe(
    '<p><strong><a class="mention" href="https://x.example/anna_b" rel="nofollow noopener noreferrer ugc">@anna_b</a></strong>!</p>\n',
  );
});

test.each(Object.entries(slowMarkup))(
  '%s are rendered, sanitised and shortened in under 100 ms each',
  (_name, source) => {
    for (const render of [renderMarkdown, renderNames, sanitizeContent, plainText, excerpt]) {
      // What this thread computed, and the best of three, so that a busy machine does not decide.
      const times = Array.from({ length: 3 }, () => {
        const before = process.threadCpuUsage();
        render(source);
        return process.threadCpuUsage(before).user / 1_000;
      });
      expect(Math.min(...times), render.name).toBeLessThan(100);
    }
  },
);

test('ordinary Markdown comes out as people expect', () => {
  const html = renderMarkdown(
    '# Title\n\n**Bold** and [a link](https://x.example/a?b=1&c=2).\n\n1. one\n2. two\n\nhttps://y.example',
  );
  expect(html).toContain('<h3>Title</h3>');
  expect(html).toContain('<strong>Bold</strong>');
  expect(html).toContain('<a href="https://x.example/a?b=1&amp;c=2" rel="nofollow noopener noreferrer ugc">a link</a>');
  expect(html).toContain('<li>two</li>');
  expect(html).toContain('>https://y.example</a>');
});

test('an image becomes a link with its description (hostile case 101)', () => {
  expect(renderMarkdown('![A map](https://x.example/map.png)')).toContain(
    '<a href="https://x.example/map.png" rel="nofollow noopener noreferrer ugc">A map</a>',
  );
  expect(sanitizeContent('<img src="https://x.example/map.png" alt="A map">')).toBe(
    '<a href="https://x.example/map.png" rel="nofollow noopener noreferrer ugc">A map</a>',
  );
});

test('posts never have the headings of the page', () => {
  expect(renderMarkdown('# One\n\n## Two\n\n###### Six')).not.toMatch(/<h[12]/);
  expect(sanitizeContent('<h1>One</h1><h2>Two</h2>')).toBe('<h3>One</h3><h4>Two</h4>');
});

test('headings of a post make an outline without gaps, whatever levels the writer used', () => {
  const levels = (html: string) => [...html.matchAll(/<h(\d)>/g)].map(([, level]) => Number(level));
  expect(levels(renderMarkdown('### a\n\n###### b\n\n##### c\n\n# d\n\n## e'))).toEqual([3, 4, 4, 3, 4]);
  expect(sanitizeContent('<h6>a</h6><h4>b</h4>')).toBe('<h3>a</h3><h3>b</h3>');
});

test('mentions and hashtags of other software keep their class, hidden pieces of addresses are shown', () => {
  expect(sanitizeContent('<a href="https://x.example/@a" class="u-url mention">@a</a>')).toContain('class="mention"');
  expect(sanitizeContent('<span class="invisible">https://</span>x.example')).toBe('<span>https://</span>x.example');
});

test('a link whose words name another host says where it leads (hostile case 103)', () => {
  const deceptive = '<a href="https://evil.example/x">https://trusted.example/x</a>';
  expect(plainText(sanitizeContent(deceptive))).toBe('https://trusted.example/x (evil.example)');
  const disguised = '<a href="https://trusted.example@evil.example/x">https://trusted.example@evil.example/x</a>';
  expect(plainText(sanitizeContent(disguised))).toContain('(evil.example)');
  expect(plainText(sanitizeContent('<a href="https://evil.example">trusted.example</a>'))).toContain('(evil.example)');
  expect(plainText(sanitizeContent('<a href="https://www.x.example/a">x.example/a</a>'))).toBe('x.example/a');
});

test('plain text and excerpts hold the words only', () => {
  expect(plainText('<p>Fish &amp; chips</p><p>1 &lt; 2</p><script>alert(1)</script>')).toBe('Fish & chips 1 < 2');
  expect(excerpt('<p>One two three four five</p>', 14)).toBe('One two three…');
  expect(excerpt('<p>Short</p>', 14)).toBe('Short');
});
