import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transact } from '@joinery/core';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { until } from '../harness/until.ts';
import { answerCalls } from './children.ts';
import {
  allow,
  by,
  groupAt,
  isReadable,
  isWithheld,
  joinAll,
  type LightNode,
  migrated,
  missing,
  openGroup,
  reached,
  receiptsAt,
  refusedFrom,
  removeAll,
  removeFrom,
  startLight,
} from './closed-parts.ts';
import { printProfile, startProfile } from './profile.ts';

const longest = 300_000;

/** Milliseconds on the clock that all processes of this machine share. */
const now = () => performance.timeOrigin + performance.now();

/** Some whole nodes in one process: each with its database on disk, its server, its lanes and its background work. */
export async function serveClosedNodes(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-bench-'));
  const nodes: LightNode[] = [];
  let thread = process.threadCpuUsage();
  let whole = process.cpuUsage();
  let stopProfile: Awaited<ReturnType<typeof startProfile>> | null = null;
  process.on('SIGTERM', async () => {
    for (const node of nodes) await node.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
  const only = (): LightNode => {
    const [node] = nodes;
    if (!node) throw new Error('No node was started');
    return node;
  };
  answerCalls({
    /** @returns their ports */
    open: async (input: { origins: string[]; people: number }) => {
      const template = await migrated(folder);
      for (const [index, origin] of input.origins.entries())
        nodes.push(await startLight(join(folder, String(index)), template, origin, input.people));
      return nodes.map(({ port }) => port);
    },
    allow: async (origins: string[]) => {
      for (const node of nodes) await allow(node, origins);
    },
    group: (agencies: string[]) => openGroup(only(), agencies),
    /** Somebody looks at the group, as everybody does before asking to join. */
    look: async (uri: string) => {
      for (const node of nodes) await node.context.ports.actors.resolve(uri);
    },
    /** Everybody of these nodes asks to join. @returns when all are members here, by the clock */
    join: async (uri: string) => {
      await Promise.all(nodes.map((node) => joinAll(node, uri)));
      await until(async () => (await missing(nodes, uri)) === 0, longest);
      return now();
    },
    /** Removes everybody of other nodes, in one unit of work. @returns when that was done */
    removeAll: (input: { group: string; by: string; keep: string }) => removeAll(only(), input),
    /** @returns instants at which the access of each of these nodes ended, as it noted itself */
    shut: (uri: string) => Promise.all(nodes.map((node) => reached(node, () => isWithheld(node, uri)))),
    /** Removes people of a node, all but some of them. @returns when that was done */
    removeFrom: (input: { group: string; by: string; node: string; leave: number }) => removeFrom(only(), input),
    /** @returns instants from which each of these nodes refuses another one, as it noted itself */
    refused: (input: { uri: string; node: string }) =>
      Promise.all(
        nodes.filter(({ origin }) => origin !== input.node).map((node) => refusedFrom(node, input.uri, input.node)),
      ),
    receipts: async (input: { group: string; count: number }) => {
      await until(async () => (await receiptsAt(only(), input.group)) >= input.count, longest);
      return now();
    },
    write: async (input: { uri: string; title: string; text: string }) => {
      const node = only();
      const group = await groupAt(node, input.uri);
      const author = node.people[0]?.id ?? '';
      const { id } = await transact(node.context, by, (work) =>
        createTopic(work, { group, author, title: input.title, ...markdownText(input.text) }),
      );
      return { id, at: now() };
    },
    /** @returns instants at which a member could read a topic at each of these nodes, with its text, through the node's own web server */
    readable: (input: { title: string; text: string }) =>
      Promise.all(nodes.map((node) => reached(node, () => isReadable(node, input)))),
    drain: async () => {
      for (const node of nodes) {
        await node.worker?.drain();
        await node.federation.settled();
      }
    },
    begin: () => {
      for (const { requests } of nodes) requests.clear();
      whole = process.cpuUsage();
      thread = process.threadCpuUsage();
    },
    end: (): Spent => ({
      thread: milliseconds(process.threadCpuUsage(thread)),
      all: milliseconds(process.cpuUsage(whole)),
      requests: nodes.map(({ requests }) => requests.made()),
    }),
    profile: async () => {
      stopProfile = await startProfile();
    },
    profiled: async (title: string) => {
      if (stopProfile) printProfile(title, await stopProfile());
      stopProfile = null;
    },
  });
}

/** Processor time of a process, in milliseconds: of its main thread, and of all its threads; and the requests that each of its nodes made. */
export type Spent = { thread: number; all: number; requests: Record<string, number>[] };

const milliseconds = ({ user, system }: { user: number; system: number }) => (user + system) / 1_000;
