import { refusalText } from '@joinery/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sliceRoutes } from '../harness/routes.ts';
import { changingRoutes, type Row } from './changing-routes-table.ts';
import { openSeed, type Person, type Seed } from './seed.ts';

let seed: Seed;
/** What is stored before anybody asks anything. */
let before: Seed['stored'] extends () => infer T ? T : never;
beforeAll(async () => {
  seed = await openSeed();
  before = seed.stored();
});
afterAll(() => seed?.[Symbol.asyncDispose]());

const isApi = (route: string): boolean => route.includes(' /api/');

/** Sends what the row says, as this person; null for somebody signed out, who has the other kind of proof of the one who may. */
async function call(route: string, row: Row, person: Person | null): Promise<Response> {
  const [method = '', pattern = ''] = route.split(' ');
  const places = [...(row.at ?? [])];
  const path = pattern.replace(/:\w+/g, () => {
    const place = places.shift();
    if (place === undefined) throw new Error(`${route} has more parameters than its row`);
    return seed.things[place];
  });
  if (places.length > 0) throw new Error(`${route} has fewer parameters than its row`);
  const sent = typeof row.send === 'function' ? row.send(seed.things) : row.send;
  const allowed = 'as' in row ? row.as : undefined;
  if (!isApi(route)) {
    const authorization = person === null && allowed ? `Bearer ${seed.tokens[allowed]}` : undefined;
    const browser = seed.browser(person ?? undefined);
    if (row.headers) {
      // As a script of ours sends it.
      const own = { origin: 'http://localhost:3000', 'x-joinery-form': await browser.csrf() };
      const headers = { ...own, ...row.headers, ...(authorization && { authorization }) };
      return browser.fetch(path, { method, headers, ...(row.bytes && { body: row.bytes }) });
    }
    return browser.post(path, sent as Record<string, string>, { authorization });
  }
  const cookie = [...seed.browser(allowed).cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return seed.api(method, path, row.bytes ?? sent, {
    ...(person === null ? { cookie } : { authorization: `Bearer ${seed.tokens[person]}` }),
    ...row.headers,
  });
}

/** Tables that hold something else than before. */
function changed(): string[] {
  const after = seed.stored();
  return Object.keys(before).filter((table) => after[table] !== before[table]);
}

const succeeded = (answer: Response, row: Row): boolean =>
  row.answers === undefined ? answer.ok || answer.status === 303 : answer.status === row.answers;
const leadsToSignIn = (answer: Response): boolean =>
  answer.status === 303 && /^\/sign-in(\?|$)/.test(answer.headers.get('location') ?? '');

describe('every changing route', () => {
  it('has a row in the table, and every row a route', () => {
    const routes = sliceRoutes().filter((route) => !/^(GET|HEAD|OPTIONS) /.test(route));
    expect(Object.keys(changingRoutes).sort()).toEqual(routes);
  });

  describe.each(Object.entries(changingRoutes))('%s', (route, row) => {
    afterEach(async () => {
      if (changed().length > 0) await seed.restore();
    });

    if ('open' in row) {
      it(`is open to anyone: ${row.open}`, async () => {
        const answer = await call(route, row, null);
        expect([answer.status, succeeded(answer, row)]).toEqual([answer.status, true]);
        expect(changed().length > 0).toBe(!row.changesNothing);
      });
      return;
    }

    it('refuses somebody signed out', async () => {
      const answer = await call(route, row, null);
      if (isApi(route)) {
        expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
        expect(await answer.json()).toMatchObject({ status: 401, code: 'signed_out' });
      } else expect([answer.status, leadsToSignIn(answer)]).toEqual([303, true]);
      expect(changed()).toEqual([]);
    });

    it.each(row.not)('refuses the %s', async (person) => {
      const answer = await call(route, row, person);
      expect([403, 404]).toContain(answer.status);
      // Not because the form was not one of ours.
      if (!isApi(route)) expect(await answer.text()).not.toContain(refusalText('csrf', 'en').title);
      expect(changed()).toEqual([]);
    });

    it(`lets the ${row.as} in${row.changesNothing ? `, and changes nothing: ${row.changesNothing}` : ''}`, async () => {
      const answer = await call(route, row, row.as);
      expect([answer.status, succeeded(answer, row), leadsToSignIn(answer)]).toEqual([answer.status, true, false]);
      expect(changed().length > 0).toBe(!row.changesNothing);
    });
  });
});
