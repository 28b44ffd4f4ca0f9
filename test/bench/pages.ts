import autocannon from 'autocannon';
import { type Child, startChild } from './children.ts';
import { type Limits, seconds } from './limits.ts';
import { makeMember, signedHeaders } from './peers.ts';
import { printProfile } from './profile.ts';
import { type Figure, median, perSecond } from './report.ts';

const posts = 20_000;
const warmUp = 2_000;
const perRound = 700;
const rounds = 3;

/** The page of a group for somebody who signed in, over 20,000 posts and without a page cache; and the group's document by signed fetch. */
export async function measurePages(_limits: Limits, profile: boolean): Promise<Figure[]> {
  await using empty = startChild('empty-route');
  await using subject = startChild('subject');
  const { origin, port } = await subject.call('address');
  const group = await subject.call('group');
  await subject.call('topics', { group: group.id, owner: group.owner, count: posts });
  const peer = 'http://localhost:20001';
  const member = makeMember(peer, 1, 'joinery');
  await subject.call('allow', [peer]);
  await subject.call('join', { group: group.id, documents: [member.document] });
  await subject.call('onlyReceive', [peer]);
  await subject.call('drain');
  const least = await ask(empty, `http://127.0.0.1:${await empty.call('port')}/`, {}, false, 'an empty route');
  const cookie = await subject.call<string>('cookie', group.owner);
  const at = `http://127.0.0.1:${port}/groups/${group.id}`;
  const host = new URL(origin).host;
  const page = await ask(subject, at, { cookie, accept: 'text/html', host }, profile, 'the group page');
  await subject.call('onlyFetch', [peer]);
  const actor = await ask(subject, at, await signedHeaders(member, group.uri), profile, 'the group actor');
  const figure = (name: string, target: number, asked: Asked): Figure => ({
    name,
    target: `≥ ${perSecond(target)}`,
    met: asked.wall >= target,
    measured: perSecond(asked.wall),
    onFreeCore: perSecond(asked.thread),
    limit: `${((100 * asked.thread) / least.thread).toFixed(0)} % of an empty Hono route (${perSecond(least.thread)})`,
  });
  return [
    figure(`group page, signed in, ${posts.toLocaleString('en')} posts`, 600, page),
    figure('group actor by signed fetch', 1_500, actor),
  ];
}

type Asked = { wall: number; thread: number };

async function ask(
  child: Child,
  url: string,
  headers: Record<string, string>,
  profile: boolean,
  title: string,
): Promise<Asked> {
  const first = await fetch(url, {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host')),
  });
  if (headers.host === undefined && first.status !== 200)
    throw new Error(`${title}: ${first.status} ${await first.text()}`);
  const wall: number[] = [];
  const thread: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await child.call('begin', profile && round === rounds);
    // The first round is longer: until the code is compiled for speed, a request costs several times as much.
    const amount = round === 0 ? warmUp : perRound;
    const result = await autocannon({ url, headers, connections: 8, amount });
    const spent = await child.call('end');
    if (result.non2xx > 0 || result.errors > 0)
      throw new Error(`${title}: ${result.non2xx} refused, ${result.errors} failed`);
    const used = spent.thread ?? spent;
    if (spent.profile) printProfile(title, spent.profile);
    if (round === rounds && spent.statements?.length > 0) process.stdout.write(`${spent.statements.join('\n')}\n`);
    if (round === 0) continue;
    wall.push(result.requests.total / result.duration);
    thread.push(result.requests.total / seconds(used));
  }
  return { wall: median(wall), thread: median(thread) };
}
