import {
  type Account,
  accountOfPerson,
  type Command,
  createToken,
  refuse,
  streams,
  transact,
  type Work,
} from '@joinery/core';
import { findLocal } from '../people/index.ts';

/**
 * Makes a token for the API, and says so in the log.
 * @param input.grant of the session it is made in: it ends with that
 * @returns the token, shown once
 */
export async function makeToken(
  work: Work,
  account: Pick<Account, 'id' | 'person_id'>,
  input: { name: string; grant?: string | null },
): Promise<{ id: string; token: string }> {
  const made = await createToken(work, { account: account.id, ...input });
  const by = work.by.kind === 'person' ? work.by.person : null;
  work.emit('token.made', streams.local, { person: account.person_id, token: made.id, by });
  return made;
}

/** What `joinery token …` can do. */
export const tokenCommands: Command[] = [
  {
    name: 'token create',
    summary: 'Make a token for the API; it does what its person may do',
    options: [
      { name: 'person', value: 'id', description: 'Id, handle or mail address', required: true },
      { name: 'name', value: 'name', description: 'What it is for' },
    ],
    run: async (context, { options }) => {
      const { reader } = context.db;
      const person = await findLocal(reader, String(options.person).replace(/^@/, ''));
      const account = (await accountOfPerson(reader, person.id)) ?? refuse('not_found', 'Nobody who can sign in');
      if (account.disabled_at !== null) refuse('disabled', 'This account has been disabled');
      const name = typeof options.name === 'string' ? options.name.slice(0, 100) : 'command line';
      const made = await transact(context, { kind: 'command', by: 'token create' }, (work) =>
        makeToken(work, account, { name }),
      );
      return { json: made, say: `${made.token}\nIt is shown only now: keep it like a password.` };
    },
  },
];
