import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupCommand, type Command, type CommandInput, groundCommands } from '@joinery/core';
import type { ClosedWorld } from './closed-world.ts';

const members = 'https://members.example';

type Asked = { arguments?: string[]; options?: CommandInput['options'] };
/** What each command of the command line is asked, to see what it says of groups: of a hidden one by its id. Those that change something say why they are not asked. */
const table: Record<string, ((world: ClosedWorld) => Asked[]) | string> = {
  lanes: () => [{}],
  'partner list': () => [{}],
  'partner export': () => [
    {},
    { options: { form: 'mastodon' } },
    { options: { form: 'text' } },
    { options: { register: true } },
  ],
  'partner preview': () => [
    { arguments: ['suspend', members], options: {} },
    { arguments: ['block', members], options: {} },
    { arguments: ['allow', 'https://new.example'], options: { agency: 'New', scopes: 'closed-groups', groups: '*' } },
  ],
  explain: ({ things }) =>
    (['hidden', 'listed', 'elsewhere'] as const).flatMap((place) => [
      { arguments: [members, things[place].uri] },
      { arguments: [members, `http://localhost:3000/posts/${things[place].post}`] },
      { arguments: [members, `http://localhost:3000/files/${things[place].file}`] },
    ]),
  'introductions list': () => [{}],
  'labels list': () => [{}, { options: { theirs: true } }],
  'group label': ({ things }) => [{ arguments: [things.hidden.group] }],
  'group requests': ({ things }) => [{ arguments: [things.listed.group] }],
  'restore rules': () => [{}],
  'search rebuild': () => [{}],
  ...Object.fromEntries(
    ['lanes retry', 'lanes resend', 'restore confirm', 'restore admit', 'labels set', 'labels map'].map((name) => [
      name,
      'says what it has done with what was named',
    ]),
  ),
  ...Object.fromEntries(
    ['partner allow', 'partner suspend', 'partner block', 'partner propose', 'partner import'].map((name) => [
      name,
      'says the entry that it made, as partner list does',
    ]),
  ),
  ...Object.fromEntries(
    [
      ...['group create', 'group owner', 'group rotate-key', 'group approve', 'group decline'],
      ...['introductions introduce', 'introductions withdraw', 'group confirm-members'],
    ].map((name) => [name, 'says how many, or the id of the group that was named']),
  ),
  ...Object.fromEntries(
    [
      ...['person add', 'person import', 'person link', 'person disable', 'token create'],
      ...['person link-identity', 'person unlink-identity', 'person remove-password', 'person remove-passkeys'],
    ].map((name) => [name, 'is about accounts']),
  ),
  rehearse: 'its nodes are others, and gone afterwards',
};

/** Commands of a node, by name. */
const commandsOf = (world: ClosedWorld): Map<string, Command> =>
  new Map(world.seed.context.slices.flatMap(({ commands = [] }) => commands.map((one) => [one.name, one])));

/** Commands without a row, and rows without a command. */
export function commandsWithoutRow(world: ClosedWorld): string[] {
  const known = [...commandsOf(world).keys()];
  const rows = Object.keys(table);
  return [...known.filter((one) => !rows.includes(one)), ...rows.filter((one) => !known.includes(one))];
}

/** What every command says that shows something, in words and in JSON; with making a backup and reading it whole. */
export async function allSaid(world: ClosedWorld): Promise<Map<string, string>> {
  const said = new Map<string, string>();
  const { context } = world.seed;
  const note = (name: string, answer: unknown) => said.set(name, `${said.get(name) ?? ''}${JSON.stringify(answer)}`);
  for (const [name, row] of Object.entries(table))
    for (const asked of typeof row === 'string' ? [] : row(world)) {
      const input = { arguments: asked.arguments ?? [], options: asked.options ?? {} };
      note(name, await commandsOf(world).get(name)?.run(context, input));
    }
  const folder = mkdtempSync(join(tmpdir(), 'joinery-access-backup-'));
  try {
    note('backup', await backupCommand.run(context, { arguments: [folder], options: { 'with-secret': true } }));
    const ground = { config: context.config, slices: context.slices, now: context.clock.now() };
    const verify = groundCommands.find(({ name }) => name === 'verify');
    note('verify', await verify?.run(ground, { arguments: [folder], options: {} }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return said;
}
