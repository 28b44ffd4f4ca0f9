import {
  administrators,
  admitAccount,
  type By,
  type Context,
  type Reader,
  refuse,
  restoredState,
  streams,
  transact,
} from '@joinery/core';
import { giveRolesBack } from '../../groups/index.ts';
import { canMail, giveGuestsBack, makeLink } from '../../people/index.ts';
import { endAllWays } from '../anew.ts';
import { type RestoredPerson, restoredByIds } from './held.ts';

/** People let in in one unit of work: well within its time. */
const peopleAtOnce = 20;

/** Somebody who was let in; `address` of their one-time link where this node cannot mail it, or null when it is mailed or they need none. */
export type Admitted = { person: RestoredPerson['person']; address: string | null };

/**
 * Lets people in who wait since a restore. What opened their account as of the backup ends: passwords, passkeys, codes, links with a provider. Each gets a link by mail; without mail
 * they are among those who wait for one.
 * @param input.people local ids; whoever is in already, or cannot be, is passed over
 * @param input.roles whether they also run again the groups that they ran, and answer again for their guests, as of the backup; of those who are in already, too
 * @param input.identity id of the one link with a provider that is accepted anew, of the only person: the provider has vouched for exactly it since
 * @throws {Refusal} forbidden for one's own roles while somebody else could give them; conflict on a node that was not restored; not_found when that link did not ask
 */
export async function admitPeople(
  context: Context,
  by: By,
  input: { people: readonly string[]; roles: boolean; reason: string; identity?: string },
): Promise<Admitted[]> {
  const restored = await restoredState(context.db.reader);
  if (restored === null || restored.confirmedAt === null)
    refuse('conflict', 'This node was not restored from a backup, or nobody has confirmed it yet');
  const who = by.kind === 'person' ? by.person : null;
  if (input.roles && who !== null && input.people.includes(who) && !(await isAlone(context.db.reader, who)))
    refuse('forbidden', 'Another administrator says what you run again');
  const mail = canMail(context);
  const admitted: Admitted[] = [];
  const ids = [...new Set(input.people)];
  for (let start = 0; start < ids.length; start += peopleAtOnce) {
    const part = await transact(context, by, async (work) => {
      const done: Admitted[] = [];
      for (const one of await restoredByIds(work.db, ids.slice(start, start + peopleAtOnce), work.now)) {
        const { person, account } = one;
        if (one.held) {
          const identity = acceptedOf(one, input.identity);
          await endAllWays(work, account, restored.at, identity ?? '');
          if (identity !== undefined)
            await work.db
              .updateTable('sign_in_identity')
              .set({ asked_claims: null })
              .where('id', '=', identity)
              .execute();
          if (!(await admitAccount(work, account))) continue;
          const link =
            identity === undefined
              ? await makeLink(work, { id: account, person_id: person.id }, mail, restored.asOf)
              : null;
          done.push({ person, address: mail ? null : (link?.address ?? null) });
          work.emit('person.admitted', streams.local, { person: person.id, by: who, reason: input.reason });
        }
        if (input.roles) {
          await giveRolesBack(work, person.id);
          await giveGuestsBack(work, person.id);
          work.emit('person.roles_returned', streams.local, { person: person.id, by: who, reason: input.reason });
        }
      }
      return done;
    });
    admitted.push(...part);
  }
  context.logger.info('restored.admitted', { count: admitted.length, by: by.kind });
  return admitted;
}

/** Whether nobody but this person administers the node. */
export async function isAlone(db: Reader, person: string): Promise<boolean> {
  return (await administrators(db)).every((one) => one === person);
}

function acceptedOf({ identities }: RestoredPerson, wanted: string | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  const asked = identities.some(({ id, asked_claims }) => id === wanted && asked_claims !== null);
  return asked ? wanted : refuse('not_found', 'Nobody has asked with this sign-in');
}
