import type { Context, FileHolder, Reader, RequestContext, Requester } from '@joinery/core';
import { holderOf } from './holders.ts';
import type { FileRow } from './tables.ts';

/**
 * Whether somebody may read the bytes of a file: by the rule of what it hangs on, asked anew each time; while it hangs on nothing, its owner alone.
 * False for what is not there, after the same statements.
 */
export async function mayReadFile(
  context: Pick<Context, 'slices'>,
  db: Reader,
  requester: Requester,
  file: Pick<FileRow, 'state' | 'owner_id' | 'holder_kind' | 'holder_id'> | undefined,
): Promise<boolean> {
  // What is not there is asked about like what hangs on something hidden.
  if (!file) await ofGroups(context)?.mayRead(db, requester, '');
  if (!file) return false;
  if (file.state !== 'ready') return false;
  if (file.holder_id === null) return requester.kind === 'person' && requester.person === file.owner_id;
  return (await holderOf(context, file)?.mayRead(db, requester, file.holder_id)) ?? false;
}

/** What rules the files of things that can be in a closed group. */
function ofGroups(context: Pick<Context, 'slices'>): FileHolder | undefined {
  return context.slices.flatMap((slice) => slice.fileHolders ?? []).find(({ closedGroup }) => closedGroup);
}

/** Who asks: a node that has signed the request, or whoever is signed in. */
export function requesterOf(c: RequestContext): Requester {
  const { requester, visitor } = c.var;
  if (requester) return requester;
  if (!visitor) return { kind: 'nobody' };
  const { person, administrator } = visitor;
  return { kind: 'person', person: person.id, administrator, guest: person.guest };
}

/** Types that every browser shows and none runs. */
const shown = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'application/pdf', 'text/plain']);
/** Types that a browser would run with the rights of the address they come from. */
const runs = /html|xml|svg|javascript|ecmascript|x-shockwave-flash|mathml|vnd\.mozilla|x-msdownload|multipart/;

export const isShown = (mediaType: string): boolean => shown.has(mediaType);
export const isImage = (mediaType: string): boolean => isShown(mediaType) && mediaType.startsWith('image/');
export const isDangerous = (mediaType: string): boolean => runs.test(mediaType);
