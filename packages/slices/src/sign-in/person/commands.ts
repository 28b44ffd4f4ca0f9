import { type Account, accountOfPerson, type Command, type Context, refuse, transact } from '@joinery/core';
import { findLocal, type PersonRow } from '../../people/index.ts';
import { passkeysOf, removePasskey } from '../passkeys/passkeys.ts';
import { allProviders, identityOf } from '../store.ts';
import type { IdentityRow, ProviderRow } from '../tables.ts';
import { closePassword, holderOf, linkPerson, planUnlink, readSubject, unlinkPerson } from './linking.ts';

const by = { kind: 'command', by: 'person' } as const;

async function found(context: Context, reference: string): Promise<{ person: PersonRow; account: Account }> {
  const { reader } = context.db;
  const person = await findLocal(reader, reference);
  const account = (await accountOfPerson(reader, person.id)) ?? refuse('not_found', 'Nobody who can sign in');
  return { person, account };
}

async function providerOf(context: Context, issuer: string): Promise<ProviderRow> {
  const providers = await allProviders(context.db.reader);
  const issuers = providers.map((provider) => provider.issuer).join(', ');
  return (
    providers.find((provider) => provider.issuer === issuer || provider.id === issuer) ??
    refuse('not_found', `No identity provider of this node has the issuer "${issuer}". There is: ${issuers || 'none'}`)
  );
}

const identityJson = (person: PersonRow, identity: Pick<IdentityRow, 'issuer' | 'subject'>) => ({
  person: person.id,
  issuer: identity.issuer,
  subject: identity.subject,
});

const options = [
  { name: 'issuer', value: 'address', description: 'The provider, exactly as it names itself', required: true },
  { name: 'subject', value: 'sub', description: 'The person there; never a mail address', required: true },
  { name: 'preview', description: 'Only say what would change' },
];

/** What `joinery person …` can do about ways to sign in. */
export const commands: Command[] = [
  {
    name: 'person link-identity',
    summary: 'Let whoever signs in at an identity provider as a subject come in as a person of this node',
    arguments: ['id'],
    options,
    run: async (context, { arguments: [reference = ''], options: given }) => {
      const { person, account } = await found(context, reference);
      const provider = await providerOf(context, String(given.issuer));
      const subject = readSubject(String(given.subject));
      const holder = await holderOf(context.db.reader, provider, subject);
      if (holder && holder.id !== person.id)
        refuse('conflict', `${holder.name} is linked with it: unlink it there first`);
      const preview = given.preview === true;
      const json = { ...identityJson(person, { issuer: provider.issuer, subject }), preview };
      const who = `Whoever signs in at ${provider.name} as ${subject}`;
      if (preview)
        return { json, say: `${who} would come in as ${person.name} (${account.email}). Nothing was changed.` };
      await linkPerson(context, by, account, provider, subject);
      return { json, say: `${who} comes in as ${person.name} (${account.email}) from now on.` };
    },
  },
  {
    name: 'person unlink-identity',
    summary: 'End a link with an identity provider; sessions of it end at once',
    arguments: ['id'],
    options,
    run: async (context, { arguments: [reference = ''], options: given }) => {
      const { person, account } = await found(context, reference);
      const provider = await providerOf(context, String(given.issuer));
      const identity = await identityOf(context.db.reader, provider.issuer, String(given.subject).trim());
      if (identity?.account_id !== account.id) refuse('not_found', `${person.name} is not linked with this subject`);
      const preview = given.preview === true;
      const { sessions, isOnlyWayIn } = await planUnlink(context, account.id, identity.id);
      const json = { ...identityJson(person, identity), sessions, onlyWayIn: isOnlyWayIn, preview };
      const last = isOnlyWayIn
        ? `\nIt is their only way in: give them a link with joinery person link ${person.handle}`
        : '';
      if (preview)
        return { json, say: `${person.name} would be unlinked; sessions that would end: ${sessions}.${last}` };
      await unlinkPerson(context, by, account.id, identity.id);
      return { json, say: `${person.name} is unlinked; sessions that ended: ${sessions}.${last}` };
    },
  },
  {
    name: 'person remove-password',
    summary: 'Remove the password of a person whom an identity provider lets in, so that it alone decides',
    arguments: ['id'],
    run: async (context, { arguments: [reference = ''] }) => {
      const { person, account } = await found(context, reference);
      await closePassword(context, by, account);
      return {
        json: { person: person.id },
        say: `${person.name} has no password any more and is signed out everywhere; the identity provider lets them in.`,
      };
    },
  },
  {
    name: 'person remove-passkeys',
    summary: 'Remove the passkeys of a person, or one of them, after a device was lost',
    arguments: ['id'],
    options: [{ name: 'passkey', value: 'id', description: 'Only this one' }],
    run: async (context, { arguments: [reference = ''], options: given }) => {
      const { person, account } = await found(context, reference);
      const all = await passkeysOf(context.db.reader, account.id);
      const wanted = given.passkey === undefined ? all : all.filter(({ id }) => id === given.passkey);
      if (given.passkey !== undefined && wanted.length === 0) refuse('not_found', `${person.name} has no such passkey`);
      await transact(context, by, async (work) => {
        for (const { id } of wanted) await removePasskey(work, account.id, id);
      });
      return {
        json: {
          person: person.id,
          removed: wanted.map(({ id, name }) => ({ id, name })),
          left: all.length - wanted.length,
        },
        say: `Removed ${wanted.length} of the ${all.length} passkeys of ${person.name}. They sign nobody in any more.`,
      };
    },
  },
];
