import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isObject, type Json, type JsonObject, originOf } from '@joinery/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberDocument } from '../../packages/federation/src/fetch.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { addressIn, type Below, below } from './apply.ts';
import { replayCases } from './replay-cases.ts';
import { originsIn } from './replay-steps.ts';

// What real servers emitted lies beside the project, under licences of its own: read where it is, never copied. Without it these tests are skipped.
const folder = new URL('../../../shared/fixtures/', import.meta.url);
const present = existsSync(new URL('REPLAY.json', folder));

/** Not before closed groups, events and the digests of other software are there. */
const notYet: Record<string, string> = {
  'gancio-locations': 'events come later: only that none of them throws',
  'wp-events-gancio': 'events come later: only that it does not throw',
  'VEC-8fcf': 'proved beside the digest of members',
  'VEC-8b32': 'proved beside the proofs',
};

type Case = { case: string; file: string };
const cases = present ? (JSON.parse(readFileSync(new URL('REPLAY.json', folder), 'utf8')) as Case[]) : [];
const read = (file: string): JsonObject => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as JsonObject;
const title = 'what real servers emitted';
describe.skipIf(!present)(present ? title : `${title} (the fixtures beside the project are absent)`, () => {
  let node: TestNode;
  let bob: TestPerson;
  let tools: Below;
  let behaves: ReturnType<typeof replayCases>;
  beforeAll(async () => {
    // Nothing that is looked up here may leave the machine.
    node = await startTestNode('department', { environment: { JOINERY_OUTBOUND_PROXY: 'http://127.0.0.1:9' } });
    bob = await node.person('Bob');
    tools = below(node);
    behaves = replayCases(tools, bob);
  });
  afterAll(() => node[Symbol.asyncDispose]());

  it('every case has its test, or a reason why not yet', () => {
    const named = cases.map((one) => one.case);
    expect(named.filter((name) => !(name in behaves) && !(name in notYet))).toEqual([]);
  });

  it.each(cases.filter((one) => !(one.case in notYet)))('$case', async (one) => {
    await behaves[one.case]?.(read(one.file));
    expect(node.logged.filter((line) => line.includes('inbox.parked'))).toEqual([]);
  });

  const jsonFiles = (path: string): string[] =>
    statSync(new URL(path, folder)).isDirectory()
      ? readdirSync(new URL(path, folder)).flatMap((name) => jsonFiles(`${path}/${name}`))
      : path.endsWith('.json')
        ? [path]
        : [];

  it('nothing else that real servers emitted makes the inbox throw, as an activity, as a document, or inside what a group announces', async () => {
    const shape = (value: Json): JsonObject[] =>
      Array.isArray(value) ? value.flatMap(shape) : isObject(value) ? [value] : [];
    const documents = readdirSync(folder)
      .flatMap((name) => jsonFiles(name))
      .flatMap((file) => {
        try {
          return shape(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Json).map((document) => ({
            file,
            document,
          }));
        } catch {
          return [];
        }
      });
    expect(documents.length).toBeGreaterThan(400);
    const group = 'https://host.example/group';
    await tools.allow([...documents.flatMap(({ document }) => originsIn(document)), 'https://host.example']);
    await tools.know(group, 'Group');
    const states = new Map<string, number>();
    const faults: string[] = [];
    for (const [index, { file, document }] of documents.entries()) {
      const id = addressIn(document.id);
      const author = addressIn(document.actor) || addressIn(document.attributedTo) || id;
      if (originOf(author) === null) continue;
      const create = { id: `${originOf(author)}/creates/${index}`, type: 'Create', actor: author, object: document };
      const activity = 'actor' in document && 'object' in document;
      const ways: (() => Promise<{ state: string } | undefined>)[] = [
        ...(activity
          ? [() => tools.apply({ ...document, id: `${originOf(author)}/as-it-is/${index}` })]
          : [() => tools.apply(create)]),
        () => tools.announce(group, activity ? document : create),
        () => tools.announce(group, document),
        async () => {
          await rememberDocument(node.federation.bridge, document).catch((error: { code?: string }) => {
            if (error.code === undefined) throw error;
          });
          return { state: 'read' };
        },
      ];
      for (const way of ways) {
        try {
          const state = (await way())?.state ?? 'nothing';
          states.set(state, (states.get(state) ?? 0) + 1);
          if (!['applied', 'ignored', 'refused', 'waiting', 'read'].includes(state)) faults.push(`${file}: ${state}`);
        } catch (error) {
          faults.push(`${file}: ${error}`);
        }
      }
    }
    expect(faults).toEqual([]);
    expect(states.get('applied')).toBeGreaterThan(50);
    expect(node.logged.filter((line) => line.includes('inbox.parked'))).toEqual([]);
  }, 120_000);
});
