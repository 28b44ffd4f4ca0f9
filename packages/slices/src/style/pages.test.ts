import { transact } from '@joinery/core';
import { expect, test } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { people } from '../people/index.ts';
import { openWeb } from '../people/testing/web.ts';
import { style } from './index.ts';
import { houseStyle } from './store.ts';
import { changeStyle } from './style.ts';

const address = '/administration/style';
const by = { kind: 'system', what: 'test' } as const;
const chosen = { colour: 'C8102E', second: '#5b2d8e', radius: '12', logoAlt: '', what: 'save' };
const drawing = (inside: string) => new File([`<svg viewBox="0 0 9 9">${inside}</svg>`], 'logo.svg');
const stylesheetOf = (html: string) => [...(/href="(\/theme\/[^"]+)"/.exec(html) ?? [])][1] ?? '';

async function open() {
  const web = await openWeb([people, style]);
  const admin = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  return { web, admin };
}

test('only administrators choose the house style', async () => {
  const { web } = await open();
  await using _ = web;
  const member = await web.signedIn(await web.add('Jan Jansen'));
  for (const path of [address, `${address}/preview.css?colour=%23c8102e&second=%231a5d78&radius=4`]) {
    expect((await member.get(path)).status).toBe(403);
    expect((await web.browser().get(path)).location).toMatch(/^\/sign-in/);
  }
  expect((await member.post(address, chosen)).status).toBe(403);
  expect((await web.browser().post(address, chosen)).location).toMatch(/^\/sign-in/);
  expect(await houseStyle(web.context)).toBeNull();
});

test('a colour that is saved is in the next page of everybody, and the look before is still served', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const before = stylesheetOf((await web.browser().get('/sign-in')).html);
  expect((await admin.post(address, chosen)).location).toBe(`${address}?done=saved`);
  const first = stylesheetOf((await web.browser().get('/sign-in')).html);
  expect(first).not.toBe(before);
  const css = await web.call(first);
  expect([css.status, css.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  expect(css.headers.getSetCookie()).toEqual([]);
  expect(await css.text()).toContain('--ds-color-accent-base-default:#c8102e');
  await admin.post(address, { ...chosen, colour: '#0a0' });
  const second = stylesheetOf((await web.browser().get('/sign-in')).html);
  expect(await (await web.call(second)).text()).toContain('--ds-color-accent-base-default:#00aa00');
  expect((await web.call(first)).status).toBe(200);
  expect((await web.call('/theme/nothing.css')).status).toBe(404);
});

test('a preview shows what was typed and saves nothing', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const page = await admin.post(address, {
    ...chosen,
    what: 'preview',
    colour: '#ffcc00',
    logo: drawing('<path d="M0 0"/>'),
  });
  expect(page.status).toBe(200);
  expect(page.html).toContain('value="#ffcc00"');
  expect(page.html).toContain('hardly stands out from white (1.5 to 1)');
  expect(page.html).toContain('data:image/svg+xml;base64,');
  const link = (/href="([^"]+preview\.css[^"]+)"/.exec(page.html)?.[1] ?? '').replaceAll('&amp;', '&');
  const css = await admin.get(link);
  expect(css.html).toContain('[data-preview][data-color-scheme=dark]{--ds-color-accent-');
  expect(await houseStyle(web.context)).toBeNull();
  expect((await admin.get(`${address}/preview.css?colour=red&second=x&radius=1`)).status).toBe(404);
});

test('a logo goes from the preview to every page, with words for those who do not see it', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const seen = await admin.post(address, {
    ...chosen,
    what: 'preview',
    logo: drawing('<script>alert(1)</script><path d="M1 1"/>'),
  });
  const logoKept = /name="logoKept" value="([^"]+)"/.exec(seen.html)?.[1] ?? '';
  const silent = await admin.post(address, { ...chosen, logoKept });
  expect([silent.status, silent.html.includes('Say what the logo shows')]).toEqual([422, true]);
  expect((await admin.post(address, { ...chosen, logoKept, logoAlt: 'Tree "of" <Noordwoude>' })).status).toBe(303);
  const { html } = await web.browser().get('/sign-in');
  const [, href = ''] =
    /<img class="app-logo" src="(\/theme\/[\w-]+\.svg)" alt="Tree &quot;of&quot; &lt;Noordwoude&gt;"/.exec(html) ?? [];
  const logo = await web.call(href);
  expect(logo.headers.get('content-type')).toBe('image/svg+xml');
  expect(logo.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await logo.text()).toBe(
    '<svg viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg"><path d="M1 1"></path></svg>',
  );
  // Another colour keeps it; only who asks for it takes it away.
  await admin.post(address, { ...chosen, colour: '#0000ff', logoAlt: 'Tree' });
  expect((await web.browser().get('/sign-in')).html).toContain('alt="Tree"');
  await admin.post(address, { ...chosen, logoAlt: 'Tree', logoRemove: '1' });
  expect((await web.browser().get('/sign-in')).html).not.toContain('app-logo');
});

test('what cannot be taken is said in words, and what was typed stays', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const faults: [Record<string, string | File>, string][] = [
    [{ colour: 'red' }, 'Write the colour as six digits'],
    [{ colour: '' }, 'Enter a colour'],
    [{ second: '#fff;}body{display:none' }, 'Write the colour as six digits'],
    [{ radius: '17' }, 'Enter a whole number from 0 to 16'],
    [{ logo: drawing('<text>Hello</text>') }, 'contains “text”'],
    [{ logo: new File(['GIF89a'], 'logo.gif') }, 'neither an SVG nor a PNG'],
    [{ logo: new File([Buffer.alloc(15_361)], 'logo.png') }, 'larger than 15 kB: save it as a plain SVG'],
    // Larger only once it is written anew, with an end of its own for each part.
    [{ logo: drawing('<g/>'.repeat(3_000)) }, 'larger than 15 kB'],
    [{ logoKept: 'bm90aGluZw==' }, 'neither an SVG nor a PNG'],
    [{ tokens: new File(['{'], 'tokens.json') }, 'not a JSON file'],
    [{ tokens: new File(['{}'], 'tokens.json') }, 'no colour for buttons or links'],
    [{ logoAlt: 'x'.repeat(121) }, 'at most 120 characters'],
  ];
  for (const [fields, words] of faults) {
    const page = await admin.post(address, { ...chosen, second: '#123456', ...fields });
    expect([words, page.status, page.html.includes(words)]).toEqual([words, 422, true]);
    expect(page.html).toContain('<title>Error: ');
    if (!('second' in fields)) expect(page.html).toContain('value="#123456"');
  }
  expect(await houseStyle(web.context)).toBeNull();
});

test('a token file fills in the form, to be looked at before it is saved', async () => {
  const { web, admin } = await open();
  await using _ = web;
  const tokens = new File(['{"utrecht":{"link":{"color":{"value":"#c8102e"}}}}'], 'tokens.json');
  const page = await admin.post(address, { ...chosen, colour: '', tokens });
  expect(page.status).toBe(200);
  expect(page.html).toContain('Read from the token file');
  expect(page.html).toContain('value="#c8102e"');
  expect(page.html).toContain('value="#5b2d8e"');
  expect(await houseStyle(web.context)).toBeNull();
});

describeStores('the house style', (openStore) => {
  test('is answered from memory, and anew after a change', async () => {
    await using store = await openStore({ slices: [style] });
    const { context } = store;
    expect(await houseStyle(context)).toBeNull();
    const input = { colour: '#c8102e', second: '#1a5d78', radius: 3, logoAlt: 'Tree' };
    const logo = { type: 'image/png', bytes: Buffer.from('picture') } as const;
    await transact(context, by, (work) => changeStyle(work, input, logo));
    const first = await houseStyle(context);
    expect(first?.logo).toMatchObject({ alt: 'Tree' });
    expect(houseStyle(context)).toBe(houseStyle(context));
    await transact(context, by, (work) => changeStyle(work, { ...input, radius: 4 }, 'keep'));
    const second = await houseStyle(context);
    expect(second?.logo).toEqual(first?.logo);
    expect(second?.stylesheetHref).not.toBe(first?.stylesheetHref);
    expect([...(second?.files.keys() ?? [])]).toContain(first?.stylesheetHref);
  });
});
