import { type Context, transact } from '@joinery/core';
import { askForAccount, confirmRequest, tokenOf } from '../requests.ts';
import { changeSettings } from '../settings.ts';

/**
 * Lets people register at a node, with somebody who has just asked and somebody who waits for an administrator.
 * @param administrator who lets them, by local id
 * @returns the token in the first one's mail, and the id of the request that waits
 */
export async function fillRegistration(
  context: Context,
  administrator: string,
): Promise<{ token: string; waiting: string }> {
  await transact(context, { kind: 'person', person: administrator }, (work) =>
    changeSettings(work, { mode: 'both', domains: ['council.example', 'housing.example'] }, administrator),
  );
  const ask = async (name: string, email: string, domain: string, note: string) => {
    const address = { email: `${email}@${domain}`, domain };
    await askForAccount(context, { address, name, language: 'en', note }, '192.0.2.1');
    const rows = context.db.reader.selectFrom('registration').select('id').where('email', '=', address.email);
    const { id } = await rows.executeTakeFirstOrThrow();
    return { id, token: tokenOf(context, id) };
  };
  const password = 'a passphrase of plain words';
  const why = 'I run the tenants’ panel, and colleagues of yours sent me here.';
  const [eva, finn] = [
    await ask('Eva Elsewhere', 'eva', 'tenants.example', why),
    await ask('Finn Further', 'finn', 'tenants.example', ''),
  ];
  for (const [name, { token }] of [
    ['Eva Elsewhere', eva],
    ['Finn Further', finn],
  ] as const)
    await confirmRequest(context, token, { name, handle: undefined, password });
  const { token } = await ask('Anna Asks', 'anna', 'council.example', '');
  return { token, waiting: eva.id };
}
