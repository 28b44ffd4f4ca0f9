import { createPeersDoor } from '../../packages/federation/src/door.ts';

// A process that fetches through the door to peers: first a document that is a little too large, then one without end. Prints by how much the second made the
// most memory that it ever had grow, in bytes, and what the door said of it.
const [, , large = '', endless = ''] = process.argv;
const door = createPeersDoor({
  mayReach: () => ({ allowed: true, reason: 'allowed' }),
  userAgent: 'test',
  loopbackPeers: true,
  privateRanges: [],
});
const fetchOften = async (address: string, times: number) => {
  let code = '';
  for (let turn = 0; turn < times; turn += 1) {
    const answer = await door.fetchDocument(address, { purpose: 'delivery' });
    code = answer.ok ? 'ok' : answer.code;
  }
  return code;
};
const most = () => process.resourceUsage().maxRSS * 1_024;
await fetchOften(large, 15);
const before = most();
const code = await fetchOften(endless, 3);
console.log(JSON.stringify({ code, growth: most() - before }));
await door[Symbol.asyncDispose]();
