import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inWords } from '../run-server.ts';
import { check } from './check.ts';
import { agencies, places } from './content.ts';
import { openDesk } from './desk.tsx';
import { processorSeconds } from './figures.ts';
import { describeDemo } from './greeting.ts';
import { createProcess, type DemoProcess } from './processes.ts';
import { type DemoNodes, tell } from './story.ts';

const firstPort = 3000;

const say = (text: string) => process.stdout.write(`${text}\n`);

/**
 * Runs the demo until it is told to stop or one of its nodes ends unasked; then nothing of it is left.
 * @param options.check tries everything once instead, prints what passed, and ends with 0 or 1
 */
export async function runDemo(options: { check: boolean }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-demo-'));
  let processes: DemoProcess[] = [];
  let ending = false;
  const end = async (code: number, why?: string) => {
    if (ending) return;
    ending = true;
    if (why) process.stderr.write(`${why}\n`);
    await Promise.all(processes.map((one) => one.end()));
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  };
  const stopped = () => {
    // Asked twice, somebody is in a hurry.
    if (ending) for (const one of processes) one.abort();
    else say('\nThe demo ends.');
    void end(0);
  };
  process.on('SIGINT', stopped);
  process.on('SIGTERM', stopped);
  process.on('SIGHUP', stopped);
  try {
    say('Starting five nodes and filling them with content. This takes some seconds.');
    const [deskPort = 0, ...ports] = await freePorts(places.length + 1);
    processes = places.map((place, index) =>
      createProcess(place, ports[index] ?? 0, join(folder, place), (said) => {
        const last = said.length > 0 ? ` The last it said:\n${said.join('\n')}` : '';
        void end(1, `The node of ${agencies[place].name} has ended, and so does the demo.${last}`);
      }),
    );
    await Promise.all(processes.map((one) => one.start()));
    const nodes = Object.fromEntries(processes.map((one) => [one.place, one])) as DemoNodes<DemoProcess>;
    const cast = await tell(nodes, Date.now());
    say(await howLong(nodes));
    if (options.check) return await end((await check(nodes, cast, say)) ? 0 : 1);
    const desk = await openDesk({ nodes, cast, port: deskPort, folder });
    say(await describeDemo(nodes, cast, desk));
  } catch (error) {
    await end(1, `The demo could not be made ready: ${inWords(error)}`);
  }
}

/** How long it took by the clock, counted from the start of this process, and how much of that was work: a busy machine makes the one longer, not the other. */
async function howLong(nodes: DemoNodes<DemoProcess>): Promise<string> {
  const children = await Promise.all(Object.values(nodes).map((node) => node.perform([{ do: 'effort' }])));
  const effort = children.reduce((sum, [seconds]) => sum + Number(seconds), processorSeconds());
  const cores = availableParallelism();
  return `Ready after ${process.uptime().toFixed(1)} s (${effort.toFixed(1)} s of processor time, ${cores} cores).`;
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
