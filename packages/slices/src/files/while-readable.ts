import { accountOfPerson, type Context, isUsable, type Requester } from '@joinery/core';
import { mayReadFile } from './reading.ts';
import { fileById } from './store.ts';
import type { FileRow } from './tables.ts';

/** Milliseconds. A long file can take hours, and whoever reads it can be removed meanwhile. */
const askEvery = 10_000;

/**
 * The bytes of a file for as long as this requester may read it: asked again while they go out. Then the stream breaks off, as it does when the file's own node goes away.
 * @param still asked instead, for whoever reads it by another rule than that of what it hangs on
 */
export function whileReadable(
  context: Context,
  requester: Requester,
  file: Pick<FileRow, 'id'>,
  bytes: ReadableStream<Uint8Array>,
  still: () => Promise<boolean> = () => mayStillRead(context, requester, file.id),
): ReadableStream<Uint8Array> {
  const source = bytes.getReader();
  const now = () => context.clock.now().getTime();
  let asked = now();
  const end = () => source.cancel().catch(() => undefined);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.read();
        if (done) return controller.close();
        if (now() - asked >= askEvery) {
          asked = now();
          const may = await still().catch(async (error: unknown) => {
            await end();
            throw error;
          });
          if (!may) {
            await end();
            throw new Error('Whoever read this file may read it no more');
          }
        }
        controller.enqueue(value);
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** As `mayReadFile`, of whoever may have begun long ago: their account can have ended since. */
export async function mayStillRead(context: Context, requester: Requester, id: string): Promise<boolean> {
  const db = context.db.reader;
  if (requester.kind === 'person') {
    const account = await accountOfPerson(db, requester.person);
    if (!account || !isUsable(account, context.clock.now().toISOString())) return false;
  }
  return mayReadFile(context, db, requester, await fileById(db, id));
}
