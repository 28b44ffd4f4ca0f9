import { type ActivityDocument, type Inbound, isObject, newId } from '@joinery/core';
import { joinGroup } from '@joinery/slices/groups';
import type { PersonRow } from '@joinery/slices/people';
import { describe, expect, test } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { carry, openNode, type TestNode } from '../../../../test/harness/two-nodes.ts';
import { sendAgain } from './acceptance.ts';
import { audienceOf } from './audience.ts';
import { deletePost, editPost } from './changes.ts';
import { tellCounts } from './counts.ts';
import { deliveryOf } from './delivery.ts';
import { like, unlike } from './likes.ts';
import { lock, markAnswered, pin, putBack, removeFromGroup, unlock } from './moderation.ts';
import { createTopic, reply } from './posts.ts';
import { openReports, report } from './reports.ts';
import { currentRevision, postByUri } from './store.ts';
import { markdownText } from './written.ts';

const proven: Partial<Inbound> = { verified: 'proof' };

/** A department that hosts a group, a council with Anna, and another council that shares only the host. */
async function setUp(dialect: 'sqlite' | 'postgres') {
  const [department, council, other] = [await openNode(dialect), await openNode(dialect), await openNode(dialect)];
  const owner = await department.addPerson('Owen Owner');
  const anna = await council.addPerson('Anna Asks');
  const bram = await other.addPerson('Bram Reads');
  const annaThere = await department.know(anna);
  await council.know(owner);
  await department.know(bram);
  await other.know(owner);
  const hosted = await department.addGroup(owner);
  const group = await council.knowGroup(department, hosted);
  const groupAtOther = await other.knowGroup(department, hosted);
  const sync = async (from: TestNode, to: TestNode) => {
    const sent = [];
    for (const activity of await from.outbox(to)) {
      // Activities of an author inside the group's announcement carry that author's proof.
      sent.push({ type: String(activity.type), activity, outcome: await to.receive(activity, proven) });
    }
    return sent;
  };
  const join = async (node: TestNode, id: string, person: PersonRow) => {
    await node.act((work) => joinGroup(work, { group: id, person: person.id }));
    await sync(node, department);
    await sync(department, node);
  };
  await join(council, group.id, anna);
  await join(other, groupAtOther.id, bram);
  const at = async (node: TestNode, uri: string) =>
    (await postByUri(node.context.db.reader, uri)) ?? expect.fail(`not at ${node.origin}`);
  const everywhere = async () => {
    await sync(council, department);
    await sync(other, department);
    const back = await sync(department, council);
    await sync(department, other);
    return back;
  };
  const ask = () =>
    council.act((work) =>
      createTopic(work, {
        group: group.id,
        author: anna.id,
        title: 'Who has maps?',
        ...markdownText('We **need** maps.'),
      }),
    );
  return {
    ...{
      department,
      council,
      other,
      owner,
      anna,
      annaThere,
      bram,
      hosted,
      group,
      groupAtOther,
      sync,
      at,
      everywhere,
      ask,
    },
    [Symbol.asyncDispose]: async () => {
      for (const node of [department, council, other]) await node[Symbol.asyncDispose]();
    },
  };
}

for (const dialect of ['sqlite', 'postgres'] as const) {
  describe.skipIf(dialect === 'postgres' && postgresMissing)(`posts between nodes on ${dialect}`, () => {
    test('a topic waits until its group announces it, and a council that shares only the host reads it with its author', async () => {
      await using world = await setUp(dialect);
      const { council, department, other, at, ask, everywhere, owner, hosted, anna } = world;
      const topic = await ask();
      expect(topic).toMatchObject({ status: 'waiting', uri: `${council.origin}/posts/${topic.id}` });
      await everywhere();
      expect(await at(council, topic.uri)).toMatchObject({ status: 'accepted', title: 'Who has maps?' });
      const there = await at(department, topic.uri);
      expect(there).toMatchObject({ status: 'accepted', local: 0, verified: 'proof', group_id: hosted.id });
      const elsewhere = await at(other, topic.uri);
      expect(elsewhere).toMatchObject({ title: 'Who has maps?', excerpt: 'We need maps.' });
      const author = await other.context.db.reader
        .selectFrom('person')
        .selectAll()
        .where('id', '=', elsewhere.author_id)
        .executeTakeFirstOrThrow();
      expect(author).toMatchObject({ uri: anna.uri, name: 'Anna Asks', home: council.origin });
      const answer = await department.act((work) =>
        reply(work, { replyTo: there.id, author: owner.id, ...markdownText('We do.') }),
      );
      await everywhere();
      for (const node of [council, other]) {
        expect(await at(node, answer.uri)).toMatchObject({ topic_id: (await at(node, topic.uri)).id, kind: 'reply' });
        expect(await at(node, topic.uri)).toMatchObject({ reply_count: 1 });
      }
      expect(await deliveryOf(department.context.db.reader, there.id)).toMatchObject({
        nodes: 2,
        reached: 0,
        waiting: 2,
      });
      expect((await audienceOf(department.context.db.reader, hosted.id))?.nodes).toBe(2);
    });

    test('edits, deletion and their place in time reach everyone', async () => {
      await using world = await setUp(dialect);
      const { council, department, other, at, ask, everywhere, anna } = world;
      const topic = await ask();
      await everywhere();
      await council.act((work) =>
        editPost(work, { post: topic.id, author: anna.id, title: 'Who has new maps?', ...markdownText('New ones.') }),
      );
      expect(await at(council, topic.uri)).toMatchObject({ status: 'waiting' });
      await everywhere();
      expect(await at(council, topic.uri)).toMatchObject({ status: 'accepted' });
      expect(await at(other, topic.uri)).toMatchObject({
        title: 'Who has new maps?',
        revision: 2,
        sort_at: topic.sort_at,
      });
      await council.act((work) => deletePost(work, { post: topic.id, author: anna.id }));
      await everywhere();
      for (const node of [department, other]) {
        const gone = await at(node, topic.uri);
        expect(gone.deleted_at).not.toBeNull();
        expect(await currentRevision(node.context.db.reader, gone)).toBeUndefined();
      }
    });

    test('decisions of the group reach its nodes; what it removed stays with its author', async () => {
      await using world = await setUp(dialect);
      const { council, department, other, at, ask, everywhere, owner, anna } = world;
      const topic = await ask();
      await everywhere();
      const there = await at(department, topic.uri);
      const decision = { post: there.id, by: owner.id };
      await department.act((work) => pin(work, decision));
      await department.act((work) => lock(work, decision));
      await everywhere();
      expect(await at(council, topic.uri)).toMatchObject({
        pinned_at: expect.any(String),
        locked_at: expect.any(String),
      });
      await expect(
        council.act((work) => reply(work, { replyTo: topic.id, author: anna.id, ...markdownText('Well') })),
      ).rejects.toMatchObject({ code: 'locked' });
      await department.act((work) => unlock(work, decision));
      await department.act((work) => removeFromGroup(work, { ...decision, reason: 'Twice the same' }));
      await everywhere();
      for (const node of [council, other]) {
        expect(await at(node, topic.uri)).toMatchObject({
          removed_reason: 'Twice the same',
          locked_at: null,
          deleted_at: null,
        });
      }
      expect(await currentRevision(council.context.db.reader, await at(council, topic.uri))).toMatchObject({
        source: 'We **need** maps.',
      });
      await department.act((work) => putBack(work, decision));
      await everywhere();
      expect(await at(other, topic.uri)).toMatchObject({ removed_at: null });
    });

    test('the host counts likes and tells the figures together; the asker’s mark travels', async () => {
      await using world = await setUp(dialect);
      const { council, department, other, at, ask, everywhere, owner, anna, bram } = world;
      const topic = await ask();
      await everywhere();
      const there = await at(department, topic.uri);
      const answer = await department.act((work) =>
        reply(work, { replyTo: there.id, author: owner.id, ...markdownText('We do.') }),
      );
      await everywhere();
      const elsewhere = await at(other, topic.uri);
      await other.act((work) => like(work, { post: elsewhere.id, by: { uri: bram.uri, person: bram.id } }));
      await council.act((work) => like(work, { post: topic.id, by: { uri: anna.uri, person: anna.id } }));
      const answerHere = await at(council, answer.uri);
      await council.act((work) => markAnswered(work, { topic: topic.id, answer: answerHere.id, by: anna.id }));
      await everywhere();
      expect(await at(department, topic.uri)).toMatchObject({ likes: 2, answer_id: answer.id });
      await department.act((work) => tellCounts(work, there.group_id));
      const told = (await everywhere()).filter(({ activity }) => 'joinery:counts' in activity);
      expect(told).toMatchObject([{ outcome: 'applied' }]);
      expect(await at(council, topic.uri)).toMatchObject({ likes: 2, reply_count: 1, counted_at: expect.any(String) });
      expect(await at(other, topic.uri)).toMatchObject({ likes: 2, answer_id: (await at(other, answer.uri)).id });
      await other.act((work) => unlike(work, { post: elsewhere.id, by: { uri: bram.uri } }));
      await everywhere();
      expect(await at(department, topic.uri)).toMatchObject({ likes: 1 });
    });

    test('a refusal shows its reason, keeps the text, and the post can be sent again', async () => {
      await using world = await setUp(dialect);
      const { council, department, at, ask, everywhere, annaThere, hosted, anna } = world;
      await department.act((work) =>
        work.db.updateTable('group_member').set({ state: 'banned' }).where('person_id', '=', annaThere.id).execute(),
      );
      const topic = await ask();
      const [create] = await council.outbox(department);
      expect(await department.receive(create ?? {})).toBe('banned');
      const reject = (actor: string): ActivityDocument => ({
        id: `${new URL(actor).origin}/activities/${newId()}`,
        type: 'Reject',
        actor,
        object: create?.id ?? '',
        'joinery:code': 'banned',
      });
      expect(await council.receive(reject('https://stranger.example/groups/1'))).toBe('ignored');
      expect(await council.receive(reject(hosted.uri))).toBe('applied');
      expect(await at(council, topic.uri)).toMatchObject({ status: 'refused', refusal: 'banned' });
      expect(await currentRevision(council.context.db.reader, topic)).toMatchObject({ source: 'We **need** maps.' });
      await department.act((work) =>
        work.db.updateTable('group_member').set({ state: 'member' }).where('person_id', '=', annaThere.id).execute(),
      );
      await council.act((work) => sendAgain(work, { post: topic.id, author: anna.id }));
      await everywhere();
      expect(await at(council, topic.uri)).toMatchObject({ status: 'accepted', refusal: null });
    });

    test('a report reaches the facilitators of a group elsewhere without a name', async () => {
      await using world = await setUp(dialect);
      const { council, department, at, ask, everywhere, hosted, other, bram } = world;
      const topic = await ask();
      await everywhere();
      const elsewhere = await at(other, topic.uri);
      await other.act((work) => report(work, { post: elsewhere.id, reporter: bram.id, reason: 'Spam' }));
      const [flag] = await other.outbox(department);
      expect(JSON.stringify(flag)).not.toContain(bram.id);
      expect(flag).toMatchObject({ type: 'Flag', actor: `${other.origin}/node` });
      expect(await department.receive(flag ?? {})).toBe('applied');
      expect(await openReports(department.context.db.reader, hosted.id)).toMatchObject([
        { reason: 'Spam', reporter_id: null, origin: other.origin },
      ]);
      expect(await openReports(council.context.db.reader, (await at(council, topic.uri)).group_id)).toEqual([]);
    });

    test('nobody changes, deletes, moderates or forges what is another’s', async () => {
      await using world = await setUp(dialect);
      const { council, department, at, ask, everywhere, anna, bram, hosted } = world;
      const topic = await ask();
      await everywhere();
      const before = await at(department, topic.uri);
      const make = (type: string, actor: string, more: ActivityDocument): ActivityDocument => ({
        id: `${new URL(actor).origin}/activities/${newId()}`,
        type,
        actor,
        to: [hosted.uri],
        ...more,
      });
      const note = (author: string, id: string, more: ActivityDocument = {}): ActivityDocument => ({
        id,
        type: 'Article',
        attributedTo: author,
        name: 'Mine now',
        content: '<p>Mine</p>',
        audience: hosted.uri,
        ...more,
      });
      const colleague = await council.addPerson('Carl Colleague');
      const attempts: ActivityDocument[] = [
        make('Update', bram.uri, { object: note(anna.uri, topic.uri) }),
        make('Update', colleague.uri, { object: note(colleague.uri, topic.uri) }),
        make('Create', anna.uri, {
          object: note(anna.uri, topic.uri, { to: ['https://www.w3.org/ns/activitystreams#Public'] }),
        }),
        make('Create', bram.uri, { object: note(anna.uri, `${council.origin}/posts/${newId()}`) }),
        make('Create', bram.uri, { object: note(anna.uri, `${new URL(bram.uri).origin}/posts/${newId()}`) }),
        make('Delete', bram.uri, { object: topic.uri }),
        make('Add', bram.uri, { object: topic.uri, target: `${hosted.uri}/featured` }),
        make('Lock', bram.uri, { object: topic.uri }),
      ];
      const outcomes = [];
      for (const attempt of attempts) outcomes.push(await department.receive(attempt));
      expect(outcomes).toEqual([
        'ignored',
        'ignored',
        'ignored',
        'ignored',
        'ignored',
        'forbidden',
        'forbidden',
        'forbidden',
      ]);
      expect(await at(department, topic.uri)).toEqual(before);
      const { count } = await department.context.db.reader
        .selectFrom('post')
        .select((eb) => eb.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      expect(Number(count)).toBe(1);
    });

    test('what arrives in the wrong order ends as if it had been in order', async () => {
      await using world = await setUp(dialect);
      const { council, department, ask, anna, group } = world;
      const topic = await ask();
      await council.act((work) => editPost(work, { post: topic.id, author: anna.id, ...markdownText('Later.') }));
      const [create, update] = await council.outbox(department);
      expect(await department.receive(update ?? {})).toBe('waiting');
      const late = await council.act((work) =>
        createTopic(work, { group: group.id, author: anna.id, title: 'Oops', ...markdownText('x') }),
      );
      const [lateCreate] = await council.outbox(department);
      await council.act((work) => deletePost(work, { post: late.id, author: anna.id }));
      const [deletion] = await council.outbox(department);
      expect(await department.receive(deletion ?? {})).toBe('applied');
      expect(await department.receive(lateCreate ?? {})).toBe('ignored');
      expect(await postByUri(department.context.db.reader, late.uri)).toBeUndefined();
      expect(await department.receive(create ?? {})).toBe('applied');
      expect(await department.receive(update ?? {})).toBe('ignored');
      expect(await department.receive(create ?? {})).toBe('ignored');
      const announced = (await department.outbox(council)).filter(
        ({ type, object }) => type === 'Announce' && isObject(object),
      );
      expect(announced).toHaveLength(1);
    });
  });
}

test('two nodes carry a whole conversation with the plain carrier too', async () => {
  await using world = await setUp('sqlite');
  const topic = await world.ask();
  expect(await carry(world.council, world.department)).toMatchObject([{ type: 'Create', outcome: 'applied' }]);
  expect(await carry(world.department, world.council)).toMatchObject([{ type: 'Announce', outcome: 'applied' }]);
  expect(await world.at(world.council, topic.uri)).toMatchObject({ status: 'accepted' });
});
