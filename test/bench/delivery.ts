import { setTimeout as pause } from 'node:timers/promises';
import { type Child, startChild } from './children.ts';
import { type Limits, seconds } from './limits.ts';
import { printProfile } from './profile.ts';
import { type Figure, median, perSecond } from './report.ts';

const inboxes = 200;
const perRound = 10;

/** Topics of a group to the inboxes of 200 nodes, each an origin of its own, through the lanes. */
export async function measureDelivery(limits: Limits, profile: boolean): Promise<Figure[]> {
  await using sinks = startChild('sinks');
  await using subject = startChild('subject');
  const origins = (await sinks.call<number[]>('open', inboxes)).map((port) => `http://localhost:${port}`);
  const group = await subject.call('group');
  await subject.call('allow', origins);
  await subject.call('peers', origins);
  await subject.call('subscribe', { group: group.id, origins });
  const wall: number[] = [];
  const thread: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const from = await sinks.call<number>('received');
    const wanted = inboxes * perRound;
    await subject.call('begin', profile && round === 3);
    const since = performance.now();
    await subject.call('topics', { group: group.id, owner: group.owner, count: perRound });
    await arrived(sinks, from + wanted);
    const took = (performance.now() - since) / 1_000;
    const spent = await subject.call('end');
    if (spent.profile) printProfile('delivery', spent.profile);
    if (round === 0) continue;
    wall.push(wanted / took);
    thread.push(wanted / seconds(spent.thread));
    whole.push(wanted / seconds(spent.whole));
  }
  const least = 1 / (1 / limits.sign + 1 / limits.post);
  return [
    {
      name: `delivery to ${inboxes} inboxes`,
      target: '≥ 1,000/s',
      met: median(wall) >= 1_000,
      measured: perSecond(median(wall)),
      onFreeCore: `${perSecond(median(thread))} (all threads ${perSecond(median(whole))})`,
      limit: `${((100 * median(whole)) / least).toFixed(0)} % of sign + loopback POST (${perSecond(least)})`,
    },
  ];
}

async function arrived(sinks: Child, wanted: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (let received = 0; received < wanted; received = await sinks.call<number>('received')) {
    if (performance.now() > deadline) throw new Error(`Only ${received} of ${wanted} deliveries arrived`);
    await pause(5);
  }
}

const nodes = 50;
const members = 10_000;

/** One post to 10,000 members on 50 nodes. */
export async function measureFanOut(): Promise<Figure[]> {
  await using sinks = startChild('sinks');
  await using subject = startChild('subject');
  const origins = (await sinks.call<number[]>('open', nodes)).map((port) => `http://localhost:${port}`);
  const group = await subject.call('group');
  await subject.call('allow', origins);
  await subject.call('peers', origins);
  await subject.call('crowd', { group: group.id, origins, members });
  await subject.call('drain');
  // Whatever joining told the nodes has to be out of the way.
  let received = -1;
  for (let now = 0; now !== received; now = await sinks.call<number>('received')) {
    received = now;
    await pause(1_000);
  }
  const before = await subject.call('counts');
  const since = performance.now();
  await subject.call('topics', { group: group.id, owner: group.owner, count: 1 });
  await arrived(sinks, received + nodes);
  const took = performance.now() - since;
  await pause(1_000);
  const after = await subject.call('counts');
  const deliveries = (await sinks.call<number>('received')) - received;
  const rows = after.log - before.log;
  if (deliveries !== nodes) throw new Error(`${deliveries} deliveries instead of ${nodes}`);
  return [
    {
      name: `one post to ${members.toLocaleString('en')} members on ${nodes} nodes`,
      target: '1 log row, 50 deliveries',
      met: rows === 1,
      measured: `${rows} log row${rows === 1 ? '' : 's'} (${after.newest.slice(0, rows).join(', ')}), ${deliveries} deliveries, ${took.toFixed(0)} ms`,
      limit: 'one delivery per node',
    },
  ];
}
