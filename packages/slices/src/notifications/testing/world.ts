import {
  type Ask,
  type Context,
  createAccount,
  createActorKeys,
  createMailDoor,
  newId,
  runAfterEffects,
  runNextJob,
  type Slice,
  transact,
  type Work,
} from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, type GroupRow, groups, joinGroup, type NewGroup } from '@joinery/slices/groups';
import { createPerson, type PersonRow, people } from '@joinery/slices/people';
import { createTopic, markdownText, type PostRow, posts, reply } from '@joinery/slices/posts';
import { z } from 'zod';
import type { MailServer } from '../../../../../test/harness/mail-server.ts';
import type { StoreOptions, TestStore } from '../../../../../test/harness/store.ts';
import { notifications } from '../index.ts';
import { countUnread, listNotifications, type Notification } from '../reading.ts';

const by = { kind: 'system', what: 'test' } as const;
let keys: ReturnType<typeof createActorKeys> | undefined;

const ask = z.object({ ask: z.uuid(), person: z.uuid() });

/** Stands for the slice that keeps what people ask for. */
const partners: Slice = {
  name: 'partners',
  events: {
    'partner.asked': { v: 1, data: ask.extend({ origin: z.url() }) },
    'partner.ask_answered': { v: 1, data: ask },
    'partner.proposed': { v: 1, data: z.object({ origin: z.url() }) },
    'partner.expires_soon': { v: 1, data: z.object({ partner: z.uuid(), days: z.int(), expiresAt: z.string() }) },
  },
};

/** Stands for the slice that looks after guests. */
const guests: Slice = {
  name: 'guests',
  events: { 'guest.ending': { v: 1, data: z.strictObject({ person: z.string() }) } },
};

export const start = Date.UTC(2026, 10, 23, 9);

/** Stands for the slice that lets people register. */
const registration: Slice = {
  name: 'registration',
  events: { 'registration.waiting': { v: 1, data: z.object({ registration: z.string() }) } },
};

/** A node with two people and a clock that the test moves. */
export async function openWorld(
  open: (options?: StoreOptions) => Promise<TestStore>,
  options: { server?: MailServer; origin?: string } = {},
) {
  const clock = { at: start };
  const asks: Ask[] = [];
  const store = await open({
    slices: [people, files, groups, posts, notifications, partners, registration, guests],
    now: () => new Date(clock.at),
    origin: options.origin ?? 'https://work.council.example',
    ports: {
      asks: {
        byId: async (_db, id) => asks.find((ask) => ask.id === id) ?? null,
        ask: async () => Promise.reject(new Error('not here')),
        of: async () => [],
        waiting: async () => 0,
      },
      agreements: {
        byId: async (_db, partner) => ({
          ...{ partner, agency: 'Good <b>', expiresAt: null },
          use: { groups: 1, people: 3, items: 40 },
        }),
      },
    },
  });
  const { context } = store;
  if (options.server) mailThrough(context, options.server.url);
  keys ??= createActorKeys();
  const made = await keys;
  const act = <T>(change: (work: Work) => Promise<T>) => transact(context, by, change);
  const add = (name: string, language = 'en') =>
    act(async (work) => {
      const person = await createPerson(work, { name, agency: 'Council', language, timeZone: 'UTC', keys: made });
      await createAccount(work, { person: person.id, email: `${person.handle}@council.example` });
      return person;
    });
  const [owner, anna] = [await add('Owen Owner'), await add('Anna Asks')];
  const addGroup = (input: Partial<NewGroup> = {}): Promise<GroupRow> =>
    act((work) =>
      createGroup(work, {
        name: 'Open data',
        handle: `g-${newId().slice(-12)}`,
        owner: owner.id,
        keys: made,
        ...input,
      }),
    );
  const group = await addGroup();
  await act((work) => joinGroup(work, { group: group.id, person: anna.id }));
  const effects = async () => {
    while ((await runAfterEffects(context)) > 0);
  };
  return {
    ...{ store, context, clock, asks, act, add, addGroup, owner, anna, group, effects },
    join: (to: GroupRow, person: PersonRow) => act((work) => joinGroup(work, { group: to.id, person: person.id })),
    topic: (author: PersonRow, text = 'Text', to: GroupRow = group, title = 'Salt on roads') =>
      act((work) => createTopic(work, { group: to.id, author: author.id, title, ...markdownText(text) })),
    answer: (author: PersonRow, to: Pick<PostRow, 'id'>, text = 'An answer') =>
      act((work) => reply(work, { replyTo: to.id, author: author.id, ...markdownText(text) })),
    /** What this person sees, the newest first. */
    seen: async (person: PersonRow): Promise<Notification[]> => {
      await effects();
      return (await listNotifications(context, person.id, { limit: 50 })).items;
    },
    unread: async (person: PersonRow) => {
      await effects();
      return countUnread(context.db.reader, person.id);
    },
    /** Lets time pass, and does everything that is due then. */
    pass: async (minutes: number) => {
      await effects();
      clock.at += minutes * 60_000;
      while (await runNextJob(context));
    },
    rows: () => context.db.reader.selectFrom('notification').selectAll().orderBy('id').execute(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Makes a node mail through this server. */
export function mailThrough(context: Context, url: string | null): void {
  context.doors.mail = createMailDoor({ ...context.config, smtpUrl: url });
}
