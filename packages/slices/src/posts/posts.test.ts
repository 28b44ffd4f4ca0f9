import { isRefusal, runNextJob, type Work } from '@joinery/core';
import { joinGroup } from '@joinery/slices/groups';
import { describe, expect, test } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { openNode, type TestNode } from '../../../../test/harness/two-nodes.ts';
import { audienceOf } from './audience.ts';
import { deletePost, editPost } from './changes.ts';
import { deliveryOf } from './delivery.ts';
import { like, unlike } from './likes.ts';
import { lock, markAnswered, pin, putBack, removeFromGroup } from './moderation.ts';
import { createTopic, reply } from './posts.ts';
import { handleReport, openReports, report } from './reports.ts';
import { postById, revisionsOf } from './store.ts';
import { clampInstant, markdownText } from './written.ts';

async function refused(running: Promise<unknown>): Promise<string> {
  try {
    await running;
    return 'done';
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
}

async function setUp(dialect: 'sqlite' | 'postgres') {
  const node: TestNode = await openNode(dialect);
  const owner = await node.addPerson('Olga Owner');
  const member = await node.addPerson('Mark Member');
  const outsider = await node.addPerson('Ola Outsider');
  const group = await node.addGroup(owner);
  await node.act((work) => joinGroup(work, { group: group.id, person: member.id }));
  const topicBy = (author: string) => (work: Work) =>
    createTopic(work, {
      group: group.id,
      author,
      title: 'How do you *store* maps?',
      ...markdownText('We use **tiles**.'),
    });
  const topic = await node.act(topicBy(member.id));
  const find = async (id: string) => (await postById(node.context.db.reader, id)) ?? expect.fail('no such post');
  return {
    node,
    owner,
    member,
    outsider,
    group,
    topic,
    topicBy,
    find,
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

for (const dialect of ['sqlite', 'postgres'] as const) {
  describe.skipIf(dialect === 'postgres' && postgresMissing)(`posts on ${dialect}`, () => {
    test('only members start topics and reply, and the topic moves up', async () => {
      await using world = await setUp(dialect);
      const { node, member, outsider, topic, topicBy, find } = world;
      expect(await refused(node.act(topicBy(outsider.id)))).toBe('not_member');
      const say = (author: string) => (work: Work) =>
        reply(work, { replyTo: topic.id, author, ...markdownText('Same here') });
      expect(await refused(node.act(say(outsider.id)))).toBe('not_member');
      const answer = await node.act(say(member.id));
      expect(
        await node.act((work) => reply(work, { replyTo: answer.id, author: member.id, ...markdownText('And?') })),
      ).toMatchObject({
        topic_id: topic.id,
        reply_to: answer.id,
      });
      expect(await find(topic.id)).toMatchObject({ reply_count: 2, status: 'accepted', excerpt: 'We use tiles.' });
      expect((await find(topic.id)).last_activity_at >= answer.sort_at).toBe(true);
    });

    test('titles and texts that are too long are refused with the field', async () => {
      await using world = await setUp(dialect);
      const { node, member, group } = world;
      const make = (title: string, text: string) =>
        node.act((work) => createTopic(work, { group: group.id, author: member.id, title, ...markdownText(text) }));
      await expect(make('x'.repeat(201), 'y')).rejects.toMatchObject({ code: 'invalid', faults: [{ field: 'title' }] });
      await expect(make('x', 'y'.repeat(50_001))).rejects.toMatchObject({
        code: 'invalid',
        faults: [{ field: 'content' }],
      });
      await expect(make('x'.repeat(200), 'y'.repeat(50_000))).resolves.toMatchObject({ revision: 1 });
    });

    test('an edit keeps the older text, is the author’s alone, and does not overwrite a newer one', async () => {
      await using world = await setUp(dialect);
      const { node, owner, member, topic } = world;
      const edit = (author: string, expected: number) =>
        node.act((work) => editPost(work, { post: topic.id, author, expected, ...markdownText('We use vectors.') }));
      expect(await refused(edit(owner.id, 1))).toBe('forbidden');
      expect(await edit(member.id, 1)).toMatchObject({ revision: 2, excerpt: 'We use vectors.', title: topic.title });
      expect(await refused(edit(member.id, 1))).toBe('stale_revision');
      expect(await edit(member.id, 2)).toMatchObject({ revision: 2 });
      const texts = await revisionsOf(node.context.db.reader, topic.id);
      expect(texts.map((text) => text.source)).toEqual(['We use vectors.', 'We use **tiles**.']);
    });

    test('deleting leaves a tombstone without texts, and only its author does it', async () => {
      await using world = await setUp(dialect);
      const { node, owner, member, topic, find } = world;
      const answer = await node.act((work) =>
        reply(work, { replyTo: topic.id, author: member.id, ...markdownText('Yes') }),
      );
      expect(await refused(node.act((work) => deletePost(work, { post: answer.id, author: owner.id })))).toBe(
        'forbidden',
      );
      await node.act((work) => deletePost(work, { post: answer.id, author: member.id }));
      expect(await find(answer.id)).toMatchObject({ excerpt: '', title: null, deleted_at: expect.any(String) });
      expect(await revisionsOf(node.context.db.reader, answer.id)).toEqual([]);
      expect(await find(topic.id)).toMatchObject({ reply_count: 0 });
      expect(
        await refused(
          node.act((work) => editPost(work, { post: answer.id, author: member.id, ...markdownText('No') })),
        ),
      ).toBe('gone');
    });

    test('a like counts once per person and can be taken back', async () => {
      await using world = await setUp(dialect);
      const { node, owner, outsider, topic, find } = world;
      const by = (person: typeof owner) => ({ uri: person.uri, person: person.id });
      expect(await node.act((work) => like(work, { post: topic.id, by: by(owner) }))).toBe(true);
      expect(await node.act((work) => like(work, { post: topic.id, by: by(owner) }))).toBe(false);
      expect(await node.act((work) => like(work, { post: topic.id, by: by(outsider) }))).toBe(true);
      expect(await find(topic.id)).toMatchObject({ likes: 2 });
      expect(await node.act((work) => unlike(work, { post: topic.id, by: by(owner) }))).toBe(true);
      expect(await node.act((work) => unlike(work, { post: topic.id, by: by(owner) }))).toBe(false);
      expect(await find(topic.id)).toMatchObject({ likes: 1 });
    });

    test('who runs the group pins, locks and removes; a locked topic takes no replies', async () => {
      await using world = await setUp(dialect);
      const { node, owner, member, topic, find } = world;
      const decide = (by: string) => ({ post: topic.id, by });
      expect(await refused(node.act((work) => pin(work, decide(member.id))))).toBe('forbidden');
      await node.act((work) => pin(work, decide(owner.id)));
      await node.act((work) => lock(work, decide(owner.id)));
      expect(await find(topic.id)).toMatchObject({ pinned_at: expect.any(String), locked_at: expect.any(String) });
      const say = () =>
        node.act((work) => reply(work, { replyTo: topic.id, author: member.id, ...markdownText('Hello?') }));
      expect(await refused(say())).toBe('locked');
      await node.act((work) => removeFromGroup(work, { ...decide(owner.id), reason: 'Off topic' }));
      expect(await find(topic.id)).toMatchObject({ removed_reason: 'Off topic', pinned_at: null });
      await node.act((work) => putBack(work, decide(owner.id)));
      expect(await find(topic.id)).toMatchObject({ removed_at: null, removed_reason: null });
    });

    test('who asked says what answered; a reply of another topic cannot', async () => {
      await using world = await setUp(dialect);
      const { node, owner, member, outsider, topic, topicBy, find } = world;
      const answer = await node.act((work) =>
        reply(work, { replyTo: topic.id, author: owner.id, ...markdownText('Like so') }),
      );
      const other = await node.act(topicBy(owner.id));
      const mark = (by: string, reply: string | null) =>
        node.act((work) => markAnswered(work, { topic: topic.id, answer: reply, by }));
      expect(await refused(mark(outsider.id, answer.id))).toBe('forbidden');
      expect(await refused(mark(member.id, other.id))).toBe('not_found');
      expect(await mark(member.id, answer.id)).toBe(true);
      expect(await find(topic.id)).toMatchObject({ answer_id: answer.id });
      await node.act((work) => deletePost(work, { post: answer.id, author: owner.id }));
      expect(await find(topic.id)).toMatchObject({ answer_id: null });
    });

    test('a report waits for the facilitators until one of them handles it', async () => {
      await using world = await setUp(dialect);
      const { node, owner, member, outsider, group, topic } = world;
      const tell = (reporter: string) => node.act((work) => report(work, { post: topic.id, reporter, reason: 'Rude' }));
      expect(await refused(tell(member.id))).toBe('forbidden');
      const id = (await tell(outsider.id)) ?? expect.fail('no report');
      expect(await tell(outsider.id)).toBeNull();
      expect(await openReports(node.context.db.reader, group.id)).toMatchObject([{ id, reason: 'Rude' }]);
      const handle = (by: string) => node.act((work) => handleReport(work, { report: id, by }));
      expect(await refused(handle(member.id))).toBe('forbidden');
      await handle(owner.id);
      expect(await openReports(node.context.db.reader, group.id)).toEqual([]);
    });

    test('the audience of a group nobody else follows is its members, and nothing is delivered', async () => {
      await using world = await setUp(dialect);
      const { node, group, topic } = world;
      const audience = await audienceOf(node.context.db.reader, group.id);
      expect(audience).toMatchObject({ people: 2, organisations: 1, nodes: 0, web: false });
      expect(await deliveryOf(node.context.db.reader, topic.id)).toMatchObject({ nodes: 0, reached: 0 });
    });
  });
}

test.each([
  ['9999-12-31T00:00:00Z', '2026-11-21T12:00:00.000Z'],
  ['2026-11-20T10:00:00+01:00', '2026-11-20T09:00:00.000Z'],
  ['0000-00-00T00:00:00Z', null],
  ['yesterday', null],
  ['1e400', null],
  [undefined, null],
])('a time of %s is kept as %s', (said, kept) => {
  expect(clampInstant(said, '2026-11-21T12:00:00.000Z')).toBe(kept);
});

for (const dialect of ['sqlite', 'postgres'] as const) {
  test.skipIf(dialect === 'postgres' && postgresMissing)(
    `who liked a document is forgotten once it can come back no more, whatever is known of its library here, on ${dialect}`,
    async () => {
      let now = Date.UTC(2026, 10, 22, 9);
      await using node = await openNode(dialect, { now: () => new Date(now) });
      const [owner, member] = [await node.addPerson('Olga Owner'), await node.addPerson('Mark Member')];
      const group = await node.addGroup(owner);
      await node.act((work) => joinGroup(work, { group: group.id, person: member.id }));
      const written = { group: group.id, author: owner.id, title: 'Plan', ...markdownText('All of it.') };
      const document = await node.act((work) => createTopic(work, { ...written, kind: 'document' }));
      await node.act((work) => like(work, { post: document.id, by: { person: member.id, uri: member.uri } }));
      await node.act((work) => deletePost(work, { post: document.id, author: owner.id }));
      const likes = async () => {
        while (await runNextJob(node.context));
        return (await node.context.db.reader.selectFrom('post_like').select('actor').execute()).length;
      };
      const day = 86_400_000;
      now += 31 * day;
      expect(await likes()).toBe(1);
      now += 3 * day;
      expect(await likes()).toBe(0);
    },
  );
}
