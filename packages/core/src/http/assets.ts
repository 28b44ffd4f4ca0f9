import type { Context as HonoContext } from 'hono';
import type { Context } from '../context.ts';
import type { Environment } from './environment.ts';

/** A file for browsers; its address changes with its content. `gzip` only where it helps. */
export type Asset = { body: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer> | null; type: string };
/** Gives the files of a node by path, its house style among them. */
export type AssetsOf = (context: Context) => ReadonlyMap<string, Asset>;

/** Answers a file, or undefined when there is none at this path. */
export function answerAsset(c: HonoContext<Environment>, files: ReadonlyMap<string, Asset>): Response | undefined {
  const asset = files.get(c.req.path);
  if (!asset) return undefined;
  const zipped = asset.gzip !== null && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '') ? asset.gzip : null;
  return c.body(zipped ?? asset.body, 200, {
    'content-type': asset.type,
    'cache-control': 'public, max-age=31536000, immutable',
    ...(asset.gzip ? { vary: 'Accept-Encoding' } : {}),
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  });
}
