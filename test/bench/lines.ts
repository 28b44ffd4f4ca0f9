import { type Link, openLink } from '../harness/link.ts';
import { answerCalls } from './children.ts';

/** The lines between nodes, in a process of their own: what is late there costs no node any time. */
export async function serveLines(): Promise<void> {
  const links: Link[] = [];
  let since = process.cpuUsage();
  answerCalls({
    begin: () => {
      since = process.cpuUsage();
    },
    /** @returns milliseconds of processor time */
    end: () => {
      const { user, system } = process.cpuUsage(since);
      return (user + system) / 1_000;
    },
    /** @returns addresses at which nodes are reached, one for each line */
    open: async ({ count, latency }: { count: number; latency: number }) => {
      for (let number = 0; number < count; number += 1) {
        const link = await openLink(latency);
        // Two times there and back: TCP, then TLS 1.3.
        link.greeting = 4 * latency;
        links.push(link);
      }
      return links.map(({ environment }) => environment.JOINERY_ORIGIN);
    },
    to: (ports: number[]) => {
      ports.forEach((port, index) => {
        links[index]?.to(port);
      });
    },
  });
}
