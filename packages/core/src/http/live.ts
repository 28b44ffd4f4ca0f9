import type { Context as HonoContext } from 'hono';
import { sha256 } from '../accounts/one-way.ts';
import { sessionHolds } from '../accounts/sessions.ts';
import { TooMany } from '../accounts/throttle.ts';
import type { Context } from '../context.ts';
import { refuse } from '../errors.ts';
import { eventsAfter } from '../log/read.ts';
import type { Environment } from './environment.ts';
import { requireVisitor } from './visitor.ts';

type C = HonoContext<Environment>;

/** Streams that one person may have open: each browser needs one. */
export const mostStreams = 6;
/** Streams of one process. */
const mostOfAll = 2_000;
const mostGroups = 20;
/** Milliseconds between looks at the log. */
const lookEvery = 500;
/** Milliseconds between signs of life, at which a session that has ended ends its stream. */
export const beatEvery = 15_000;
const atOnce = 500;

type Listener = {
  account: string;
  person: string;
  session: string;
  groups: ReadonlySet<string>;
  send: (text: string) => boolean;
  end: () => void;
};
type Hub = { listeners: Set<Listener>; seq: number; stop: () => void };

/** Who listens to what happens on the nodes of a process. */
export type Live = {
  /** Answers a stream of server-sent events that say no more than “something changed in this group”: pages tell the rest to whoever may read them. */
  answer: (c: C) => Promise<Response>;
  /** Ends all streams of a node: the process is about to stop. */
  end: (context: Context) => void;
};

/**
 * What a page carries so that its browser may listen to a group; worth nothing in another session. Null for whoever has not signed in.
 * Give it only on pages that the visitor may read.
 */
export function liveTopic(c: C, group: string): string | null {
  const { session, visitor, context } = c.var;
  return visitor && session ? `${group}.${signed(context, session, group)}` : null;
}

const signed = (context: Context, session: string, group: string) =>
  context.secret.mac('live', `${sha256(session)} ${group}`);

/** Makes the part of a web app that tells browsers of changes. */
export function createLive(): Live {
  const hubs = new Map<Context, Hub>();
  const ended = new WeakSet<Context>();
  let open = 0;

  function hubOf(context: Context): Hub {
    const known = hubs.get(context);
    if (known) return known;
    const hub: Hub = { listeners: new Set(), seq: -1, stop: () => {} };
    hubs.set(context, hub);
    let waiting: NodeJS.Timeout | undefined;
    const unsubscribe = context.db.changes.subscribe(() => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        look(context, hub).catch((error) => context.logger.warn('live.look', { reason: String(error) }));
      }, lookEvery).unref();
    });
    const beat = setInterval(() => {
      for (const listener of hub.listeners) void tell(context, listener, ': still here\n\n');
    }, beatEvery).unref();
    hub.stop = () => {
      unsubscribe();
      clearTimeout(waiting);
      clearInterval(beat);
      hubs.delete(context);
    };
    return hub;
  }

  return {
    answer: async (c) => {
      const { account, person } = requireVisitor(c);
      const { context, session } = c.var;
      const topics = (c.req.queries('topic') ?? []).slice(0, mostGroups).flatMap((topic) => {
        const [group = '', mark] = topic.split('.');
        return session !== null && mark === signed(context, session, group) ? [group] : [];
      });
      const groups = await readable(context, person.id, topics);
      // A browser asks no more after this answer (HTML, 9.2.3).
      if (session === null || groups.length === 0) return c.body(null, 204);
      if (ended.has(context)) refuse('unavailable', 'The node is about to stop');
      const hub = hubOf(context);
      const own = [...hub.listeners].filter((listener) => listener.account === account).length;
      if (own >= mostStreams) throw new TooMany('Too many windows listen for news: close some', 60);
      if (open >= mostOfAll) refuse('unavailable', 'Too many windows listen for news at the moment');
      open += 1;
      if (hub.listeners.size === 0) hub.seq = -1;
      let listener: Listener;
      /** @returns false when it has left before */
      const leave = () => {
        if (!hub.listeners.delete(listener)) return false;
        open -= 1;
        if (hub.listeners.size === 0) hub.stop();
        return true;
      };
      const stream = new ReadableStream<Uint8Array>(
        {
          start: (controller) => {
            listener = {
              ...{ account, person: person.id, session, groups: new Set(groups) },
              send: (text) => {
                // Whoever does not read what was sent long ago is gone.
                if ((controller.desiredSize ?? 0) <= 0) return false;
                controller.enqueue(new TextEncoder().encode(text));
                return true;
              },
              end: () => {
                if (leave()) controller.close();
              },
            };
            hub.listeners.add(listener);
            listener.send('retry: 5000\n\n');
          },
          cancel: () => void leave(),
        },
        { highWaterMark: 32 },
      );
      await begin(context, hub);
      return c.body(stream, 200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // nginx would keep events until there are enough of them.
        'x-accel-buffering': 'no',
      });
    },
    end: (context) => {
      ended.add(context);
      const hub = hubs.get(context);
      for (const listener of hub?.listeners ?? []) listener.end();
      hub?.stop();
    },
  };
}

/** Nothing before the first listener is news to it. */
async function begin(context: Context, hub: Hub): Promise<void> {
  if (hub.seq !== -1) return;
  const head = await context.db.reader.selectFrom('log_head').select('seq').where('id', '=', 1).executeTakeFirst();
  if (hub.seq === -1) hub.seq = head?.seq ?? 0;
}

async function look(context: Context, hub: Hub): Promise<void> {
  await begin(context, hub);
  const changed: Changes = new Map();
  for (;;) {
    const events = await eventsAfter(context.db.reader, hub.seq, atOnce);
    for (const { seq, data } of events) {
      hub.seq = Math.max(hub.seq, seq);
      if (!('group' in data) || typeof data.group !== 'string') continue;
      const posts = changed.get(data.group) ?? new Set();
      posts.add('post' in data && typeof data.post === 'string' ? data.post : null);
      changed.set(data.group, posts);
    }
    if (events.length < atOnce) break;
  }
  for (const listener of hub.listeners) {
    const news = [...listener.groups].filter((group) => changed.has(group));
    if (news.length > 0) void tellNews(context, listener, news, changed);
  }
}

/** What happened in groups: the posts that it was about, and null for what was about the group itself. */
type Changes = Map<string, Set<string | null>>;

async function tellNews(context: Context, listener: Listener, news: string[], changed: Changes): Promise<void> {
  const groups: string[] = [];
  for (const group of await readable(context, listener.person, news).catch(() => [])) {
    const seen = await seesSome(context, listener.person, changed.get(group) ?? new Set()).catch(() => false);
    if (seen) groups.push(group);
  }
  if (groups.length > 0)
    await tell(context, listener, groups.map((group) => `event: changed\ndata: ${group}\n\n`).join(''));
}

/** Those of some groups that somebody may read now: whoever was removed from a closed one must not go on hearing when it is busy. */
async function readable(context: Context, person: string, groups: string[]): Promise<string[]> {
  const kind = context.slices.flatMap(({ objects }) => objects ?? []).find(({ path }) => path === 'groups');
  if (!kind) return groups;
  const db = context.db.reader;
  const guest = (await context.ports.people.byId(db, person))?.guest === true;
  const found: string[] = [];
  for (const id of groups) {
    const object = await kind.load(db, { id });
    // Asked of what is not there as well: the same statements whatever there is.
    const asked = object ?? { id, uri: '', local: false, deletedAt: null, type: 'Group' };
    const may = await kind.mayRead(db, { kind: 'person', person, administrator: false, guest }, asked);
    if (object && may && !(object.local && object.deletedAt !== null)) found.push(id);
  }
  return found;
}

/** Whether somebody sees anything of what happened: of a thread that is for a part of the group the others do not hear either that there is something new. */
async function seesSome(context: Context, person: string, changed: ReadonlySet<string | null>): Promise<boolean> {
  const kind = context.slices.flatMap(({ objects }) => objects ?? []).find(({ path }) => path === 'posts');
  if (!kind || changed.has(null)) return true;
  const db = context.db.reader;
  const guest = (await context.ports.people.byId(db, person))?.guest === true;
  for (const id of changed) {
    const object = id === null ? undefined : await kind.load(db, { id });
    if (object && (await kind.mayRead(db, { kind: 'person', person, administrator: false, guest }, object)))
      return true;
  }
  return false;
}

/** Tells a browser something, if its session still holds; otherwise ends the stream. */
async function tell(context: Context, listener: Listener, text: string): Promise<void> {
  const holds = await sessionHolds(context, listener.session).catch(() => false);
  if (!holds || !listener.send(text)) listener.end();
}
