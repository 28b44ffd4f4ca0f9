import { Details, type Reader } from '@joinery/ui';
import type { Audience } from './audience.ts';
import { hostOf } from './labels.tsx';
import { messages } from './messages.ts';

/**
 * Before posting: which nodes it goes to, how many people read it there, and what each keeps.
 * @param own this node: its origin, and its agency
 */
export function WhereItGoes({
  audience,
  own,
  reader,
}: {
  audience: Audience | null;
  own: { origin: string; agency: string };
  reader: Reader;
}) {
  const t = messages(reader.language);
  if (!audience || audience.perNode.length === 0) return null;
  const { keptBy, closed } = audience;
  const keeps = (origin: string) => {
    if (origin === keptBy.home) return t('keepsGroup');
    if (origin === own.origin) return t('keepsOwn');
    if (closed === null) return t('keepsCopy');
    return closed.keeping === 'live' ? t('keepsNothing') : t('keepsLease');
  };
  const nameOf = ({ origin, agency }: Audience['perNode'][number]) =>
    agency || (origin === own.origin ? own.agency : origin === keptBy.home ? keptBy.agency : '') || hostOf(origin);
  return (
    <Details summary={t('whereItGoes', { count: audience.perNode.length })}>
      <ul>
        {audience.perNode.map((node) => (
          <li>
            {nameOf(node)} ({hostOf(node.origin)}): {t('countedPeople', { count: node.people })}. {keeps(node.origin)}
          </li>
        ))}
      </ul>
    </Details>
  );
}
