import { generateKeyPairSync } from 'node:crypto';
import {
  actorTokenHeader,
  issueActorToken,
  readActorToken,
  verifyActorToken,
} from '../../packages/federation/src/actor-token.ts';
import { decide, type Snapshot } from '../../packages/federation/src/trust/decide.ts';
import { type Limits, seconds } from './limits.ts';
import { type Figure, median, perSecond } from './report.ts';

const partners = 1_000;
const rounds = 5;
const times = 1_000;
/** Milliseconds. */
export const longest = 0.5;

/** What the author's node does to decide on one read of a closed item: token read and verified, then the allow-list asked; keys at hand, as after the first read. @returns does it once */
export async function prepareTokenCheck(): Promise<() => Promise<void>> {
  const group = generateKeyPairSync('ed25519');
  const node = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const uri = 'https://ministry.example/groups/0199f5a0-0000-7000-8000-000000000007';
  const origin = 'https://council-500.example';
  const signer = `${origin}/node`;
  const now = new Date();
  const list = allowList(now);
  const token = await issueActorToken({
    group: uri,
    key: { id: `${uri}#ed25519-key`, privateKey: group.privateKey },
    node: signer,
    nodeKey: node.publicKey,
    version: 3,
    from: 1,
    now,
  });
  const headers = new Headers(actorTokenHeader(token));
  const expected = {
    group: uri,
    groupKey: group.publicKey,
    signer,
    signerKey: node.publicKey,
    now,
    revokedBelow: 3,
    epoch: '',
  };
  return async () => {
    const read = readActorToken(headers);
    if (!read.ok || read.token === null) throw new Error('No token in the header');
    const verified = await verifyActorToken(read.token, expected);
    const decision = decide(list, origin, 'closed-groups', 'out', 'group-7', now.getTime());
    if (!verified.ok || !decision.allowed) throw new Error('An honest token was refused');
  };
}

/** @returns milliseconds for one, by the clock and of the main thread: medians of some rounds */
export async function timeTokenChecks(check: () => Promise<void>): Promise<{ clock: number; thread: number }> {
  for (let count = 0; count < times; count += 1) await check();
  const measured = [];
  for (let round = 0; round < rounds; round += 1) {
    const thread = process.threadCpuUsage();
    const since = performance.now();
    for (let count = 0; count < times; count += 1) await check();
    measured.push({
      clock: (performance.now() - since) / times,
      thread: (seconds(process.threadCpuUsage(thread)) * 1_000) / times,
    });
  }
  return { clock: median(measured.map((one) => one.clock)), thread: median(measured.map((one) => one.thread)) };
}

/** One read of a closed item by a node that is one of a thousand partners. */
export async function measureToken(limits: Limits): Promise<Figure[]> {
  const { clock, thread } = await timeTokenChecks(await prepareTokenCheck());
  const bare = 1_000 / limits.verifyProof;
  return [
    {
      name: `token and policy for one read, ${partners} partners`,
      target: `≤ ${longest} ms`,
      met: clock <= longest,
      measured: `${clock.toFixed(3)} ms`,
      onFreeCore: `${thread.toFixed(3)} ms of the main thread`,
      limit: `${Math.round((100 * bare) / clock)} % of one Ed25519 verify (${perSecond(limits.verifyProof)})`,
    },
  ];
}

function allowList(now: Date): Snapshot {
  const agreements = Array.from({ length: partners }, (_, number) => {
    const agreement = {
      partner: `partner-${number}`,
      agency: `Council ${number}`,
      state: 'allowed' as const,
      scopes: new Set(['discover', 'open-groups', 'closed-groups']),
      groups: new Set(Array.from({ length: 20 }, (_, index) => `group-${index}`)),
      direction: 'both' as const,
      validFrom: now.getTime() - 1_000,
      expires: now.getTime() + 86_400_000,
      keyChanged: null,
      privateRanges: false,
      highest: 1,
      introductions: false,
    };
    return [`https://council-${number}.example`, agreement] as const;
  });
  return {
    own: 'https://ministry.example',
    byOrigin: new Map(agreements),
    levels: new Map([['group-7', 1]]),
    introduced: new Map(),
  };
}
