import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { describeStores } from '../../../../test/harness/store.ts';
import { openWeb, type TestAccount } from '../../../../test/harness/web.ts';
import { disableAccount, setEnd } from '../accounts/accounts.ts';
import { endSessions } from '../accounts/sessions.ts';
import { streams } from '../log/events.ts';
import type { EventDefinitions, Slice } from '../slice.ts';
import { transact } from '../work.ts';
import { beatEvery, mostStreams } from './live.ts';

declare module '../log/events.ts' {
  interface Events {
    'sample.happened': { group: string };
  }
}

const by = { kind: 'system', what: 'test' } as const;
const events: EventDefinitions = { 'sample.happened': { v: 1, data: z.object({ group: z.string() }) } };
/** A page that gives the topic of any group: whoever may see a page gets it from there. */
const slice: Slice = {
  name: 'sample',
  events,
  routes: (app) => {
    app.get('/topic/:group', (c) => c.text(String(c.var.liveTopic(c.req.param('group')))));
  },
};

const topicOf = async (account: TestAccount, group: string) => (await account.browser.fetch(`/topic/${group}`)).text();
const listen = (account: TestAccount, ...topics: string[]) =>
  account.browser.fetch(`/events?${new URLSearchParams(topics.map((topic) => ['topic', topic]))}`);

/** What a stream says, until it says this or ends. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, words: string): Promise<string> {
  let text = '';
  while (!text.includes(words)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  return text;
}

describeStores('Streams of events', (open) => {
  const openNode = () => openWeb(open, { slices: [slice] });
  const happen = (web: Awaited<ReturnType<typeof openNode>>, group: string) =>
    transact(web.context, by, async (work) => {
      work.emit('sample.happened', streams.local, { group });
    });

  it('say only that something changed, in the groups whose pages the person has seen', async () => {
    await using web = await openNode();
    const anna = await web.account();
    const answer = await listen(anna, await topicOf(anna, 'parks'));
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const reader = answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    expect(await readUntil(reader, '\n\n')).toBe('retry: 5000\n\n');
    await happen(web, 'secret');
    await happen(web, 'parks');
    expect(await readUntil(reader, '\n\n')).toBe('event: changed\ndata: parks\n\n');
    await reader.cancel();
  });

  it('are for people who are signed in, and for topics of their own session', async () => {
    await using web = await openNode();
    const [anna, bob] = [await web.account(), await web.account()];
    const topic = await topicOf(anna, 'parks');
    const stranger = web.browser();
    expect(await (await stranger.fetch('/topic/parks')).text()).toBe('null');
    expect((await stranger.fetch(`/events?topic=${topic}`)).headers.get('location')).toMatch(/^\/sign-in/);
    for (const topics of [[topic], ['parks'], ['parks.'], [topic.replace('parks', 'other')], []])
      expect((await listen(bob, ...topics)).status).toBe(204);
  });

  it('end with the session, and a person can have only so many', async () => {
    await using web = await openNode();
    const anna = await web.account();
    const topic = await topicOf(anna, 'parks');
    const answers = [];
    for (let n = 0; n < mostStreams; n += 1) answers.push(await listen(anna, topic));
    const refused = await listen(anna, topic);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    await answers.pop()?.body?.cancel();
    answers.push(await listen(anna, topic));
    await transact(web.context, by, (work) => endSessions(work, anna.id));
    await happen(web, 'parks');
    for (const answer of answers) {
      const reader = answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      expect(await readUntil(reader, 'changed')).toBe('retry: 5000\n\n');
    }
  });

  it('end within a minute when the account is disabled or its last day is over, although nothing happens (hostile case 181)', async () => {
    expect(beatEvery).toBeLessThanOrEqual(30_000);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    let now = new Date('2026-11-23T23:59:00.000Z');
    await using web = await openWeb(open, { slices: [slice], now: () => now });
    const [anna, guest, bob] = [await web.account(), await web.account(), await web.account({ administrator: true })];
    await transact(web.context, by, (work) => setEnd(work, guest.id, '2026-11-24T00:00:00.000Z'));
    const [ended, over, going] = await Promise.all(
      [anna, guest, bob].map(async (one) => {
        const answer = await listen(one, await topicOf(one, 'parks'));
        return answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      }),
    );
    await transact(web.context, by, (work) => disableAccount(work, anna.id));
    vi.advanceTimersByTime(beatEvery);
    expect(await readUntil(over as ReadableStreamDefaultReader<Uint8Array>, 'still here')).toContain(': still here');
    now = new Date('2026-11-24T00:00:00.000Z');
    vi.advanceTimersByTime(beatEvery);
    expect(await readUntil(over as ReadableStreamDefaultReader<Uint8Array>, 'never')).toBe('');
    expect(await readUntil(ended as ReadableStreamDefaultReader<Uint8Array>, 'never')).toBe('retry: 5000\n\n');
    const others = await readUntil(going as ReadableStreamDefaultReader<Uint8Array>, 'still here');
    expect(others).toContain(': still here');
    await going?.cancel();
  });

  it('end at once when the node stops, and none begins then', async () => {
    await using web = await openNode();
    const anna = await web.account();
    const topic = await topicOf(anna, 'parks');
    const reader = (await listen(anna, topic)).body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    web.webApp.endStreams(web.context);
    expect(await readUntil(reader, 'never')).toBe('retry: 5000\n\n');
    expect((await listen(anna, topic)).status).toBe(503);
  });

  it('do not keep a session going that nobody uses', async () => {
    let now = new Date('2026-11-23T08:00:00.000Z');
    await using web = await openWeb(open, { slices: [slice], now: () => now });
    const anna = await web.account();
    const topic = await topicOf(anna, 'parks');
    now = new Date('2026-11-23T19:00:00.000Z');
    expect((await listen(anna, topic)).status).toBe(200);
    expect(await (await anna.browser.fetch('/topic/parks', { headers: { 'x-joinery-background': '1' } })).text()).toBe(
      topic,
    );
    now = new Date('2026-11-23T20:30:00.000Z');
    expect(await topicOf(anna, 'parks')).toBe('null');
  });
});
