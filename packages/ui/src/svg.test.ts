import { expect, test } from 'vitest';
import { cleanSvg } from './svg.ts';

const head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">';
const cleaned = (inside: string, start = head) => {
  const answer = cleanSvg(`${start}${inside}</svg>`);
  return answer.ok ? answer.svg : `${answer.fault} ${answer.part ?? ''}`.trim();
};

test('a drawing of shapes comes out as it went in', () => {
  const logo =
    '<defs><linearGradient id="a" gradientUnits="userSpaceOnUse"><stop offset="0" stop-color="#fff"></stop></linearGradient></defs><g transform="translate(1 2)"><path d="M0 0L5 5z" fill="url(#a)" style="stroke:#c8102e;stroke-width:2"></path></g>';
  expect(cleaned(logo)).toBe(`${head}${logo}</svg>`);
  expect(
    cleanSvg(`<?xml version="1.0"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC "a" "b">${head}<path d="M0 0"/></svg>`).ok,
  ).toBe(true);
});

test('what could run, load or lead anywhere is gone', () => {
  const safe = `${head}<path d="M0 0"></path></svg>`;
  for (const [inside, start] of [
    ['<script>alert(1)</script><path d="M0 0"/>'],
    ['<script xlink:href="https://evil.example/x.js"/><path d="M0 0"/>'],
    ['<path d="M0 0" onclick="alert(1)" onload="alert(1)"/>'],
    ['<path d="M0 0" fill="url(https://evil.example/#a)"/>'],
    ['<path d="M0 0" style="fill:url(\'https://evil.example/#a\');background:url(//evil.example)"/>'],
    ['<path d="M0 0" style="behavior:url(#x);background:red"/>'],
    ['<metadata><rdf:RDF/></metadata><sodipodi:namedview id="x"/><path d="M0 0"/>'],
    ['<path d="M0 0"/>', '<svg viewBox="0 0 10 10" onload="alert(1)" xmlns="http://www.w3.org/1999/xhtml">'],
  ] as [string, string?][]) {
    const answer = cleaned(inside, start);
    expect(answer.replace(/ xmlns="[^"]*"/, '').replace(/ style=""/, '')).toBe(safe.replace(/ xmlns="[^"]*"/, ''));
    expect(answer).toContain('xmlns="http://www.w3.org/2000/svg"');
  }
});

test.each([
  ['<image href="https://evil.example/pixel.png"/>', 'part image'],
  ['<a href="javascript:alert(1)"><path d="M0 0"/></a>', 'part a'],
  ['<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>', 'part foreignObject'],
  ['<use href="#a"/>', 'part use'],
  ['<style>@import url(https://evil.example)</style>', 'part style'],
  ['<text>Agency</text>', 'part text'],
  ['<animate attributeName="href" to="javascript:alert(1)"/>', 'part animate'],
  ['<iframe src="https://evil.example"/>', 'part iframe'],
])('a drawing that would lose %s is refused', (inside, fault) => {
  expect(cleaned(inside)).toBe(fault);
});

test('what is no drawing is refused', () => {
  expect(cleanSvg('<html><svg viewBox="0 0 1 1"></svg></html>')).toEqual({ ok: false, fault: 'not_svg' });
  expect(cleanSvg(`<!DOCTYPE svg [<!ENTITY a "aaaa">]>${head}</svg>`)).toEqual({ ok: false, fault: 'not_svg' });
  expect(cleanSvg('')).toEqual({ ok: false, fault: 'not_svg' });
  expect(cleanSvg('<svg><path d="M0 0"/></svg>')).toEqual({ ok: false, fault: 'no_size' });
});
