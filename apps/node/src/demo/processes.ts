import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { agencies, type Place } from './content.ts';
import type { Answer, Deed, Request } from './deeds.ts';
import type { DemoNode } from './story.ts';

const stopWithin = 10_000;
const linesKept = 20;

/** One node of the demo in a process of its own, which can be stopped, killed and started again on the same folder and port. */
export type DemoProcess = DemoNode & {
  place: Place;
  isRunning: () => boolean;
  /** Ends in order and keeps its data. */
  pause: () => Promise<void>;
  /** Ends as in a power failure. */
  kill: () => Promise<void>;
  start: () => Promise<void>;
  /** Ends in order and leaves nothing behind. */
  end: () => Promise<void>;
  /** At once, in the end. */
  abort: () => void;
};

type Waiting = { resolve: (answers: string[]) => void; reject: (error: Error) => void };

/**
 * Makes a node of the demo; it runs once it is started.
 * @param ended is told when it ends without being asked to, with the last it said
 */
export function createProcess(
  place: Place,
  port: number,
  folder: string,
  ended: (said: string[]) => void,
): DemoProcess {
  mkdirSync(folder, { mode: 0o700 });
  const { name } = agencies[place];
  const said: string[] = [];
  const waiting = new Map<number, Waiting>();
  let child: ChildProcess | null = null;
  let expected = false;
  let number = 0;
  let origin = '';

  const start = () =>
    new Promise<void>((resolve, reject) => {
      const started = forkNode(place, port, folder);
      child = started;
      expected = false;
      started.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said.push(...text.trimEnd().split('\n'));
        said.splice(0, said.length - linesKept);
      });
      started.on('message', (answer: Answer) => {
        if ('ready' in answer) {
          origin = answer.ready;
          return resolve();
        }
        const asked = waiting.get(answer.number);
        waiting.delete(answer.number);
        if ('fault' in answer) asked?.reject(new Error(answer.fault));
        else asked?.resolve(answer.answers);
      });
      started.on('exit', () => {
        child = null;
        const gone = new Error(`The node of ${name} has ended`);
        for (const { reject: fail } of waiting.values()) fail(gone);
        waiting.clear();
        reject(gone);
        if (!expected) ended(said);
      });
    });
  const perform = (deeds: Deed[]) =>
    new Promise<string[]>((resolve, reject) => {
      if (!child) return reject(new Error(`The node of ${name} is not running`));
      number += 1;
      waiting.set(number, { resolve, reject });
      child.send({ number, deeds } satisfies Request);
    });
  /** Resolves when the process is gone, however long it takes; not for ever. */
  const endBy = (how: (running: ChildProcess) => void) =>
    new Promise<void>((resolve) => {
      const running = child;
      expected = true;
      if (!running) return resolve();
      const late = setTimeout(() => running.kill('SIGKILL'), stopWithin);
      running.once('exit', () => {
        clearTimeout(late);
        resolve();
      });
      how(running);
    });
  return {
    place,
    get origin() {
      return origin;
    },
    perform,
    isRunning: () => child !== null,
    start,
    pause: () => endBy((running) => running.send({ pause: true } satisfies Request)),
    kill: () => endBy((running) => running.kill('SIGKILL')),
    end: () => endBy((running) => running.connected && running.disconnect()),
    abort: () => child?.kill('SIGKILL'),
  };
}

function forkNode(place: Place, port: number, folder: string): ChildProcess {
  const cache = getCompileCacheDir();
  // Settings of a real node in the same shell must not reach the demo.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('JOINERY_'));
  return fork(process.argv[1] ?? '', ['node'], {
    env: {
      ...Object.fromEntries(inherited),
      ...(cache ? { NODE_COMPILE_CACHE: cache } : {}),
      JOINERY_DATA: folder,
      JOINERY_PORT: String(port),
      JOINERY_AGENCY: agencies[place].name,
      JOINERY_LOOPBACK_PEERS: '1',
      JOINERY_UNDO_SECONDS: '0',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
