import { writeFile } from 'node:fs/promises';
import { arrivingPath, newId, transact } from '@joinery/core';
import { attachFile, fileById, receiveFile } from '@joinery/slices/files';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { noteReading, type Way, ways } from '../../packages/slices/src/files/readers.ts';
import { png } from '../../packages/slices/src/files/testing/pictures.ts';
import type { TestNode } from '../harness/node.ts';

const by = { kind: 'system', what: 'test' } as const;

/** Hangs a file on a post of its owner. @returns its id */
async function hang(
  { context }: TestNode,
  input: { person: string; post: string; name: string; content: string | Uint8Array; alt?: string },
): Promise<string> {
  const { person, post, name, content, alt } = input;
  const id = newId();
  const path = arrivingPath(context.files, id);
  await writeFile(path, content);
  await receiveFile(context, { id, path, name, owner: person, alt: alt ?? null });
  await transact(context, by, (work) =>
    attachFile(work, { file: id, holder: { kind: 'posts', id: post }, by: person }),
  );
  return id;
}

/** @returns id of the file */
export const hangPicture = (node: TestNode, person: string, post: string): Promise<string> =>
  hang(node, { person, post, name: 'Badge, front side.png', content: png(320), alt: 'A blue badge' });

const note = `# Duty rota

Who answers in the **first hour**, and who takes over.

| Day | First | Second |
| --- | --- | --- |
| Monday | Housing | Permits |
| Tuesday | Permits | Housing |

> Changes before noon.
`;

const costs = `Item;Budget;Spent
Sandbags;12500;11980
Pumps, hired by the day;48000;51250
Catering for volunteers;3000;
`;

/** Of every kind that is shown, in a closed group, and one that some have opened. */
export type Papers = Record<'markdown' | 'table' | 'pdf' | 'other', string>;

/** @param input.readers people who have opened the table, in turn */
export async function fillPapers(
  node: TestNode,
  input: { group: string; owner: string; readers: string[]; peer: string },
): Promise<Papers> {
  const { context } = node;
  const topic = await transact(context, by, (work) =>
    createTopic(work, {
      ...{ group: input.group, author: input.owner, title: 'Papers for the exercise', language: 'en' },
      ...markdownText('Read these before Thursday.'),
    }),
  );
  const put = (name: string, content: string) => hang(node, { person: input.owner, post: topic.id, name, content });
  const papers = {
    markdown: await put('Duty rota.md', note),
    table: await put('Costs of the exercise.csv', costs),
    pdf: await put('Floor plan of the crisis centre.pdf', '%PDF-1.7\n'),
    other: await put('Rota 2027.ics', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n'),
  };
  const table = await fileById(context.db.reader, papers.table);
  const did: Way[] = [ways.opened, ways.saved];
  for (const [index, person] of input.readers.entries())
    if (table)
      await noteReading(
        context,
        table,
        { kind: 'person', person, administrator: false, guest: false },
        did[index % did.length] ?? ways.opened,
      );
  const { trust } = context.ports;
  if (table) await noteReading(context, table, { kind: 'peer', origin: input.peer, actor: '', trust }, ways.opened);
  return papers;
}
