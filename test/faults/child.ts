import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type WorkloadSettings = {
  folder: string;
  databaseUrl: string | null;
  /** File for attempts and acknowledgements. */
  history: string;
  writers: number;
  /** Entries per writer. */
  each: number;
  /** Runs after-effects and jobs too. */
  work?: boolean;
  /** Sets the pragma after opening: to prove that a test of durability can fail. */
  synchronous?: 'normal';
  /** Names files before their bytes are synced: to prove the same of a test of files. */
  nameFirst?: boolean;
};

/** A process of ours, with what it has printed. */
export type Child = {
  process: ChildProcess;
  output: () => string;
  /** Resolves when the text has been printed. @throws when the process ends before */
  printed: (text: string) => Promise<void>;
  /** Resolves with exit code, or the signal that ended it. */
  ended: Promise<number | string | null>;
};

/** Starts a program with this Node. What is set for the tests themselves is no setting of a server. */
export function startChild(words: string[], environment: Record<string, string> = {}): Child {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('JOINERY_'));
  const child = spawn(process.execPath, words, {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watchChild(child);
}

/** Gathers what a process prints. */
function watchChild(child: ChildProcess): Child {
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of [...listeners]) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal) as Child['ended'];
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!output.includes(text)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      ended.then((how) => reject(new Error(`Ended with ${how} before it printed "${text}":\n${output}`)));
    });
  return { process: child, output: () => output, printed, ended };
}

/** Starts `workload.ts`. */
export function startWorkload(settings: WorkloadSettings, environment: Record<string, string> = {}): Child {
  return startChild([join(import.meta.dirname, 'workload.ts'), JSON.stringify(settings)], environment);
}

/** What a workload tried and what it acknowledged. */
export function readHistory(history: string): { tried: Set<string>; acknowledged: Set<string> } {
  return parseHistory(existsSync(history) ? readFileSync(history, 'utf8') : '');
}

export function parseHistory(text: string): { tried: Set<string>; acknowledged: Set<string> } {
  const of = (word: string) =>
    new Set([...text.matchAll(new RegExp(`^${word} (\\S+)\\n`, 'gm'))].map((match) => match[1] ?? ''));
  return { tried: of('TRY'), acknowledged: of('ACK') };
}

/** A folder that is gone at the end of the test. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'joinery-faults-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
