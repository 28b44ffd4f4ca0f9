import { people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { openStore } from '../../../../test/harness/store.ts';
import { openWeb } from '../../../../test/harness/web.ts';
import { files } from './index.ts';
import { hangFile, thingsFor } from './testing/web.ts';
import { whileReadable } from './while-readable.ts';

it('What somebody reads ends at its source, too, when it cannot be asked whether they may read on', async () => {
  let now = Date.UTC(2026, 10, 22, 9);
  let isAway = false;
  const things = thingsFor(() => [], {
    mayRead: async () => {
      if (isAway) throw new Error('The database is away');
      return true;
    },
  });
  const slices = [people, files, things];
  await using web = await openWeb((options) => openStore('sqlite', options), { slices, now: () => new Date(now) });
  const anna = await web.account();
  const id = await hangFile(web, anna, 'plan.txt', 'words');
  let ended = 0;
  const source = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => {
        ended += 1;
        throw new Error('It has gone already');
      },
    });
  for (const away of [false, true]) {
    isAway = false;
    const may = away ? undefined : async () => false;
    const stream = whileReadable(web.context, { kind: 'nobody' }, { id }, source(), may).getReader();
    expect((await stream.read()).value).toHaveLength(1);
    now += 10_000;
    isAway = away;
    await expect(stream.read()).rejects.toThrow(away ? 'The database is away' : 'may read it no more');
  }
  expect(ended).toBe(2);
});
