import {
  type ActivityDocument,
  type Context,
  createActorKeys,
  eventsAfter,
  type Inbound,
  isObject,
  isRefusal,
  type JsonObject,
  newId,
  originOf,
  type Slice,
  savepoint,
  streams,
  subscribers,
  type Trust,
  transact,
  type Work,
} from '@joinery/core';
import { files } from '@joinery/slices/files';
import { createGroup, type GroupRow, groupById, groups, type NewGroup } from '@joinery/slices/groups';
import {
  createPerson,
  type PersonRow,
  people,
  personById,
  personDocument,
  rememberRemotePerson,
} from '@joinery/slices/people';
import { posts } from '@joinery/slices/posts';
import { openStore, type TestStore, trustEverybody } from './store.ts';

const base: Slice[] = [people, files, groups, posts];
const by = { kind: 'system', what: 'test' } as const;
let keys: ReturnType<typeof createActorKeys> | undefined;
/** One set for all: the tests are not about keys, and making them is slow. */
const someKeys = () => {
  keys ??= createActorKeys();
  return keys;
};

export type TestNode = {
  context: Context;
  origin: string;
  act: <T>(change: (work: Work) => Promise<T>) => Promise<T>;
  addPerson: (name: string) => Promise<PersonRow>;
  addGroup: (owner: PersonRow, input?: Partial<NewGroup>) => Promise<GroupRow>;
  /** Makes a person of another node known here, as a fetch would. */
  know: (person: PersonRow) => Promise<PersonRow>;
  knowGroup: (from: TestNode, group: GroupRow) => Promise<GroupRow>;
  /** Hands an activity to the handlers, as the inbox would. Answers the state, or the code of the refusal. */
  receive: (activity: ActivityDocument, more?: Partial<Inbound>) => Promise<string>;
  /** Lets the further slices do what follows from what happened here since the last call. */
  follow: () => Promise<void>;
  /** All that happened here and another node gets, as activities, since the last call. */
  outbox: (to: TestNode, joineryPeer?: boolean) => Promise<ActivityDocument[]>;
} & AsyncDisposable;

/**
 * A node with people, groups and posts, without web and network.
 * @param options trust: everybody unless given; now: where its time stands; slices: further ones
 */
export async function openNode(
  dialect: 'sqlite' | 'postgres',
  options: { trust?: Trust; now?: () => Date; slices?: Slice[] } = {},
): Promise<TestNode> {
  const slices = [...base, ...(options.slices ?? [])];
  const store: TestStore = await openStore(dialect, {
    slices,
    ports: { trust: options.trust ?? trustEverybody },
    ...(options.now ? { now: options.now } : {}),
  });
  const { context } = store;
  const { origin } = context.config;
  const act: TestNode['act'] = (change) => transact(context, by, change);
  const sent = new Map<string, number>();
  let followed = 0;
  const found = async <T>(row: Promise<T | undefined>): Promise<T> => {
    const value = await row;
    if (value === undefined) throw new Error('not there');
    return value;
  };
  const apply = (activity: ActivityDocument, more: Partial<Inbound>) =>
    transact(context, by, (work) =>
      savepoint(work, (part) => hand(slices, part, inboundOf(activity, more)), {
        origin: originOf(String(activity.actor)) ?? '',
      }),
    );
  return {
    context,
    origin,
    act,
    addPerson: async (name) => {
      const made = await someKeys();
      return act((work) =>
        createPerson(work, { name, agency: `Agency of ${origin}`, language: 'en', timeZone: 'UTC', keys: made }),
      );
    },
    addGroup: async (owner, input = {}) => {
      const made = await someKeys();
      const handle = `g-${newId().slice(-12)}`;
      return act((work) => createGroup(work, { name: 'Open data', handle, owner: owner.id, keys: made, ...input }));
    },
    know: async (person) => {
      const document = personDocument(person, { partner: true });
      const id = await act((work) => rememberRemotePerson(work, document, fetched()));
      return found(personById(context.db.reader, id));
    },
    knowGroup: async (from, group) => {
      const kind = groups.objects?.find(({ path }) => path === 'groups');
      const { reader: db } = from.context.db;
      const object = await kind?.load(db, { id: group.id });
      const document = object && (await kind?.toDocument?.({ db, origin: from.origin, joineryPeer: true }, object));
      if (!kind?.saveRemote || !document) throw new Error(`no document at ${group.uri}`);
      const { saveRemote } = kind;
      return found(groupById(context.db.reader, await act((work) => saveRemote(work, document, fetched()))));
    },
    receive: async (activity, more = {}) => {
      const object = activity.type === 'Announce' && isObject(activity.object) ? activity.object : null;
      const inner = object && 'actor' in object ? object : null;
      try {
        return inner ? await apply(inner, { through: String(activity.actor), ...more }) : await apply(activity, more);
      } catch (error) {
        if (isRefusal(error)) return error.code;
        throw error;
      }
    },
    follow: async () => {
      const events = await eventsAfter(context.db.reader, followed, 1_000);
      followed = events.at(-1)?.seq ?? followed;
      for (const event of events)
        for (const slice of options.slices ?? []) {
          const effect = slice.on?.[event.name] as ((work: Work, one: typeof event) => Promise<void>) | undefined;
          if (effect) await act((work) => effect(work, event));
        }
    },
    outbox: async (to, joineryPeer = true) => {
      const from = sent.get(to.origin) ?? 0;
      const events = await eventsAfter(context.db.reader, from, 1_000);
      sent.set(to.origin, events.at(-1)?.seq ?? from);
      const activities: ActivityDocument[] = [];
      for (const event of events) {
        const reaches =
          event.stream === streams.node(to.origin) ||
          (await subscribers(context.db.reader, event.stream)).includes(to.origin);
        if (!reaches) continue;
        const id = `${origin}/activities/${event.id}`;
        const outgoing = { db: context.db.reader, origin, id, joineryPeer };
        for (const slice of slices) {
          const build = slice.activities?.toActivity?.[event.name] as
            | ((one: typeof outgoing, other: typeof event) => Promise<ActivityDocument | null>)
            | undefined;
          const activity = await build?.(outgoing, event);
          if (activity) activities.push({ '@context': [{ joinery: 'urn:joinery:ns#' }], ...activity });
        }
      }
      return activities;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

const fetched = () => ({ fetchedAt: new Date().toISOString(), verified: 'origin' as const });

/** Carries everything from one node to the other. Answers what was sent, and how each was taken. */
export async function carry(
  from: TestNode,
  to: TestNode,
): Promise<{ type: string; activity: JsonObject; outcome: string }[]> {
  const carried = [];
  for (const activity of await from.outbox(to)) {
    carried.push({ type: String(activity.type), activity, outcome: await to.receive(activity) });
  }
  return carried;
}

function inboundOf(activity: ActivityDocument, more: Partial<Inbound>): Inbound {
  const actor = String(activity.actor);
  return {
    id: String(activity.id),
    type: String(activity.type),
    actor,
    origin: originOf(actor) ?? '',
    activity,
    through: null,
    verified: 'signature',
    text: JSON.stringify(activity),
    ...more,
  };
}

async function hand(slices: readonly Slice[], work: Work, inbound: Inbound): Promise<string> {
  for (const slice of slices) {
    for (const handler of slice.activities?.handlers ?? []) {
      if (!handler.types.includes(inbound.type)) continue;
      const outcome = await handler.apply(work, inbound);
      if (outcome) return outcome.state;
    }
  }
  return 'not understood';
}
