import { expect, test } from 'vitest';
import { type PageModel, renderPage } from './layout.tsx';

const page: PageModel = {
  title: 'Groups',
  language: 'en',
  node: {
    agency: 'Ministry X',
    name: 'Joinery',
    origin: 'https://x.example',
    themeHref: '/theme/1.css',
    stylesheetHref: '/assets/1.css',
  },
  visitor: { name: 'Ada Byron', href: '/people/1', administrator: false },
  csrf: 'the-token',
  navigation: [
    { href: '/', label: 'Home', current: false },
    { href: '/groups', label: 'Groups', current: true },
  ],
  notices: [{ kind: 'success', text: 'Saved' }],
};

test('a page is a whole document in the language of its reader', () => {
  const html = renderPage({ ...page, language: 'nl' }, <h1>Groepen</h1>);
  expect(html).toMatch(/^<!doctype html><html lang="nl"/);
  expect(html).toContain('<h1>Groepen</h1>');
  expect(html).toContain('Naar de inhoud');
});

test('nothing in a page needs script or inline style', () => {
  const html = renderPage(page, 'x');
  expect(html).not.toMatch(/<script|\sstyle=|\son[a-z]+=|javascript:/);
});

test('what people and agencies are called cannot become markup', () => {
  const hostile = '"><img src=x onerror=alert(1)>';
  const html = renderPage(
    {
      ...page,
      title: hostile,
      description: hostile,
      returnTo: hostile,
      node: { ...page.node, agency: hostile, name: hostile },
      visitor: { name: hostile, href: '/people/1', administrator: false },
      navigation: [{ href: '/', label: hostile, current: true }],
      notices: [{ kind: 'info', text: hostile }],
      standing: [{ kind: 'info', text: hostile, link: { href: '/', text: hostile } }],
    },
    hostile,
  );
  expect(html).not.toContain('<img');
});

test('what holds on every page is one box, as urgent as the most urgent of it', () => {
  const standing = [
    { kind: 'info' as const, text: 'A message was reported.' },
    { kind: 'warning' as const, text: 'Three people wait.', link: { href: '/people', text: 'Let people in' } },
  ];
  const html = renderPage({ ...page, notices: [], standing }, '');
  expect(html.match(/class="ds-alert/g)).toHaveLength(1);
  expect(html).toMatch(
    /data-color="warning" role="alert".*A message was reported\..*Three people wait\. <a href="\/people">/,
  );
  const [one] = standing;
  expect(renderPage({ ...page, notices: [], standing: one ? [one] : [] }, '')).toMatch(
    /data-color="info" role="status"/,
  );
});

test('the title says in the language of the page that a form had faults', () => {
  expect(renderPage({ ...page, error: true }, '')).toContain(`<title>Error: Groups – ${page.node.agency}</title>`);
  expect(renderPage({ ...page, error: true, language: 'nl' }, '')).toContain(
    `<title>Fout: Groups – ${page.node.agency}</title>`,
  );
});

test('the open page is marked in the navigation', () => {
  expect(renderPage(page, '')).toContain('<a href="/groups" aria-current="page">Groups</a>');
});

test('signing out and changing the language post the token', () => {
  const html = renderPage({ ...page, returnTo: '/groups?x=1' }, '');
  const forms = html.match(/<form[^>]*>.*?<\/form>/g) ?? [];
  expect(forms).toHaveLength(2);
  for (const form of forms) {
    expect(form).toContain('method="post"');
    expect(form).toContain('<input type="hidden" name="csrf" value="the-token"/>');
  }
  expect(forms[1]).toContain('name="next" value="/groups?x=1"');
});

test('a visitor who has not signed in is offered to, and comes back to the same page', () => {
  const html = renderPage({ ...page, visitor: null, returnTo: '/groups?x=1' }, '');
  expect(html).toContain('href="/sign-in?next=%2Fgroups%3Fx%3D1"');
  expect(html).not.toContain('/sign-out');
});

test.each([
  ['http://localhost:3000', true],
  ['http://127.0.0.1:8080', true],
  ['http://[::1]:3000', true],
  ['https://x.example', false],
  ['https://localhost.example', false],
  ['https://127.0.0.1.example', false],
])('a node at %s says that it is a trial: %s', (origin, trial) => {
  expect(renderPage({ ...page, node: { ...page.node, origin } }, '').includes('cannot federate')).toBe(trial);
});
