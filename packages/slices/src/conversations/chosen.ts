import { type RequestContext, sizes } from '@joinery/core';
import type { PersonRow } from '@joinery/slices/people';
import type { FieldError } from '@joinery/ui';
import { addressLabel } from './labels.ts';
import { messages } from './messages.ts';
import { type Meant, offeredPerson, peopleMeant } from './names.ts';

/** Whom a form names: in its field, by what was chosen, and what must still be asked. */
export type Chosen = {
  people: PersonRow[];
  /** What the field shows again. */
  to: string;
  unclear: Meant['unclear'];
  errors: FieldError[];
};

const none = 'none:';
const boxName = /^person-\d{1,2}$/;
/** Name of the boxes for the name that is asked about at this place. */
export const boxesOf = (index: number): string => `person-${index}`;
/** The value of the box that leaves a name out. */
export const leaveOut = (term: string): string => `${none}${term}`;

/**
 * Reads for whom a form is: the field `to`, and for each name that was `asked` about its boxes. A name stays asked about until somebody is chosen for it,
 * or it is left out: nobody is dropped without a word.
 * @param asker local id of who fills it in
 */
export async function readChosen(c: RequestContext, asker: string): Promise<Chosen> {
  const { context, language, form } = c.var;
  const t = messages(language);
  const values = (name: string) => (form?.fields.get(name) ?? []).slice(0, 100);
  const boxes = [...(form?.fields ?? [])].flatMap(([name, chosen]) => (boxName.test(name) ? chosen.slice(0, 20) : []));
  const meant = await peopleMeant(context, values('to')[0] ?? '', asker);
  const people = new Map(meant.people.map((person) => [person.id, person]));
  const errors: FieldError[] = [];
  for (const id of boxes.filter((value) => !value.startsWith(none))) {
    const person = await offeredPerson(context, id, asker);
    if (person) people.set(person.id, person);
    else errors.push({ field: 'to', text: t('faultLeft') });
  }
  const unclear = [...meant.unclear];
  for (const term of values('asked')) {
    if (boxes.includes(leaveOut(term)) || unclear.some((one) => one.term === term)) continue;
    const again = await peopleMeant(context, term, asker);
    for (const one of again.unclear) {
      if (!one.candidates.some(({ id }) => boxes.includes(id))) unclear.push(one);
    }
  }
  const about = (key: 'faultUnknown' | 'faultElsewhere' | 'faultSoftware', terms: readonly string[]) =>
    terms.map((term) => ({ field: 'to', text: t(key, { term }) }));
  errors.push(
    ...about('faultUnknown', meant.unknown),
    ...about('faultElsewhere', meant.elsewhere),
    ...about('faultSoftware', meant.software),
    ...unclear.map(({ term }, index) => ({
      field: boxesOf(index),
      text: t('faultUnclear', { term }),
    })),
  );
  if (people.size === 0 && errors.length === 0) errors.push({ field: 'to', text: t('faultNobody') });
  if (people.size >= sizes.conversation.most + 20)
    errors.push({ field: 'to', text: t('faultMany', { maximum: sizes.conversation.most }) });
  const to = [...[...people.values()].map(addressLabel), ...meant.unknown, ...meant.elsewhere, ...meant.software];
  return { people: [...people.values()], to: to.join(', '), unclear, errors };
}
