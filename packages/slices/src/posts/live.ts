import { type Context, originOf, type Referenced } from '@joinery/core';
import { type GroupRow, isReadLive } from '@joinery/slices/groups';
import { excerpt } from '@joinery/ui';
import { type ReadPost, readItem } from './documents-closed.ts';
import type { ListedPost } from './listed-posts.ts';

/**
 * What people of other nodes write in a closed group that is read live: here are the address, the author and the instant, and each page asks for the text where it was
 * written. Nothing of it outlives the answer to the request.
 */

/** What came of asking for a post just now: `since` when its node cannot be reached. */
export type ReadLive =
  | { state: 'read'; files: ReadonlyMap<string, { name: string; alt: string | null }> }
  | { state: 'away'; origin: string; since: string }
  | { state: 'refused'; origin: string };

/** Nobody waits longer for a page. */
const longestMilliseconds = 2_000;

type Asked = { running: Map<string, Promise<Referenced>>; away: Map<string, string> };
const asked = new WeakMap<Context['ports'], Asked>();

function askedBy({ ports }: Pick<Context, 'ports'>): Asked {
  const known = asked.get(ports) ?? { running: new Map(), away: new Map() };
  asked.set(ports, known);
  return known;
}

type Node = Pick<Context, 'db' | 'ports' | 'clock'>;

/**
 * Posts with the texts that their nodes give just now; those that are kept here stay as they are. All are asked at once, each item by one request at a time whoever
 * wants it, and nobody waits longer than two seconds.
 */
export async function readLive<Post extends ListedPost>(
  context: Node,
  group: GroupRow,
  posts: readonly Post[],
): Promise<Post[]> {
  if (!isReadLive(group)) return [...posts];
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<Referenced>((resolve) => {
    timer = setTimeout(() => resolve({ state: 'away' }), longestMilliseconds);
  });
  try {
    return await Promise.all(
      posts.map(async (post) => {
        if (post.local === 1 || post.deleted_at !== null || post.hidden_at !== null) return post;
        const found = await Promise.race([ask(context, group, post.uri), tooLong]);
        return withAnswer(context, group, post, found);
      }),
    );
  } finally {
    clearTimeout(timer);
  }
}

/** One fetch per item in flight: whoever asks meanwhile shares the answer. */
function ask(context: Node, group: GroupRow, uri: string): Promise<Referenced> {
  const { running } = askedBy(context);
  const known = running.get(uri);
  if (known) return known;
  const asking = context.ports.closedGroups
    .reference(uri, group)
    .catch((): Referenced => ({ state: 'away' }))
    .finally(() => running.delete(uri));
  running.set(uri, asking);
  return asking;
}

async function withAnswer<Post extends ListedPost>(
  context: Node,
  group: GroupRow,
  post: Post,
  found: Referenced,
): Promise<Post> {
  const origin = originOf(post.uri) ?? post.author_home;
  const { away } = askedBy(context);
  if (found.state === 'away') {
    const since = away.get(origin) ?? context.clock.now().toISOString();
    away.set(origin, since);
    const lane = await context.ports.files.awaySince(context.db.reader, origin);
    return { ...post, live: { state: 'away', origin, since: lane !== null && lane < since ? lane : since } };
  }
  away.delete(origin);
  const read = found.state === 'found' ? itsOwn(found.document, group, post) : null;
  if (!read) return { ...post, live: { state: 'refused', origin } };
  const files = new Map(read.files.map(({ uri, name, alt }) => [uri, { name, alt }]));
  return {
    ...post,
    title: read.title,
    excerpt: excerpt(read.content),
    language: read.language,
    ...('content' in post ? { content: read.content, source: null } : {}),
    live: { state: 'read', files },
  };
}

/** What a document says of this very post, by its own author. */
function itsOwn(document: Parameters<typeof readItem>[0], group: GroupRow, post: ListedPost): ReadPost | null {
  const read = readItem(document, post.uri, group)?.read;
  return read?.uri === post.uri && read.authors.includes(post.author_uri) ? read : null;
}
