import { describe, expect, it } from 'vitest';
import { isAllowedAddress } from './addresses.ts';

const nothing = { onlyLoopback: false, loopback: false, privateRanges: [] };

describe('isAllowedAddress', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '2a00:1450:400e::1', '2606:4700::1111'])(
    '%s is public',
    (address) => expect(isAllowedAddress(address, nothing)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.5',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:8.8.8.8',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '64:ff9b:1::7f00:1',
    '100::1',
    '2001::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    'localhost',
    '',
  ])('%s is not (case 40)', (address) => {
    expect(isAllowedAddress(address, nothing)).toBe(false);
    if (address !== '127.0.0.1' && address !== '127.255.255.254' && address !== '::1') {
      expect(isAllowedAddress(address, { ...nothing, loopback: true })).toBe(false);
    }
  });

  it('opens loopback in development, and for plain http only that', () => {
    const development = { ...nothing, loopback: true };
    for (const address of ['127.0.0.1', '::1']) expect(isAllowedAddress(address, development)).toBe(true);
    expect(isAllowedAddress('8.8.8.8', development)).toBe(true);
    expect(isAllowedAddress('8.8.8.8', { ...development, onlyLoopback: true })).toBe(false);
  });

  it('opens private networks as listed, and never what is not private', () => {
    const rules = {
      ...nothing,
      privateRanges: ['10.1.0.0/16', 'fd12::/16', '100.64.0.0/24', '0.0.0.0/0', '::/0', 'nonsense'],
    };
    for (const address of ['10.1.2.3', 'fd12::1', '100.64.0.1'])
      expect(isAllowedAddress(address, { ...rules, privateRanges: rules.privateRanges.slice(0, 3) })).toBe(true);
    for (const address of ['10.2.0.1', 'fd13::1', '100.64.1.1'])
      expect(isAllowedAddress(address, { ...rules, privateRanges: rules.privateRanges.slice(0, 3) })).toBe(false);
    for (const address of [
      '127.0.0.1',
      '169.254.169.254',
      '0.0.0.0',
      '224.0.0.1',
      '::1',
      'fe80::1',
      '::ffff:10.1.2.3',
      '64:ff9b::a01:203',
    ]) {
      expect(isAllowedAddress(address, rules)).toBe(false);
    }
  });
});
