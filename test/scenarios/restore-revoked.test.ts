import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type CommandAnswer,
  createSignInLink,
  hashPassword,
  restoredState,
  setPassword,
  startSession,
  transact,
} from '@joinery/core';
import {
  ban,
  membershipOf,
  openGroup as openShut,
  removeMember,
  runnersElsewhere,
  setRole,
} from '@joinery/slices/groups';
import { disableLeaver, linkFor, personByUri } from '@joinery/slices/people';
import { createTopic, deletePost, markdownText, reply } from '@joinery/slices/posts';
import { expect, it } from 'vitest';
import { makeBackup } from '../../packages/core/src/backup/backup.ts';
import { restoreBackup } from '../../packages/core/src/backup/restore.ts';
import { signedFetch } from '../../packages/federation/src/fetch.ts';
import { confirmRestored } from '../../packages/federation/src/rejoin.ts';
import { restoredCommands } from '../../packages/federation/src/restored/commands.ts';
import { answerRules, rulesToAnswer } from '../../packages/federation/src/restored/rules.ts';
import { putMute } from '../../packages/slices/src/notifications/mutes.ts';
import { openGate } from '../harness/gate.ts';
import { startMailServer } from '../harness/mail-server.ts';
import { createNetworkBrowser } from '../harness/network-browser.ts';
import { allowEachOther, settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { by, join, movingClock, openGroup } from './lanes-world.ts';

it('nothing that was revoked comes back with a backup, nobody is told anything twice, and in the end all nodes hold the same', {
  timeout: 240_000,
}, async () => {
  const root = mkdtempSync(pathOf(tmpdir(), 'joinery-revoked-'));
  const clock = movingClock();
  await using gate = await openGate();
  await using mailServer = await startMailServer();
  const environment = (folder: string) => ({
    ...gate.environment,
    JOINERY_DATA: pathOf(root, folder),
    JOINERY_SMTP_URL: mailServer.url,
  });
  await using department = await startTestNode('department', {
    clock,
    environment: { JOINERY_SMTP_URL: mailServer.url },
  });
  await using parish = await startTestNode('parish', { clock });
  let council = await startTestNode('council', { clock, environment: environment('one') });
  gate.to(council.port);
  try {
    const all = () => [department, council, parish];
    const settle = async (minutes = 0) => {
      clock.forward(minutes);
      for (const node of all()) for (const other of all()) if (node !== other) node.federation.lanes.wake(other.origin);
      await settleAll(all());
    };
    await allowEachOther(all());
    const [ada, eva, ed] = [
      await department.person('Ada Owner', { administrator: true }),
      await department.person('Eva Removed'),
      await department.person('Ed Banned'),
    ];
    const [bob, cas] = [
      await council.person('Bob Council', { administrator: true }),
      await council.person('Cas Council'),
    ];
    const dina = await parish.person('Dina Parish', { administrator: true });
    const national = await openGroup(department, ada.id, 'national');
    const local = await openGroup(council, bob.id, 'local');
    const bobsNational = await join(council, bob, national.uri);
    const casNational = await join(council, cas, national.uri);
    const dinasNational = await join(parish, dina, national.uri);
    const jo = await department.person('Jo Facilitator');
    for (const one of [ada, eva, ed, jo]) await join(department, one, local.uri);
    await settle();
    for (const { uri } of [ada, jo]) {
      const id = (await personByUri(council.context.db.reader, uri))?.id ?? '';
      await transact(council.context, by, (work) =>
        setRole(work, { group: local.id, person: id, by: bob.id, role: 'facilitator' }),
      );
    }
    await settle();

    const write = (node: TestNode, group: string, author: TestPerson, title: string) =>
      transact(node.context, by, (work) =>
        createTopic(work, { group, author: author.id, title, ...markdownText(title) }),
      );
    const at = async (node: TestNode, uri: string) =>
      node.context.db.reader.selectFrom('post').selectAll().where('uri', '=', uri).executeTakeFirst();
    const answer = async (node: TestNode, to: string, author: TestPerson, text: string) => {
      const post = await at(node, to);
      if (!post) throw new Error(`${to} is not known`);
      return transact(node.context, by, (work) =>
        reply(work, { replyTo: post.id, author: author.id, ...markdownText(text) }),
      );
    };
    const titles = async (node: TestNode, group: string) => {
      const rows = await node.context.db.reader
        .selectFrom('post')
        .select(['uri', 'title'])
        .where('group_id', '=', group)
        .where('deleted_at', 'is', null)
        .execute();
      return rows.map(({ uri, title }) => `${uri} ${title}`).sort();
    };
    const person = async (node: TestNode, uri: string) =>
      (await node.context.db.reader.selectFrom('person').select('id').where('uri', '=', uri).executeTakeFirstOrThrow())
        .id;

    const hash = await hashPassword('a password of six plain words');
    await transact(council.context, by, (work) => setPassword(work, cas.account, hash));
    const question = await write(council, bobsNational, bob, 'Question');
    const quiet = await write(council, bobsNational, bob, 'Quiet');
    const doomed = await write(council, bobsNational, bob, 'Doomed elsewhere');
    const doomedHere = await write(council, local.id, bob, 'Doomed here');
    await write(council, local.id, bob, 'Stays here');
    const quietHere = await at(council, quiet.uri);
    await transact(council.context, by, (work) =>
      putMute(work, { person: bob.id, scope: 'topic', subject: quietHere?.id ?? '', page: true, mail: true }),
    );
    await settle();
    await answer(department, question.uri, ada, 'First answer');
    await answer(department, quiet.uri, ada, 'First answer to what is muted');
    await settle(1);
    await settle(1);

    // While it writes.
    let loads = 0;
    let isWriting = true;
    const load = (async () => {
      while (isWriting) {
        await write(council, bobsNational, bob, `Load ${++loads}`);
        await setImmediate();
      }
    })();
    const backup = await makeBackup(council.context, pathOf(root, 'backups'), { withSecret: true });
    isWriting = false;
    await load;

    // What the backup does not know.
    await answer(department, question.uri, ada, 'Second answer');
    await settle(1);
    await settle(1);
    const session = await transact(council.context, by, (work) => startSession(work, bob.account));
    const link = await transact(council.context, by, (work) =>
      createSignInLink(work, { account: cas.account, minutes: 60 }),
    );
    const casAtDepartment = await person(department, cas.uri);
    await transact(department.context, by, (work) =>
      removeMember(work, { group: national.id, person: casAtDepartment, by: ada.id }),
    );
    const [evaHere, edHere] = [await person(council, eva.uri), await person(council, ed.uri)];
    await transact(council.context, by, async (work) => {
      await removeMember(work, { group: local.id, person: evaHere, by: bob.id });
      await ban(work, { group: local.id, person: edHere, by: bob.id, until: null });
      for (const { id } of [doomed, doomedHere]) await deletePost(work, { post: id, author: bob.id });
    });
    await council.decide('suspend', parish);
    await disableLeaver(council.context, by, cas.id);
    await settle();
    const told = async () =>
      (
        await council.context.db.reader
          .selectFrom('notification')
          .innerJoin('post', 'post.id', 'notification.post_id')
          .select(['person_id', 'post.uri'])
          .where('notification.shown', '=', 1)
          .execute()
      ).map(({ person_id, uri }) => `${person_id === bob.id ? 'Bob' : person_id} ${uri}`);
    const toldBefore = await told();
    const sent = () =>
      mailServer.mails
        .filter(({ to, headers }) => to.includes('bob.council@example.test') && headers.has('list-unsubscribe'))
        .map(({ to, headers }) => `${to} ${headers.get('message-id')?.[0]}`);
    expect([toldBefore.length, sent().length]).toEqual([2, 2]);

    await council[Symbol.asyncDispose]();
    await answer(department, question.uri, ada, 'Third answer, while it was away');
    await restoreBackup({
      backup: backup.path,
      to: pathOf(root, 'two'),
      config: { ...council.context.config, dataFolder: pathOf(root, 'none') },
      slices: council.context.slices,
      secretFile: pathOf(root, 'none', 'secret'),
      now: clock.now(),
    });
    council = await startTestNode('council', { clock, environment: environment('two') });
    gate.to(council.port);
    const outgoing = gate.requests.length;
    await settle(1);
    expect(council.federation.door.recent()).toEqual([]);
    expect(gate.requests.length).toBeGreaterThanOrEqual(outgoing);

    // Whoever was signed in is not, and no link or token opens anything.
    const db = () => council.context.db.reader;
    const visit = (path: string, headers: Record<string, string>) =>
      fetch(`${council.origin}${path}`, { headers, redirect: 'manual' });
    expect((await visit('/api/v1/profile', { authorization: `Bearer ${bob.token}` })).status).toBe(401);
    const cookie = `joinery-${new URL(council.origin).port}=${session}`;
    expect((await visit('/profile', { cookie, accept: 'text/html' })).status).toBe(503);
    // What was narrowed or deleted after the backup is not on the web meanwhile; the way in is.
    for (const path of ['/', '/groups', '/people'])
      expect([path, (await visit(path, { accept: 'text/html' })).status]).toEqual([path, 503]);
    expect((await visit('/sign-in', { accept: 'text/html' })).status).toBe(200);
    expect((await visit(new URL(link.address).pathname, { accept: 'text/html' })).status).toBe(410);

    // Nor does whoever was disabled after the backup come in, before an administrator has seen to that and confirmed.
    const asCas = async () => {
      const browser = createNetworkBrowser(council.origin);
      const form = { email: 'cas.council@example.test', password: 'a password of six plain words' };
      return (await browser.post('/sign-in', form, { follow: false })).status;
    };
    expect(await asCas()).toBe(503);
    const operator = { kind: 'command', by: 'person' } as const;
    const { address } = await linkFor(council.context, operator, bob.id);
    const desk = createNetworkBrowser(council.origin);
    const administrator = await desk.post(new URL(address).pathname, {}, { follow: false });
    expect(administrator.status).toBe(303);
    await disableLeaver(council.context, by, cas.id);

    await confirmRestored(council.context, by, { take: 'anew', administrators: [bob.id] });
    expect(await asCas()).toBe(422);
    // Nothing is exchanged under an agreement that nobody has looked at.
    expect(council.context.ports.trust.mayFederate(department.origin, null, 'out').reason).toBe('quarantine');
    const rules = await rulesToAnswer(council.context, null, 'en');
    const counted = await rulesToAnswer(council.context, null, 'en', false);
    expect(counted).toEqual(rules.map((rule) => ({ ...rule, ends: [] })));
    expect(rules.map(({ kind }) => kind)).toEqual([
      ...['partners.agreement', 'partners.agreement', 'groups.members', 'groups.joining'],
    ]);
    await answerRules(council.context, by, 'test', rules.slice(0, 2), true);
    await until(async () => (await restoredState(db()))?.waiting.length === 0, 30_000);
    await settle(1);
    // What others hold of deletions is taken back before anybody opens the group. Until then nothing of it leaves, what comes in is kept, and who is in it elsewhere stays so.
    expect((await at(council, doomedHere.uri))?.deleted_at).not.toBeNull();
    const there = (await at(department, doomedHere.uri))?.group_id ?? '';
    const before = await titles(department, there);
    await expect(write(council, local.id, bob, 'Too early')).rejects.toThrow();
    await write(department, there, ada, 'Sent to what is shut');
    await settle(16);
    const kept = (await titles(council, local.id)).filter((one) => one.endsWith('Sent to what is shut'));
    expect(kept).toHaveLength(1);
    for (const part of ['', '/outbox', '/followers', '/moderators', '/topics']) {
      const answer = await signedFetch(department.federation.bridge, `${local.uri}${part}`, 'rehearsal');
      expect([part, answer.ok || answer.status]).toEqual([part, 404]);
    }
    expect(await titles(department, there)).toEqual([...before, ...kept].sort());
    const opened = clock.now().toISOString();
    clock.forward(1);
    // Who runs it elsewhere is asked about, and told either way.
    const running = await runnersElsewhere(db(), local.id);
    expect(running.map(({ person: { name }, role }) => [name, role]).sort()).toEqual([
      ['Ada Owner', 'facilitator'],
      ['Jo Facilitator', 'facilitator'],
    ]);
    const several = await desk.post('/administration/restored/groups', { group: local.id });
    expect(several.html).toContain('1 group was not opened');
    // So it is on the command line, which names them, and for whoever answers the rule itself.
    const command = (options: Record<string, string | boolean>) =>
      restoredCommands
        .find(({ name }) => name === 'restore rules')
        ?.run(council.context, { arguments: [], options }) as Promise<CommandAnswer>;
    await expect(command({ on: '1' })).rejects.toThrow(/--yes[\s\S]*Jo Facilitator/);
    const rule = { answer: 'on', kind: 'groups.members', subject: local.id };
    expect((await desk.post('/administration/restored/rules', rule)).status).toBe(409);
    const { json, say } = await command({ 'all-on': true });
    expect(say).toMatch(/Left off[\s\S]*Jo Facilitator \(facilitator/);
    expect(json).toMatchObject([{ kind: 'groups.members', ends: [expect.any(String), expect.any(String)] }]);
    expect(await runnersElsewhere(db(), local.id)).toHaveLength(2);
    const still = running.flatMap(({ person: { uri, id } }) => (uri === ada.uri ? [id] : []));
    await transact(council.context, by, (work) => openShut(work, { group: local.id, by: null, running: still }));
    await settle(1);
    const roleOf = async (one: TestPerson) => [
      (await membershipOf(db(), local.id, await person(council, one.uri)))?.role,
      (await membershipOf(department.context.db.reader, there, one.id))?.role,
    ];
    expect([await roleOf(ada), await roleOf(jo)]).toEqual([
      ['facilitator', 'facilitator'],
      ['member', 'member'],
    ]);
    const heard = await department.context.db.reader
      .selectFrom('notification')
      .select(['person_id', 'accepted'])
      .where('kind', '=', 'running')
      .where('created_at', '>', opened)
      .execute();
    expect(heard.map((one) => [one.person_id === ada.id ? 'Ada' : 'Jo', one.accepted]).sort()).toEqual([
      ['Ada', 1],
      ['Jo', 0],
    ]);
    // Whoever wrote in it is asked to look through that, once.
    const askedToLook = () =>
      db().selectFrom('notification').select('person_id').where('kind', '=', 'written').execute();
    expect(await askedToLook()).toEqual([{ person_id: bob.id }]);
    for (let round = 0; round < 4; round += 1) {
      await write(department, national.id, ada, `Department ${round}`);
      await write(council, local.id, bob, `Council ${round}`);
      await settle(16);
    }
    const state = async (group: string, one: string) => (await membershipOf(db(), group, one))?.state;
    expect({
      removedThere: await state(casNational, cas.id),
      removedHere: await state(local.id, await person(council, eva.uri)),
      bannedHere: await state(local.id, await person(council, ed.uri)),
      deletedThere: (await at(council, doomed.uri))?.deleted_at !== null,
      suspended: council.context.ports.trust.mayFederate(parish.origin, null, 'out').reason,
    }).toMatchObject({
      removedThere: 'none',
      removedHere: 'none',
      bannedHere: expect.stringMatching(/^(?:none|banned)$/),
      deletedThere: true,
      suspended: 'suspended',
    });
    expect((await at(council, doomedHere.uri))?.deleted_at).not.toBeNull();

    // Told once, and mailed once.
    const toldNow = await told();
    expect([...new Set(toldNow)].sort()).toEqual([...toldNow].sort());
    expect(sent()).toHaveLength(2);
    expect(toldNow.filter((one) => one.includes(quiet.uri))).toEqual([]);
    // Bob has looked at his settings: until then nobody is mailed.
    await transact(council.context, by, (work) =>
      putMute(work, { person: bob.id, scope: 'everything', subject: '', page: false, mail: false }),
    );
    await answer(department, question.uri, ada, 'Fourth answer');
    await answer(department, quiet.uri, ada, 'Another to what is muted');
    await settle(1);
    await settle(1);
    expect(sent()).toHaveLength(3);
    expect(new Set(sent()).size).toBe(3);

    // Everybody has the same: digests are compared, and nobody asks for anything.
    const wholly = await titles(department, national.id);
    expect(wholly.length).toBeGreaterThan(loads);
    expect(await titles(council, bobsNational)).toEqual(wholly);
    expect(await titles(parish, dinasNational)).toEqual(wholly);
    const digests = gate.requests.filter(({ headers }) => 'joinery-digest' in headers).length;
    const asks = () =>
      all()
        .flatMap(({ federation }) => federation.door.recent())
        .filter(({ url }) => /\/(?:streams(?:\/.*)?|followers)$/.test(url)).length;
    const asked = asks();
    for (let round = 0; round < 2; round += 1) {
      await write(department, national.id, ada, `Equal ${round}`);
      await write(council, local.id, bob, `Equal here ${round}`);
      await settle(16);
    }
    expect(gate.requests.filter(({ headers }) => 'joinery-digest' in headers).length).toBeGreaterThan(digests);
    expect(asks()).toBe(asked);
  } finally {
    await council[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  }
});
