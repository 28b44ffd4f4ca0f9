import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agencies, type Place, places } from './demo-content.ts';
import { describeDemo } from './demo-greeting.ts';
import type { Answer, Deed, Request } from './demo-node.ts';
import { type DemoNode, type DemoNodes, tell } from './demo-story.ts';
import { inWords } from './run-server.ts';

const firstPort = 3000;
const stopWithin = 10_000;
const linesKept = 20;

type Child = { place: Place; process: ChildProcess; node: Promise<DemoNode>; said: string[] };

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Runs the demo until it is told to stop or one of its nodes ends; then nothing of it is left. */
export async function runDemo(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-demo-'));
  const children: Child[] = [];
  let ending = false;
  const end = async (code: number, why?: string) => {
    if (ending) return;
    ending = true;
    if (why) process.stderr.write(`${why}\n`);
    await Promise.all(children.map(({ process: child }) => stop(child)));
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  };
  const stopped = () => {
    // Asked twice, somebody is in a hurry.
    if (ending) for (const { process: child } of children) child.kill('SIGKILL');
    else say('\nThe demo ends.');
    void end(0);
  };
  process.on('SIGINT', stopped);
  process.on('SIGTERM', stopped);
  process.on('SIGHUP', stopped);
  try {
    say('Starting four nodes and filling them with content. This takes some seconds.');
    const ports = await freePorts(places.length);
    for (const [index, place] of places.entries()) {
      const child = startChild(place, ports[index] ?? 0, join(folder, place));
      children.push(child);
      child.process.on('exit', () => {
        const last = child.said.length > 0 ? ` The last it said:\n${child.said.join('\n')}` : '';
        void end(1, `The node of ${agencies[place].name} has ended, and so does the demo.${last}`);
      });
    }
    const started = await Promise.all(children.map(async ({ place, node }) => [place, await node] as const));
    const nodes = Object.fromEntries(started) as DemoNodes;
    const cast = await tell(nodes, Date.now());
    say(await describeDemo(nodes, cast));
  } catch (error) {
    await end(1, `The demo could not be made ready: ${inWords(error)}`);
  }
}

function startChild(place: Place, port: number, folder: string): Child {
  mkdirSync(folder, { mode: 0o700 });
  const cache = getCompileCacheDir();
  // Settings of a real node in the same shell must not reach the demo.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('JOINERY_'));
  const child = fork(process.argv[1] ?? '', ['node'], {
    env: {
      ...Object.fromEntries(inherited),
      ...(cache ? { NODE_COMPILE_CACHE: cache } : {}),
      JOINERY_DATA: folder,
      JOINERY_PORT: String(port),
      JOINERY_AGENCY: agencies[place].name,
      JOINERY_LOOPBACK_PEERS: '1',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.push(...text.trimEnd().split('\n'));
    said.splice(0, said.length - linesKept);
  });
  return { place, process: child, said, node: talkTo(child) };
}

/** Waits until the node runs, and gives the means to make it do something. */
function talkTo(child: ChildProcess): Promise<DemoNode> {
  const waiting = new Map<number, { resolve: (answers: string[]) => void; reject: (error: Error) => void }>();
  let number = 0;
  const perform = (deeds: Deed[]) =>
    new Promise<string[]>((resolve, reject) => {
      number += 1;
      waiting.set(number, { resolve, reject });
      const request: Request = { number, deeds };
      child.send(request);
    });
  return new Promise((resolve) => {
    child.on('message', (answer: Answer) => {
      if ('ready' in answer) return resolve({ origin: answer.ready, perform });
      const asked = waiting.get(answer.number);
      waiting.delete(answer.number);
      if ('fault' in answer) asked?.reject(new Error(answer.fault));
      else asked?.resolve(answer.answers);
    });
  });
}

/** Lets a node end by itself, as it does when it hears no more from here; not for ever. */
function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const late = setTimeout(() => child.kill('SIGKILL'), stopWithin);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    if (child.connected) child.disconnect();
  });
}

async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let port = firstPort; found.length < count; port += 1) {
    if (port > 65_535) throw new Error('No free ports from 3000 on: end another program first');
    if (await isFree(port)) found.push(port);
  }
  return found;
}

/** On all addresses: what listens beside us on the other kind of loopback would answer in our place. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
