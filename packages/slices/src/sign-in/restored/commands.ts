import { type Command, refuse } from '@joinery/core';
import { findLocal } from '../../people/index.ts';
import { admitPeople } from './admit.ts';
import { waitingIds } from './held.ts';

/** Letting people in after a restore, from the command line. */
export const restoredCommands: Command[] = [
  {
    name: 'restore admit',
    summary:
      'Let people in who wait since a restore: what opened their accounts as of the backup ends, and each gets a one-time link',
    arguments: ['[person...]'],
    options: [
      { name: 'all', description: 'Everybody who waits: you answer for all of them, guests too' },
      { name: 'with-roles', description: 'They also run the groups that they ran, and answer for their guests, again' },
      { name: 'reason', value: 'text', description: 'Why; needed with --all' },
    ],
    run: async (context, { arguments: references, options }) => {
      const all = options.all === true;
      const reason = typeof options.reason === 'string' ? options.reason.trim() : '';
      if (all === references.length > 0)
        refuse('invalid', 'Name those whom you let in, by handle, id or mail address; or give --all --reason <why>');
      if (all && reason === '') refuse('invalid', 'Say how you know that all of them may come in: --reason <why>');
      const { reader } = context.db;
      const named = [];
      for (const reference of references) named.push((await findLocal(reader, reference)).id);
      const people = all ? await waitingIds(reader, context.clock.now().toISOString()) : named;
      const by = { kind: 'command', by: 'restore admit' } as const;
      const admitted = await admitPeople(context, by, { people, roles: options['with-roles'] === true, reason });
      const lines = admitted.map(({ person, address }) =>
        address === null ? `${person.name} (@${person.handle})` : `${person.name} (@${person.handle}): ${address}`,
      );
      return {
        json: admitted.map(({ person, address }) => ({ id: person.id, handle: person.handle, signInLink: address })),
        say: [`Let in: ${admitted.length}.`, ...lines].join('\n'),
      };
    },
  },
];
