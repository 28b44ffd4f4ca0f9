import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { arrivingPath, newId, transact } from '@joinery/core';
import type { RunningNode } from '@joinery/node';
import { receiveFile } from '@joinery/slices/files';
import { joinGroup } from '@joinery/slices/groups';
import { addPerson } from '@joinery/slices/people';
import { createTopic, markdownText } from '@joinery/slices/posts';

const by = { kind: 'system', what: 'bench' } as const;
const megabyte = 1_000_000;

/** A topic with one large file. @returns the path of its bytes on the disk, and its address */
export async function bringFile(
  { context }: RunningNode,
  input: { group: string; owner: string; megabytes: number },
): Promise<{ path: string; uri: string }> {
  const id = newId();
  const path = arrivingPath(context.files, id);
  const file = await open(path, 'w');
  for (let written = 0; written < input.megabytes; written += 1) await file.write(randomBytes(megabyte));
  await file.close();
  const kept = await receiveFile(context, { id, path, name: 'large.bin', owner: input.owner });
  await transact(context, by, (work) =>
    createTopic(work, {
      ...{ group: input.group, author: input.owner, title: 'A large file', files: [{ id }] },
      ...markdownText('See the file.'),
    }),
  );
  return { path: join(context.config.dataFolder, 'files', kept.sha256.slice(0, 2), kept.sha256), uri: kept.uri };
}

/** Somebody of this node joins a group of another one. @returns their local id */
export async function joinThere({ context }: RunningNode, uri: string): Promise<string> {
  const roles = { administrator: false, federationOfficer: false };
  const person = await addPerson(context, by, { name: 'Bea Reader', email: 'bea@example.test', ...roles });
  const group = await context.ports.actors.resolve(uri);
  await transact(context, by, (work) => joinGroup(work, { group: group.id, person: person.id }));
  return person.id;
}

/** Local id of a file of another node, when it is known here. */
export async function fileFrom({ context }: RunningNode, uri: string): Promise<string | null> {
  const row = await context.db.reader.selectFrom('files_file').select('id').where('uri', '=', uri).executeTakeFirst();
  return row?.id ?? null;
}
