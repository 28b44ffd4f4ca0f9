import { request } from 'node:http';
import { type Child, startChild } from './children.ts';
import { type Limits, seconds } from './limits.ts';
import { printProfile } from './profile.ts';
import { type Figure, median } from './report.ts';

const megabytes = 200;
const rounds = 5;

/** A plain file server, the author's node for somebody there, and the reader's node for somebody of its own. */
export type Way = 'plain' | 'own' | 'through';
export type MediaNodes = AsyncDisposable & { take: (way: Way, profiled?: boolean) => Promise<Taken> };

/**
 * A large file of another node, which somebody may read through their own node, beside a plain file server that hands out the same bytes, each in a process of its own.
 * @param options.program the bundle of the bench, where this process is another one
 */
export async function openMediaNodes(options: { megabytes: number; program?: string }): Promise<MediaNodes> {
  const { megabytes, program } = options;
  const room = { JOINERY_FILE_MEGABYTES: String(megabytes) };
  await using stack = new AsyncDisposableStack();
  const author = stack.use(startChild('subject', room, program));
  const reader = stack.use(startChild('subject', room, program));
  const plain = stack.use(startChild('plain-files', {}, program));
  const [there, here] = [await author.call('address'), await reader.call('address')];
  await author.call('allow', [here.origin]);
  await reader.call('allow', [there.origin]);
  const group = await author.call('group');
  const person = await reader.call<string>('joinThere', group.uri);
  const settle = async () => {
    for (const node of [reader, author, reader]) await node.call('drain');
  };
  await settle();
  const { path, uri } = await author.call('bringFile', { group: group.id, owner: group.owner, megabytes });
  let id: string | null = null;
  for (const since = performance.now(); id === null; id = await reader.call<string | null>('fileFrom', uri)) {
    if (performance.now() - since > 60_000) throw new Error('The file did not reach the other node');
    await settle();
  }
  await plain.call('serve', path);
  const cookie = await reader.call<string>('cookie', person);
  const headers = { cookie, host: new URL(here.origin).host };
  const port = await plain.call<number>('port');
  const ownHeaders = { cookie: await author.call<string>('cookie', group.owner), host: new URL(there.origin).host };
  const ways: Record<Way, [Child, At]> = {
    plain: [plain, { port, path: '/', headers: {} }],
    own: [author, { port: there.port, path: new URL(uri).pathname, headers: ownHeaders }],
    through: [reader, { port: here.port, path: `/files/${id}`, headers }],
  };
  const children = stack.move();
  return {
    take: (way, profiled = false) => take(...ways[way], megabytes, profiled),
    [Symbol.asyncDispose]: () => children.disposeAsync(),
  };
}

/** The same bytes in three ways, turn by turn on the same machine. */
export async function measureMedia(_limits: Limits, profile: boolean): Promise<Figure[]> {
  await using nodes = await openMediaNodes({ megabytes });
  const found: Record<Way, Taken[]> = { plain: [], own: [], through: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const last = profile && round === rounds;
    for (const way of ['plain', 'own', 'through'] as const) {
      const taken = await nodes.take(way, last && way === 'through');
      if (taken.profile) printProfile('a file of another node', taken.profile);
      // The first one warms up.
      if (round > 0) found[way].push(taken);
    }
  }
  const speed = (way: Way) => median(found[way].map((one) => one.wall));
  const cost = (way: Way) => median(found[way].map((one) => one.thread));
  const figure = (name: string, target: string, way: Way): Figure => ({
    name,
    target,
    met: speed(way) >= 0.6 * speed('plain'),
    measured: `${Math.round(speed(way))} MB/s, ${Math.round((100 * speed(way)) / speed('plain'))} %`,
    onFreeCore: `${Math.round(cost(way))} MB/s of its thread`,
    limit: `plain file server ${Math.round(speed('plain'))} MB/s, of its thread ${Math.round(cost('plain'))}`,
  });
  return [
    figure(`file of ${megabytes} MB at its own node`, '≥ 60 % of a plain file server', 'own'),
    figure(
      `file of ${megabytes} MB of another node, through the reader’s own`,
      '≥ 60 % of a plain file server',
      'through',
    ),
  ];
}

/** MB a second, by the clock and by processor time of the main thread of who answers. */
type Taken = { wall: number; thread: number; profile?: Parameters<typeof printProfile>[1] };

type At = { port: number; path: string; headers: Record<string, string> };

async function take(child: Child, at: At, megabytes: number, profiled: boolean): Promise<Taken> {
  await child.call('begin', profiled);
  const since = performance.now();
  const bytes = await get(at);
  const took = (performance.now() - since) / 1_000;
  const spent = await child.call('end');
  if (bytes !== megabytes * 1_000_000) throw new Error(`${at.path}: ${bytes} bytes`);
  return { wall: megabytes / took, thread: megabytes / seconds(spent.thread), profile: spent.profile };
}

/** @returns how many bytes came */
function get(at: At): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', ...at }, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.once('end', () => resolve(bytes));
      answer.once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
