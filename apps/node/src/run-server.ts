import { ConfigError, isTrial } from '@joinery/core';
import { configureFedifyLog } from '@joinery/federation';
import { firstAdministratorLink, type RunningNode, startNode } from './node.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Runs a node until it is told to stop. Ends the process with 1 when it cannot start. */
export async function runServer(environment: Record<string, string | undefined>): Promise<void> {
  let node: RunningNode | undefined;
  let stopping = false;
  const stop = async () => {
    // Asked twice, somebody is in a hurry.
    if (stopping) process.exit(1);
    stopping = true;
    await node?.close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    await configureFedifyLog((line) => process.stderr.write(`${line}\n`));
    node = await startNode(environment);
    await greet(node);
  } catch (error) {
    await node?.close();
    process.stderr.write(`${inWords(error)}\n`);
    process.exit(1);
  }
}

async function greet({ context, origin, port }: RunningNode): Promise<void> {
  const { config } = context;
  if (port === null) {
    say(`Joinery works in the background for ${origin}`);
    return;
  }
  say(`Joinery runs at ${origin}`);
  if (isTrial(config)) {
    say('This is a trial: only this machine can reach it, so it cannot federate. For a real node set JOINERY_ORIGIN.');
  } else {
    say(`It listens on ${config.host} port ${port}, for the reverse proxy.`);
  }
  const link = await firstAdministratorLink(context);
  if (link) say(`Become its administrator with this link, once, within 24 hours:\n  ${link}`);
}

/** What went wrong, for whoever runs the node; with the stack only when it is a fault of the program. */
export function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const programFault = error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;
  return programFault && !(error instanceof ConfigError) ? (error.stack ?? error.message) : error.message;
}
