import { isObject, type Json, type JsonObject, type Reader, type Work } from '@joinery/core';

/** Members of a post's document that belong to other slices: `target` is the collection that it lies in (FEP-400e). */
const members = ['target', 'joinery:library'] as const;
const longest = 60_000;

/** What the document of another node says of them; null when it says nothing. */
export function extensionIn(document: JsonObject): JsonObject | null {
  const said = members.flatMap((name): [string, Json][] => {
    const value = document[name];
    const fits = name === 'target' ? typeof value === 'string' : isObject(value);
    return fits && value !== undefined ? [[name, value]] : [];
  });
  if (!said.some(([name]) => name === 'joinery:library')) return null;
  const extension = Object.fromEntries(said);
  return JSON.stringify(extension).length > longest ? null : extension;
}

/** What other slices say of a post beside its text. */
export async function extensionsOf(db: Reader, posts: readonly string[]): Promise<Map<string, JsonObject>> {
  if (posts.length === 0) return new Map();
  const rows = await db
    .selectFrom('post_extension')
    .selectAll()
    .where('post_id', 'in', [...posts])
    .execute();
  return new Map(rows.map(({ post_id, said }) => [post_id, JSON.parse(said) as JsonObject]));
}

/** @returns whether anything is different now */
export async function putExtension(work: Work, post: string, extension: JsonObject | null): Promise<boolean> {
  const before = (await extensionsOf(work.db, [post])).get(post) ?? null;
  const said = JSON.stringify(extension);
  if (JSON.stringify(before) === said) return false;
  await forgetExtension(work, post);
  if (extension !== null) await work.db.insertInto('post_extension').values({ post_id: post, said }).execute();
  return true;
}

export async function forgetExtension(work: Work, post: string): Promise<void> {
  await work.db.deleteFrom('post_extension').where('post_id', '=', post).execute();
}
