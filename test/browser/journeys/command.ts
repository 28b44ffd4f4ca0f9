import { runCommandLine } from '@joinery/node';
import type { TestNode } from '../../harness/node.ts';

/** One command on the machine of a node, while it runs. @returns what it said @throws when it failed */
export async function command(node: TestNode, ...words: string[]): Promise<string> {
  const said: string[] = [];
  const output = { out: (text: string) => said.push(text), error: (text: string) => said.push(text) };
  const { dataFolder, origin, agency } = node.context.config;
  const environment = {
    JOINERY_DATA: dataFolder,
    JOINERY_ORIGIN: origin,
    JOINERY_AGENCY: agency,
    JOINERY_LOOPBACK_PEERS: '1',
  };
  const code = await runCommandLine(words, environment, { output });
  if (code !== 0) throw new Error(`joinery ${words.join(' ')}: ${said.join('')}`);
  return said.join('');
}
