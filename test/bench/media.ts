import { request } from 'node:http';
import { type Child, startChild } from './children.ts';
import { type Limits, seconds } from './limits.ts';
import { printProfile } from './profile.ts';
import { type Figure, median } from './report.ts';

const megabytes = 200;
const rounds = 5;

/** A large file of another node, read by somebody through their own node, beside a plain file server that hands out the same bytes: turn by turn on the same machine. */
export async function measureMedia(_limits: Limits, profile: boolean): Promise<Figure[]> {
  const room = { JOINERY_FILE_MEGABYTES: String(megabytes) };
  await using author = startChild('subject', room);
  await using reader = startChild('subject', room);
  await using plain = startChild('plain-files');
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
  const ways = {
    plain: () => take(plain, { port, path: '/', headers: {} }),
    own: () => take(author, { port: there.port, path: new URL(uri).pathname, headers: ownHeaders }),
    through: (profiled: boolean) => take(reader, { port: here.port, path: `/files/${id}`, headers }, profiled),
  };
  const found: Record<keyof typeof ways, Taken[]> = { plain: [], own: [], through: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const last = profile && round === rounds;
    for (const way of ['plain', 'own', 'through'] as const) {
      const taken = await ways[way](last);
      if (taken.profile) printProfile('a file of another node', taken.profile);
      // The first one warms up.
      if (round > 0) found[way].push(taken);
    }
  }
  const speed = (way: keyof typeof ways) => median(found[way].map((one) => one.wall));
  const cost = (way: keyof typeof ways) => median(found[way].map((one) => one.thread));
  const figure = (name: string, target: string, way: keyof typeof ways): Figure => ({
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

async function take(
  child: Child,
  at: { port: number; path: string; headers: Record<string, string> },
  profiled = false,
): Promise<Taken> {
  await child.call('begin', profiled);
  const since = performance.now();
  const bytes = await get(at);
  const took = (performance.now() - since) / 1_000;
  const spent = await child.call('end');
  if (bytes !== megabytes * 1_000_000) throw new Error(`${at.path}: ${bytes} bytes`);
  return { wall: megabytes / took, thread: megabytes / seconds(spent.thread), profile: spent.profile };
}

/** @returns how many bytes came */
function get(at: { port: number; path: string; headers: Record<string, string> }): Promise<number> {
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
