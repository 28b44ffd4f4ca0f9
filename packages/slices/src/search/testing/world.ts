import {
  type Context,
  createActorKeys,
  newId,
  runAfterEffects,
  runNextJob,
  transact,
  type Visitor,
  type Work,
} from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, groups, joinGroup, type NewGroup } from '@joinery/slices/groups';
import { createPerson, isGuest, type PersonRow, people } from '@joinery/slices/people';
import { createTopic, markdownText, posts, reply } from '@joinery/slices/posts';
import type { StoreOptions, TestStore } from '../../../../../test/harness/store.ts';
import { find } from '../find.ts';
import { searchIn } from '../index.ts';
import { placeOf, readAsked, readSearch } from '../input.ts';
import { groupKind } from '../kind-groups.ts';
import { personKind } from '../kind-people.ts';
import { postKind } from '../kind-posts.ts';

export const by = { kind: 'system', what: 'test' } as const;
export const kinds = [postKind, groupKind, personKind];
export const slices = [people, files, groups, posts, searchIn([])];

/** Keys are costly, and these tests are not about them. */
const keys = createActorKeys();

const visitorOf = (person: PersonRow): Visitor => ({
  account: person.id,
  administrator: false,
  federationOfficer: false,
  via: 'session',
  person: {
    id: person.id,
    uri: person.uri,
    name: person.name,
    handle: person.handle,
    agency: person.agency,
    language: 'en',
    timeZone: 'Europe/Amsterdam',
    guest: isGuest(person),
  },
});

/** A node with groups and posts, and what somebody finds in it. */
export async function openSearch(open: (options?: StoreOptions) => Promise<TestStore>, options: StoreOptions = {}) {
  const store = await open({ slices, ...options });
  const { context } = store;
  const change = <T>(does: (work: Work) => Promise<T>) => transact(context, by, does);
  const ready = await keys;
  return {
    ...store,
    change,
    settle: () => settle(context),
    person: (name: string, more: { agency?: string; role?: string } = {}) =>
      change((work) =>
        createPerson(work, {
          name,
          agency: more.agency ?? 'Zandhoven',
          role: more.role,
          language: 'en',
          timeZone: 'UTC',
          keys: ready,
        }),
      ),
    group: (owner: PersonRow, name: string, more: Partial<NewGroup> = {}) =>
      change((work) =>
        createGroup(work, { name, handle: `g-${newId().slice(-12)}`, owner: owner.id, keys: ready, ...more }),
      ),
    join: (person: PersonRow, group: { id: string }) =>
      change((work) => joinGroup(work, { group: group.id, person: person.id })),
    topic: (author: PersonRow, group: { id: string }, title: string, text = 'Text', language: string | null = null) =>
      change((work) =>
        createTopic(work, { group: group.id, author: author.id, title, language, ...markdownText(text) }),
      ),
    reply: (author: PersonRow, to: { id: string }, text: string) =>
      change((work) => reply(work, { replyTo: to.id, author: author.id, ...markdownText(text) })),
    /** Everything that somebody finds, page after page, as `kind id`; what is not given is as on the page. */
    finds: async (person: PersonRow, asked: string | Record<string, string>, limit = 20): Promise<string[]> => {
      const given: Record<string, string> = typeof asked === 'string' ? { q: asked } : asked;
      const { search, faults } = readSearch(
        readAsked((name) => given[name]),
        kinds.map((searchable) => searchable.kind),
        'Europe/Amsterdam',
      );
      if (faults.length > 0) throw new Error(JSON.stringify(faults));
      const all: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await find(context, kinds, visitorOf(person), search, {
          after: placeOf(cursor),
          limit,
          language: 'en',
        });
        all.push(...page.items.map(({ kind, result }) => `${kind} ${result.id}`));
        cursor = page.next;
      }
      return all;
    },
  };
}

/** Does all background work that is due. */
async function settle(context: Context): Promise<void> {
  while ((await runAfterEffects(context)) > 0);
  while (await runNextJob(context));
}
