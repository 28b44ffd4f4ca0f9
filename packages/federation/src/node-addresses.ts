/**
 * Addresses that this node answers to other nodes, beside those of the slices' objects and their collections: who may ask what is tested for each of them, and one that is not
 * listed here is not answered.
 */
export const nodeAddresses = {
  /** To anybody. */
  open: ['/.well-known/webfinger', '/.well-known/nodeinfo', '/nodeinfo/:version', '/node'],
  /** To nodes that sign the request. */
  signed: [
    ...['/agency', '/node/groups', '/streams', '/streams/held', '/streams/:id/log'],
    ...['/activities/:id', '/activities/:id/:part', '/groups/:id/token'],
  ],
  /** What is delivered, and proposals of agreements. */
  posted: ['/inbox', '/node/inbox', '/agency/inbox', '/people/:id/inbox', '/groups/:id/inbox', '/node/proposals'],
} as const;

const parts = { id: '[0-9a-f-]{36}', part: '[a-z]+', version: '[^/]+' };

const patterns = Object.fromEntries(
  Object.entries(nodeAddresses).map(([kind, addresses]) => [
    kind,
    addresses.map(
      (address) =>
        new RegExp(`^${address.replace(/:(id|part|version)/g, (_, name: keyof typeof parts) => parts[name])}$`),
    ),
  ]),
) as Record<keyof typeof nodeAddresses, RegExp[]>;

/** Whether a path is one of these addresses. */
export function isAmong(kind: keyof typeof nodeAddresses, path: string): boolean {
  return patterns[kind].some((pattern) => pattern.test(path));
}
