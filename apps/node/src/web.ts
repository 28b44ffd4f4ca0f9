import { type Context, createWebApp, type Slice, type WebApp } from '@joinery/core';
import { federationMiddleware, refuseMisdirected } from '@joinery/federation';
import { type Assets, assets } from '@joinery/ui';
import { errorPage } from './error-page.tsx';
import { slices as allSlices } from './slices.ts';

/** The routes of all slices, built once per process; every node of the process shares them. */
export function createNodeWebApp(slices: Slice[] = allSlices): WebApp {
  const kept = new WeakMap<Context, Assets>();
  const assetsOf = (context: Context) => {
    const known = kept.get(context) ?? assets();
    kept.set(context, known);
    return known.files;
  };
  return createWebApp({
    slices,
    errorPage,
    assets: assetsOf,
    federation: [federationMiddleware()],
    misdirected: refuseMisdirected,
  });
}
