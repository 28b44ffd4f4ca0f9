import { accountOfPerson, newId, runAfterEffects, setRoles, streams } from '@joinery/core';
import {
  approve,
  decline,
  invite,
  joinGroup,
  leaveGroup,
  removeMember,
  setAway,
  setRole,
} from '@joinery/slices/groups';
import { createTopic, deletePost, editPost, markdownText, removeFromGroup } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { afterEffects } from './after-effects.ts';
import { markRead } from './mark-read.ts';
import { putMute } from './mutes.ts';
import { listNotifications, placeOf } from './reading.ts';
import { settingsOf } from './settings.ts';
import { openWorld, start } from './testing/world.ts';
import { noteOf, quoteOf, sentenceOf } from './words.ts';

describeStores('A notification', (open) => {
  it('tells of replies and mentions once each, to whom they concern and nobody else', async () => {
    await using world = await openWorld(open);
    const { owner, anna, seen, unread, topic, answer, add } = world;
    const ben = await add('Ben Bystander');
    const asked = await topic(anna, `@${anna.handle} is me, @${ben.handle} may know`);
    const first = await answer(owner, asked, `Ask @${anna.handle}`);
    await answer(anna, first);
    // Being answered and mentioned by one post is one thing, and so are topic and reply by the same person.
    expect((await seen(anna)).map(({ kind }) => kind)).toEqual(['reply']);
    expect((await seen(ben)).map(({ kind, actor }) => [kind, actor?.name])).toEqual([['mention', 'Anna Asks']]);
    expect((await seen(owner)).map(({ kind }) => kind)).toEqual(['reply']);
    expect((await seen(anna))[0]).toMatchObject({
      ...{ read: false, topic: { id: asked.id, title: 'Salt on roads' }, post: { id: first.id, gone: false } },
      ...{ group: { name: 'Open data', closed: false }, actor: { name: 'Owen Owner', agency: 'Council' } },
    });
    expect(await unread(anna)).toBe(1);
  });

  it('of a change tells whom it mentions now, and nobody twice', async () => {
    await using world = await openWorld(open);
    const { act, owner, anna, seen, topic } = world;
    const post = await topic(owner, 'Nobody');
    const change = (text: string) =>
      act((work) => editPost(work, { post: post.id, author: owner.id, ...markdownText(text) }));
    expect(await seen(anna)).toEqual([]);
    await change(`@${anna.handle}`);
    await change(`@${anna.handle} again`);
    expect(await seen(anna)).toHaveLength(1);
  });

  it('comes once, whatever runs again', async () => {
    await using world = await openWorld(open);
    const { context, act, owner, anna, seen, topic, answer } = world;
    const asked = await topic(anna);
    await answer(owner, asked);
    await seen(anna);
    // As if the position were lost, and as if the same event came by another way.
    await act((work) => work.db.updateTable('log_reader').set({ seq: 0 }).execute());
    await seen(anna);
    const events = await context.db.reader.selectFrom('log').selectAll().where('name', '=', 'post.created').execute();
    for (const event of events) {
      const again = { ...event, id: newId(), streamSeq: 1, data: JSON.parse(event.data) };
      await act(async (work) => afterEffects['post.created']?.(work, again as never));
    }
    expect(await seen(anna)).toHaveLength(1);
    expect(await runAfterEffects(context)).toBe(0);
  });

  it('of requests goes to those who run the group, and of the answer to who asked', async () => {
    await using world = await openWorld(open);
    const { act, addGroup, owner, anna, seen, add } = world;
    const group = await addGroup({ name: 'Maps', joining: 'request' });
    const ben = await add('Ben Bystander');
    const ask = (person = anna) => act((work) => joinGroup(work, { group: group.id, person: person.id }));
    await ask();
    expect(await seen(owner)).toMatchObject([
      { kind: 'request', actor: { name: 'Anna Asks' }, group: { name: 'Maps' } },
    ]);
    // Leaving and asking again is one request as long as nobody looked.
    await act((work) => leaveGroup(work, { group: group.id, person: anna.id }));
    await ask();
    expect(await seen(owner)).toHaveLength(1);
    await act((work) => approve(work, { group: group.id, person: anna.id, by: owner.id }));
    expect(await seen(anna)).toMatchObject([{ kind: 'approved', accepted: true }]);
    await ask(ben);
    await seen(owner);
    await act((work) => decline(work, { group: group.id, person: ben.id, by: owner.id }));
    expect(await seen(ben)).toMatchObject([{ kind: 'approved', accepted: false }]);
    // Answered before anybody was told of the request: the answer is news all the same, and the request is not.
    const requests = (await seen(owner)).length;
    const quick = await add('Quinn Quick');
    await ask(quick);
    await act((work) => approve(work, { group: group.id, person: quick.id, by: owner.id }));
    expect(await seen(quick)).toMatchObject([{ kind: 'approved', accepted: true }]);
    expect(await seen(owner)).toHaveLength(requests);
    // Who thought better of it first is told nothing.
    const wavering = await add('Wim Wavers');
    await ask(wavering);
    await act((work) => leaveGroup(work, { group: group.id, person: wavering.id }));
    await act((work) => invite(work, { group: group.id, person: wavering.id, by: owner.id }));
    await ask(wavering);
    expect((await seen(wavering)).filter(({ kind }) => kind === 'approved')).toEqual([]);
    // Removal is no answer to a request, and joining an open group waits for nobody.
    await act((work) => removeMember(work, { group: group.id, person: anna.id, by: owner.id }));
    await world.join(world.group, ben);
    expect([await seen(anna), await seen(ben)].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('tells of invitations and of the answer to what was asked for', async () => {
    await using world = await openWorld(open);
    const { act, asks, addGroup, owner, anna, seen } = world;
    const hidden = await addGroup({ name: 'Hidden', reading: 'members', joining: 'invited', listed: false });
    await act((work) => invite(work, { group: hidden.id, person: anna.id, by: owner.id }));
    expect(await seen(anna)).toMatchObject([{ kind: 'invited', group: { name: 'Hidden', closed: true } }]);
    const id = newId();
    asks.push({
      ...{ id, person: anna.id, origin: 'https://other.example', group: null, reason: 'Maps', state: 'declined' },
      ...{ answer: 'Not this year', askedAt: '', answeredAt: '', confirmed: false },
    });
    await act(async (work) => void work.emit('partner.ask_answered', streams.local, { ask: id, person: anna.id }));
    expect((await seen(anna))[0]).toMatchObject({ kind: 'agreement', ask: { answer: 'Not this year' } });
  });

  it('tells those who decide about partners what waits for them, and nobody else', async () => {
    await using world = await openWorld(open);
    const { context, act, add, anna, seen, unread, asks } = world;
    const [olga, ada] = [await add('Olga Officer'), await add('Ada Admin')];
    const roles = async (person: { id: string }, given: { administrator?: boolean; federationOfficer?: boolean }) => {
      const account = await accountOfPerson(context.db.reader, person.id);
      await act((work) => setRoles(work, account?.id ?? '', given));
    };
    await roles(ada, { administrator: true });
    await roles(olga, { federationOfficer: true });
    const askFor = (origin: string, person = anna) => {
      const id = newId();
      asks.push({
        ...{ id, person: person.id, origin, group: null, reason: 'We share a border', state: 'open' },
        ...{ answer: null, askedAt: '', answeredAt: null, confirmed: false },
      });
      return act(
        async (work) => void work.emit('partner.asked', streams.local, { ask: id, person: person.id, origin }),
      );
    };
    await askFor('https://one.example');
    await askFor('https://one.example', ada);
    await askFor('https://two.example', ada);
    const propose = (origin: string) =>
      act(async (work) => void work.emit('partner.proposed', streams.local, { origin }));
    await propose('https://three.example');
    await propose('https://four.example');
    const partner = newId();
    const end = { partner, days: 7, expiresAt: '2026-12-01T00:00:00.000Z' };
    await act(async (work) => void work.emit('partner.expires_soon', streams.local, end));

    const told = await seen(olga);
    expect(told.map((one) => sentenceOf(one, 'en')).reverse()).toEqual([
      'Anna Asks asks for an agreement with one.example',
      'Ada Admin asks for an agreement with two.example',
      'three.example proposes an agreement',
      'The agreement with Good <b> ends on 30 November 2026',
    ]);
    expect(told.map(placeOf)).toEqual([
      `/administration/partners/${partner}`,
      ...Array(3).fill('/administration/partners/proposals'),
    ]);
    expect(quoteOf(told[3] as never)).toBe('We share a border');
    expect(noteOf(told[0] as never, 'nl')).toContain('in 1 groep, door 3 mensen, met 40 berichten');
    for (const person of [anna, ada]) expect(await seen(person)).toEqual([]);
    expect((await settingsOf(context.db.reader, anna.id)).kinds.map(({ kind }) => kind)).not.toContain('ask');
    expect((await settingsOf(context.db.reader, olga.id)).kinds.map(({ kind }) => kind)).toContain('ask');

    // Looked at: the next one is told again, unless she does not want to hear of it.
    await act((work) => markRead(work, olga.id, 'all'));
    await act((work) => putMute(work, { person: olga.id, scope: 'kind', subject: 'ask', page: true, mail: true }));
    await propose('https://five.example');
    await askFor('https://five.example');
    expect(await unread(olga)).toBe(1);
    // Who no longer decides no longer knows; then it is the administrators' business.
    await roles(olga, { federationOfficer: false });
    expect([await seen(olga), await unread(olga)]).toEqual([[], 0]);
    await propose('https://six.example');
    expect((await seen(ada)).map(({ kind }) => kind)).toEqual(['proposal']);
  });

  it('says nothing about a group that its person may not read any more', async () => {
    await using world = await openWorld(open);
    const { act, addGroup, owner, anna, seen, unread, topic, answer, join, rows } = world;
    const closed = await addGroup({ name: 'Closed', reading: 'members' });
    await join(closed, anna);
    const asked = await topic(anna, 'Text', closed);
    await answer(owner, asked);
    expect(await unread(anna)).toBe(1);
    await act((work) => removeMember(work, { group: closed.id, person: anna.id, by: owner.id }));
    expect(await seen(anna)).toEqual([]);
    expect(await unread(anna)).toBe(0);
    // What happens after that is not even written down.
    await answer(owner, asked, `@${anna.handle}`);
    await seen(anna);
    expect(await rows()).toHaveLength(1);
  });

  it('says nothing about a thread that its person may not see, when it is written or any more', async () => {
    await using world = await openWorld(open);
    const { act, addGroup, owner, anna, seen, unread, answer, join, rows, add } = world;
    const closed = await addGroup({ name: 'Closed', reading: 'members' });
    const ben = await add('Ben Bystander');
    for (const person of [anna, ben]) await join(closed, person);
    const role = (given: 'facilitator' | 'member') =>
      act((work) => setRole(work, { group: closed.id, person: anna.id, by: owner.id, role: given }));
    await role('facilitator');
    const audience = { kind: 'facilitators', origin: null } as const;
    const text = markdownText(`@${anna.handle} and @${ben.handle}`);
    const few = await act((work) =>
      createTopic(work, { group: closed.id, author: owner.id, title: 'Few', ...text, audience }),
    );
    const first = await answer(anna, few);
    expect((await seen(anna)).map(({ topic }) => topic?.title)).toEqual(['Few']);
    expect(await seen(ben)).toEqual([]);
    await role('member');
    expect([await seen(anna), await unread(anna)]).toEqual([[], 0]);
    await answer(owner, first, `@${ben.handle}`);
    await seen(anna);
    // Not even written down, of what came after that or to whom it was never told.
    expect((await rows()).map(({ person_id }) => person_id).filter((id) => id !== owner.id)).toEqual([anna.id]);
  });

  it('of requests goes to the deputy while who runs the group is away, and to the owners where nobody else is here', async () => {
    await using world = await openWorld(open);
    const { act, addGroup, owner, anna, seen, pass, clock, add, join } = world;
    const group = await addGroup({ name: 'Maps', joining: 'request' });
    const [dana, eve] = [await add('Dana Deputy'), await add('Eve Asks')];
    await join(group, dana);
    await act((work) => approve(work, { group: group.id, person: dana.id, by: owner.id }));
    await seen(owner);
    const requests = async (person: typeof anna) =>
      (await seen(person)).filter(({ kind }) => kind === 'request').length;
    const before = await requests(owner);
    const away = (deputy: string | null) =>
      act((work) => {
        const until = new Date(clock.at + 20 * 86_400_000).toISOString();
        return setAway(work, group, owner.id, { until, deputy });
      });
    await away(dana.id);
    await join(group, anna);
    expect([await requests(dana), await requests(owner)]).toEqual([1, before]);
    // Three days later they are told again, and she opens the list of requests.
    await pass(3 * 24 * 60 + 1);
    expect([await requests(dana), await requests(owner)]).toEqual([2, before]);
    await away(null);
    await join(group, eve);
    // Who stands in for nobody sees none.
    expect([await requests(dana), await requests(owner)]).toEqual([0, before + 1]);
  });

  it('stays unsaid where a group closes after it was told', async () => {
    await using world = await openWorld(open);
    const { act, group, owner, anna, seen, topic } = world;
    await topic(owner, `@${anna.handle}`);
    expect(await seen(anna)).toHaveLength(1);
    await act((work) => leaveGroup(work, { group: group.id, person: anna.id }));
    expect(await seen(anna)).toHaveLength(1);
    await act((work) => work.db.updateTable('groups').set({ reading: 'members' }).where('id', '=', group.id).execute());
    expect(await seen(anna)).toEqual([]);
  });

  it('shows no word of what was removed or deleted', async () => {
    await using world = await openWorld(open);
    const { act, owner, anna, seen, topic, answer } = world;
    const asked = await topic(anna, 'Text', undefined, 'Secret title');
    const [one, two] = [await answer(owner, asked, 'Secret one'), await answer(owner, asked, 'Secret two')];
    expect(JSON.stringify(await seen(anna))).toContain('Secret one');
    await act((work) => removeFromGroup(work, { post: one.id, by: owner.id, reason: null }));
    await act((work) => deletePost(work, { post: two.id, author: owner.id }));
    const after = await seen(anna);
    expect(after.map(({ post }) => post?.gone)).toEqual([true, true]);
    expect(JSON.stringify(after)).not.toContain('Secret');
    await act((work) => removeFromGroup(work, { post: asked.id, by: owner.id, reason: null }));
    expect(JSON.stringify(await seen(anna))).not.toContain('Secret');
  });

  it('is no news when it comes late, or was told before a backup was restored', async () => {
    await using world = await openWorld(open);
    const { act, clock, owner, anna, seen, unread, topic, answer, effects, rows } = world;
    const asked = await topic(anna);
    await answer(owner, asked);
    // Nobody worked for four days.
    clock.at += 4 * 24 * 3_600_000;
    expect(await unread(anna)).toBe(0);
    expect(await seen(anna)).toMatchObject([{ read: true, at: new Date(start).toISOString() }]);
    const restored = { at: new Date(clock.at + 1_000).toISOString(), asOf: '', confirmedAt: '', waiting: [] };
    await act((work) =>
      work.db
        .insertInto('meta')
        .values({ name: 'restored', value: JSON.stringify(restored) })
        .execute(),
    );
    await answer(owner, asked, 'Again after the restore');
    clock.at += 60_000;
    await effects();
    expect(await unread(anna)).toBe(0);
    expect((await rows()).map(({ mail_state }) => mail_state)).toEqual(['none', 'none']);
    await answer(owner, asked, 'New');
    expect(await unread(anna)).toBe(1);
  });

  it('can be marked as read by its person only, and lists page by page', async () => {
    await using world = await openWorld(open);
    const { context, act, clock, owner, anna, seen, unread, topic, answer } = world;
    const asked = await topic(anna);
    for (let n = 0; n < 5; n += 1) {
      clock.at += 1_000;
      await answer(owner, asked, `Answer ${n}`);
    }
    const all = await seen(anna);
    expect(
      await act((work) =>
        markRead(
          work,
          owner.id,
          all.map(({ id }) => id),
        ),
      ),
    ).toBe(0);
    expect(await act((work) => markRead(work, anna.id, [all[0]?.id ?? '']))).toBe(1);
    expect(await unread(anna)).toBe(4);
    expect(await act((work) => markRead(work, anna.id, 'all'))).toBe(4);
    const found: string[] = [];
    for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
      const page = await listNotifications(context, anna.id, { cursor, limit: 2 });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(found).toEqual(all.map(({ id }) => id));
  });

  it('that is muted does not come, and what waits of it counts as read', async () => {
    await using world = await openWorld(open);
    const { act, owner, anna, group, seen, unread, topic, answer, rows } = world;
    const asked = await topic(anna);
    await answer(owner, asked);
    expect(await unread(anna)).toBe(1);
    const mute = (scope: 'topic' | 'group' | 'kind' | 'everything', subject: string, on: boolean) =>
      act((work) => putMute(work, { person: anna.id, scope, subject, page: on, mail: on }));
    await mute('topic', asked.id, true);
    expect(await unread(anna)).toBe(0);
    expect((await rows())[0]).toMatchObject({ mail_state: 'dropped' });
    for (const [scope, subject] of [
      ['topic', asked.id],
      ['group', group.id],
      ['kind', 'reply'],
      ['everything', ''],
    ] as const) {
      await mute('topic', asked.id, false);
      await mute(scope, subject, true);
      await answer(owner, asked);
      expect(await seen(anna)).toHaveLength(1);
      await mute(scope, subject, false);
    }
    await answer(owner, asked);
    expect(await seen(anna)).toHaveLength(2);
  });

  it('tells administrators that somebody asks for an account: once until they have looked, and only them', async () => {
    await using world = await openWorld(open);
    const { act, anna, owner, seen, unread } = world;
    const make = (administrator: boolean) =>
      act(async (work) => {
        const account = await accountOfPerson(work.db, anna.id);
        // Somebody else administers, so that Anna can stop.
        const other = await accountOfPerson(work.db, owner.id);
        await setRoles(work, other?.id ?? '', { administrator: true });
        await setRoles(work, account?.id ?? '', { administrator });
      });
    await make(true);
    for (const registration of [newId(), newId()])
      await act(async (work) => void work.emit('registration.waiting', streams.local, { registration }));
    expect((await seen(anna)).map(({ kind, actor }) => [kind, actor])).toEqual([['registration', null]]);
    expect(await seen(owner)).toHaveLength(1);
    await act((work) => markRead(work, anna.id, 'all'));
    await act(async (work) => void work.emit('registration.waiting', streams.local, { registration: newId() }));
    expect(await unread(anna)).toBe(1);
    await make(false);
    expect([await unread(anna), await seen(anna)]).toEqual([0, []]);
  });
});
