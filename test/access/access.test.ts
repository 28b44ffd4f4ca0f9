import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { forgetAttempts, streams as streamNames, transact } from '@joinery/core';
import { nodeAddresses } from '@joinery/federation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresMissing } from '../harness/postgres.ts';
import { accepts, fill as fillIn, inPlace, lookAt as lookIn, plain as plainIn, read } from './answers.ts';
import { changingRoutes } from './changing-routes-table.ts';
import {
  type Answer,
  type ClosedWorld,
  isNode,
  nothing,
  openClosedWorld,
  type Place,
  places,
  type Visitor,
  visitors,
  words,
} from './closed-world.ts';
import { allSaid, commandsWithoutRow } from './commands.ts';
import { deliveredWrongly, posted, receiptOf } from './delivering.ts';
import { accessDocument } from './document.ts';
import { looking, type Row, totals } from './looking-table.ts';
import { type Outcome, outcomeOf, rules } from './rules.ts';
import { sentWrongly } from './sending.ts';
import { sending } from './sending-table.ts';

let world: ClosedWorld;
let marks: Record<Place, string>;
/** As the functions of `answers.ts`, of the world that is open now. */
const fill = (route: string, ask: string, place: Place, missing: boolean) =>
  fillIn({ world, marks }, route, ask, place, missing);
const lookAt = (visitor: Visitor, route: string, path: string) => lookIn(world, visitor, route, path);
const plain = (answer: Answer, asked: string[]) => plainIn(world, answer, asked);
/** What outsiders were told before there was a hidden group. */
let before: Map<string, string>;
beforeAll(async () => {
  world = await openClosedWorld();
  marks = {
    hidden: '',
    listed: await markOf('listed'),
    open: await markOf('open'),
    elsewhere: await markOf('elsewhere'),
  };
  before = await lookFromOutside();
  await world.hide();
  marks.hidden = await markOf('hidden');
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());

const everybody = Object.keys(visitors) as Visitor[];
const routes = Object.keys(looking);

const order: Outcome[] = ['as missing', 'signed out', 'refused', 'facts', 'profile', 'content'];
const asksOf = (row: Row): string[] => (typeof row === 'string' ? [''] : row.asks);
const ruleOf = (row: Row) => rules[typeof row === 'string' ? row : row.rule];

/** `shown`: the answers without what was asked for. */
type Told = { told: Outcome; alike: boolean; status: number; shown: string };

/** Looks at the same address as the same visitor once. */
function onlyOnce(route: string, visitor: Visitor) {
  const known = new Map<string, Promise<Answer>>();
  return (path: string): Promise<Answer> => {
    const answer = known.get(path) ?? lookAt(visitor, route, path);
    known.set(path, answer);
    return answer;
  };
}

/** What somebody is told at an address about a place: the most of what it can be asked for. */
async function toldAt(route: string, place: Place, look: (path: string) => Promise<Answer>): Promise<Told> {
  const found: Told[] = [];
  for (const ask of asksOf(looking[route] ?? 'anybody')) {
    const [there, none] = [fill(route, ask, place, false), fill(route, ask, place, true)];
    const answer = await look(there.path);
    const text = plain(answer, there.asked);
    const missing = there.asked.length === 0 ? text : plain(await look(none.path), none.asked);
    found.push({ ...read(answer, text, place, there.asked, missing), status: answer.status, shown: text });
  }
  const [most] = found.sort((one, other) => order.indexOf(other.told) - order.indexOf(one.told));
  if (!most) throw new Error(`${route} asks for nothing`);
  const shown = found.map((one) => one.shown).join('\n');
  return { ...most, shown, alike: found.every(({ alike }) => alike) };
}

const knows = (visitor: Visitor, place: Place) => {
  const index = places.indexOf(place);
  return [rules.knowing, rules.describing, rules.authored].some((rule) =>
    ['content', 'profile', 'facts'].includes(outcomeOf(rule, visitor, index)),
  );
};

/** Every address that is looked at, as the process has them. */
function addresses(): string[] {
  const { webApp, context } = world.seed;
  const kinds = context.slices.flatMap(({ objects = [] }) => objects.map(({ path }) => `/${path}/:id`));
  const lists = context.slices.flatMap(({ collections = [] }) =>
    collections.map(({ of, name }) => (of === 'node' ? `/node/${name}` : `/${of}/:id/${name}`)),
  );
  const between = [...kinds, ...lists, ...nodeAddresses.open, ...nodeAddresses.signed];
  return [
    ...new Set([
      ...webApp.routes.filter((route) => route.startsWith('GET ')),
      ...between.map((path) => `NODES ${path}`),
    ]),
  ];
}

/** What to write for an address that has no row: what it answers now may be wrong. */
async function suggestion(route: string): Promise<string> {
  const cells: Partial<Record<Visitor, Outcome[]>> = {};
  for (const visitor of everybody) {
    const look = onlyOnce(route, visitor);
    const told: Outcome[] = [];
    for (const place of places) told.push((await toldAt(route, place, look)).told);
    cells[visitor] = told;
  }
  const fits = Object.entries(rules).flatMap(([name, rule]) =>
    everybody.every((visitor) => cells[visitor]?.every((told, index) => told === outcomeOf(rule, visitor, index)))
      ? name
      : [],
  );
  const seen = everybody.map((visitor) => `${visitor}: ${cells[visitor]?.join(', ')}`).join('\n');
  return fits.length > 0
    ? `Write in test/access/looking-table.ts, if that is what it should tell: '${route}': '${fits.join("' or '")}',`
    : `Write a row '${route}' in test/access/looking-table.ts, with a rule of test/access/rules.ts. It answers now (${places.join(', ')}):\n${seen}`;
}

describe('every address that is looked at', () => {
  // Time stands still: wrong tokens of a minute would be those of all addresses together.
  beforeEach(() => forgetAttempts(world.seed.context, 'wrong token from unknown'));

  it('has a row in the table, and every row an address', async () => {
    const known = addresses();
    const missing: string[] = [];
    for (const route of known.filter((one) => !routes.includes(one))) missing.push(await suggestion(route));
    expect(missing).toEqual([]);
    expect(routes.filter((route) => !known.includes(route))).toEqual([]);
  });

  it.each(routes)('%s', async (route) => expect(await wrongAt(route, places)).toEqual([]));
});

/** What an address tells otherwise than the table says. */
async function wrongAt(route: string, among: readonly Place[], by: readonly Visitor[] = everybody): Promise<string[]> {
  const rule = ruleOf(looking[route] ?? 'anybody');
  const wrong: string[] = [];
  for (const visitor of by) {
    const look = onlyOnce(route, visitor);
    for (const place of among) {
      const { told, alike, status, shown } = await toldAt(route, place, look);
      const expected = outcomeOf(rule, visitor, places.indexOf(place));
      const leaks = ['refused', 'signed out'].includes(told) && !alike && !knows(visitor, place);
      // The whole answer, about whatever it was asked: words of other groups as well.
      const own = told === expected && told === 'content' ? [...words[place].name, ...words[place].text] : [];
      const secret = secretFrom(visitor).filter((word) => !own.includes(word));
      const said = route.startsWith('NODES ') ? [] : secret.filter((word) => shown.includes(word));
      if (told !== expected || leaks || status >= 500 || said.length > 0)
        wrong.push(
          `${visitor}, ${place}: ${told}${leaks ? ', unlike what is missing' : ''} (${status}) in place of ${expected}${said.length > 0 ? `, says ${said}` : ''}`,
        );
    }
  }
  return wrong;
}

it('a node that asks for a page or the API is nobody: what it signs with, and what it was given by a group, get it nothing else', async () => {
  const pages = routes.filter((route) => route.startsWith('GET '));
  const wrong: string[] = [];
  let asked = 0;
  for (const route of pages)
    for (const place of ['hidden', 'elsewhere'] as const)
      for (const ask of asksOf(looking[route] ?? 'anybody')) {
        const { path, asked: said } = fill(route, ask, place, false);
        const nobody = plain(await lookAtFirst(path, accepts(route)), said);
        for (const visitor of ['blocked', 'thief', 'introduced', 'members'] as const) {
          asked += 1;
          const answer = plain(await lookAt(visitor, route, path), said);
          if (answer !== nobody && !fileRoute.test(route))
            wrong.push(`${visitor} ${route} ${place}: ${difference(nobody, answer)}`);
        }
      }
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(500);
});
/** As somebody who has never been here: programs keep no cookies. */
async function lookAtFirst(path: string, accept: string): Promise<Answer> {
  const answer = await world.seed.api('GET', path, undefined, { accept, host: 'localhost:3000' });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}
/** What a page and a node ask for at one address. */
const fileRoute = /^GET \/files\/:id$/;

/** Addresses that outsiders look at: those without a parameter, and those of what they may see. */
async function lookFromOutside(): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  // The first answer gives a cookie.
  for (const visitor of everybody) await lookAt(visitor, 'GET /', '/');
  for (const route of routes) {
    for (const visitor of ['nobody', 'stranger', 'guest', 'administrator', 'officer', 'unlisted', 'allowed'] as const) {
      for (const ask of asksOf(looking[route] ?? 'anybody')) {
        const { path } = fill(route, ask, 'open', false);
        // A new key each time.
        if (route === 'GET /profile/sign-in/code') continue;
        answers.set(`${visitor} ${route} ${ask}`, plain(await lookAt(visitor, route, path), []));
      }
    }
  }
  return answers;
}

it('no number, list or date that an outsider is told changes when there is a hidden group, but totals of the node', async () => {
  const now = await lookFromOutside();
  const changed = [...now].filter(([what, answer]) => answer !== before.get(what));
  const isTotal = (what: string) =>
    /^(administrator|officer) /.test(what) && Object.keys(totals).some((route) => what.includes(`${route} `));
  const wrong = changed.filter(([what]) => !isTotal(what));
  expect(wrong.map(([what, answer]) => `${what}: ${difference(before.get(what) ?? '', answer)}`)).toEqual([]);
  // One that does not change any more is a mistake as well.
  expect(Object.keys(totals).filter((route) => !changed.some(([what]) => what.includes(`${route} `)))).toEqual([]);
});

/** Words that somebody may not come upon: titles and texts of what they do not read, and names of what they may not know of. */
function secretFrom(visitor: Visitor): string[] {
  const who = isNode(visitor) ? 'nobody' : visitor;
  return places.flatMap((place, index) => [
    ...(outcomeOf(rules.reading, who, index) === 'content' ? [] : words[place].text),
    ...(knows(who, place) ? [] : words[place].name),
  ]);
}

describe('every address that something is sent to', () => {
  beforeAll(() => world.seed.keep());
  /** So many wrong tokens of one network in a minute, and so many registrations, are too many. */
  const forget = () => {
    const counted = ['wrong token from', 'registration from', 'registration at', 'registration of'];
    for (const what of counted)
      for (const whose of ['unknown', 'unknown in a day', 'council.example', 'nina@council.example'])
        forgetAttempts(world.seed.context, `${what} ${whose}`);
  };

  it('has a rule, and one only', () => {
    const known = Object.values(sending).flatMap(({ routes: some }) => some);
    // Not this? Write the address below the rule of test/access/sending-table.ts that says who is answered what.
    expect(known.sort()).toEqual(Object.keys(changingRoutes).sort());
  });

  it.each(Object.keys(changingRoutes))('%s', async (route) => {
    expect(await sentWrongly({ world, marks }, route, { secret: secretFrom, knows, forget })).toEqual([]);
  });

  it.each(posted)(
    '%s answers a delivery as the table says, and lets nobody change what they have no part in',
    async (path) => {
      const changed = async (from: (visitor: Visitor, place: Place) => boolean) => {
        const before = world.seed.stored();
        expect(await deliveredWrongly({ world, marks }, path, from)).toEqual([]);
        // Without a network: what was taken is done at once, or waits for what cannot be had.
        await world.seed.federation.settled();
        const now = world.seed.stored();
        return content.filter((table) => now[table] !== before[table]);
      };
      const takesPart = (visitor: Visitor, place: Place) =>
        visitor === 'members' || (place === 'open' && receiptOf(path, visitor) === 'taken');
      expect(await changed((visitor, place) => !takesPart(visitor, place))).toEqual([]);
      // What is sent does change something where its sender takes part.
      const done = await changed(takesPart);
      expect(done.includes('post_like')).toBe(path.endsWith('/inbox'));
      await world.seed.restore();
    },
  );
  /** Where it would stand that somebody has changed something in a group. */
  const content = ['groups', 'group_member', 'post', 'post_revision', 'post_like', 'post_report', 'files_file'];

  it.each(nodeAddresses.posted.filter((path) => path !== '/node/proposals'))(
    '%s: nodes cannot tell a hidden group from a missing one',
    async (path) => {
      const route = `POST ${path}`;
      for (const visitor of ['nobody', 'unlisted', 'blocked', 'suspended', 'allowed', 'left', 'introduced'] as const) {
        const answers: string[] = [];
        for (const missing of [false, true]) {
          const { path: address, asked } = fill(route, '', 'hidden', missing);
          const uri = missing ? world.things.hidden.uri.replace(/[^/]*$/, nothing.id) : world.things.hidden.uri;
          const actor = `https://${visitor}.example/people/9`;
          const follow = {
            '@context': 'https://www.w3.org/ns/activitystreams',
            id: `${actor}/${path.length}/${missing}`,
            type: 'Follow',
            actor,
            object: uri,
          };
          const answer = await world.ask(visitor, {
            ...{ method: 'POST', path: address, accept: 'application/activity+json' },
            ...{ type: 'application/activity+json', body: JSON.stringify(follow) },
          });
          answers.push(plain(answer, asked));
        }
        expect([visitor, answers[0]]).toEqual([visitor, answers[1]]);
      }
    },
  );
});

it('every stream of news holds, to the byte, the groups that its reader reads and nothing else', async () => {
  const { context } = world.seed;
  const ids = places.map((place) => world.things[place].group);
  const streams = new Map<Visitor, Response>();
  for (const visitor of everybody) streams.set(visitor, await world.listen(visitor, ids));
  await transact(context, { kind: 'system', what: 'test' }, async (work) => {
    for (const group of ids) work.emit('group.updated', streamNames.local, { group });
  });
  for (const [visitor, answer] of streams) {
    const reads = places.filter((_, index) => outcomeOf(rules.reading, visitor, index) === 'content');
    const hears = reads.map((place) => world.things[place].group);
    // Whoever hears nothing has no stream: nothing to keep open, and no moment at which something happened.
    if (hears.length === 0) {
      expect([visitor, [204, 303, 401].includes(answer.status), await answer.text()]).toEqual([
        visitor,
        true,
        expect.not.stringMatching(/data:/),
      ]);
      continue;
    }
    const reader = answer.body?.getReader();
    let said = '';
    while (!said.includes('data:')) said += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    const news = hears.map((group) => `event: changed\ndata: ${group}\n\n`).join('');
    expect([visitor, said]).toEqual([visitor, `retry: 5000\n\n${news}`]);
  }
  await world.seed.restore();
}, 30_000);

it('no command says a word of a closed group but the name of a listed one, and every command has a row', async () => {
  expect(commandsWithoutRow(world)).toEqual([]);
  const closed = places.flatMap((place) => (place === 'open' ? [] : words[place].text));
  closed.push(...words.hidden.name, ...words.elsewhere.name);
  const wrong = [...(await allSaid(world))].flatMap(([name, said]) => {
    const found = closed.filter((word) => said.toLowerCase().includes(word.toLowerCase()));
    return found.length > 0 ? [`${name}: ${found}`] : [];
  });
  expect(wrong).toEqual([]);
  await world.seed.restore();
}, 30_000);

it('no word of a closed group is in the log or in a mail, and mail that there is something goes to those who take part', async () => {
  await world.pass(3_600_000);
  const closed = places
    .filter((place) => place !== 'open')
    .flatMap((place) => [...words[place].name, ...words[place].text]);
  const says = (text: string, list: readonly string[]) =>
    list.some((word) => text.toLowerCase().includes(word.toLowerCase()));
  expect(world.seed.logged.length).toBeGreaterThan(100);
  expect(world.seed.logged.filter((line) => says(line, closed) || line.includes('"level":"error"'))).toEqual([]);
  const told = ['owner', 'facilitator', 'member', 'colleague', 'requester', 'invitee'].map(
    (name) => `${name}@example.test`,
  );
  const mails = world.mails.map(({ to, headers, text, html }) => ({
    to,
    said: `${headers.get('subject')} ${text} ${html}`,
  }));
  expect(mails.filter(({ said: text }) => says(text, [...words.open.name, ...words.open.text])).length).toBeGreaterThan(
    0,
  );
  expect(mails.filter(({ said: text }) => says(text, closed))).toEqual([]);
  // Not even that there is something to read, but to those who may read or decide.
  const hinted = mails.filter(({ said: text }) => text.includes('closed group'));
  expect(hinted.length).toBeGreaterThan(0);
  expect(hinted.flatMap(({ to }) => to).filter((address) => !told.includes(address))).toEqual([]);
});

// The part that reads the database: addresses of something in a group, or that find it, about the kinds of group that outsiders may not know of. What says nothing of any group is made by the same code from no rows.
describe.skipIf(postgresMissing)('on PostgreSQL', () => {
  beforeAll(async () => {
    await world[Symbol.asyncDispose]();
    world = await openClosedWorld('postgres');
    // The first answer gives a cookie.
    for (const visitor of everybody) await lookAt(visitor, 'GET /', '/');
    await world.hide();
    for (const place of places) marks[place] = await markOf(place);
  }, 120_000);

  const reading = routes.filter(
    (route) =>
      asksOf(looking[route] ?? 'anybody').some((ask) => ask !== '') ||
      [...route.matchAll(/([^/]*)\/:/g)].some(([, part = '']) => inPlace[part] || part === 'tags'),
  );

  it('every address of something in a group, or that finds it, tells what the table says', async () => {
    const wrong: string[] = [];
    for (const route of reading) {
      forgetAttempts(world.seed.context, 'wrong token from unknown');
      const kinds: Place[] = route.startsWith('NODES ') ? ['hidden', 'elsewhere'] : ['hidden'];
      for (const one of await wrongAt(route, kinds)) wrong.push(`${route}: ${one}`);
    }
    expect(reading.length).toBeGreaterThan(80);
    expect(wrong).toEqual([]);
  }, 300_000);
});

it('docs/access.md says what this test holds', async () => {
  const file = fileURLToPath(new URL('../../docs/access.md', import.meta.url));
  if (process.env.JOINERY_WRITE_DOCS) await writeFile(file, accessDocument());
  // Not this? Run this test once with JOINERY_WRITE_DOCS=1, and read what changed.
  expect(await readFile(file, 'utf8')).toBe(accessDocument());
});

/** Where two texts part. */
function difference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const part = (text: string) => text.slice(Math.max(0, at - 40), at + 80);
  return `${part(one)} | ${part(other)}`;
}

async function markOf(place: Place): Promise<string> {
  const page = await lookAt('member', 'GET /groups/:id', `/groups/${world.things[place].group}`);
  return /data-topic="([^"]*)"/.exec(page.body)?.[1] ?? '';
}

/** What somebody may learn of a group that a restore keeps shut: who was in it the name, to know whom to ask, where they are told that it is shut. */
const toldOfShut: Record<string, Outcome> = {
  ...{ 'GET /': 'profile', 'GET /groups': 'profile', 'GET /groups/:id': 'profile' },
  // One's own words, that have not left.
  'GET /outgoing/:id': 'content',
};

describe('after a restore, before somebody has looked at what came back and opened it', () => {
  const ofHere = places.filter((place) => place !== 'elsewhere');
  beforeAll(async () => {
    const { context, federation } = world.seed;
    await world.pass(1_000);
    const at = context.clock.now().toISOString();
    const state = { at, asOf: at, confirmedAt: at, waiting: [] };
    await transact(context, { kind: 'system', what: 'test' }, async (work) => {
      await context.slices.find(({ name }) => name === 'groups')?.chooseAnew?.(work, state);
    });
    await federation.bridge.trust.refresh();
  });

  it.each(routes)('%s tells nothing of any group that lives here', async (route) => {
    const wrong: string[] = [];
    for (const visitor of ['nobody', 'stranger', 'member', 'members'] as const) {
      const look = onlyOnce(route, visitor);
      const wasIn = visitor === 'member';
      for (const place of ofHere) {
        const { told, alike, status } = await toldAt(route, place, look);
        const may = (wasIn && toldOfShut[route]) || 'facts';
        if (order.indexOf(told) > order.indexOf(may) || (!wasIn && !alike) || status >= 500)
          wrong.push(`${visitor}, ${place}: ${told}${alike ? '' : ', unlike what is missing'} (${status})`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
