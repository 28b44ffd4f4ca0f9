import { brotliCompress, constants } from 'node:zlib';
import type { Context as HonoContext } from 'hono';
import type { Context } from '../context.ts';
import type { Environment } from './environment.ts';

/** A file for browsers; its address changes with its content. `gzip` only where it helps. */
export type Asset = { body: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer> | null; type: string };
/** Gives the files of a node by path, its house style among them. */
export type AssetsOf = (context: Context) => ReadonlyMap<string, Asset>;

/** Smaller by a seventh than gzip makes them; null while they are being made. */
const smallest = new WeakMap<Asset, Uint8Array<ArrayBuffer> | null>();

/** As small as it gets takes half a second: whoever asks first takes what there is. */
function brotliOf(asset: Asset): Uint8Array<ArrayBuffer> | null {
  if (!smallest.has(asset)) {
    smallest.set(asset, null);
    const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
    brotliCompress(asset.body, { params }, (error, body) => {
      if (!error) smallest.set(asset, new Uint8Array(body));
    });
  }
  return smallest.get(asset) ?? null;
}

/** In the smallest form that there is of it and the client takes. */
function encode(asset: Asset, accepted: string): { body: Uint8Array<ArrayBuffer>; encoding: 'br' | 'gzip' | null } {
  if (asset.gzip === null) return { body: asset.body, encoding: null };
  const brotli = /\bbr\b/.test(accepted) ? brotliOf(asset) : null;
  if (brotli) return { body: brotli, encoding: 'br' };
  return /\bgzip\b/.test(accepted) ? { body: asset.gzip, encoding: 'gzip' } : { body: asset.body, encoding: null };
}

/** Answers a file, or undefined when there is none at this path. */
export function answerAsset(c: HonoContext<Environment>, files: ReadonlyMap<string, Asset>): Response | undefined {
  const asset = files.get(c.req.path);
  if (!asset) return undefined;
  const { body, encoding } = encode(asset, c.req.header('accept-encoding') ?? '');
  return c.body(body, 200, {
    'content-type': asset.type,
    'cache-control': 'public, max-age=31536000, immutable',
    ...(asset.gzip ? { vary: 'Accept-Encoding' } : {}),
    ...(encoding ? { 'content-encoding': encoding } : {}),
  });
}
