import type { FieldFault } from '@joinery/core';
import { type PersonRow, personLabel } from '@joinery/slices/people';
import { mostCounted } from '@joinery/slices/posts';
import type { FieldError, Language } from '@joinery/ui';
import type { ListedConversation, Participant } from './lists.ts';
import { messages } from './messages.ts';

const namesInTitle = 3;

/** Names as a sentence lists them. */
function listed(names: readonly string[], language: Language): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
}

/** What a conversation is called by one who is in it: its subject, or else the names of the others. */
export function titleOf(
  conversation: { name: string },
  participants: readonly Participant[],
  reader: string,
  language: Language,
): string {
  return conversation.name || namesOf(participants, reader, language);
}

/** The others who are in it, the first few by name; when nobody is left those who were, except who had gone before the reader came. */
export function namesOf(participants: readonly Participant[], reader: string, language: Language): string {
  const t = messages(language);
  const seesFrom = participants.find(({ person }) => person.id === reader)?.seesFrom ?? '';
  const everybody = participants.filter(
    ({ person, leftAt }) => person.id !== reader && (leftAt === null || leftAt >= seesFrom),
  );
  const here = everybody.filter(({ leftAt }) => leftAt === null);
  const names = (here.length > 0 ? here : everybody).map(({ person }) => nameOf(person, language));
  if (names.length <= namesInTitle + 1) return listed(names, language);
  return t('andMore', { names: names.slice(0, namesInTitle).join(', '), count: names.length - namesInTitle });
}

/** How somebody is named in the field for people: by their handle, of another node with that node. */
export const addressLabel = ({ local, handle, home }: PersonRow): string =>
  local === 1 ? handle : `${handle}@${new URL(home).host}`;

/** Whether the reader is the only one left. */
export const isAlone = (participants: readonly Participant[]): boolean =>
  participants.filter(({ leftAt }) => leftAt === null).length < 2;

/** A name as it stands in a sentence: of somebody elsewhere with their agency. */
export function nameOf(person: PersonRow | undefined, language: Language): string {
  const { name, agency, deleted } = personLabel(person, language);
  return person?.local === 0 && !deleted ? `${name} (${agency})` : name;
}

/** Who can add others to a conversation that lives elsewhere: those of its own node who are in it. */
export function whomToAsk(
  conversation: { home: string },
  participants: readonly Participant[],
): { agency: string; people: PersonRow[] } {
  const people = participants.flatMap(({ person, leftAt }) =>
    leftAt === null && person.home === conversation.home ? person : [],
  );
  return { agency: agenciesOf(participants).get(conversation.home) ?? new URL(conversation.home).host, people };
}

/** The message that asks for people to be added: by name, and by the address that the form there takes. */
export function askText(people: readonly PersonRow[], agency: string, language: Language): string {
  const lines = people.map(({ name, handle, home }) => `- ${plain(name)}: \`${handle}@${new URL(home).host}\``);
  return [messages(language)('askMessage', { agency: plain(agency), count: people.length }), '', ...lines].join('\n');
}

/** A name as Markdown that shows it as it is. */
const plain = (name: string): string => name.replace(/[\\`*_[\]<>#|~!@&]/g, '\\$&');

/** The agency of each node with somebody in it; a guest, who is of another, names none. */
export function agenciesOf(participants: readonly Participant[]): Map<string, string> {
  return new Map(
    participants
      .filter(({ person }) => person.guest_until === null && person.agency !== '')
      .map(({ person }) => [person.home, person.agency]),
  );
}

/** Whether somebody of another node is or was in it. */
export const isOverNodes = (participants: readonly Participant[]): boolean =>
  participants.some(({ person }) => person.local !== 1);

/** What was said last, and by whom, in one line. */
export function previewOf({ last }: ListedConversation, reader: string, language: Language): string {
  const t = messages(language);
  if (!last) return '';
  const text = last.deleted_at ? t('deletedMessage') : last.excerpt;
  return last.author_id === reader ? t('youSaid', { text }) : t('somebodySaid', { name: last.author_name, text });
}

/** A number of new messages as a badge shows it. */
export const shownCount = (count: number): string => (count > mostCounted ? `${mostCounted}+` : String(count));

/** A number of new messages in words. */
export function unreadText(count: number, language: Language): string {
  const t = messages(language);
  return count > mostCounted ? t('unreadMany', { count: mostCounted }) : t('unread', { count });
}

/** Faults for the error summary. */
export function fieldErrors(faults: readonly FieldFault[], language: Language): FieldError[] {
  const t = messages(language);
  return faults.map(({ field, code, values }) => {
    const maximum = values?.maximum ?? '';
    const shown = field === 'people' ? 'to' : field;
    if (code === 'too_long') return { field: shown, text: t('faultLong', { maximum }) };
    if (field === 'people')
      return {
        field: shown,
        text: t(code === 'too_large' ? 'faultMany' : code === 'bad_choice' ? 'faultAgreement' : 'faultNobody', {
          maximum,
        }),
      };
    return { field: shown, text: field === 'content' ? t('faultContent') : t('faultOther') };
  });
}
