import { describe, expect, it } from 'vitest';
import { readEntry } from './entry.ts';

const settings = { own: 'https://own.gov', loopback: false };

describe('what an administrator types as an address (case 140)', () => {
  it.each([
    ['https://good.gov', 'https://good.gov'],
    ['good.gov', 'https://good.gov'],
    ['HTTPS://GOOD.GOV/', 'https://good.gov'],
    ['  https://good.gov  ', 'https://good.gov'],
    ['https://good.gov.', 'https://good.gov'],
    ['https://good.gov:443', 'https://good.gov'],
    ['https://good.gov:8443', 'https://good.gov:8443'],
    ['samen.fryslân.example', 'https://samen.xn--frysln-0ta.example'],
  ])('reads %j as %s', (typed, origin) => expect(readEntry(typed, settings)).toEqual({ ok: true, origin }));

  it.each([
    ['', 'entry_empty'],
    ['   ', 'entry_empty'],
    ['*', 'entry_wildcard'],
    ['*.gov', 'entry_wildcard'],
    ['https://*.good.gov', 'entry_wildcard'],
    ['gov', 'entry_too_wide'],
    ['co.uk', 'entry_too_wide'],
    ['https://gov.pl', 'entry_too_wide'],
    ['localhost', 'entry_too_wide'],
    ['10.1.2.3', 'entry_address'],
    ['https://127.0.0.1:3000', 'entry_address'],
    ['https://[::1]', 'entry_address'],
    ['http://good.gov', 'entry_http'],
    ['https://own.gov', 'entry_own_node'],
    ['ftp://good.gov', 'entry_unreadable'],
    ['https://good.gov@evil.com', 'entry_unreadable'],
    ['good..gov', 'entry_unreadable'],
    ['javascript:alert(1)', 'entry_unreadable'],
    ['good.gov evil.com', 'entry_unreadable'],
  ])('refuses %j: %s', (typed, fault) => expect(readEntry(typed, settings)).toMatchObject({ ok: false, fault }));

  it('suggests the node when a page was pasted', () => {
    expect(readEntry('https://good.gov/groups/1?x#y', settings)).toEqual({
      ok: false,
      fault: 'entry_path',
      suggestion: 'https://good.gov',
    });
  });

  it('takes peers on this machine in development', () => {
    const development = { own: 'http://localhost:3000', loopback: true };
    expect(readEntry('http://localhost:3001', development)).toEqual({ ok: true, origin: 'http://localhost:3001' });
    expect(readEntry('http://127.0.0.1:3001', development)).toEqual({ ok: true, origin: 'http://127.0.0.1:3001' });
    expect(readEntry('http://good.gov', development)).toMatchObject({ ok: false, fault: 'entry_http' });
  });
});
