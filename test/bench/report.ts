import { cpus, loadavg } from 'node:os';
import type { Limits } from './limits.ts';

/** One measured figure. Rates are per second. */
export type Figure = {
  name: string;
  /** What is wanted, as text. */
  target: string;
  /** Whether that was measured; a bench that misses something ends with 1. */
  met: boolean;
  /** What was measured by the clock on the wall. */
  measured: string;
  /** What the same work does on a core of its own: items per second of processor time of the node's main thread. */
  onFreeCore?: string;
  /** The limit measured in the same run, and how far the figure is from it. */
  limit: string;
};

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')}/s`;

/** The middle one: a single disturbed round does not count. */
export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A table for people, and for docs/benchmarks.md. */
export function printFigures(limits: Limits, figures: Figure[]): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say('');
  say(`Machine: ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; Node ${process.versions.node}`);
  say(
    `Limits, one thread: RSA verify ${perSecond(limits.verify)}, RSA sign ${perSecond(limits.sign)}, Ed25519 verify ${perSecond(limits.verifyProof)}, ` +
      `FULL commits ${perSecond(limits.commits)} (${perSecond(limits.commitsCpu)} of processor time), loopback POST ${perSecond(limits.post)}`,
  );
  say('');
  const rows = [
    ['figure', 'target', 'measured', 'on a free core', 'against the limit', ''],
    ['---', '---', '---', '---', '---', '---'],
    ...figures.map((figure) => [
      ...[figure.name, figure.target, figure.measured, figure.onFreeCore ?? '', figure.limit],
      figure.met ? 'met' : 'MISSED',
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      cell === '---' ? '-'.repeat(widths[column] ?? 3) : cell.padEnd(widths[column] ?? 0),
    );
    say(`| ${cells.join(' | ')} |`);
  }
}
