import type { Context } from '../context.ts';
import type { PersonSummary } from '../ports.ts';
import type { Reader } from '../slice.ts';

/** Things with an address, by the first part of that and their id. */
export type Named = readonly (readonly [path: string, id: string])[];

const ids = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Of a long list the first stand for the others: they are of one group. */
const mostNamed = 50;

/** Kinds of things that are in a group, or are one: of these somebody may lose the right to read. */
const kindsIn = ({ slices }: Pick<Context, 'slices'>) =>
  slices.flatMap(({ objects }) => objects ?? []).filter(({ groupOf }) => groupOf !== undefined);

/** Which of the things that a text names by their ids somebody may read now. */
export async function readableIn(
  context: Pick<Context, 'slices'>,
  db: Reader,
  person: PersonSummary,
  text: string,
): Promise<Named> {
  const found: [string, string][] = [];
  for (const id of [...new Set(text.match(ids))].slice(0, mostNamed))
    for (const { path, load } of kindsIn(context)) {
      if (!(await load(db, { id }))) continue;
      if (await readsAll(context, db, person, [[path, id]])) found.push([path, id]);
      break;
    }
  return found;
}

/** Whether somebody may read all of these now. */
export async function readsAll(
  context: Pick<Context, 'slices'>,
  db: Reader,
  person: PersonSummary,
  named: Named,
): Promise<boolean> {
  const requester = { kind: 'person', person: person.id, administrator: false, guest: person.guest === true } as const;
  for (const [path, id] of named) {
    const kind = kindsIn(context).find((one) => one.path === path);
    const object = await kind?.load(db, { id });
    if (!object || !(await kind?.mayRead(db, requester, object))) return false;
  }
  return true;
}
