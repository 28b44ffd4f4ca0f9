import { administrators, deciders, isId, type Reader, type Work } from '@joinery/core';
import { seenPosts } from '@joinery/slices/posts';
import type { z } from 'zod';
import { silencedSince } from './anew.ts';
import type { Mute } from './decide.ts';
import type { settingsForm } from './input.ts';
import { mutesOf, putMute } from './mutes.ts';
import { alwaysKinds, type Kind, kinds, officeKinds, restoredKinds } from './tables.ts';

type GroupChoice = 'all' | 'page' | 'nothing';

/** What a person chose, as the settings page shows it. */
export type Settings = {
  kinds: { kind: Kind; page: boolean; mail: boolean }[];
  mailOff: boolean;
  /** As of when the backup was, while no mail comes because of its restore: it waits for these settings to be looked at. Null otherwise. */
  silencedAsOf: string | null;
  allOff: boolean;
  groups: { id: string; name: string; choice: GroupChoice }[];
  topics: { id: string; title: string | null; group: string }[];
};

const find = (mutes: readonly Mute[], scope: Mute['scope'], subject: string) =>
  mutes.find((mute) => mute.scope === scope && mute.subject === subject);

/** What somebody hears of: what is for those who decide about partners is chosen by them alone. */
async function kindsFor(db: Reader, person: string): Promise<Kind[]> {
  const decides = (await deciders(db)).includes(person);
  const administers = (await administrators(db)).includes(person);
  return kinds.filter((kind) =>
    alwaysKinds.includes(kind) || restoredKinds.includes(kind)
      ? false
      : kind === 'registration' || kind === 'sponsor'
        ? administers
        : decides || !officeKinds.includes(kind),
  );
}

/** Groups that a person is in or follows, and those that they muted and may still know of; muted topics with what may still be read of them. */
export async function settingsOf(db: Reader, person: string): Promise<Settings> {
  const mutes = await mutesOf(db, person);
  const everything = find(mutes, 'everything', '');
  const silencedAsOf = await silencedSince(db, person);
  const groups = await db
    .selectFrom('group_member as m')
    .innerJoin('groups as g', 'g.id', 'm.group_id')
    .select(['g.id', 'g.name'])
    .where('m.person_id', '=', person)
    .where('g.kind', '=', 'group')
    .where('g.deleted_at', 'is', null)
    .where('g.shut_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('m.state', '=', 'member'),
        eb.and([eb('m.following', '=', 1), eb('g.reading', '<>', 'members'), eb('m.state', '<>', 'banned')]),
      ]),
    )
    .orderBy('g.sort_name')
    .limit(500)
    .execute();
  const muted = mutes.filter(({ scope, page }) => scope === 'topic' && page).slice(0, 200);
  const topics =
    muted.length === 0
      ? []
      : await db
          .selectFrom('post as t')
          .innerJoin('groups as g', 'g.id', 't.group_id')
          .leftJoin('group_member as m', (join) => join.onRef('m.group_id', '=', 'g.id').on('m.person_id', '=', person))
          .select(['t.id', 't.title', 't.removed_at', 'g.name as group'])
          .where(
            't.id',
            'in',
            muted.map(({ subject }) => subject),
          )
          .where('t.deleted_at', 'is', null)
          .where('g.shut_at', 'is', null)
          .where(seenPosts(person, 't'))
          .where((eb) => eb.or([eb('g.reading', '<>', 'members'), eb('m.state', '=', 'member')]))
          .execute();
  return {
    kinds: (await kindsFor(db, person)).map((kind) => {
      const mute = find(mutes, 'kind', kind);
      return { kind, page: mute?.page !== true, mail: mute?.mail !== true };
    }),
    mailOff: everything?.mail === true && silencedAsOf === null,
    silencedAsOf,
    allOff: everything?.page === true && everything.mail,
    groups: groups.map(({ id, name }) => {
      const mute = find(mutes, 'group', id);
      return { id, name, choice: mute?.page ? 'nothing' : mute?.mail ? 'page' : 'all' };
    }),
    topics: topics.map(({ id, title, removed_at, group }) => ({ id, title: removed_at ? null : title, group })),
  };
}

/** Writes what a person chose. */
export async function saveSettings(work: Work, person: string, chosen: z.infer<typeof settingsForm>): Promise<void> {
  const before = await mutesOf(work.db, person);
  const put = async (scope: Mute['scope'], subject: string, page: boolean, mail: boolean) => {
    const known = find(before, scope, subject);
    if ((known?.page ?? false) !== page || (known?.mail ?? false) !== mail)
      await putMute(work, { person, scope, subject, page, mail });
  };
  const all = chosen.allOff !== undefined;
  const noMail = all || chosen.mailOff !== undefined;
  // Whoever still wants none has chosen so themselves from now on.
  if (noMail && (await silencedSince(work.db, person)) !== null)
    await putMute(work, { person, scope: 'everything', subject: '', page: all, mail: true });
  else await put('everything', '', all, noMail);
  for (const kind of await kindsFor(work.db, person))
    await put('kind', kind, !chosen.page.includes(kind), !chosen.mail.includes(kind));
  for (const [name, choice] of Object.entries(chosen)) {
    const id = /^group-(.+)$/.exec(name)?.[1] ?? '';
    if (!isId(id) || (choice !== 'all' && choice !== 'page' && choice !== 'nothing')) continue;
    await put('group', id, choice === 'nothing', choice !== 'all');
  }
}
