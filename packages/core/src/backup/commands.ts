import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { refuse } from '../errors.ts';
import type { Command, CommandAnswer, CommandInput, Slice } from '../slice.ts';
import { makeBackup } from './backup.ts';
import { restoreBackup } from './restore.ts';
import { verifyBackup } from './verify.ts';

/** A command that opens no node: what it works on is not the node's folder, or not yet. */
export type GroundCommand = Omit<Command, 'run'> & {
  run: (ground: { config: Config; slices: Slice[]; now: Date }, input: CommandInput) => Promise<CommandAnswer>;
};

const withSecretMeans =
  'It holds the secret with which the private keys of your agency are encrypted: whoever has this backup can read everything and speak for your agency. Keep it as you keep keys.';

function readKeep(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const keep = Number(text);
  if (!Number.isInteger(keep) || keep < 1) refuse('invalid', `--keep is "${text}": give a whole number from 1`);
  return keep;
}

/** What `joinery backup` can do, beside a node that runs. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'Make a backup in a folder, while the node runs',
  arguments: ['folder'],
  options: [
    { name: 'with-secret', description: `Put the secret in as well. ${withSecretMeans}` },
    { name: 'keep', value: 'number', description: 'So many backups stay in the folder, the oldest are removed' },
  ],
  run: async (context, { arguments: [folder = ''], options }) => {
    const withSecret = options['with-secret'] === true;
    const keep = readKeep(options.keep);
    const { path, manifest, removed } = await makeBackup(context, folder, {
      withSecret,
      ...(keep !== undefined && { keep }),
    });
    const secret = withSecret
      ? withSecretMeans
      : `The secret is not in it. Keep a copy of ${context.config.secretFile} elsewhere: without that file no backup can be restored.`;
    const gone = removed.length > 0 ? `\nRemoved ${removed.length} older.` : '';
    return {
      json: { path, removed, ...manifest },
      say: `${path}\n${secret}${gone}\nCheck it with: joinery verify ${path}`,
    };
  },
};

export const groundCommands: GroundCommand[] = [
  {
    name: 'verify',
    summary: 'Read a backup whole: checksums, database, counts, and whether the secret fits',
    arguments: ['backup'],
    options: [{ name: 'secret', value: 'file', description: 'The secret, for a backup without it' }],
    run: async ({ config }, { arguments: [path = ''], options }) => {
      const {
        manifest,
        rows,
        secret,
        path: found,
      } = await verifyBackup(resolve(path), secretFile(config, options), config);
      const secretSays = {
        'in the backup': 'The secret is in it and fits.',
        elsewhere: `The secret is not in it; the one in ${secretFile(config, options)} fits.`,
        missing: 'The secret is not in it and was not looked at: name the file with --secret to know that it fits.',
      }[secret];
      return {
        json: { ok: true, path: found, secret, total: rows, ...manifest },
        say: `${found} is whole: ${manifest.origin} as of ${manifest.madeAt}, ${rows} rows, made by version ${manifest.version}.\n${secretSays}`,
      };
    },
  },
  {
    name: 'restore',
    summary: 'Fill an empty folder from a backup; the node then waits in quarantine until you confirm',
    arguments: ['backup'],
    options: [
      { name: 'to', value: 'folder', description: 'New data folder (JOINERY_DATA of the restored node)' },
      { name: 'secret', value: 'file', description: 'The secret, for a backup without it' },
    ],
    run: async ({ config, slices, now }, { arguments: [path = ''], options }) => {
      // Not a required option of the command line: `restore confirm` below it would then need it too.
      if (typeof options.to !== 'string') refuse('invalid', 'Name the new data folder with --to <folder>');
      const { manifest, to } = await restoreBackup({
        backup: resolve(path),
        to: options.to,
        config,
        slices,
        secretFile: secretFile(config, options),
        now,
      });
      return {
        json: { to, origin: manifest.origin, asOf: manifest.madeAt, quarantine: true },
        say: [
          `${to} holds ${manifest.origin} as of ${manifest.madeAt}. Everybody is signed out, and tokens for the API have ended.`,
          `Start the node with JOINERY_DATA=${to}. It exchanges nothing with other nodes, sends no mail and lets nobody in until somebody confirms`,
          'that no other node of this name runs, and says who administers it: with joinery restore confirm --administrator <handle>, or on its',
          'first page. Nothing opens that page but a link that you make now for somebody who administered it: joinery person link <handle>.',
        ].join('\n'),
      };
    },
  },
];

function secretFile(config: Config, options: CommandInput['options']): string {
  return typeof options.secret === 'string' ? resolve(options.secret) : config.secretFile;
}
