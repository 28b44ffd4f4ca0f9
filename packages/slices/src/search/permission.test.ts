import { createAccount, createToken, createWebApp, isRefusal, type Work } from '@joinery/core';
import { ban, followGroup, invite, joinGroup, leaveGroup, unban, updateGroup } from '@joinery/slices/groups';
import { disablePerson, enablePerson, type PersonRow } from '@joinery/slices/people';
import {
  createTopic,
  deletePost,
  editPost,
  markdownText,
  putBack,
  removeFromGroup,
  reply,
} from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { openSearch, slices } from './testing/world.ts';

const words = ['aardappel', 'bloemkool', 'courgette', 'dadels', 'erwten'];
const rounds = 5;
const changesPerRound = 25;

/** Small generator with a seed, so that a failure can be repeated (mulberry32). */
function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
}

describeStores('What search shows', (open) => {
  it('is what pages show to the same reader, whatever groups, memberships and posts become', async () => {
    await using world = await openSearch(open);
    const { context, change } = world;
    const seed = Math.floor(Math.random() * 2 ** 31);
    const pick = randomFrom(seed);
    const people = await Promise.all(['Anna', 'Bram', 'Cato', 'Dirk'].map((name) => world.person(name)));
    const owner = await world.person('Owner');
    const groups: { id: string }[] = [];
    for (const name of ['One', 'Two', 'Three', 'Four']) groups.push(await world.group(owner, name));
    const posts: { id: string; author: PersonRow }[] = [];
    const app = createWebApp({ slices, errorPage: () => '' });
    app.addNode(context);
    const tokens = new Map<string, string>();
    for (const person of people) {
      const { token } = await change(async (work) => {
        const account = await createAccount(work, {
          person: person.id,
          email: `${person.handle}@agency.example`,
          administrator: false,
          passwordHash: null,
        });
        return createToken(work, { account: account.id, name: 'test' });
      });
      tokens.set(person.id, token);
    }
    context.ports.people.byId = async (_db, id) => {
      const person = people.find((one) => one.id === id);
      return person ? { ...person, timeZone: 'UTC', guest: false } : null;
    };
    const asks = async (person: PersonRow, path: string) => {
      const answer = await app.fetch(
        new Request(`${context.config.origin}/api/v1${path}`, {
          headers: { authorization: `Bearer ${tokens.get(person.id)}` },
        }),
      );
      return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
    };
    const text = () => markdownText(`${pick(words)} en ${pick(words)}`);
    const changes: ((work: Work) => Promise<unknown>)[] = [
      async (work) => {
        const author = pick([owner, ...people]);
        const made = await createTopic(work, {
          group: pick(groups).id,
          author: author.id,
          title: pick(words),
          ...text(),
        });
        posts.push({ id: made.id, author });
      },
      async (work) => {
        const author = pick([owner, ...people]);
        const made = await reply(work, { replyTo: pick(posts).id, author: author.id, ...text() });
        posts.push({ id: made.id, author });
      },
      (work) => {
        const { id, author } = pick(posts);
        return editPost(work, { post: id, author: author.id, ...text() });
      },
      (work) => {
        const { id, author } = pick(posts);
        return deletePost(work, { post: id, author: author.id });
      },
      (work) => removeFromGroup(work, { post: pick(posts).id, by: owner.id, reason: null }),
      (work) => putBack(work, { post: pick(posts).id, by: owner.id }),
      (work) =>
        updateGroup(work, pick(groups).id, owner.id, {
          reading: pick(['web', 'partners', 'members'] as const),
          listed: pick([true, false]),
        }),
      (work) => joinGroup(work, { group: pick(groups).id, person: pick(people).id }),
      (work) => joinGroup(work, { group: pick(groups).id, person: pick(people).id }),
      (work) => leaveGroup(work, { group: pick(groups).id, person: pick(people).id }),
      (work) => followGroup(work, { group: pick(groups).id, person: pick(people).id }),
      (work) => invite(work, { group: pick(groups).id, person: pick(people).id, by: owner.id }),
      (work) => ban(work, { group: pick(groups).id, person: pick(people).id, by: owner.id, until: null }),
      (work) => unban(work, { group: pick(groups).id, person: pick(people).id, by: owner.id }),
      (work) => disablePerson(work, people[3]?.id ?? ''),
      (work) => enablePerson(work, people[3]?.id ?? ''),
    ];
    const attempt = (does: (work: Work) => Promise<unknown>) =>
      change(does).catch((error) => {
        if (!isRefusal(error)) throw error;
      });
    // Members to begin with, so that there is something to hide.
    for (const group of groups) for (const person of people.slice(0, 2)) await world.join(person, group);
    for (let count = 0; count < 12; count += 1) await attempt(changes[0] as (work: Work) => Promise<unknown>);

    /** Posts with a word that pages show to somebody, in groups that lists show to them or in which they take part. */
    const shown = async (person: PersonRow, word: string) => {
      const all = new Set<string>();
      for (const { id } of posts) {
        const { status, json: post } = await asks(person, `/posts/${id}`);
        if (status !== 200 || post.removed || post.deleted) continue;
        if (!`${post.title ?? ''} ${post.content}`.includes(word)) continue;
        const { json: group } = await asks(person, `/groups/${post.group}`);
        const state = (group.membership as { state: string } | null)?.state ?? 'none';
        if (group.listed || group.following || ['member', 'invited', 'requested'].includes(state))
          all.add(`post ${id}`);
      }
      return all;
    };
    for (let round = 0; round < rounds; round += 1) {
      for (let count = 0; count < changesPerRound; count += 1) {
        await attempt(pick(changes));
      }
      const [reader, word] = [pick(people.slice(0, 3)), pick(words)];
      const may = await shown(reader, word);
      // Before the index knows: nothing that may not be seen, and nothing by words that are gone.
      for (const found of await world.finds(reader, { q: word, kind: 'post' }))
        expect(may, `seed ${seed}`).toContain(found);
      await world.settle();
      for (const limit of [3, 50]) {
        const found = await world.finds(reader, { q: word, kind: 'post' }, limit);
        expect(new Set(found), `seed ${seed}`).toEqual(may);
        expect(found.length, `seed ${seed}`).toBe(may.size);
      }
    }
  }, 60_000);
});
