import type { Language } from '@joinery/ui';
import type { GroupRow } from '../tables.ts';
import { messages } from './messages.ts';

/** Of a group: what may be said of its rules. */
export type Terms = Pick<GroupRow, 'reading' | 'history' | 'inviting' | 'asking' | 'keeping' | 'record_copy'>;

/**
 * What a group promises, in sentences.
 * @param agency that keeps the group
 * @param named agencies whose people may ask, where this node knows them
 */
export function termsText(
  group: Terms,
  agency: string,
  named: readonly string[],
  language: Language,
): { term: string; value: string }[] {
  const t = messages(language);
  const closed = group.reading === 'members';
  const inviting = {
    owners: t('invitingOwners', { agency }),
    facilitators: t('invitingFacilitators', { agency }),
    members: t('invitingMembers', { agency }),
  };
  const asking = {
    partners: t('askingPartners'),
    agencies: named.length > 0 ? t('askingNamed', { agencies: named.join(', ') }) : t('askingAgencies'),
    node: t('askingNode', { agency }),
  };
  return [
    ...(closed ? [{ term: t('history'), value: group.history === 'all' ? t('historyAll') : t('historyJoining') }] : []),
    { term: t('inviting'), value: inviting[group.inviting] },
    { term: t('asking'), value: asking[group.asking] },
    { term: t('keeping'), value: keepingText(group, language) },
    ...(closed ? [{ term: t('record'), value: recordText(group, agency, language) }] : []),
  ];
}

/** What nodes of members keep. */
export function keepingText(group: Pick<Terms, 'reading' | 'keeping'>, language: Language): string {
  const t = messages(language);
  if (group.reading !== 'members') return t('keepingOpen');
  return group.keeping === 'live' ? t('keepingLive') : t('keepingLeased');
}

/** Whether the node of the group keeps a record copy. */
export function recordText(group: Pick<Terms, 'record_copy' | 'keeping'>, agency: string, language: Language): string {
  const t = messages(language);
  if (group.record_copy === 1 && group.keeping === 'live') return t('recordYesLive', { agency });
  return group.record_copy === 1 ? t('recordYes', { agency }) : t('recordNo', { agency });
}

/** One line of the table: what remains where after something happened. */
export type Remains = { when: string; author: string; host: string; others: string };

/** What remains where, in words, for a group with these rules. */
export function remainsOf(group: Terms, agency: string, language: Language): Remains[] {
  const t = messages(language);
  const author = t('authorStays');
  const others = t('othersDeleted');
  if (group.reading !== 'members') {
    const stays = { author, host: t('hostOpenStays'), others: t('othersOpenStays') };
    const left = { ...stays, others: t('othersOpenLeft') };
    return [
      { when: t('afterLeaving'), ...left },
      { when: t('afterRemoval'), ...left },
      { when: t('afterSuspension'), ...stays },
      { when: t('afterEnding'), ...stays },
      { when: t('afterDeleting'), author: t('authorGone'), host: t('hostDeleted'), others },
    ];
  }
  const live = group.keeping === 'live' ? t('othersLive') : null;
  const record = group.keeping === 'live' ? t('hostRecordLiveStays') : t('hostRecordStays');
  const kept = group.record_copy === 1 ? record : null;
  const left = { author, host: kept ?? t('hostTextStays'), others: live ? t('othersLiveLeft') : t('othersLeft') };
  const cut = { author, host: kept ?? t('hostCut', { agency }), others: live ?? t('othersSuspended') };
  return [
    { when: t('afterLeaving'), ...left },
    { when: t('afterRemoval'), ...left },
    { when: t('afterSuspension'), ...cut },
    { when: t('afterEnding'), ...cut },
    {
      when: t('afterDeleting'),
      author: t('authorGone'),
      host: group.record_copy === 1 ? t('hostRecordDeleted') : t('hostDeleted'),
      others: live ?? others,
    },
  ];
}
