import type { Panel as SlicePanel } from '@joinery/core';
import { isMember, membershipOf } from '@joinery/slices/groups';
import { ButtonLink, isLanguage, Panel } from '@joinery/ui';
import { messages } from './messages.ts';
import { accessesOf, ownedAmong, pagesOf } from './store.ts';
import { lineOf } from './views.tsx';

/** For so long it stands on the group's first page; on the page behind it for good. */
const shownDays = 365;

/** On a closed group's page, for its members: who reads or read it in an emergency; for its owners who asks to. */
export const panels: SlicePanel[] = [
  {
    place: 'group',
    order: 1,
    render: async ({ db, clock }, visitor, subject, asked) => {
      if (!visitor || !subject) return null;
      const all = await accessesOf(db.reader, subject.id);
      if (all.length === 0) return null;
      const standing = await membershipOf(db.reader, subject.id, visitor.person.id);
      if (!isMember(standing)) return null;
      const owned = await ownedAmong(db.reader, all, visitor.person.id, standing?.role);
      const since = new Date(clock.now().getTime() - shownDays * 86_400_000).toISOString();
      const shown = all
        .filter(
          ({ id, state, opened_at }) =>
            (opened_at !== null && opened_at > since) || (owned.has(id) && state === 'asked'),
        )
        .slice(0, 3);
      if (shown.length === 0) return null;
      const language = isLanguage(asked) ? asked : 'en';
      const t = messages(language);
      const reader = { language, timeZone: visitor.person.timeZone, now: clock.now() };
      const read = Map.groupBy(
        await pagesOf(
          db.reader,
          shown.map(({ id }) => id),
          visitor.person.id,
        ),
        ({ access_id }) => access_id,
      );
      const waits = shown.some(({ state }) => state === 'asked');
      return (
        <Panel title={t('name')} id="emergency">
          {shown.map((access) => (
            <p>{lineOf(access, reader, access.asker_id === null ? null : (read.get(access.id)?.length ?? 0))}</p>
          ))}
          <ButtonLink href={`/groups/${subject.id}/emergency`} small kind={waits ? 'primary' : 'secondary'}>
            {waits ? t('decide') : t('more')}
          </ButtonLink>
        </Panel>
      );
    },
  },
];
