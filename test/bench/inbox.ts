import { randomUUID } from 'node:crypto';
import { startChild } from './children.ts';
import { type Limits, seconds } from './limits.ts';
import { sendInTurn } from './line.ts';
import { joineryCreate, type Member, makeMember, otherCreate, signedPost } from './peers.ts';
import { printProfile } from './profile.ts';
import { type Figure, median, perSecond } from './report.ts';

const nodes = 16;
const rounds = 3;
/** Rounds before: until the code is compiled for speed, an activity costs several times as much. */
const warmUp = 2;
const perRound = 80;

/** Signed Creates by members on sixteen nodes: each node sends one after the other, as a lane does, all at once. */
export async function measureInbox(limits: Limits, profile: boolean): Promise<Figure[]> {
  return [
    await measure('joinery', 'rfc9421', limits, profile),
    await measure('other', 'draft-cavage', limits, profile),
  ];
}

async function measure(
  kind: 'joinery' | 'other',
  form: 'rfc9421' | 'draft-cavage',
  limits: Limits,
  profile: boolean,
): Promise<Figure> {
  await using subject = startChild('subject');
  const { origin, port } = await subject.call('address');
  const group = await subject.call('group');
  const origins = Array.from({ length: nodes }, (_, index) => `http://localhost:${20_001 + index}`);
  const members = origins.map((peer, index) => makeMember(peer, index, kind));
  await subject.call('allow', origins);
  await subject.call('join', { group: group.id, documents: members.map((member) => member.document) });
  // What the group then tells these nodes is the other figure: here nothing may leave.
  await subject.call('onlyReceive', origins);
  await subject.call('drain');
  const epoch = randomUUID();
  const prepare = (member: Member, first: number) =>
    Promise.all(
      Array.from({ length: perRound }, (_, index) => {
        const number = first + index;
        const place = {
          stream: `${new URL(member.uri).origin}/streams/${member.uri.slice(-36)}/log`,
          epoch,
          sequence: number + 1,
        };
        const activity =
          kind === 'joinery' ? joineryCreate(member, group.uri, number, place) : otherCreate(member, group.uri, number);
        return signedPost(origin, member, activity, form);
      }),
    );
  const wall: number[] = [];
  const thread: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const lines = await Promise.all(members.map((member) => prepare(member, round * perRound)));
    const before = await subject.call('counts');
    await subject.call('begin', profile && round === warmUp + rounds - 1);
    const since = performance.now();
    const answers = await Promise.all(lines.map((requests) => sendInTurn(port, requests)));
    const took = (performance.now() - since) / 1_000;
    const spent = await subject.call('end');
    const after = await subject.call('counts');
    const sent = nodes * perRound;
    const taken = answers.reduce((sum, statuses) => sum + (statuses.get(202) ?? 0), 0);
    if (taken !== sent || after.posts - before.posts !== sent || after.applied - before.applied !== sent) {
      throw new Error(
        `${sent} sent, ${taken} taken, ${after.posts - before.posts} stored: ${JSON.stringify(spent.logged)}`,
      );
    }
    if (spent.statements.length > 0) process.stdout.write(`${spent.statements.join('\n')}\n`);
    if (spent.profile) printProfile(`the inbox (${kind})`, spent.profile);
    if (round < warmUp) continue;
    wall.push(sent / took);
    thread.push(sent / seconds(spent.thread));
    whole.push(sent / seconds(spent.whole));
    await subject.call('drain');
  }
  // What the same item costs at least: its signature verified, and its part in a commit of its own.
  const least = 1 / (1 / limits.verify + 1 / limits.commitsCpu);
  return {
    name: kind === 'joinery' ? 'inbox: Create of a Joinery peer' : 'inbox: Create as Mastodon sends it',
    target: '≥ 800/s',
    met: median(wall) >= 800,
    measured: perSecond(median(wall)),
    onFreeCore: `${perSecond(median(thread))} (all threads ${perSecond(median(whole))})`,
    limit: `${((100 * median(thread)) / least).toFixed(0)} % of verify + one FULL commit (${perSecond(least)})`,
  };
}
