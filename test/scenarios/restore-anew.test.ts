import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  codeAt,
  createActorKeys,
  hashPassword,
  newSecondStepKey,
  restoredState,
  secondStepOf,
  setPassword,
  startSession,
  stepAt,
  transact,
  turnSecondStepOn,
  writeRestored,
} from '@joinery/core';
import { beginConversation, sendMessage } from '@joinery/slices/conversations';
import { createGroup, joinGroup, leaveConversation, membershipOf, removeMember } from '@joinery/slices/groups';
import { disableLeaver, linkFor } from '@joinery/slices/people';
import { createTopic, deletePost, markdownText, postById, reply } from '@joinery/slices/posts';
import { afterAll, describe, expect, it } from 'vitest';
import { makeBackup } from '../../packages/core/src/backup/backup.ts';
import { restoreBackup } from '../../packages/core/src/backup/restore.ts';
import { confirmRestored } from '../../packages/federation/src/rejoin.ts';
import { invite } from '../../packages/slices/src/groups/invitations.ts';
import { putMute } from '../../packages/slices/src/notifications/mutes.ts';
import { storePasskey } from '../../packages/slices/src/sign-in/passkeys/testing/stored.ts';
import { openGate } from '../harness/gate.ts';
import { startMailServer } from '../harness/mail-server.ts';
import { createNetworkBrowser, type NetworkBrowser } from '../harness/network-browser.ts';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { postgresMissing } from '../harness/postgres.ts';
import { by, movingClock } from './lanes-world.ts';

const words = 'a password of six plain words';
const operator = { kind: 'command', by: 'person' } as const;
const another = 'another password of six words';
const root = mkdtempSync(join(tmpdir(), 'joinery-anew-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A council with a hidden group, a conversation, and people with every way in; `back` brings it back from a backup, without what `after` withdrew meanwhile. */
async function councilThatCameBack(dialect: 'sqlite' | 'postgres', really = dialect === 'sqlite') {
  const clock = movingClock();
  const gate = await openGate();
  const mailServer = await startMailServer();
  const environment = (folder: string) => ({
    ...gate.environment,
    ...(dialect === 'sqlite' ? { JOINERY_DATA: join(root, `${folder}-${really}`) } : {}),
    JOINERY_SMTP_URL: mailServer.url,
  });
  let node = await startTestNode('council', { clock, dialect, environment: environment('one') });
  gate.to(node.port);
  const act: <T>(does: Parameters<typeof transact<T>>[2]) => Promise<T> = (does) => transact(node.context, by, does);
  const admin = await node.person('Ada Administrator', { administrator: true });
  const [fay, max, rex] = [await node.person('Fay Facilitator'), await node.person('Max'), await node.person('Rex')];
  const hash = await hashPassword(words);
  const key = newSecondStepKey();
  for (const { account } of [admin, fay, max, rex])
    await act(async (work) => {
      await setPassword(work, account, hash);
      await startSession(work, account);
    });
  await act(async (work) => {
    await turnSecondStepOn(work, max.account, key, codeAt(key, stepAt(new Date(work.now))));
    await storePasskey(work, max.account);
  });
  const keys = await createActorKeys();
  const hidden = await act(async (work) => {
    const group = await createGroup(work, {
      ...{ name: 'Merger', handle: 'merger', summary: 'Nobody knows', owner: fay.id, keys },
      ...{ reading: 'members', joining: 'request', listed: false },
    });
    return group.id;
  });
  for (const { id } of [max, rex])
    await act(async (work) => {
      await invite(work, { group: hidden, person: id, by: fay.id });
      await joinGroup(work, { group: hidden, person: id });
    });
  const secret = await act((work) =>
    createTopic(work, { group: hidden, author: fay.id, title: 'Whom we buy', ...markdownText('The mill') }),
  );
  const rash = await act((work) =>
    createTopic(work, { group: hidden, author: max.id, title: 'Rash words', ...markdownText('Sorry') }),
  );
  const dear = { group: hidden, author: rex.id, title: 'Too dear', ...markdownText('Too dear') };
  await act((work) => createTopic(work, dear));
  const town = await act(async (work) => {
    const group = await createGroup(work, { name: 'Town', handle: 'town', owner: rex.id, keys });
    const about = { group: group.id, author: rex.id, title: 'Town hall', ...markdownText('Open to all') };
    return { group: group.id, post: (await createTopic(work, about)).id };
  });
  const talk = await act((work) =>
    beginConversation(work, { by: max.id, people: [rex.id], subject: '', content: 'Between us', language: 'en' }),
  );
  const aside = { conversation: talk.id, by: rex.id, content: 'Rash aside', language: 'en' };
  const { id: taken } = await act((work) => sendMessage(work, aside));
  await node.settle();
  clock.forward(5);

  /** Everything that was withdrawn after the backup, and is lost with it. */
  const withdraw = async () => {
    await act(async (work) => {
      await removeMember(work, { group: hidden, person: rex.id, by: fay.id });
      await deletePost(work, { post: taken, author: rex.id });
      await leaveConversation(work, { group: talk.id, person: rex.id });
      await putMute(work, { person: max.id, scope: 'group', subject: hidden, page: false, mail: true });
    });
  };
  const back = async () => {
    if (!really) {
      await act((work) => writeRestored(work.db, { at: work.now, asOf: work.now, confirmedAt: null, waiting: [] }));
      return;
    }
    const backup = await makeBackup(node.context, join(root, 'backups'), { withSecret: true });
    clock.forward(5);
    await withdraw();
    await node[Symbol.asyncDispose]();
    await restoreBackup({
      backup: backup.path,
      to: join(root, 'two-true'),
      config: { ...node.context.config, dataFolder: join(root, 'none') },
      slices: node.context.slices,
      secretFile: join(root, 'none', 'secret'),
      now: clock.now(),
    });
    node = await startTestNode('council', { clock, environment: environment('two') });
    gate.to(node.port);
  };
  return {
    ...{
      admin,
      fay,
      max,
      rex,
      hidden,
      talk: talk.id,
      secret: secret.id,
      rash: rash.id,
      town,
      clock,
      act,
      back,
      mails: mailServer.mails,
    },
    node: () => node,
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]();
      await mailServer[Symbol.asyncDispose]();
      await gate[Symbol.asyncDispose]();
    },
  };
}

const browser = (node: TestNode) => createNetworkBrowser(node.origin);
/** The link of the last mail to somebody, opened, with a password chosen. */
async function cameByMail(node: TestNode, text: string | undefined): Promise<NetworkBrowser> {
  const [, path = ''] = /(\/sign-in\/link\/[\w-]+)/.exec(text ?? '') ?? [];
  const visitor = browser(node);
  await visitor.post(path, { password: another }, { follow: false });
  return visitor;
}

const password = async (node: TestNode, name: string) =>
  (await browser(node).post('/sign-in', { email: `${name}@example.test`, password: words }, { follow: false })).status;

async function signedIn(node: TestNode, { id }: TestPerson): Promise<NetworkBrowser> {
  const { address } = await linkFor(node.context, operator, id);
  const visitor = browser(node);
  await visitor.post(new URL(address).pathname, {}, { follow: false });
  return visitor;
}

describe.each(['sqlite', 'postgres'] as const)('A council that came back from a backup, on %s', (dialect) => {
  it.skipIf(dialect === 'postgres' && postgresMissing !== undefined)(
    'lets people choose anew: no password, passkey, code, closed membership or mail comes back',
    { timeout: 120_000 },
    async () => {
      await using world = await councilThatCameBack(dialect);
      const { admin, fay, max, rex, hidden, talk, secret, rash, town, clock, mails } = world;
      await world.back();
      const node = world.node();
      const db = node.context.db.reader;

      // In quarantine neither an administrator's password opens anything, nor is a link of anybody else used up.
      expect(await password(node, 'ada.administrator')).toBe(503);
      const early = await linkFor(node.context, operator, max.id);
      expect((await browser(node).post(new URL(early.address).pathname, {}, { follow: false })).status).toBe(503);
      // Nor does a link that was made on a page, by whoever was an administrator as of the backup.
      const made = await linkFor(node.context, { kind: 'person', person: admin.id }, admin.id);
      expect((await browser(node).post(new URL(made.address).pathname, {}, { follow: false })).status).toBe(503);
      const page = await signedIn(node, admin);
      const question = await page.get('/administration/restored');
      expect(question.html).toContain('Ada Administrator');
      const undecided = await page.post('/administration/restored', { reason: 'A disk failed' });
      expect(undecided.status).toBe(422);
      expect((await restoredState(db))?.confirmedAt).toBeNull();
      clock.forward(1);
      const decided = await page.post('/administration/restored', { administrator: admin.id, reason: 'A disk failed' });
      expect(decided.html).toContain('A disk failed');
      expect(decided.html).toContain('3 people wait to be let in');
      expect(await restoredState(db)).toMatchObject({ decision: { take: 'anew', person: admin.id } });
      await node.settle();

      // Whoever was not named comes in by nothing before they are let in, and no link is made or mailed.
      expect(await password(node, 'max')).toBe(422);
      await expect(linkFor(node.context, by, max.id)).rejects.toThrow('waits since the restore');
      const to = (name: string) => mails.filter((mail) => mail.to.includes(`${name}@example.test`));
      expect(to('max')).toEqual([]);
      const waiting = await page.get('/administration/restored/people');
      for (const name of ['Fay Facilitator', 'Max', 'Rex']) expect(waiting.html).toContain(name);
      expect((await page.post('/administration/restored/people', { whom: 'chosen' })).html).toContain(
        'Choose at least',
      );
      const chosen = { whom: 'chosen', reason: 'I know her' };
      await page.post('/administration/restored/people', { ...chosen, person: fay.id, roles: '1' });
      for (const { id } of [max, rex]) await page.post('/administration/restored/people', { ...chosen, person: id });
      expect((await page.get('/administration/restored/people')).html).toContain('Nobody waits');
      await node.settle();

      // Ways in.
      expect(await password(node, 'max')).toBe(422);
      expect(await secondStepOf(db, max.account)).toBeNull();
      expect(await db.selectFrom('sign_in_passkey').select('id').execute()).toEqual([]);
      expect((await browser(node).get('/sign-in')).html).toContain('All passwords, passkeys and codes have ended');
      const maxBrowser = await cameByMail(node, to('max').at(-1)?.text);

      // Whatever is silent, who has chosen a password is told, and who has made a token.
      await maxBrowser.post('/profile/sign-in/tokens', { tokenName: 'Reports' });
      const changed = { currentPassword: another, password: 'and one more of six words' };
      await maxBrowser.post('/profile/password', changed);
      await node.settle();
      clock.forward(1);
      await node.settle();
      const told = to('max').map(({ headers }) => headers.get('subject')?.join());
      expect(told).toContain('Your password was changed');
      expect(told).toContain('A token for the API was made for your account');

      // A closed group is shut for its members, and what nobody may know of stays unknown.
      const shut = await maxBrowser.get(`/groups/${hidden}`);
      expect(shut.html).toContain('Fay Facilitator');
      expect(shut.html).not.toContain('Nobody knows');
      expect((await maxBrowser.get(`/posts/${secret}`)).status).toBe(404);
      expect((await maxBrowser.get('/search?q=mill')).html).not.toContain('Whom we buy');
      expect((await maxBrowser.get(`/groups/${hidden}/confirm`)).status).toBe(404);
      expect((await page.get(`/groups/${hidden}`)).status).toBe(404);
      expect((await page.get('/administration')).html).not.toContain('Merger');
      expect((await maxBrowser.get('/')).html).toContain('Merger');

      // Nor is what everybody here could read, before an administrator or who runs it has looked and opened it.
      for (const path of [`/groups/${town.group}`, `/posts/${town.post}`])
        expect([path, (await maxBrowser.get(path)).status]).toEqual([path, 404]);
      expect((await maxBrowser.get('/administration/restored/groups')).status).toBe(403);
      const shutOnes = await page.get('/administration/restored/groups');
      expect([shutOnes.html.includes('Town'), shutOnes.html.includes('Merger')]).toEqual([true, false]);
      expect((await page.get(`/groups/${town.group}/confirm`)).html).toContain('Town hall');
      expect((await page.post('/administration/restored/groups')).status).toBe(422);
      const openedTown = await page.post('/administration/restored/groups', { group: town.group });
      expect(openedTown.html).toContain('1 group is open');
      expect((await maxBrowser.get(`/posts/${town.post}`)).html).toContain('Open to all');
      await maxBrowser.post(`/groups/${town.group}/join`);
      expect((await membershipOf(db, town.group, max.id))?.state).toBe('requested');

      // Who runs it says who is in it; an outsider gets what a missing one gives.
      const fayBrowser = await signedIn(node, fay);
      expect((await fayBrowser.get('/')).html).toContain(`/groups/${hidden}/confirm`);
      expect((await fayBrowser.get('/notifications')).html).toContain('Look at Merger and open it');
      expect((await fayBrowser.get(`/groups/${hidden}/confirm`)).html).toContain('Rex');
      expect((await maxBrowser.post(`/groups/${hidden}/confirm`, { gone: rex.id })).status).toBe(404);
      expect((await fayBrowser.post(`/groups/${hidden}/confirm`, { gone: admin.id })).status).toBe(422);
      expect((await fayBrowser.get(`/posts/${rash}`)).html).toContain('Sorry');
      const opened = await fayBrowser.post(`/groups/${hidden}/confirm`, { gone: rex.id, without: rash });
      expect(opened.html).toContain('open for 2 members');
      expect((await fayBrowser.get(`/groups/${hidden}/confirm`)).url.pathname).toBe(`/groups/${hidden}/members`);
      expect((await maxBrowser.get(`/posts/${secret}`)).html).toContain('The mill');
      expect((await postById(db, rash))?.removed_at).not.toBeNull();
      await node.settle();
      expect((await maxBrowser.get('/notifications')).html).toContain('look through what you wrote');
      expect((await maxBrowser.get('/profile/written')).html).not.toContain('Rash words');
      expect(await membershipOf(db, hidden, fay.id)).toMatchObject({ state: 'member', role: 'owner' });
      const rexBrowser = await signedIn(node, rex);
      // Whoever was put out is told nothing of it any more, where they see what they wrote either.
      const written = (await rexBrowser.get('/profile/written')).html;
      expect([written.includes('Town hall'), written.includes('Merger')]).toEqual([true, false]);
      expect((await rexBrowser.get(`/posts/${secret}`)).status).toBe(404);

      // In a conversation each says so for themselves; the other waits meanwhile, and it does not end.
      const asked = await maxBrowser.get(`/conversations/${talk}`);
      expect(asked.html).not.toContain('Between us');
      expect((await page.get(`/conversations/${talk}`)).status).toBe(404);
      expect((await page.post(`/conversations/${talk}/reopen`)).status).toBe(404);
      expect((await maxBrowser.post(`/conversations/${talk}/reopen`)).html).toContain('Between us');
      const before = (await maxBrowser.get(`/conversations/${talk}`)).html;
      expect(before).toContain('has not opened it again');
      // What the other had taken back after the backup nobody knows but the other.
      expect(before).not.toContain('Rash aside');
      expect((await maxBrowser.get('/search?q=aside')).html).not.toContain('Rash aside');
      expect((await rexBrowser.post(`/conversations/${talk}/reopen`)).html).toContain('Rash aside');
      expect((await maxBrowser.get(`/conversations/${talk}`)).html).toContain('Rash aside');
      await rexBrowser.post(`/conversations/${talk}/leave`);
      expect((await rexBrowser.get(`/conversations/${talk}`)).status).toBe(404);
      // The last one takes all of it along.
      await maxBrowser.post(`/conversations/${talk}/leave`);
      await node.settle();
      expect(await db.selectFrom('notification').select('id').where('group_id', '=', talk).execute()).toEqual([]);
      expect(await db.selectFrom('search_entry').select('item_id').where('group_id', '=', talk).execute()).toEqual([]);
      const texts = await db.selectFrom('post_revision').select('content').execute();
      expect(JSON.stringify(texts)).not.toContain('Between us');

      // Nobody is mailed before they have looked at their settings; a link of an earlier mail still holds.
      const answer = () =>
        world.act((work) => reply(work, { replyTo: secret, author: max.id, ...markdownText(`Answer at ${work.now}`) }));
      const mailed = async () => {
        await answer();
        await node.settle();
        clock.forward(1);
        await node.settle();
        return to('fay.facilitator').filter((mail) => mail.headers.has('list-unsubscribe')).length;
      };
      expect(await mailed()).toBe(0);
      expect((await fayBrowser.get('/notifications')).html).toContain('No mail is sent to you since');
      const settings = await fayBrowser.get('/notifications/settings');
      expect(settings.html).toContain('until you have looked through this page');
      await fayBrowser.post('/notifications/settings', { mail: 'reply', page: 'reply', [`group-${hidden}`]: 'all' });
      expect((await fayBrowser.get('/notifications/settings')).html).not.toContain('until you have looked');
      expect(await mailed()).toBe(1);
      const last = to('fay.facilitator').at(-1);
      expect(last?.text).toContain('was put back as it was on');
      const [, stop = ''] =
        /<[^>]*(\/notifications\/mute\/[^>]+)>/.exec(last?.headers.get('list-unsubscribe')?.[0] ?? '') ?? [];
      expect((await browser(node).post(stop)).status).toBe(200);
      expect(await mailed()).toBe(1);
    },
  );
});

it('A council that came back trusts the backup when somebody says that nothing was withdrawn, and why', {
  timeout: 120_000,
}, async () => {
  await using world = await councilThatCameBack('sqlite', false);
  await world.back();
  const node = world.node();
  await disableLeaver(node.context, by, world.rex.id);
  await confirmRestored(node.context, by, { take: 'trusted', by: 'Ada', reason: 'Stopped before the backup' });
  const db = node.context.db.reader;
  expect(await restoredState(db)).toMatchObject({ decision: { take: 'trusted', by: 'Ada' } });
  expect((await membershipOf(db, world.hidden, world.max.id))?.state).toBe('member');
  expect(await secondStepOf(db, world.max.account)).not.toBeNull();
  expect(await password(node, 'fay.facilitator')).toBe(303);
});
