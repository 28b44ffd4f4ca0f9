import type { Reader } from '@joinery/core';
import { deliveriesOf, type PostWithText } from '@joinery/slices/posts';
import type { Language } from '@joinery/ui';
import { agenciesOf } from './labels.ts';
import type { Participant } from './lists.ts';
import { messages } from './messages.ts';

/** How it stands with what the reader wrote where that has not reached everybody: in words, by post. Nothing is said of what has arrived. */
export async function lateTexts(
  db: Reader,
  posts: readonly PostWithText[],
  reader: string,
  participants: readonly Participant[],
  language: Language,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (participants.every(({ person }) => person.local === 1)) return texts;
  const t = messages(language);
  const agencies = agenciesOf(participants);
  const nameOf = (origin: string) => agencies.get(origin) ?? new URL(origin).host;
  const own = posts.filter((post) => post.author_id === reader);
  const deliveries = await deliveriesOf(
    db,
    own.map(({ id }) => id),
  );
  for (const post of own) {
    if (post.status === 'refused') {
      texts.set(post.id, t('notTaken'));
      continue;
    }
    const delivery = deliveries.get(post.id);
    if (!delivery) continue;
    const { detail, waiting, failed } = delivery;
    const late = detail.filter(({ state }) => state === 'waiting').map(({ home }) => nameOf(home));
    const no = detail.filter(({ state }) => state === 'failed').map(({ home }) => nameOf(home));
    const list = new Intl.ListFormat(language, { type: 'conjunction' });
    const parts = [
      late.length > 0 ? t('notYetAt', { agencies: list.format(late) }) : '',
      // Its own node tells how many others wait, not which.
      late.length === 0 && waiting > 0 ? t('notYetOthers', { count: waiting }) : '',
      no.length > 0 ? t('failedAt', { agencies: list.format(no) }) : '',
      no.length === 0 && failed > 0 ? t('failedOthers', { count: failed }) : '',
    ].filter(Boolean);
    if (parts.length > 0) texts.set(post.id, parts.join(' · '));
  }
  return texts;
}
