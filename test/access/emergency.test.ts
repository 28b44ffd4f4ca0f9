import {
  accountOfPerson,
  cookieName,
  createActorKeys,
  runAfterEffects,
  runNextJob,
  setRoles,
  startSession,
  transact,
  type Work,
} from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { rememberRemotePerson } from '@joinery/slices/people';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresMissing } from '../harness/postgres.ts';
import { sliceRoutes } from '../harness/routes.ts';
import { createBrowser } from '../harness/web.ts';
import { openSeed, type Person, type Seed } from './seed.ts';

// An administrator reads one closed group: with a reason, a second person, an end, and its members knowing.
const by = { kind: 'system', what: 'test' } as const;
const hour = 3_600_000;
const secret = 'Kestrelgloom';
const reason = 'Water in the archive';

let ahead = 0;
let seed: Seed;
/** A topic with the secret word by the member, and one by somebody of another node. */
const topics = { own: '', theirs: '' };
beforeAll(async () => {
  seed = await openSeed({ clock: { now: () => new Date(Date.now() + ahead) } });
  const { closed, member } = seed.things;
  Object.assign(
    topics,
    await transact(seed.context, by, async (work) => {
      const own = await createTopic(work, { group: closed, author: member, title: secret, ...markdownText(secret) });
      return { own: own.id, theirs: await fromElsewhere(work, closed) };
    }),
  );
  return async () => seed[Symbol.asyncDispose]();
});
beforeEach(async () => {
  ahead = 0;
  await transact(seed.context, by, async (work) => {
    await work.db.updateTable('emergency_access').set({ state: 'ended' }).execute();
  });
});

async function fromElsewhere(work: Work, group: string): Promise<string> {
  const document = {
    id: 'https://far.example/people/1',
    type: 'Person',
    name: 'Fred Far',
    inbox: 'https://far.example/i',
  };
  const author = await rememberRemotePerson(work, document, { fetchedAt: work.now, verified: 'origin' });
  const standing = {
    state: 'member',
    role: 'member',
    following: 1,
    joined_at: work.now,
    began: 0,
    version: 0,
    epoch: '',
    updated_at: work.now,
  } as const;
  await work.db
    .insertInto('group_member')
    .values({ group_id: group, person_id: author, ...standing })
    .execute();
  const arrival = { uri: 'https://far.example/posts/1', verified: 'origin' } as const;
  const said = { title: `${secret} far`, ...markdownText(`${secret} far`) };
  return (await createTopic(work, { group, author, ...said, arrival })).id;
}

/** Somebody who has just signed in: days go by here. */
async function browserOf(person: Person) {
  const { context, webApp, things } = seed;
  const { origin } = context.config;
  const account = await accountOfPerson(context.db.reader, things[person]);
  const session = await transact(context, by, (work) => startSession(work, account?.id ?? ''));
  const browser = createBrowser(webApp, origin);
  browser.cookies.set(cookieName(origin, 'session'), session);
  return browser;
}

const page = async (person: Person, path: string) => {
  const answer = await (await browserOf(person)).fetch(path);
  return { status: answer.status, text: await answer.text() };
};
const send = async (person: Person, path: string, fields: Record<string, string> = {}) => {
  const answer = await (await browserOf(person)).post(path, fields);
  return { status: answer.status, location: answer.headers.get('location') ?? '', text: await answer.text() };
};
/** Asks, and answers the address of the request. */
async function ask(group: string): Promise<string> {
  const { location } = await send('administrator', '/administration/emergency', { group, reason });
  expect(location).toMatch(/^\/emergency\/[0-9a-f-]{36}\?done=asked$/);
  return location.replace('?done=asked', '');
}
const settle = async () => {
  for (;;) {
    if (await runAfterEffects(seed.context)) continue;
    if (!(await runNextJob(seed.context))) return;
  }
};
const reads = async (request: string) => (await page('administrator', `${request}/topics`)).status;

describe('an administrator who asks to read a closed group', () => {
  it('reads nothing before a second person agrees; its owners are told at once, by bell and mail, whatever they muted', async () => {
    const { closed, owner } = seed.things;
    const request = await ask(closed);
    await settle();
    expect(await reads(request)).toBe(404);
    const told = await seed.context.db.reader
      .selectFrom('notification')
      .select(['person_id', 'mail_state', 'group_id'])
      .where('kind', '=', 'emergency')
      .where('person_id', '=', owner)
      .execute();
    expect(told.at(-1)).toMatchObject({ mail_state: 'due', group_id: closed });
    expect((await page('owner', `/groups/${closed}`)).text).toContain(reason);
    expect((await page('member', `/groups/${closed}`)).text).not.toContain(reason);
    for (const person of ['member', 'facilitator', 'bystander', 'officer', 'guest'] as const)
      expect([person, (await page(person, request)).status]).toEqual([person, 404]);
  });

  it('lets the other administrators know as well, each may refuse, and everything is in the log', async () => {
    const { keeper, closed } = seed.things;
    const { reader } = seed.context.db;
    const set = (administrator: number) =>
      transact(seed.context, by, (work) =>
        work.db.updateTable('account').set({ administrator }).where('person_id', '=', keeper).execute(),
      );
    await set(1);
    const request = await ask(closed);
    await settle();
    const notes = reader.selectFrom('notification').select('mail_state').where('kind', '=', 'emergency');
    const [told] = await notes.where('person_id', '=', keeper).orderBy('id', 'desc').execute();
    expect(told).toEqual({ mail_state: 'due' });
    // Of the group she is told as little as whoever asks.
    for (const path of ['/notifications', request, '/administration/emergency'])
      expect([path, (await page('keeper', path)).text.includes('Crisis team')]).toEqual([path, false]);
    await send('keeper', `${request}/approve`);
    expect(await reads(request)).toBe(200);
    expect((await send('keeper', `${request}/refuse`)).status).toBe(303);
    expect(await reads(request)).toBe(404);
    await set(0);
    const events = await reader.selectFrom('log').select(['name', 'data']).orderBy('seq').execute();
    const id = request.split('/').at(-1) ?? '';
    const said = events.filter(({ data }) => String(data).includes(id)).map(({ name }) => name);
    expect(said).toEqual(['emergency.asked', 'emergency.opened', 'emergency.read', 'emergency.ended']);
  });

  it('is told the same, whether there is such a group or not', async () => {
    const missing = '01a1f000-0000-7000-8000-000000000000';
    const texts: string[] = [];
    for (const group of [seed.things.closed, missing]) {
      const request = await ask(group);
      const { status, text } = await page('administrator', request);
      expect(status).toBe(200);
      expect(text).not.toContain('Crisis team');
      texts.push(
        text.replaceAll(group, '<group>').replace(/[0-9a-f-]{36}|[A-Za-z0-9_-]{43}|\d\d:\d\d(:[\d.]+Z)?/g, '<other>'),
      );
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('is not her own second person, nor is another account of hers', async () => {
    const request = await ask(seed.things.closed);
    expect((await send('administrator', `${request}/approve`)).status).toBe(403);
    const administers = (person: Person, name: string) =>
      transact(seed.context, by, async (work) => {
        const row = { administrator: 1 };
        await work.db.updateTable('account').set(row).where('person_id', '=', seed.things[person]).execute();
        await work.db.updateTable('person').set({ name }).where('id', '=', seed.things[person]).execute();
      });
    await administers('keeper', 'Ada Administrator');
    expect((await send('keeper', `${request}/approve`)).status).toBe(403);
    await administers('keeper', 'Kim Keeper');
    expect((await send('keeper', `${request}/approve`)).status).toBe(303);
    expect(await reads(request)).toBe(200);
    // Only whoever asked reads.
    expect((await page('keeper', `${request}/topics`)).status).toBe(404);
  });

  it('cannot ask for a conversation, an open group or a group of another node, and says why', async () => {
    const { conversation, open } = seed.things;
    const request = await ask(conversation);
    await settle();
    ahead += 73 * hour;
    await settle();
    expect((await page('administrator', request)).text).toContain('Open until');
    expect(await reads(request)).toBe(404);
    for (const [fields, says] of [
      [{ group: open, reason }, 'Everybody of this node may read'],
      [{ group: 'https://far.example/groups/1', reason }, 'lives at another node'],
      [{ group: 'crisis', reason: 'Because' }, 'at least ten characters'],
    ] as const) {
      const answer = await send('administrator', '/administration/emergency', fields);
      expect([answer.status, answer.text.includes(says)]).toEqual([422, true]);
      expect(answer.text).toContain(`value="${fields.group}"`);
    }
  });
});

describe('while it is open', () => {
  it('she reads what people here wrote, page by page written down; nothing else opens; members see it', async () => {
    const { closed } = seed.things;
    const looks = sliceRoutes().filter((route) => route.startsWith('GET ') && /\/(groups|posts)\/:/.test(route));
    const told = async () => {
      const found: string[] = [];
      for (const route of looks) {
        const path = route
          .slice(4)
          .replace(/\/groups\/:\w+/, `/groups/${closed}`)
          .replace(/\/posts\/:\w+/, `/posts/${topics.own}`);
        const authorization = { authorization: `Bearer ${seed.tokens.administrator}` };
        const answer = path.startsWith('/api/')
          ? await seed.api('GET', path, undefined, authorization)
          : await (await browserOf('administrator')).fetch(path);
        found.push(`${route} ${answer.status} ${(await answer.text()).includes(secret)}`);
      }
      for (const path of [`/search?q=${secret}`, '/', '/notifications'])
        found.push(
          `${path} ${(await page('administrator', path)).text.replaceAll(`value="${secret}"`, '').includes('Crisis')}`,
        );
      return found;
    };
    const before = await told();
    const request = await ask(closed);
    expect((await send('owner', `${request}/approve`)).status).toBe(303);
    await settle();
    const list = await page('administrator', `${request}/topics`);
    expect([list.status, list.text.includes(secret), list.text.includes(`${secret} far`)]).toEqual([200, true, false]);
    const own = await page('administrator', `${request}/topics/${topics.own}`);
    expect([own.status, own.text.includes(`<p>${secret}</p>`)]).toEqual([200, true]);
    const theirs = await page('administrator', `${request}/topics/${topics.theirs}`);
    expect([theirs.status, theirs.text.includes(secret), theirs.text.includes('far.example')]).toEqual([
      200,
      false,
      true,
    ]);
    expect(await told()).toEqual(before);
    const seen = await page('member', `/groups/${closed}/emergency`);
    expect(seen.text).toContain(`Ada Administrator (Department) may read this group until`);
    expect(seen.text).toContain(reason);
    expect(seen.text).toContain(`Topic “${secret}”`);
    expect((await page('member', `/groups/${closed}`)).text).toContain(reason);
    expect((await page('bystander', `/groups/${closed}/emergency`)).status).toBe(404);
    // What is only for those who run the group is named to them alone, also when it has been read.
    const few = await transact(seed.context, by, (work) =>
      createTopic(work, {
        ...{ group: closed, author: seed.things.owner, title: 'Ptarmigan', ...markdownText('Few') },
        audience: { kind: 'facilitators', origin: null },
      }),
    );
    expect((await page('administrator', `${request}/topics/${few.id}`)).text).toContain('Ptarmigan');
    for (const [person, named] of [
      ['owner', true],
      ['member', false],
    ] as const)
      expect([person, (await page(person, `/groups/${closed}/emergency`)).text.includes('Ptarmigan')]).toEqual([
        person,
        named,
      ]);
    const pages = await seed.context.db.reader.selectFrom('emergency_page').select('what').orderBy('id').execute();
    expect(pages.map(({ what }) => what).slice(-4)).toEqual(['topics', 'topic', 'topic', 'topic']);
    // Of another group nothing is read by it.
    const foreign = await page('administrator', `${request}/topics/${seed.things.message}`);
    expect(foreign.status).toBe(404);
    // Titles: of what was written here, and to her only while it is open.
    const listed = await page('administrator', request);
    expect([listed.text.includes(`“${secret}”`), listed.text.includes(`${secret} far`)]).toEqual([true, false]);
    expect((await send('owner', `${request}/refuse`)).status).toBe(303);
    expect((await page('administrator', request)).text).not.toContain(secret);
  });

  it('she reads the files of what people here wrote, each written down, and none of another group', async () => {
    const { closed, member, looseFile } = seed.things;
    const { reader } = seed.context.db;
    const keys = await createActorKeys();
    await transact(seed.context, by, async (work) => {
      const shut = { reading: 'members', joining: 'request' } as const;
      const { id } = await createGroup(work, { name: 'Other team', handle: 'other', owner: member, keys, ...shut });
      const said = { group: id, author: member, title: 'Elsewhere', ...markdownText('Elsewhere') };
      await createTopic(work, { ...said, files: [{ id: looseFile }] });
    });
    const files = reader.selectFrom('files_file').innerJoin('post', 'post.id', 'files_file.holder_id');
    const inside = files.where('post.group_id', '=', closed).where('post.deleted_at', 'is', null);
    const own = await inside.select(['files_file.id', 'files_file.name']).executeTakeFirstOrThrow();
    const missing = '01a1f000-0000-7000-8000-000000000000';
    const request = await ask(closed);
    const get = async (file: string) => {
      const { status, text } = await page('administrator', `${request}/files/${file}`);
      return [status, text.length > 0];
    };
    expect((await get(own.id))[0]).toBe(404);
    await send('owner', `${request}/approve`);
    expect(await get(own.id)).toEqual([200, true]);
    // A long one for as long as it is open.
    const begun = async () => (await browserOf('administrator')).fetch(`${request}/files/${own.id}`);
    const [whole, cut] = [await begun(), await begun()];
    ahead = 11_000;
    expect((await whole.text()).length).toBeGreaterThan(0);
    const become = (state: 'ended' | 'open') =>
      transact(seed.context, by, (work) =>
        work.db.updateTable('emergency_access').set({ state }).where('id', '=', request.slice(-36)).execute(),
      );
    await become('ended');
    await expect(cut.text()).rejects.toThrow('may read it no more');
    await become('open');
    for (const file of [looseFile, missing, 'none']) expect([file, (await get(file))[0]]).toEqual([file, 404]);
    // Nor by its own address.
    expect((await page('administrator', `/files/${own.id}`)).status).toBe(404);
    const noted = reader.selectFrom('emergency_page').select(['what', 'subject_id']).orderBy('id', 'desc').limit(1);
    const about = (what: string) => noted.where('what', '=', 'file').where('subject_id', '=', what).execute();
    expect([await about(own.id), await about(looseFile)]).toEqual([
      [{ what: 'file', subject_id: own.id }],
      [{ what: 'file', subject_id: looseFile }],
    ]);
    // An earlier version of a document: words for who may know of it, nothing for anybody else, and no bytes.
    const hangsOn = (holder_kind: string) =>
      transact(seed.context, by, (work) =>
        work.db.updateTable('files_file').set({ holder_kind }).where('id', 'in', [own.id, looseFile]).execute(),
      );
    await hangsOn('library');
    const earlier = await page('administrator', `${request}/files/${own.id}`);
    expect([earlier.status, earlier.text.includes('An earlier version of a document')]).toEqual([403, true]);
    expect((await get(looseFile))[0]).toBe(404);
    expect((await send('owner', `${request}/refuse`)).status).toBe(303);
    expect((await get(own.id))[0]).toBe(404);
    await hangsOn('posts');
    expect((await get(own.id))[0]).toBe(404);
  });

  it('an owner ends it at once, and it says afterwards what was read', async () => {
    const { closed } = seed.things;
    const request = await ask(closed);
    await send('owner', `${request}/approve`);
    expect((await page('administrator', request)).text).not.toContain('Olga Owner');
    expect(await reads(request)).toBe(200);
    expect((await send('owner', `${request}/refuse`)).status).toBe(303);
    expect(await reads(request)).toBe(404);
    expect((await page('member', `/groups/${closed}`)).text).toMatch(
      /Ada Administrator \(Department\) read this group on/,
    );
  });

  it('without an answer it opens after 72 hours and not before, for 24 hours and no longer', async () => {
    const request = await ask(seed.things.closed);
    ahead = 71 * hour;
    await settle();
    expect(await reads(request)).toBe(404);
    ahead = 73 * hour;
    await settle();
    expect(await reads(request)).toBe(200);
    ahead = 98 * hour;
    expect(await reads(request)).toBe(404);
    await settle();
    expect((await page('administrator', request)).text).toContain('Over since');
  });

  it('does not open by itself while nobody but her could have been told', async () => {
    const request = await ask(seed.things.closed);
    const others = (change: { disabled_at: string | null }) =>
      transact(seed.context, by, (work) =>
        work.db.updateTable('account').set(change).where('person_id', '<>', seed.things.administrator).execute(),
      );
    await others({ disabled_at: new Date().toISOString() });
    ahead = 73 * hour;
    await settle();
    expect(await reads(request)).toBe(404);
    await others({ disabled_at: null });
    ahead = 72 * hour + 72 * hour;
    await settle();
    expect(await reads(request)).toBe(404);
    ahead = 73 * hour + 73 * hour;
    await settle();
    expect(await reads(request)).toBe(200);
  });

  it('who stops being an administrator stops reading', async () => {
    const request = await ask(seed.things.closed);
    await send('owner', `${request}/approve`);
    const set = (administrator: number) =>
      transact(seed.context, by, (work) =>
        work.db
          .updateTable('account')
          .set({ administrator })
          .where('person_id', '=', seed.things.administrator)
          .execute(),
      );
    await set(0);
    expect(await reads(request)).toBe(404);
    await set(1);
    expect(await reads(request)).toBe(200);
  });
});

describe.skipIf(postgresMissing)('two words at the same instant, on PostgreSQL', () => {
  beforeAll(async () => {
    const usual = seed;
    seed = await openSeed({ dialect: 'postgres', clock: { now: () => new Date(Date.now() + ahead) } });
    return async () => {
      await seed[Symbol.asyncDispose]();
      seed = usual;
    };
  });

  it('the first holds: a no is never overtaken by a yes, and what is written down is what was answered', async () => {
    const { context, things } = seed;
    const account = await accountOfPerson(context.db.reader, things.keeper);
    await transact(context, by, (work) =>
      setRoles(work, account?.id ?? '', { administrator: true, federationOfficer: false }),
    );
    const taken: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      await transact(context, by, async (work) => {
        await work.db.updateTable('emergency_access').set({ state: 'ended' }).execute();
      });
      const request = await ask(things.closed);
      const words = [
        ['keeper', 'approve'],
        ['owner', 'refuse'],
      ] as const;
      const order = round % 2 === 0 ? words : words.toReversed();
      const sending = await Promise.all(order.map(async ([person]) => browserOf(person)));
      // Both forms are open; only sending them is the same instant.
      const answers = await Promise.all(
        order.map(async ([, what], index) => (await sending[index]?.post(`${request}/${what}`))?.status),
      );
      const [yes, no] = ['approve', 'refuse'].map((what) => answers[order.findIndex(([, one]) => one === what)]);
      const id = request.split('/').at(-1) ?? '';
      const rows = context.db.reader.selectFrom('emergency_access').select('state').where('id', '=', id);
      const { state } = await rows.executeTakeFirstOrThrow();
      const events = await context.db.reader.selectFrom('log').select(['name', 'data']).orderBy('seq').execute();
      const said = events.filter(({ name, data }) => String(data).includes(id) && name !== 'emergency.asked');
      const opened = said.findIndex(({ name }) => name === 'emergency.opened');
      // A no holds, before the yes or after it; a yes that came too late says so, and so does a no to what was decided in the same instant.
      expect([yes, no]).toSatisfy(([one, other]) => [one, other].every((status) => status === 303 || status === 409));
      expect([yes === 303 || no === 303, opened === (yes === 303 ? 0 : -1)]).toEqual([true, true]);
      expect([state === 'open', await reads(request)]).toEqual(no === 303 ? [false, 404] : [true, 200]);
      expect(said).toHaveLength((yes === 303 ? 1 : 0) + (no === 303 ? 1 : 0));
      taken.push(`${yes} ${no}`);
    }
    expect(taken).toHaveLength(6);
  }, 60_000);
});
