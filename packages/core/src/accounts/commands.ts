import { refuse } from '../errors.ts';
import { holderOf } from '../handles.ts';
import { isId } from '../ids.ts';
import type { Command, Reader } from '../slice.ts';
import { transact } from '../work.ts';
import { type Account, accountByEmail, accountOfPerson } from './accounts.ts';
import { createToken } from './tokens.ts';

/** @param person id, handle or mail address */
async function findAccount(db: Reader, person: string): Promise<Account> {
  const account = person.includes('@') && !person.startsWith('@') ? await accountByEmail(db, person) : undefined;
  if (account) return account;
  const holder = isId(person) ? null : await holderOf(db, person.replace(/^@/, ''));
  const id = isId(person) ? person : holder?.kind === 'person' ? holder.id : undefined;
  return (
    (id && (await accountOfPerson(db, id))) ||
    refuse('not_found', `Nobody here has the id, handle or mail address "${person}"`)
  );
}

/** What `joinery token …` can do. */
export const coreCommands: Command[] = [
  {
    name: 'token create',
    summary: 'Make a token for the API; it does what its person may do',
    options: [
      { name: 'person', value: 'id', description: 'Id, handle or mail address', required: true },
      { name: 'name', value: 'name', description: 'What it is for' },
    ],
    run: async (context, { options }) => {
      const account = await findAccount(context.db.reader, String(options.person));
      if (account.disabled_at !== null) refuse('disabled', 'This account has been disabled');
      const name = typeof options.name === 'string' ? options.name.slice(0, 100) : 'command line';
      const made = await transact(context, { kind: 'command', by: 'token create' }, (work) =>
        createToken(work, { account: account.id, name }),
      );
      return { json: made, say: `${made.token}\nIt is shown only now: keep it like a password.` };
    },
  },
];
