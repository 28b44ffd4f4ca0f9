import type { Reader } from '@joinery/core';
import type { PersonRow } from './tables.ts';

/** A person with what administrators know of their account. */
export type ManagedPerson = PersonRow & {
  email: string;
  administrator: boolean;
  federationOfficer: boolean;
  /** Has come in at least once, in whatever way. */
  signedIn: boolean;
  /** Waits to be let in after a restore. */
  held: boolean;
  /** A code is asked for after the password. */
  secondStep: boolean;
};

/** Adds to people of this node what administrators know of their accounts. */
export async function managedPeople(db: Reader, people: readonly PersonRow[]): Promise<ManagedPerson[]> {
  if (people.length === 0) return [];
  const ids = people.map((person) => person.id);
  const accounts = await db.selectFrom('account').selectAll().where('person_id', 'in', ids).execute();
  const steps = await db
    .selectFrom('second_step')
    .innerJoin('account', 'account.id', 'second_step.account_id')
    .select('account.person_id')
    .where('account.person_id', 'in', ids)
    .execute();
  const withStep = new Set(steps.map((row) => row.person_id));
  const byPerson = new Map(accounts.map((account) => [account.person_id, account]));
  return people.map((person) => {
    const account = byPerson.get(person.id);
    return {
      ...person,
      email: account?.email ?? '',
      administrator: account?.administrator === 1,
      federationOfficer: account?.federation_officer === 1,
      signedIn: account?.signed_in_at != null,
      held: account?.held_at != null,
      secondStep: withStep.has(person.id),
    };
  });
}
