import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { describeStores } from '../../../test/harness/store.ts';
import { createKeyRing } from './keys.ts';
import { agencyActor, nodeActor, settleIdentity } from './node-identity.ts';
import { secretFrom } from './secret.ts';

describeStores('The identity of a node', (open) => {
  it('is settled once, also by processes that start at the same time', async () => {
    await using store = await open({ origin: 'http://localhost:20999' });
    const answers = await Promise.all([1, 2, 3].map(() => settleIdentity(store.context)));
    expect(answers.filter((isNew) => isNew)).toHaveLength(1);
    expect(await settleIdentity(store.context)).toBe(false);
    const ring = createKeyRing(store.context.secret);
    for (const actor of [nodeActor('http://localhost:20999'), agencyActor('http://localhost:20999')])
      expect(await ring.find(store.context.db.reader, actor, 'ed25519')).toBeDefined();
    expect(await store.context.db.reader.selectFrom('key').select('id').execute()).toHaveLength(4);
  });

  it('refuses another origin, and says to which the database belongs', async () => {
    await using store = await open({ origin: 'http://localhost:20999', identity: true });
    const config = { ...store.context.config, origin: 'http://localhost:20998' };
    await expect(settleIdentity({ ...store.context, config })).rejects.toThrow(
      /belongs to http:\/\/localhost:20999, but JOINERY_ORIGIN is http:\/\/localhost:20998/,
    );
  });

  it('refuses another secret than the one that encrypted its keys', async () => {
    await using store = await open({ identity: true });
    const secret = secretFrom(randomBytes(32));
    await expect(settleIdentity({ ...store.context, secret })).rejects.toThrow('encrypted with another secret');
  });
});
