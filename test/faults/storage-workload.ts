/** A process that goes on trying to write after its disk has failed. Prints as JSON what it was told, and what can still be read. */
import { appendFileSync } from 'node:fs';
import { newId } from '@joinery/core';
import type { WorkloadSettings } from './child.ts';
import { entries, openFaultNode, writeEntry } from './node.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkloadSettings;
await using node = await openFaultNode(settings);
const told: string[] = [];
const write = async (writer: number) => {
  for (let n = 0; n < settings.each; n += 1) {
    const id = newId();
    appendFileSync(settings.history, `TRY ${id}\n`);
    try {
      await writeEntry(node.context, writer, id);
      appendFileSync(settings.history, `ACK ${id}\n`);
    } catch (error) {
      told.push(error instanceof Error && 'code' in error ? String(error.code) : String(error));
    }
  }
};
await Promise.all(Array.from({ length: settings.writers }, (_, writer) => write(writer)));
const [first, ...later] = told;
process.stdout.write(JSON.stringify({ first, later, readable: (await entries(node.context)).size }));
