import { Session } from 'node:inspector/promises';
import { findSourceMap } from 'node:module';

type Spot = { name: string; percent: number };
/** Where the main thread spends its own time, by function and by file, the most first. */
export type Profile = { functions: Spot[]; files: Spot[] };

/** Records this process until the answer is called. */
export async function startProfile(): Promise<() => Promise<Profile>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    const functions = new Map<string, number>();
    const files = new Map<string, number>();
    let total = 0;
    profile.samples?.forEach((id, index) => {
      const took = profile.timeDeltas?.[index] ?? 0;
      const frame = nodes.get(id)?.callFrame;
      // Starting and stopping the recording itself takes hundreds of milliseconds.
      if (!frame || frame.functionName === '(idle)' || frame.url === 'node:inspector') return;
      total += took;
      const file = fileOf(frame.url, frame.lineNumber, frame.columnNumber);
      const name = `${frame.functionName || '(anonymous)'} ${file}`;
      functions.set(name, (functions.get(name) ?? 0) + took);
      files.set(file, (files.get(file) ?? 0) + took);
    });
    return { functions: most(functions, total, 45), files: most(files, total, 40) };
  };
}

function most(spent: Map<string, number>, total: number, count: number): Spot[] {
  return [...spent]
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, took]) => ({ name, percent: (100 * took) / total }));
}

/** Our own files by their source, others by their package. */
function fileOf(url: string, line: number, column: number): string {
  const inPackage = /node_modules\/(?!\.pnpm)((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(url);
  if (inPackage) return `${inPackage[1]}`;
  if (url.startsWith('node:')) return url;
  const entry = findSourceMap(url.replace('file://', ''))?.findEntry(line, column);
  const source = entry && 'originalSource' in entry ? String(entry.originalSource) : '';
  return source.replace(/^.*\/(packages|apps|test)\//, '$1/') || url || '(native)';
}

export function printProfile(title: string, profile: Profile): void {
  const print = (spots: Spot[]) =>
    spots.map((spot) => `${spot.percent.toFixed(1).padStart(6)} %  ${spot.name}`).join('\n');
  process.stdout.write(
    `\nProfile of ${title}: own time of functions\n${print(profile.functions)}\n\nBy file\n${print(profile.files)}\n`,
  );
}
