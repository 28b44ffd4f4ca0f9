import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deskFile } from './content.ts';

/** What the command line can make happen in a running demo. */
export const demoActs = ['stranger', 'stop', 'kill', 'remove', 'agree'] as const;

/**
 * Makes something happen in the demo that runs on this machine.
 * @returns what came of it, and whether it went as it should
 * @throws in words when no demo runs
 */
export async function actInDemo(act: (typeof demoActs)[number]): Promise<{ ok: boolean; words: string }> {
  for (const address of addresses()) {
    const headers = { accept: 'application/json' };
    const answer = await fetch(`${address}/do/${act}`, { method: 'POST', headers }).catch(() => null);
    if (answer?.ok) return (await answer.json()) as { ok: boolean; words: string };
  }
  throw new Error('No demo is running on this machine. Start one with: npm run demo');
}

/** Of desks whose demo may still run. */
function addresses(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('joinery-demo-'))
    .flatMap((name) => {
      try {
        const { address } = JSON.parse(readFileSync(join(tmpdir(), name, deskFile), 'utf8')) as { address: string };
        return [address];
      } catch {
        return [];
      }
    });
}
