import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, readConfig } from '@joinery/core';
import { openNode } from '@joinery/node';
import { afterAll, expect, it } from 'vitest';
import { makeBackup } from '../../packages/core/src/backup/backup.ts';
import { restoreBackup } from '../../packages/core/src/backup/restore.ts';
import { confirmRestored } from '../../packages/federation/src/rejoin.ts';
import { admitPeople } from '../../packages/slices/src/sign-in/restored/admit.ts';
import { askedClaims, askingPeople } from '../../packages/slices/src/sign-in/restored/held.ts';
import { rights } from './restore-rights-table.ts';
import { by, fillRights, type Rights } from './restore-rights-world.ts';

const root = mkdtempSync(join(tmpdir(), 'joinery-rights-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const openAt = (folder: string) =>
  openNode(
    readConfig({
      JOINERY_DATA: join(root, folder),
      JOINERY_ORIGIN: 'http://localhost:3000',
      JOINERY_AGENCY: 'Council',
      JOINERY_LOOPBACK_PEERS: '1',
      JOINERY_UNDO_SECONDS: '0',
      JOINERY_SMTP_URL: 'smtp://127.0.0.1:9',
    }),
    false,
    { log: () => {} },
  );

/** A command of the node, as the command line runs it. */
async function run(context: Context, name: string, words: string[], options: Record<string, string | boolean>) {
  const command = context.slices.flatMap(({ commands = [] }) => commands).find((one) => one.name === name);
  return (await command?.run(context, { arguments: words, options }))?.json;
}

/** Names of those that hold. */
async function holding(context: Context, world: Rights): Promise<string[]> {
  const found: string[] = [];
  for (const [name, { holds }] of Object.entries(rights)) if (await holds(context, world)) found.push(name);
  return found;
}

it('No kind of right that was withdrawn after a backup holds again, before or after people are let in, unless somebody trusts the backup', {
  timeout: 120_000,
}, async () => {
  const all = Object.keys(rights);
  let world: Rights;
  let backup: string;
  let settings: Parameters<typeof restoreBackup>[0];
  {
    await using node = await openAt('one');
    const { context } = node;
    world = await fillRights(context);
    expect(await holding(context, world)).toEqual(all);
    backup = (await makeBackup(context, join(root, 'backups'), { withSecret: true })).path;
    for (const { withdraw } of Object.values(rights)) await withdraw(context, world);
    expect(await holding(context, world)).toEqual([]);
    const { config, slices } = context;
    const secretFile = join(root, 'none', 'secret');
    settings = {
      backup,
      to: '',
      config: { ...config, dataFolder: join(root, 'none') },
      slices,
      secretFile,
      now: new Date(),
    };
  }
  for (const take of ['trusted', 'anew'] as const) {
    await restoreBackup({ ...settings, to: join(root, take), now: new Date() });
    await using node = await openAt(take);
    const { context } = node;
    await confirmRestored(context, by, { take, administrators: [world.ids.ada], by: 'test', reason: 'test' });
    await expect(run(context, 'restore confirm', [], {})).rejects.toThrow('This was confirmed on');
    if (take === 'trusted') {
      expect(await holding(context, world)).toEqual(all.filter((name) => !rights[name]?.endsAnyhow));
      continue;
    }
    expect(await holding(context, world)).toEqual([]);
    // Whom the provider vouches for now has asked in trying; exactly that sign-in is accepted in one step.
    const asking = await askingPeople(context.db.reader, context.clock.now().toISOString());
    expect(asking.map(({ person }) => person.name).sort()).toEqual(['ida', 'ivy']);
    const ivy = asking.find(({ person }) => person.id === world.ids.ivy);
    const [identity] = ivy?.identities ?? [];
    expect(askedClaims(context.secret, identity?.asked_claims ?? '')).toEqual([
      ['sub', 'ivy'],
      ['name', 'ivy'],
    ]);
    const accept = { roles: false, reason: '', identity: identity?.id ?? '' };
    await expect(admitPeople(context, by, { ...accept, people: [world.ids.pat] })).rejects.toThrow('Nobody has asked');
    await admitPeople(context, by, { ...accept, people: [world.ids.ivy] });
    const accepted = 'a link with a provider without a password';
    expect(await holding(context, world)).toEqual([accepted]);
    // Letting everybody in opens their accounts, and nothing that they had.
    await expect(run(context, 'restore admit', [], { all: true })).rejects.toThrow('--reason');
    await run(context, 'restore admit', [], { all: true, reason: 'I know them all' });
    const open = ['a guest', 'an account that was disabled', 'an account whose person was deleted'];
    expect(await holding(context, world)).toEqual([accepted, ...open]);
    // Roles in groups, and the answering for guests, only for those of whom somebody says so.
    await run(context, 'restore admit', ['fac', 'olga'], { 'with-roles': true });
    const roles = ['somebody who answers for a guest', 'running a group'];
    const inOrder = (names: string[]) => all.filter((name) => names.includes(name));
    expect(await holding(context, world)).toEqual(inOrder([accepted, ...open, ...roles]));
    // What was switched off is switched on one by one, and what is left off stays so.
    const rules = (await run(context, 'restore rules', [], {})) as { kind: string; title: string }[];
    const off = rules.findIndex(({ title }) => title === 'Agreement with suspended') + 1;
    await run(context, 'restore rules', [], { off: String(off) });
    await run(context, 'restore rules', [], { 'all-on': true });
    expect(await run(context, 'restore rules', [], {})).toEqual([]);
    const never = [
      ...['a password', 'a code', 'a passkey', 'a link with a provider beside a password', 'an invitation'],
      ...['a session', 'a token', 'a one-time link', 'a registration that waits', 'membership of a closed group'],
      ...['the role of an administrator', 'the role of a federation officer', 'an agreement that was suspended'],
      ...['mail to somebody who muted everything', 'mail of a kind that somebody unsubscribed from'],
      ...['a file that was deleted, in a closed group', 'a post that was deleted, in a closed group'],
    ];
    expect(await holding(context, world)).toEqual(all.filter((name) => !never.includes(name)));
  }
});
