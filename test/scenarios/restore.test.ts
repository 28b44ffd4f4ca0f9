import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, addPerson, type NodeProcess, type ProcessPerson, startProcess } from '../harness/process.ts';
import { until } from '../harness/until.ts';

type Body = Answer['body'];

let department: NodeProcess;
let council: NodeProcess;
let parish: NodeProcess;
let ada: ProcessPerson;
let bob: ProcessPerson;
let dina: ProcessPerson;
const folder = mkdtempSync(join(tmpdir(), 'joinery-restore-'));
const patience = 30_000;

async function ok(answer: Promise<Answer>): Promise<Body> {
  const { status, body } = await answer;
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return body;
}

beforeAll(async () => {
  [department, council, parish] = await Promise.all([
    startProcess('Department'),
    startProcess('Council'),
    startProcess('Parish'),
  ]);
  [ada, bob, dina] = await Promise.all([
    addPerson(department, 'Ada Owner', '--admin'),
    addPerson(council, 'Bob Council', '--admin'),
    addPerson(parish, 'Dina Parish', '--admin'),
  ]);
  await Promise.all([
    allow(ada, council),
    allow(ada, parish),
    allow(bob, department),
    allow(bob, parish),
    allow(dina, department),
    allow(dina, council),
  ]);
}, 240_000);

afterAll(async () => {
  await Promise.all([department, council, parish].map((node) => node?.[Symbol.asyncDispose]()));
  rmSync(folder, { recursive: true, force: true });
});

const topics = async (person: ProcessPerson, group: string): Promise<Body[]> =>
  (await ok(person.api('GET', `/groups/${group}/posts?limit=100`))).items;

const titles = async (person: ProcessPerson, group: string): Promise<string[]> =>
  (await topics(person, group)).map(({ title }) => title).sort();

/** Waits until a person sees these titles in a group, each once. */
async function sees(person: ProcessPerson, group: string, expected: string[]): Promise<void> {
  let seen: string[] = [];
  try {
    await until(async () => {
      seen = await titles(person, group);
      return JSON.stringify(seen) === JSON.stringify([...expected].sort());
    }, patience);
  } catch {
    expect(seen, person.name).toEqual([...expected].sort());
  }
}

const allow = (officer: ProcessPerson, { origin, name }: NodeProcess) =>
  ok(officer.api('POST', '/partners', { origin, agency: name, reason: 'Test' }));

const partner = async (officer: ProcessPerson, { origin }: NodeProcess): Promise<Body> =>
  (await ok(officer.api('GET', '/partners'))).items.find((one: Body) => JSON.stringify(one.hosts).includes(origin));

async function enter(person: ProcessPerson, uri: string): Promise<string> {
  const { id } = await ok(person.api('POST', '/memberships/remote', { uri }));
  await until(async () => (await ok(person.api('GET', `/groups/${id}`))).membership.state === 'member', patience);
  return id;
}

describe('A council that is restored from a backup', () => {
  it('comes back without doubling, losing or re-telling anything, and its suspension holds', async () => {
    const write = (person: ProcessPerson, group: string, title: string) =>
      ok(person.api('POST', `/groups/${group}/posts`, { title, content: `${title}, says ${person.name}` }));
    const national = await ok(ada.api('POST', '/groups', { name: 'National', handle: 'national' }));
    const local = await ok(bob.api('POST', '/groups', { name: 'Council', handle: 'council-group' }));
    const [bobNational, dinaNational, adaLocal] = await Promise.all([
      enter(bob, national.uri),
      enter(dina, national.uri),
      enter(ada, local.uri),
    ]);
    await write(bob, bobNational, 'Before: Bob');
    await write(ada, national.id, 'Before: Ada');
    await write(bob, local.id, 'Council before');
    const before = ['Before: Bob', 'Before: Ada'];
    await sees(bob, bobNational, before);
    await sees(dina, dinaNational, before);
    await sees(ada, adaLocal, ['Council before']);

    // Hot: while Bob writes.
    let made = 0;
    let writing = true;
    const load = (async () => {
      while (writing) await write(bob, bobNational, `Load ${++made}`);
    })();
    const backup = (await council.command('backup', folder, '--with-secret')) as { path: string };
    writing = false;
    await load;

    // What the backup does not know.
    const { id } = await partner(bob, parish);
    await ok(bob.api('PATCH', `/partners/${id}`, { state: 'suspended', reason: 'Test' }));
    await write(bob, bobNational, 'After: Bob');
    await write(ada, national.id, 'After: Ada');
    await write(ada, adaLocal, 'Council after, by Ada');
    const loads = Array.from({ length: made }, (_, index) => `Load ${index + 1}`);
    const all = [...before, ...loads, 'After: Bob', 'After: Ada'];
    await sees(bob, bobNational, all);
    await sees(ada, national.id, all);
    await sees(dina, dinaNational, all);
    await sees(bob, local.id, ['Council before', 'Council after, by Ada']);
    const uris = new Map((await topics(bob, bobNational)).map((post) => [post.title, post.uri]));

    await until(async () => (await partner(dina, council)).confirmed === false, patience);
    await council.kill();
    await write(ada, national.id, 'While away: Ada');
    await council.restore(backup.path);
    // In quarantine: it says so, and nothing comes or goes.
    const ready = (await (await fetch(`${council.origin}/readyz`)).json()) as Body;
    expect(JSON.stringify(ready)).toContain('quarantine');
    const { token } = (await council.command('token', 'create', '--person', bob.id)) as { token: string };
    const back: ProcessPerson = { ...bob, api: (...call) => council.call(token, ...call) };
    expect((await bob.api('GET', '/feed')).status).toBe(401);
    expect(await titles(back, bobNational)).not.toContain('After: Ada');

    await council.command('restore', 'confirm', '--administrator', bob.id);
    await council.command('restore', 'rules', '--all-on');
    const wholly = [...all, 'While away: Ada'];
    await sees(back, bobNational, wholly);
    await sees(ada, national.id, wholly);
    await sees(dina, dinaNational, wholly);
    expect(new Map((await topics(back, bobNational)).map((post) => [post.title, post.uri])).get('After: Bob')).toBe(
      uris.get('After: Bob'),
    );
    await sees(back, local.id, ['Council before', 'Council after, by Ada']);
    await sees(ada, adaLocal, ['Council before', 'Council after, by Ada']);

    // Both ways go on, in the new epoch.
    await write(back, bobNational, 'Again: Bob');
    await write(back, local.id, 'Council again');
    await write(ada, national.id, 'Again: Ada');
    await sees(dina, dinaNational, [...wholly, 'Again: Bob', 'Again: Ada']);
    await sees(back, bobNational, [...wholly, 'Again: Bob', 'Again: Ada']);
    await sees(ada, adaLocal, ['Council before', 'Council after, by Ada', 'Council again']);
    await until(async () => (await partner(back, parish)).state === 'suspended', patience);
    // Nothing waits anywhere: both ends of every stream are equal.
    for (const [officer, { origin }] of [
      [back, department],
      [ada, council],
      [ada, parish],
    ] as const) {
      await until(async () => {
        const { items } = await ok(officer.api('GET', '/peers'));
        const peer = items.find((one: Body) => one.origin === origin);
        return peer.lane === 'open' && peer.lag.items === 0 && peer.parked.length === 0;
      }, patience);
    }
  }, 240_000);
});
