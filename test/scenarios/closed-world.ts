import { createPublicKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActorKeys, nodeActor, transact } from '@joinery/core';
import { approve, createGroup, joinGroup, membershipOf } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { currentRevision, postByUri } from '@joinery/slices/posts';
import { expect } from 'vitest';
import { makeBackup } from '../../packages/core/src/backup/backup.ts';
import { restoreBackup } from '../../packages/core/src/backup/restore.ts';
import { issueActorToken } from '../../packages/federation/src/actor-token.ts';
import { signedFetch } from '../../packages/federation/src/fetch.ts';
import type { PartnerFields } from '../../packages/federation/src/trust/testing.ts';
import { sessionCookie } from '../harness/browser-pages.ts';
import { type Link, openLink } from '../harness/link.ts';
import { settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { type MovingClock, movingClock } from './lanes-world.ts';

export const by = { kind: 'system', what: 'test' } as const;
export const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
/** For what other nodes bring about. */
export const limit = 15_000;

/** A token as the group issues it; what is named differs from what A would say. */
type Forged = Partial<Parameters<typeof issueActorToken>[0]> & { by?: TestNode };

/** A hosts a closed group, b of B writes, c of C reads, and X is allowed by all and in nothing. */
export type ClosedWorld = AsyncDisposable & {
  /** Another one after `restore`. */
  readonly a: TestNode;
  b: TestNode;
  c: TestNode;
  x: TestNode;
  /** The lines on which others reach A and B. */
  lineToA: Link;
  link: Link;
  /** The clock of all of them. */
  clock: MovingClock;
  ada: TestPerson;
  bob: TestPerson;
  cleo: TestPerson;
  group: { id: string; uri: string };
  nodes: () => TestNode[];
  settle: () => Promise<void>;
  /** Asks to join and is let in. @returns local id of the group there */
  become: (node: TestNode, person: TestPerson) => Promise<string>;
  /** What a node gets at an address, signed by its server actor. */
  get: (
    node: TestNode,
    url: string,
    headers?: Record<string, string>,
  ) => Promise<{ status: number | undefined; document: unknown }>;
  textAt: (node: TestNode, uri: string) => Promise<string | undefined>;
  arrives: (node: TestNode, uri: string, words: string, within?: number) => Promise<void>;
  forged: (more?: Forged) => Promise<{ authorization: string }>;
  /** Milliseconds from the moment that A took C's access until B knew, by what each wrote down: a test that looks again and again would count its own looking. */
  untilRefused: () => Promise<number>;
  /** How many copies of others' texts with these words a node has in a group. */
  copiesAt: (node: TestNode, id: string, words: string) => Promise<number>;
  /** Of A, as it is now. */
  backUp: () => Promise<string>;
  /** A comes back from a backup, at its address, and waits to be confirmed. */
  restore: (backup: string) => Promise<void>;
};

/** How often a word stands in the bytes of a node's database, what was not written back to it included, in any case of letters. */
export function bytesHeld(node: TestNode, word: string): number {
  const file = join(node.context.config.dataFolder, 'joinery.db');
  const bytes = ['', '-wal'].map((end) => (existsSync(file + end) ? readFileSync(file + end).toString('latin1') : ''));
  return bytes.join('').match(new RegExp(word, 'gi'))?.length ?? 0;
}

type Options = {
  /** Settings of all nodes. */
  environment?: Record<string, string>;
  /** What a node has agreed with another, by their names; all there is unless given, nothing where null. */
  agreed?: (one: string, other: string) => PartnerFields['scopes'] | null;
};

/** What a page tells somebody who is signed in. */
export async function page(node: TestNode, person: TestPerson, path: string): Promise<string> {
  const { name, value } = await sessionCookie(node.context, person.account);
  const headers = { accept: 'text/html', cookie: `${name}=${value}` };
  return (await fetch(`${node.origin}${path}`, { headers })).text();
}

export async function openClosedWorld(options: Options = {}): Promise<ClosedWorld> {
  const agreed = options.agreed ?? (() => [...scopes]);
  const root = mkdtempSync(join(tmpdir(), 'joinery-closed-'));
  const [lineToA, link, clock] = [await openLink(), await openLink(), movingClock()];
  const start = (name: string, more: Record<string, string> = {}) =>
    startTestNode(name, { clock, environment: { ...options.environment, ...more } });
  const startA = (folder: string) => start('Department', { ...lineToA.environment, JOINERY_DATA: join(root, folder) });
  const others = [start('Borough', link.environment), start('City'), start('Xanadu')] as const;
  let a = await startA('one');
  const [b, c, x] = await Promise.all(others);
  lineToA.to(a.port ?? 0);
  link.to(b.port ?? 0);
  const nodes = () => [a, b, c, x];
  const settle = () => settleAll(nodes());
  for (const one of nodes())
    for (const other of nodes()) {
      const covered = one === other ? null : agreed(one.name, other.name);
      if (covered) await one.allow(other, { scopes: covered });
    }
  const [ada, bob, cleo] = [await a.person('Ada Owner'), await b.person('Bob Writer'), await c.person('Cleo Reader')];
  await x.person('Xaver Other');
  const keys = await createActorKeys();
  const group = await transact(a.context, by, (work) =>
    createGroup(work, {
      ...{ name: 'Fraud board', handle: 'fraud', owner: ada.id, keys },
      ...{ reading: 'members', joining: 'request' },
    }),
  );

  const become = async (node: TestNode, person: TestPerson): Promise<string> => {
    const found = await node.context.ports.actors.resolve(group.uri);
    await transact(node.context, by, (work) => joinGroup(work, { group: found.id, person: person.id }));
    await settle();
    const there = await personByUri(a.context.db.reader, person.uri);
    expect(await membershipOf(a.context.db.reader, group.id, there?.id ?? '')).toMatchObject({ state: 'requested' });
    await transact(a.context, by, (work) => approve(work, { group: group.id, person: there?.id ?? '', by: ada.id }));
    await settle();
    expect(await membershipOf(node.context.db.reader, found.id, person.id)).toMatchObject({ state: 'member' });
    return found.id;
  };
  const get: ClosedWorld['get'] = async (node, url, headers = {}) => {
    const answer = await signedFetch(node.federation.bridge, url, 'rehearsal', { id: null, headers });
    return { status: answer.ok ? 200 : answer.status, document: answer.ok ? answer.document : answer.body };
  };
  const textAt = async (node: TestNode, uri: string): Promise<string | undefined> => {
    const post = await postByUri(node.context.db.reader, uri);
    return post && (await currentRevision(node.context.db.reader, post))?.content;
  };
  const arrives: ClosedWorld['arrives'] = (node, uri, words, within = limit) =>
    until(async () => {
      await settle();
      return (await textAt(node, uri))?.includes(words) === true;
    }, within);
  const forged = async (more: Forged = {}) => {
    const { bridge } = a.federation;
    const key = await bridge.keys.find(a.context.db.reader, group.uri, 'ed25519');
    const holder = more.by ?? c;
    const own = await holder.federation.bridge.keys.find(holder.context.db.reader, nodeActor(holder.origin), 'rsa');
    if (!key || !own) throw new Error('no key');
    const token = await issueActorToken({
      ...{ group: group.uri, key, node: nodeActor(holder.origin), nodeKey: createPublicKey(own.privateKey) },
      ...{ version: 1, from: 0, now: clock.now(), ...more },
    });
    return { authorization: `ActivityPubActorToken ${token}` };
  };
  const untilRefused = async () => {
    const [first, last] = await Promise.all(
      [a, b].map(async ({ context }) => {
        const rows = context.db.reader.selectFrom('group_access').select('revoked_at').where('origin', '=', c.origin);
        return Date.parse((await rows.executeTakeFirst())?.revoked_at ?? '');
      }),
    );
    return (last ?? Number.NaN) - (first ?? Number.NaN);
  };
  const copiesAt = async (node: TestNode, id: string, words: string): Promise<number> => {
    const rows = await node.context.db.reader
      .selectFrom('post_revision')
      .innerJoin('post', 'post.id', 'post_revision.post_id')
      .select('post_revision.content')
      .where('post.group_id', '=', id)
      .where('post.local', '=', 0)
      .execute();
    return rows.filter(({ content }) => content.includes(words)).length;
  };
  return {
    get a() {
      return a;
    },
    backUp: async () => (await makeBackup(a.context, join(root, 'backups'), { withSecret: true })).path,
    restore: async (backup) => {
      const { config, slices } = a.context;
      await a[Symbol.asyncDispose]();
      const none = join(root, 'none');
      // As the settings of the new machine say: the files lie in the data folder.
      const files = { ...config.files, place: { kind: 'folder', path: join(none, 'files') } as const };
      const settings = { ...config, dataFolder: none, files };
      const to = { to: join(root, 'two'), config: settings, secretFile: join(none, 'secret') };
      await restoreBackup({ backup, ...to, slices, now: clock.now() });
      a = await startA('two');
      lineToA.to(a.port ?? 0);
    },
    ...{
      b,
      c,
      x,
      lineToA,
      link,
      clock,
      ada,
      bob,
      cleo,
      group,
      nodes,
      settle,
      become,
      get,
      textAt,
      arrives,
      forged,
      untilRefused,
      copiesAt,
    },
    [Symbol.asyncDispose]: async () => {
      for (const node of nodes()) await node[Symbol.asyncDispose]();
      for (const line of [lineToA, link]) await line[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
