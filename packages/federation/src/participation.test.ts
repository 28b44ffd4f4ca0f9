import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { membersDigest } from './participation.ts';

const vectors = new URL('../../../../shared/fixtures/VECTORS.json', import.meta.url);
const present = existsSync(vectors);

const person = fc.webUrl();

describe('the digest of members (FEP-8fcf)', () => {
  it('is 32 zero bytes for nobody, and the SHA-256 hash of the address for one person', () => {
    expect(membersDigest([])).toBe('00'.repeat(32));
    const address = 'https://node.example/people/1';
    expect(membersDigest([address])).toBe(createHash('sha256').update(address).digest('hex'));
  });

  it('depends on who is in it alone, not on order or repetition', () => {
    fc.assert(
      fc.property(fc.uniqueArray(person, { minLength: 2, maxLength: 20 }), (people) => {
        expect(membersDigest([...people].reverse().concat(people[0] ?? ''))).toBe(membersDigest(people));
        expect(membersDigest(people.slice(1))).not.toBe(membersDigest(people));
      }),
      { numRuns: 200 },
    );
  });

  it.skipIf(!present)(
    'is what the proposal publishes (skipped where the vectors beside the project are absent)',
    () => {
      const vector = JSON.parse(readFileSync(vectors, 'utf8'))['fep-8fcf-partial-follower-digest'];
      expect(membersDigest(vector.followers)).toBe(vector.digest);
    },
  );
});
