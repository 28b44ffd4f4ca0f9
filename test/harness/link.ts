import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A line to one node that can be slow or cut: a TCP proxy whose address is the node's public one. */
export type Link = AsyncDisposable & {
  /** Settings that make a node live at the end of this line. */
  environment: Record<string, string>;
  /** Leads the line to where the node listens. */
  to: (port: number) => void;
  /** Milliseconds each way. */
  latency: number;
  /** Milliseconds by which the first piece of a new connection is later still: what greetings of TCP and TLS cost where there is latency. */
  greeting: number;
  /** Nothing gets through until it is mended; what is under way breaks off. */
  cut: () => void;
  mend: () => void;
};

/** Opens a line on a free loopback port. */
export async function openLink(latency = 0): Promise<Link> {
  const sockets = new Set<Socket>();
  let target = 0;
  let broken = false;
  const server = createServer((near) => {
    if (broken || target === 0) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const greeted = performance.now() + link.greeting;
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      // Each piece is late by the same time, so that they stay in order and do not wait for each other.
      const wait = () => link.latency + Math.max(0, greeted - performance.now());
      from.on('data', (piece) => after(wait(), () => into.writable && into.write(piece)));
      from.on('end', () => after(wait(), () => into.end()));
      from.on('error', () => into.destroy());
      from.on('close', () => {
        sockets.delete(from);
        after(wait(), () => into.destroy());
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const link: Link = {
    environment: { JOINERY_ORIGIN: `http://localhost:${port}` },
    latency,
    greeting: 0,
    to: (where) => {
      target = where;
    },
    cut: () => {
      broken = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      broken = false;
    },
    [Symbol.asyncDispose]: async () => {
      link.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return link;
}

function after(milliseconds: number, act: () => void): void {
  if (milliseconds === 0) act();
  else setTimeout(act, milliseconds);
}
