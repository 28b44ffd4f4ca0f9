import { createMailDoor, runNextJob } from '@joinery/core';
import { expect, onTestFinished, test } from 'vitest';
import { startMailServer } from '../../../../test/harness/mail-server.ts';
import { commands } from './commands.ts';
import { people } from './index.ts';
import { disableLeaver } from './onboarding.ts';
import { openWeb } from './testing/web.ts';

const by = { kind: 'system', what: 'test' } as const;
const path = /\/sign-in\/link\/[\w-]{43}/;

async function open() {
  const web = await openWeb([people]);
  onTestFinished(() => web[Symbol.asyncDispose]());
  const server = await startMailServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { context } = web;
  const admin = await web.signedIn(await web.add('Ada Admin', { administrator: true }));
  const drain = async () => {
    while (await runNextJob(context));
  };
  const withMail = () => {
    context.doors.mail = createMailDoor({ ...context.config, smtpUrl: server.url });
  };
  return { web, server, context, admin, drain, withMail };
}

test('REST and the command line mail the link when asked to, say whether they did, and refuse where nothing can be mailed', async () => {
  const { web, server, context, drain, withMail } = await open();
  const admin = await web.add('Api Admin', { administrator: true });
  const post = (name: string, mailLink?: boolean) =>
    web.api(admin, 'POST', '/people', { name, email: `${name}@council.example`, ...(mailLink ? { mailLink } : {}) });
  const add = (name: string, mail?: boolean) =>
    commands
      .find((one) => one.name === 'person add')
      ?.run(context, { arguments: [], options: { name, email: `${name}@council.example`, mail } });
  expect((await post('sofie', true)).status).toBe(422);
  await expect(add('tom', true)).rejects.toMatchObject({ code: 'invalid' });
  withMail();
  expect((await post('sofie', true)).json).toMatchObject({ linkMailed: true });
  expect((await post('uma')).json).toMatchObject({ linkMailed: false });
  expect(await add('tom', true)).toMatchObject({ json: { linkMailed: true }, say: expect.stringContaining('by mail') });
  expect((await add('vic'))?.say).toContain('No mail was sent');
  await drain();
  expect(server.mails.flatMap(({ to }) => to).sort()).toEqual(['sofie@council.example', 'tom@council.example']);
});

test('a person who is added gets the link by mail, in their language, and it lets them in', async () => {
  const { web, server, context, admin, drain, withMail } = await open();
  expect((await admin.get('/administration/people/new')).html).not.toContain('name="mail"');
  withMail();
  expect((await admin.get('/administration/people/new')).html).toMatch(/<input[^>]*name="mail"[^>]* checked/);
  const typed = { name: 'Zoë Zee', handle: '', role: '', language: 'nl' };
  const faulty = await admin.post('/administration/people/new', { ...typed, email: 'x' });
  // What was not chosen stays so.
  expect(faulty.html).not.toMatch(/<input[^>]*name="mail"[^>]* checked/);
  const made = await admin.post('/administration/people/new', { ...typed, email: 'zoe@council.example', mail: '1' });
  expect((await admin.get(String(made.location))).html).toContain('on its way to zoe@council.example');
  const jobs = await context.db.reader.selectFrom('job').select('data').execute();
  expect(JSON.stringify(jobs)).not.toMatch(path);
  await drain();
  expect(server.mails).toMatchObject([{ to: ['zoe@council.example'] }]);
  expect(server.mails[0]?.headers.get('subject')?.[0]).toMatch(/^Inloggen bij /);
  const link = path.exec(server.mails[0]?.text ?? '')?.[0] ?? '';
  expect((await web.browser().post(link)).status).toBe(303);
  // By REST and by command alike, when asked for; each says what it did.
  // Without the mark nothing is mailed.
  await admin.post('/administration/people/new', { ...typed, name: 'Yan', email: 'yan@council.example' });
  await drain();
  expect(server.mails).toHaveLength(1);
});

test('a new link is shown once and mailed as well, and never once another replaced it or the person was disabled', async () => {
  const { web, server, context, admin, drain, withMail } = await open();
  withMail();
  const jan = await web.add('Jan Jansen');
  const shown = await admin.post(`/administration/people/${jan.id}/link`, { mail: '1' });
  const link = path.exec(shown.html)?.[0] ?? 'none';
  await drain();
  expect(server.mails).toMatchObject([{ text: expect.stringContaining(link) }]);
  // One that was replaced before it left is not sent.
  await admin.post(`/administration/people/${jan.id}/link`, { mail: '1' });
  await admin.post(`/administration/people/${jan.id}/link`);
  await drain();
  expect(server.mails).toHaveLength(1);
  await admin.post(`/administration/people/${jan.id}/link`, { mail: '1' });
  await disableLeaver(context, by, jan.id);
  await drain();
  expect(server.mails).toHaveLength(1);
});

test('everybody of a list who is new gets a link by mail, once', async () => {
  const { web, server, admin, drain, withMail } = await open();
  withMail();
  const text = 'name,email,language\nAnn,ann@council.example,nl\nBob,bob@council.example,en';
  expect((await admin.post('/administration/people/import', { text })).html).toMatch(/name="mail"[^>]* checked/);
  const done = await admin.post('/administration/people/import/confirm', { text, mail: '1' });
  expect((await admin.get(String(done.location))).html).toContain('Each of them gets a sign-in link by mail.');
  await drain();
  const got = () => server.mails.map(({ to, text }) => `${to} ${text.split(' ')[0]}`).sort();
  expect(got()).toEqual(['ann@council.example Hallo', 'bob@council.example Hello']);
  await admin.post('/administration/people/import/confirm', { text, mail: '1' });
  await drain();
  expect(got()).toHaveLength(2);
  const link = path.exec(server.mails[0]?.text ?? '')?.[0] ?? '';
  expect((await web.browser().post(link)).status).toBe(303);
});
