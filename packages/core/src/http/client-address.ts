import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

const parse = (text: string): Address | null => (ipaddr.isValid(text.trim()) ? ipaddr.process(text.trim()) : null);

function isIn(address: Address, networks: Network[]): boolean {
  return networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

/**
 * Makes the function that says who is at the other end.
 * @param trustedProxies networks (CIDR) whose `X-Forwarded-For` is believed
 * @returns from the address of the socket and the header, the address of the client: the nearest one that is not a trusted proxy.
 *   What an untrusted peer says about itself is ignored.
 */
export function createClientAddress(trustedProxies: string[]) {
  const proxies = trustedProxies.map((network) => ipaddr.parseCIDR(network) as Network);
  return (socket: string | undefined, forwardedFor: string | undefined): { address: string; network: string } => {
    let client = parse(socket ?? '');
    const claimed = (forwardedFor ?? '').split(',').reverse();
    for (const text of claimed) {
      if (!client || !isIn(client, proxies)) break;
      const next = parse(text);
      if (!next) break;
      client = next;
    }
    if (!client) return { address: 'unknown', network: 'unknown' };
    return { address: client.toString(), network: networkOf(client) };
  };
}

/** Whoever has one IPv6 address has the whole /64. */
function networkOf(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString();
  const prefix = (address as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}
