/** Measures a node against what the machine can do in the same run: `npm run bench [-- name …] [--profile]`. See docs/benchmarks.md. */
import { measureAnswers } from './answers.ts';
import { measureClosed } from './closed.ts';
import { serveClosedNodes } from './closed-nodes.ts';
import { measureDelivery, measureFanOut } from './delivery.ts';
import { serveEmptyRoute } from './empty-route.ts';
import { measureIdle } from './idle.ts';
import { measureInbox } from './inbox.ts';
import { serveLeaseNode } from './lease-nodes.ts';
import { measureLeases } from './leases.ts';
import { measureLimits } from './limits.ts';
import { serveLines } from './lines.ts';
import { measureMedia } from './media.ts';
import { measurePages } from './pages.ts';
import { servePlainFiles } from './plain-files.ts';
import { type Figure, printFigures } from './report.ts';
import { serveSinks } from './sinks.ts';
import { serveSubject } from './subject.ts';
import { measureToken } from './token.ts';

const benches = {
  inbox: measureInbox,
  pages: measurePages,
  answers: measureAnswers,
  delivery: measureDelivery,
  fanout: measureFanOut,
  idle: measureIdle,
  token: measureToken,
  media: measureMedia,
  closed: measureClosed,
  leases: measureLeases,
} as const;

async function main(): Promise<void> {
  const names = process.argv.slice(2).filter((name) => !name.startsWith('--'));
  const profile = process.argv.includes('--profile');
  const chosen = Object.entries(benches).filter(([name]) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) {
    process.stderr.write(`Choose among ${Object.keys(benches).join(', ')}\n`);
    process.exit(1);
  }
  const limits = await measureLimits();
  const figures: Figure[] = [];
  for (const [name, measure] of chosen) {
    process.stderr.write(`${name} …\n`);
    figures.push(...(await measure(limits, profile)));
  }
  printFigures(limits, figures);
  process.exit(figures.every(({ met }) => met) ? 0 : 1);
}

const roles: Record<string, () => Promise<void>> = {
  subject: serveSubject,
  sinks: serveSinks,
  lines: serveLines,
  'closed-nodes': serveClosedNodes,
  'lease-node': serveLeaseNode,
  'empty-route': serveEmptyRoute,
  'plain-files': servePlainFiles,
};
// Children run this same bundle in another role.
await (roles[process.env.BENCH_ROLE ?? ''] ?? main)();
