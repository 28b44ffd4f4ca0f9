import { type Context, type JsonObject, transact } from '@joinery/core';
import { binned, emptyBin, postById } from '@joinery/slices/posts';
import { emptyJob } from './after-effects.ts';
import { forgetDocument } from './documents.ts';

/** The days in which a deleted document could be had again are over. */
async function empty(context: Context, data: JsonObject): Promise<void> {
  const post = String(data.post);
  await transact(context, { kind: 'system', what: emptyJob }, async (work) => {
    const row = await binned(work.db, post);
    // What was had back lies in no bin any more; of others' documents there never was one.
    const local = (await postById(work.db, post))?.local === 1;
    if (row ? row.ends_at > work.now : local) return;
    await emptyBin(work, post);
    await forgetDocument(work, post);
  });
}

export const jobs = { [emptyJob]: empty };
