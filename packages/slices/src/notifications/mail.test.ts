import { accountOfPerson, newId, releaseLeases, runNextJob, setRoles, startSession, streams } from '@joinery/core';
import { approve, createConversation, invite, leaveGroup, removeMember } from '@joinery/slices/groups';
import { changeGuest, emitWay } from '@joinery/slices/people';
import { createTopic, deletePost, markdownText, removeFromGroup } from '@joinery/slices/posts';
import { expect, it, onTestFinished } from 'vitest';
import { type MailServer, startMailServer } from '../../../../test/harness/mail-server.ts';
import { describeStores } from '../../../../test/harness/store.ts';
import { mailHealth, sendTestMail } from './mail-job.ts';
import { markRead } from './mark-read.ts';
import { muteToken, readMuteToken } from './mute-token.ts';
import { addMute, putMute } from './mutes.ts';
import { mailThrough, openWorld } from './testing/world.ts';

async function mailServer(): Promise<MailServer> {
  const server = await startMailServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

describeStores('Mail of a notification', (open) => {
  it('goes once to its person, in their language, with the way to stop it', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { owner, add, join, group, topic, answer, pass, rows } = world;
    const noor = await add('Noor Nieuw', 'nl');
    await join(group, noor);
    const asked = await topic(noor, 'Wie weet het?');
    await answer(owner, asked, 'I know & tell <b>all</b>.');
    await pass(1);
    await pass(60);
    const [mail, ...more] = server.mails;
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: ['noor-nieuw@council.example'], from: 'no-reply@work.council.example' });
    const header = (name: string) => mail?.headers.get(name)?.join() ?? '';
    expect(header('subject')).toBe('Re: Salt on roads (Open data)');
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(header('list-unsubscribe')).toMatch(/^<https:\/\/work\.council\.example\/notifications\/mute\/[\w.-]+>$/);
    expect(header('message-id')).toMatch(/^<[0-9a-f]{40}@work\.council\.example>$/);
    expect(header('in-reply-to')).toBe(header('references'));
    expect(mail?.text).toContain('Owen Owner reageerde op u');
    expect(mail?.text).toContain('> I know & tell <b>all</b>.');
    expect(mail?.html).toContain('<html lang="nl">');
    expect(mail?.html).toContain('I know &amp; tell &lt;b&gt;all&lt;/b&gt;.');
    for (const [, address] of `${mail?.html}${mail?.text}`.matchAll(/(https?:\/\/[^\s"<)]+)/g))
      expect(address).toMatch(/^https:\/\/work\.council\.example\/notifications\//);
    expect(await rows()).toMatchObject([{ mail_state: 'sent', mail_attempts: 1 }]);
    expect(await mailHealth(world.context)).toEqual({ due: 0, sent: 1, failed: 0, lastError: null });
  });

  it('goes for each of the six kinds of a day’s work, in the reader’s language, with why and one way to stop it', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { context, act, asks, owner, anna, add, addGroup, join, group, topic, answer, effects, clock, pass } = world;
    const readers = [await add('Noor Nieuw', 'nl'), await add('Eve English')];
    for (const reader of readers) {
      await join(group, reader);
      await answer(owner, await topic(reader), 'An answer');
      await topic(owner, `Ask @${reader.handle}`, group, 'Grit');
      const hers = await addGroup({ name: 'Hers', owner: reader.id, joining: 'request' });
      await join(hers, anna);
      const asked = await addGroup({ name: 'Maps', joining: 'request' });
      await join(asked, reader);
      await effects();
      await act((work) => approve(work, { group: asked.id, person: reader.id, by: owner.id }));
      const invited = await addGroup({ name: 'Bridges', joining: 'invited' });
      await act((work) => invite(work, { group: invited.id, person: reader.id, by: owner.id }));
      const id = newId();
      asks.push({
        ...{ id, person: reader.id, origin: 'https://other.example', group: null, reason: 'Maps', state: 'declined' },
        ...{ answer: 'Not this year', confirmed: false, askedAt: '', answeredAt: '' },
      });
      await act(async (work) => void work.emit('partner.ask_answered', streams.local, { ask: id, person: reader.id }));
    }
    await pass(1);
    await effects();
    const told = (reader: (typeof readers)[number] | undefined) =>
      server.mails
        .filter(({ to }) => to.join() === `${reader?.handle}@council.example`)
        .map((mail) => {
          const stop = /^<https:\/\/work\.council\.example\/notifications\/mute\/([\w.-]+)>$/.exec(
            mail.headers.get('list-unsubscribe')?.join() ?? '',
          );
          const link = readMuteToken(context.secret, stop?.[1] ?? '', new Date(clock.at));
          expect(link).toMatchObject({ person: reader?.id, mail: true });
          expect(mail.headers.get('list-unsubscribe-post')).toEqual(['List-Unsubscribe=One-Click']);
          const why = mail.text.split('\n').find((line) => /^(You get this|U krijgt dit)/.test(line));
          expect(mail.html).toContain(why);
          return [mail.headers.get('subject')?.join(), why].join(' – ');
        })
        .sort();
    expect(told(readers[0])).toEqual([
      'Anna Asks wil lid worden van Hers – U krijgt dit omdat u de groep begeleidt.',
      'Er komt geen afspraak met other.example – U krijgt dit omdat u om de afspraak vroeg.',
      'Owen Owner nodigt u uit voor Bridges – U krijgt dit omdat iemand die de groep begeleidt u uitnodigde.',
      'Re: Grit (Open data) – U krijgt dit omdat het bericht u noemt.',
      'Re: Salt on roads (Open data) – U krijgt dit omdat het een bericht van u beantwoordt, of in een onderwerp staat dat u begon.',
      'U bent nu lid van Maps – U krijgt dit omdat u vroeg om lid te worden.',
    ]);
    expect(told(readers[1])).toEqual([
      'Anna Asks asks to join Hers – You get this because you run the group.',
      'Owen Owner invites you to Bridges – You get this because somebody who runs the group invited you.',
      'Re: Grit (Open data) – You get this because the post names you.',
      'Re: Salt on roads (Open data) – You get this because it answers a post of yours, or is in a topic that you started.',
      'There will be no agreement with other.example – You get this because you asked for the agreement.',
      'You are a member of Maps now – You get this because you asked to join.',
    ]);
  });

  it('tells of a changed sign-in whatever is muted, though it was looked at, and gives no way to stop that', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { context, act, owner, add, pass, rows } = world;
    const noor = await add('Noor Nieuw', 'nl');
    const account = await accountOfPerson(context.db.reader, noor.id);
    // Her first password is no news to her.
    await act(async (work) => emitWay(work, 'password.changed', noor.id, noor.id));
    await act((work) => startSession(work, account?.id ?? ''));
    await pass(1);
    const mute = { person: noor.id, subject: '', scope: 'everything', page: true, mail: true } as const;
    await act(async (work) => {
      emitWay(work, 'password.changed', noor.id, noor.id);
      emitWay(work, 'code.turned_off', noor.id, owner.id);
      emitWay(work, 'password.removed', noor.id, null);
      emitWay(work, 'link.made', noor.id, owner.id);
    });
    await pass(0);
    await act(async (work) => {
      await putMute(work, mute);
      await putMute(work, { ...mute, scope: 'kind', subject: 'security' });
      await markRead(work, noor.id, 'all');
    });
    await pass(60);
    const subjects = server.mails.map(({ headers }) => headers.get('subject')?.join());
    expect(subjects.sort()).toEqual([
      'Bij het inloggen wordt u niet meer om een code gevraagd',
      'Er is een link gemaakt waarmee als u kan worden ingelogd',
      'Uw wachtwoord is gewijzigd',
      'Uw wachtwoord is verwijderd',
    ]);
    const [own, other, node] = ['gewijzigd', 'code', 'verwijderd'].map((word) =>
      server.mails.find(({ headers }) => headers.get('subject')?.join().includes(word)),
    );
    expect(own?.text).toContain('iemand die als u was ingelogd');
    expect(other?.text).toContain('Owen Owner, die dit knooppunt beheert');
    expect(node?.text).toContain('door wie dit knooppunt draaiend houdt');
    for (const mail of server.mails) {
      expect(mail.headers.has('list-unsubscribe')).toBe(false);
      expect(`${mail.text}${mail.html}`).not.toContain('/notifications/mute/');
      expect(mail.text).toContain('Dit wordt altijd gemeld en gemaild');
    }
    expect(await rows()).toMatchObject([{ shown: 1 }, { shown: 1 }, { shown: 1 }, { shown: 1 }]);
    const token = muteToken(context.secret, { ...mute, scope: 'kind', subject: 'security' }, context.clock.now());
    expect(readMuteToken(context.secret, token, context.clock.now())).toBeNull();
  });

  it('says whose guest somebody is who did something', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { act, owner, anna, add, join, group, topic, answer, pass } = world;
    const gita = await add('Gita Guest');
    await join(group, gita);
    await act((work) => changeGuest(work, gita.id, { sponsor: owner.id, of: 'Owen Owner', until: '2027-02-20' }));
    await answer(gita, await topic(anna));
    // The sponsor is reminded, in words that name the guest.
    await act(async (work) => void work.emit('guest.ending', streams.local, { person: gita.id }));
    await pass(1);
    await pass(60);
    const [reply, reminder] = ['anna-asks', 'owen-owner'].map((name) =>
      server.mails.find(({ to }) => to[0]?.startsWith(name)),
    );
    const label = 'Council · Guest of Owen Owner until 20 February 2027';
    expect(reply?.text).toContain(`Gita Guest replied to you\n${label}\n`);
    expect(reply?.html).toContain(label);
    expect(reminder?.headers.get('subject')).toEqual(['The access of Gita Guest, your guest, ends soon']);
    expect(reminder?.text).toContain(label);
  });

  it('says of a conversation that there is a message: not who wrote it, nor what, nor what it is about', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { act, owner, anna, pass } = world;
    await act(async (work) => {
      const { id } = await createConversation(work, { by: owner.id, people: [anna.id], subject: 'Whispered subject' });
      await createTopic(work, { group: id, author: owner.id, title: 'Whispered', ...markdownText('Whispered text') });
    });
    await pass(1);
    const [mail, ...more] = server.mails;
    expect(more).toEqual([]);
    expect(mail?.headers.get('subject')?.join()).toBe('You have a new message');
    const whole = [...(mail?.headers.values() ?? [])].flat().join() + mail?.text + mail?.html;
    expect(whole).not.toMatch(/whispered|owen/i);
    expect(mail?.text).toContain('No more mail about this conversation');
    expect(mail?.text).toContain('because you are in the conversation');
  });

  it('tells those who decide about partners of an agreement that ends, with the way to stop such mail', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { context, act, add, pass } = world;
    const olga = await add('Olga Officer', 'nl');
    const account = await accountOfPerson(context.db.reader, olga.id);
    await act((work) => setRoles(work, account?.id ?? '', { administrator: true, federationOfficer: true }));
    const end = { partner: newId(), days: 30, expiresAt: '2026-12-20T00:00:00.000Z' };
    const warn = () => act(async (work) => void work.emit('partner.expires_soon', streams.local, end));
    await warn();
    await pass(1);
    expect(server.mails).toHaveLength(1);
    const [mail] = server.mails;
    expect(mail?.headers.get('subject')?.join()).toBe('De afspraak met Good <b> eindigt op 19 december 2026');
    expect(mail?.text).toContain('Na die dag wordt er niets meer uitgewisseld');
    expect(mail?.text).toContain('omdat u over partners beslist');
    expect(mail?.html).toContain('Good &lt;b&gt;');
    const stop = /<https:\/\/[^/]+\/notifications\/mute\/([^>]+)>/.exec(
      mail?.headers.get('list-unsubscribe')?.join() ?? '',
    );
    const link = readMuteToken(context.secret, stop?.[1] ?? '', new Date(world.clock.at));
    expect(link).toMatchObject({ person: olga.id, scope: 'kind', subject: 'expiry', mail: true });
    if (link) await act((work) => addMute(work, link));
    await warn();
    await pass(1);
    expect(server.mails).toHaveLength(1);
  });

  it('of one topic hangs together, and each has an id of its own', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { owner, anna, topic, answer, pass } = world;
    const asked = await topic(anna);
    await answer(owner, asked);
    await answer(owner, asked);
    await answer(owner, await topic(anna));
    await pass(1);
    const header = (name: string) => server.mails.map(({ headers }) => headers.get(name)?.[0]);
    expect(new Set(header('message-id')).size).toBe(3);
    expect(new Set(header('references')).size).toBe(2);
  });

  it('waits while the server is away, and loses nothing', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { context, owner, anna, topic, answer, pass, rows } = world;
    server.refuse(451);
    const asked = await topic(anna);
    for (let n = 0; n < 3; n += 1) await answer(owner, asked);
    for (let n = 0; n < 3; n += 1) await pass(60);
    expect(server.mails).toEqual([]);
    expect((await rows()).map(({ mail_state }) => mail_state)).toEqual(['due', 'due', 'due']);
    const gone = await startMailServer();
    await gone[Symbol.asyncDispose]();
    mailThrough(context, gone.url);
    await pass(61);
    expect(await mailHealth(context)).toMatchObject({ due: 3, lastError: expect.any(String) });
    server.refuse(null);
    mailThrough(context, server.url);
    await pass(61);
    await pass(61);
    expect(server.mails).toHaveLength(3);
    // A mail keeps its name over all attempts: a server that took it after all, and said that it did not, shows it once.
    const names = ({ mails, refused }: MailServer) =>
      [mails, refused].map((some) => new Set(some.map(({ headers }) => headers.get('message-id')?.[0])));
    const [taken, tried] = names(server);
    expect(server.refused.length).toBeGreaterThanOrEqual(6);
    expect(taken?.size).toBe(3);
    expect(tried).toEqual(taken);
  });

  it('that the server will never take is given up, and after five days every other', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { owner, anna, topic, answer, pass, rows, context } = world;
    server.refuse(550);
    const asked = await topic(anna);
    await answer(owner, asked);
    await pass(1);
    expect(await rows()).toMatchObject([{ mail_state: 'failed', mail_attempts: 1 }]);
    server.refuse(451);
    await answer(owner, asked);
    for (let n = 0; n < 6; n += 1) await pass(24 * 60);
    expect((await rows()).map(({ mail_state }) => mail_state)).toEqual(['failed', 'failed']);
    expect(server.mails).toEqual([]);
    expect(JSON.stringify(await mailHealth(context))).not.toContain('council.example');
    expect(world.store.logged.join()).not.toContain('anna-asks@');
  });

  it('is never sent twice, not even by a process that ended while sending', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { context, act, owner, anna, topic, answer, effects, pass, rows, clock } = world;
    await answer(owner, await topic(anna));
    await effects();
    clock.at += 60_000;
    // It is on its way when the process ends: the server has it, and nobody here knows.
    const door = context.doors.mail;
    if (!door) throw new Error('no door');
    const reached = Promise.withResolvers<void>();
    context.doors.mail = {
      ...door,
      send: async (mail) => {
        await door.send(mail);
        reached.resolve();
        return new Promise(() => {});
      },
    };
    void (async () => {
      while (await runNextJob(context));
    })();
    await reached.promise;
    context.doors.mail = door;
    await releaseLeases(context);
    await pass(10);
    await pass(600);
    expect(server.mails).toHaveLength(1);
    expect(await rows()).toMatchObject([{ mail_state: 'unconfirmed' }]);
    // Nor after a restart that reads the whole log again.
    await act((work) => work.db.updateTable('log_reader').set({ seq: 0 }).execute());
    await pass(600);
    expect(server.mails).toHaveLength(1);
  });

  it('stays away when it was read, muted, taken back, or may not be read any more (hostile case 122)', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { act, owner, anna, addGroup, join, topic, answer, effects, pass, rows } = world;
    const closed = await addGroup({ reading: 'members' });
    await join(closed, anna);
    const [asked, secret] = [await topic(anna), await topic(anna, 'Text', closed)];
    await answer(owner, asked);
    await effects();
    await act((work) => markRead(work, anna.id, 'all'));
    const taken = await answer(owner, asked);
    await effects();
    await act((work) => deletePost(work, { post: taken.id, author: owner.id }));
    await answer(owner, secret);
    await effects();
    await act((work) => removeMember(work, { group: closed.id, person: anna.id, by: owner.id }));
    const off = await topic(anna, 'Off topic');
    await answer(owner, off);
    await effects();
    await act((work) => removeFromGroup(work, { post: off.id, by: owner.id, reason: null }));
    const other = await topic(anna);
    await answer(owner, other);
    await effects();
    await act((work) => putMute(work, { person: anna.id, scope: 'topic', subject: other.id, page: false, mail: true }));
    await pass(1);
    expect(server.mails).toEqual([]);
    expect((await rows()).map(({ mail_state }) => mail_state)).toEqual(Array(5).fill('dropped'));
    // Only mail was muted: it is on the page.
    expect((await world.seen(anna)).filter(({ read }) => !read)).toHaveLength(3);
    await act((work) => leaveGroup(work, { group: world.group.id, person: anna.id }));
  });

  it('of a closed or unlisted group tells no name, title or word', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { owner, anna, addGroup, join, topic, answer, pass } = world;
    for (const input of [{ reading: 'members' }, { listed: false }] as const) {
      const group = await addGroup({ name: 'Secretgroup', ...input });
      await join(group, anna);
      await answer(owner, await topic(anna, 'Secrettext', group, 'Secrettitle'), 'Secretanswer');
    }
    await pass(1);
    expect(server.mails).toHaveLength(2);
    for (const mail of server.mails) {
      expect(mail.headers.get('subject')).toEqual(['A reply to you in a closed group']);
      expect(`${mail.raw}${mail.text}${mail.html}`).not.toMatch(/Secret|Owen/);
    }
  });

  it('lets no title become a header, a recipient, markup, or a link elsewhere (hostile case 104)', async () => {
    const server = await mailServer();
    await using world = await openWorld(open, { server });
    const { owner, anna, group, topic, answer, pass } = world;
    const title = 'Hi\r\nBcc: eve@evil.example\r\n\r\n<img src=https://evil.example/x> xn--pple-43d.example';
    await answer(owner, await topic(anna, 'Text', group, title), '[click](javascript:alert(1)) https://evil.example');
    await pass(1);
    const [mail, ...more] = server.mails;
    expect(more).toEqual([]);
    expect(mail?.to).toEqual(['anna-asks@council.example']);
    // One subject on one line, and nothing of it where headers or the envelope are read.
    expect(mail?.headers.get('subject')).toEqual([expect.stringMatching(/^[^\r\n]*Bcc: eve@evil\.example[^\r\n]*$/)]);
    const head = mail?.raw.split(/\r?\n\r?\n/)[0] ?? '';
    expect(head).not.toMatch(/^(?:bcc|cc):/im);
    expect(head.match(/^to:/gim)).toHaveLength(1);
    expect([...(mail?.headers.keys() ?? [])].filter((name) => /^(?:bcc|cc|reply-to)$/.test(name))).toEqual([]);
    expect(mail?.html).not.toMatch(/<img|<script|javascript:alert\(1\)"/);
    expect(mail?.html).toContain('&lt;img src=evil.example/x&gt;');
    // Where lines count, its lines are none, and mail programs find no address to make a link of.
    expect(mail?.text).toMatch(
      /^Hi Bcc: eve@evil\.example <img src=evil\.example\/x> xn--pple-43d\.example · Open data$/m,
    );
    for (const [address] of `${mail?.text}${mail?.html}`.matchAll(/\w+:\/\/[^\s"<)]+/g))
      expect(address).toMatch(/^https:\/\/work\.council\.example\//);
    // A name that looks like another one stays in the letters in which it cannot be mistaken.
    expect(mail?.html).toContain('xn--pple-43d.example');
    expect(`${mail?.text}${mail?.html}`).not.toMatch(/\u0430pple/);
    for (const [, address] of (mail?.html ?? '').matchAll(/(?:href|src)="([^"]*)"/g))
      expect(address).toMatch(/^https:\/\/work\.council\.example\//);
  });

  it('is not sent by a node without a mail server, and a test mail says whether there is one', async () => {
    await using world = await openWorld(open);
    const { context, owner, anna, topic, answer, pass, rows } = world;
    await answer(owner, await topic(anna));
    await pass(1);
    expect(await rows()).toMatchObject([{ mail_state: 'none' }]);
    expect(await sendTestMail(context, anna.id)).toBeNull();
    const server = await mailServer();
    mailThrough(context, server.url);
    expect(await sendTestMail(context, anna.id)).toEqual({ ok: true, to: 'anna-asks@council.example' });
    expect(server.mails).toMatchObject([{ to: ['anna-asks@council.example'] }]);
  });
});
