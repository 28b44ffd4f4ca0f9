import {
  type Context,
  createActorKeys,
  isRefusal,
  runAfterEffects,
  type Slice,
  transact,
  type Work,
} from '@joinery/core';
import { files } from '@joinery/slices/files';
import { addToConversation, groups, leaveConversation } from '@joinery/slices/groups';
import { createPerson, type Guest, type PersonRow, people, rememberRemotePerson } from '@joinery/slices/people';
import { posts } from '@joinery/slices/posts';
import type { StoreOptions, TestStore } from '../../../../../test/harness/store.ts';
import { beginConversation, conversations, sendMessage } from '../index.ts';

const by = { kind: 'system', what: 'test' } as const;
let keys: ReturnType<typeof createActorKeys> | undefined;

/** Slices without those that only show or tell. */
const usual: Slice[] = [people, files, groups, posts, conversations];

/** A node with people who talk. Every change has an instant of its own. */
export async function openWorld(
  open: (options?: StoreOptions) => Promise<TestStore>,
  options: { slices?: Slice[]; ports?: StoreOptions['ports'] } = {},
) {
  let time = Date.UTC(2026, 10, 23, 9);
  const store = await open({
    slices: options.slices ?? usual,
    ...(options.ports ? { ports: options.ports } : {}),
    now: () => {
      time += 1_000;
      return new Date(time);
    },
  });
  const { context } = store;
  keys ??= createActorKeys();
  const made = await keys;
  const act = <T>(change: (work: Work) => Promise<T>) => transact(context, by, change);
  const add = (name: string, guest?: Guest): Promise<PersonRow> =>
    act((work) => createPerson(work, { name, agency: 'Council', language: 'en', timeZone: 'UTC', keys: made, guest }));
  return {
    ...{ store, context, act, add },
    begin: (from: PersonRow, to: readonly PersonRow[], content = 'Hello', subject = '') =>
      act((work) =>
        beginConversation(work, { by: from.id, people: to.map(({ id }) => id), subject, content, language: 'en' }),
      ),
    say: (conversation: { id: string }, from: PersonRow, content: string) =>
      act((work) => sendMessage(work, { conversation: conversation.id, by: from.id, content, language: 'en' })),
    bring: (conversation: { id: string }, person: { id: string }, from: PersonRow) =>
      act((work) => addToConversation(work, { group: conversation.id, person: person.id, by: from.id })),
    leave: (conversation: { id: string }, person: PersonRow) =>
      act((work) => leaveConversation(work, { group: conversation.id, person: person.id })),
    /** Somebody of another node who is known here. */
    remote: () =>
      act((work) =>
        rememberRemotePerson(
          work,
          {
            id: 'https://known.example/people/1',
            type: 'Person',
            name: 'Ria Remote',
            preferredUsername: 'ria',
            inbox: 'https://known.example/i',
          },
          { fetchedAt: work.now, verified: 'origin' },
        ),
      ),
    effects: () => afterwards(context),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Everything that follows from what happened. */
async function afterwards(context: Context): Promise<void> {
  while ((await runAfterEffects(context)) > 0);
}

/** The code with which something is refused. */
export async function refusalOf(does: Promise<unknown>): Promise<string> {
  try {
    await does;
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
  return 'not refused';
}
