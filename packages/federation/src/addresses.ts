import ipaddr from 'ipaddr.js';

/** What may be reached beside the public internet. */
export type AddressRules = {
  /** Loopback and nothing else: plain http in development. */
  onlyLoopback: boolean;
  /** Loopback as well: development. */
  loopback: boolean;
  /** Networks (CIDR) that an administrator opened for this partner; only ranges set aside for private use can be opened. */
  privateRanges: readonly string[];
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;

// 2000::/3 is all that is assigned to the public internet (RFC 4291 §2.4); the rest has no name yet or is special.
const assignedUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
const canBeOpened = new Set(['private', 'uniqueLocal', 'carrierGradeNat']);

/**
 * Whether a connection to this address may be made. Addresses that carry or are translated to another one (IPv4-mapped, NAT64, 6to4,
 * Teredo) and everything in the special-purpose registries (RFC 6890) are refused.
 * @param text an IPv4 or IPv6 address in the form that the system's resolver gives
 */
export function isAllowedAddress(text: string, rules: AddressRules): boolean {
  const address = read(text);
  if (address === null) return false;
  const range = address.range();
  if (range === 'loopback') return rules.loopback;
  if (rules.onlyLoopback) return false;
  if (range === 'unicast') return address.kind() === 'ipv4' || address.match(assignedUnicast);
  return canBeOpened.has(range) && rules.privateRanges.some((network) => isWithin(address, network));
}

function read(text: string): Address | null {
  const isStrict = ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
  return isStrict ? ipaddr.parse(text) : null;
}

function isWithin(address: Address, network: string): boolean {
  if (!ipaddr.isValidCIDR(network)) return false;
  const [base, bits] = ipaddr.parseCIDR(network);
  return base.kind() === address.kind() && address.match(base, bits);
}
