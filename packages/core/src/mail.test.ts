import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../../../test/harness/mail-server.ts';
import { openStore } from '../../../test/harness/store.ts';
import { createMailDoor, type Mail, type MailDoor } from './mail.ts';
import { transact } from './work.ts';

let server: MailServer;
let door: MailDoor;
beforeAll(async () => {
  server = await startMailServer();
  door = doorTo(`${server.url}?from=joinery@agency.example`);
});
afterAll(() => server[Symbol.asyncDispose]());

function doorTo(smtpUrl: string): MailDoor {
  const made = createMailDoor({ smtpUrl, origin: 'https://work.agency.example', agency: 'Gemeente Één', caFile: null });
  if (!made) throw new Error('no door');
  return made;
}

const mail: Mail = {
  to: 'anna@agency.example',
  subject: 'Iets nieuws: café',
  text: 'Hallo',
  html: '<p>Hallo</p>',
  messageId: '<one@work.agency.example>',
};

describe('The door to the mail server', () => {
  it('sends one mail to one person, in plain text and HTML, and says that a machine wrote it', async () => {
    expect(await door.send({ ...mail, references: ['<topic@work.agency.example>'] })).toEqual({ ok: true });
    const [got] = server.mails.splice(0);
    expect(got).toMatchObject({ from: 'joinery@agency.example', to: [mail.to], text: 'Hallo', html: '<p>Hallo</p>' });
    const header = (name: string) => got?.headers.get(name);
    expect(header('subject')).toEqual([mail.subject]);
    expect(header('from')).toEqual(['Gemeente Één <joinery@agency.example>']);
    expect(header('message-id')).toEqual([mail.messageId]);
    expect(header('in-reply-to')).toEqual(['<topic@work.agency.example>']);
    expect(header('references')).toEqual(['<topic@work.agency.example>']);
    expect(header('auto-submitted')).toEqual(['auto-generated']);
  });

  // Hostile case 104.
  it('lets no text become a header or a recipient', async () => {
    const subject = 'Hi\r\nBcc: eve@evil.example\r\n\r\nBody\u2028X\u202e';
    expect(await door.send({ ...mail, subject })).toEqual({ ok: true });
    const [got] = server.mails.splice(0);
    expect(got?.to).toEqual([mail.to]);
    expect(got?.headers.has('bcc')).toBe(false);
    expect(got?.headers.get('subject')).toEqual(['Hi Bcc: eve@evil.example Body X']);
    for (const to of [
      'anna@agency.example\r\nRCPT TO:<eve@evil.example>',
      'a@b.example, eve@evil.example',
      '<a@b.c>',
    ]) {
      expect(await door.send({ ...mail, to })).toMatchObject({ ok: false, retryable: false });
    }
    expect(server.mails).toEqual([]);
  });

  it('tells what will pass from what will not', async () => {
    server.refuse(451);
    expect(await door.send(mail)).toMatchObject({ ok: false, retryable: true });
    server.refuse(552);
    expect(await door.send(mail)).toMatchObject({
      ok: false,
      retryable: false,
      detail: expect.stringContaining('552'),
    });
    server.refuse(null);
    const gone = await startMailServer();
    await gone[Symbol.asyncDispose]();
    expect(await doorTo(gone.url).send(mail)).toMatchObject({ ok: false, retryable: true });
    expect(server.mails).toEqual([]);
  });

  it('is closed without the setting, and inside a unit of work', async () => {
    expect(createMailDoor({ smtpUrl: null, origin: 'https://a.example', agency: '', caFile: null })).toBeNull();
    await using store = await openStore('sqlite');
    const inside = transact(store.context, { kind: 'system', what: 'test' }, () => door.send(mail));
    await expect(inside).rejects.toMatchObject({ code: 'inside_unit_of_work' });
  });

  it('comes from an address of the node unless one is given', () => {
    expect(doorTo('smtp://127.0.0.1:2525').from).toBe('no-reply@work.agency.example');
    expect(doorTo('smtps://mail.agency.example').server).toBe('mail.agency.example:465');
  });
});
