import { joinGroup } from '@joinery/slices/groups';
import { describe, expect, test } from 'vitest';
import { postgresMissing } from '../../../../test/harness/postgres.ts';
import { carry, openNode } from '../../../../test/harness/two-nodes.ts';
import { deletePost, editPost } from './changes.ts';
import { listTagged } from './lists-feed.ts';
import { mentionedIn } from './names.ts';
import { createTopic } from './posts.ts';
import { currentRevision, postByUri } from './store.ts';
import { markdownText } from './written.ts';

/** A council that hosts a group, with Anna and Owen, and another one with Bram, who is a member. */
async function setUp(dialect: 'sqlite' | 'postgres') {
  const [council, other] = [await openNode(dialect), await openNode(dialect)];
  const [owner, anna] = [await council.addPerson('Owen Owner'), await council.addPerson('Anna Asks')];
  const bram = await other.addPerson('Bram Reads');
  const bramHere = await council.know(bram);
  await other.know(anna);
  await other.know(owner);
  const hosted = await council.addGroup(owner);
  const group = await other.knowGroup(council, hosted);
  await other.act((work) => joinGroup(work, { group: group.id, person: bram.id }));
  await carry(other, council);
  await carry(council, other);
  const write = (source: string) =>
    council.act((work) =>
      createTopic(work, { group: hosted.id, author: owner.id, title: 'Salt', ...markdownText(source) }),
    );
  const content = async (post: Awaited<ReturnType<typeof write>>) =>
    (await currentRevision(council.context.db.reader, post))?.content ?? '';
  return {
    ...{ council, other, owner, anna, bram, bramHere, hosted, group, write, content },
    async [Symbol.asyncDispose]() {
      await council[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

describe.each(['sqlite', 'postgres'] as const)('Names in a post on %s', (dialect) => {
  const it = test.skipIf(dialect === 'postgres' && postgresMissing);

  it('lead to people of this node and members of the group, and go out as tags', async () => {
    await using world = await setUp(dialect);
    const { council, other, anna, bram, bramHere, write, content } = world;
    const host = new URL(other.origin).host;
    const post = await write(
      `@${anna.handle}, ask @${bramHere.handle}@${host} or @${bramHere.handle}. Not @nobody, \`@${anna.handle}\`, mail@${anna.handle} or \\@${anna.handle}. #Winter #123`,
    );
    const html = await content(post);
    const mention = (uri: string, words: string) =>
      `<a class="mention" href="${uri}" rel="nofollow noopener noreferrer ugc">${words}</a>`;
    expect(html).toContain(
      `${mention(anna.uri, `@${anna.handle}`)}, ask ${mention(bram.uri, `@${bram.handle}@${host}`)}`,
    );
    expect(html).toContain(`or ${mention(bram.uri, `@${bram.handle}`)}. Not @nobody, <code>@${anna.handle}</code>`);
    expect(html.match(/class="mention"/g)).toHaveLength(3);
    expect(html).toContain(`<a class="hashtag" href="${council.origin}/tags/winter"`);
    expect(html).toContain(' #123');
    expect((await mentionedIn(council.context.db.reader, post)).map(({ id }) => id).sort()).toEqual(
      [anna.id, bramHere.id].sort(),
    );
    const [sent] = await carry(council, other);
    const create = sent?.activity.object as { cc: string[]; object: { cc: string[]; tag: object[] } };
    const tags = [
      { type: 'Mention', href: anna.uri, name: `@${anna.handle}@${new URL(council.origin).host}` },
      { type: 'Mention', href: bram.uri, name: `@${bram.handle}@${host}` },
      { type: 'Hashtag', href: `${council.origin}/tags/winter`, name: '#winter' },
    ];
    expect(create.object.tag).toEqual(expect.arrayContaining(tags));
    for (const { cc } of [create, create.object]) expect(cc).toEqual(expect.arrayContaining([anna.uri, bram.uri]));
    const there = await postByUri(other.context.db.reader, post.uri);
    // Of whom another node mentions only our own people matter.
    expect(there && (await mentionedIn(other.context.db.reader, there)).map(({ id }) => id)).toEqual([bram.id]);
    expect(
      (await listTagged(other.context.db.reader, 'winter', bram.id, { guest: false, limit: 5 })).items,
    ).toHaveLength(1);
  });

  it('follow the text when it changes, and end with it', async () => {
    await using world = await setUp(dialect);
    const { council, owner, anna, write } = world;
    const post = await write(`@${anna.handle} #salt`);
    const names = async () => ({
      people: (await mentionedIn(council.context.db.reader, post)).length,
      tagged: (await listTagged(council.context.db.reader, 'salt', anna.id, { guest: false, limit: 5 })).items.length,
    });
    expect(await names()).toEqual({ people: 1, tagged: 1 });
    await council.act((work) => editPost(work, { post: post.id, author: owner.id, ...markdownText('Nobody') }));
    expect(await names()).toEqual({ people: 0, tagged: 0 });
    await council.act((work) =>
      editPost(work, { post: post.id, author: owner.id, ...markdownText(`@${anna.handle} #salt`) }),
    );
    expect(await names()).toEqual({ people: 1, tagged: 1 });
    await council.act((work) => deletePost(work, { post: post.id, author: owner.id }));
    expect(await names()).toEqual({ people: 0, tagged: 0 });
  });

  it('of a closed or unlisted group are listed for its members only', async () => {
    await using world = await setUp(dialect);
    const { council, owner, anna } = world;
    for (const input of [{ reading: 'members' }, { listed: false }] as const) {
      const group = await council.addGroup(owner, input);
      await council.act((work) =>
        createTopic(work, { group: group.id, author: owner.id, title: 'Secret', ...markdownText('#hidden') }),
      );
    }
    const seen = async (person: string) =>
      (await listTagged(council.context.db.reader, 'hidden', person, { guest: false, limit: 5 })).items.length;
    expect([await seen(owner.id), await seen(anna.id)]).toEqual([2, 0]);
  });
});

test('at most twenty people are mentioned by one post, however many it names', async () => {
  await using world = await setUp('sqlite');
  const { council, write, content } = world;
  const handles: string[] = [];
  for (let n = 0; n < 22; n += 1) handles.push((await council.addPerson(`Crowd Number${n}`)).handle);
  const post = await write(handles.map((handle) => `@${handle}`).join(' '));
  expect(await mentionedIn(council.context.db.reader, post)).toHaveLength(20);
  expect((await content(post)).match(/class="mention"/g)).toHaveLength(20);
});
