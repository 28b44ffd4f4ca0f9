import type { Context } from '@joinery/core';
import { Details, Notice, type Reader } from '@joinery/ui';
import type { Audience } from './audience.ts';
import { hostOf } from './labels.tsx';
import { messages } from './messages.ts';

/**
 * Before posting: which nodes it goes to, how many people read it there, what each keeps, and whether one of them is blocked here.
 * @param context of this node
 */
export function WhereItGoes({
  audience,
  context: { config: own, ports },
  reader,
}: {
  audience: Audience | null;
  context: Pick<Context, 'config' | 'ports'>;
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
  const blocked = audience.perNode.filter(
    ({ origin }) => origin !== own.origin && ports.trust.mayFederate(origin, null, 'out').reason === 'blocked',
  );
  return (
    <>
      {blocked.length > 0 ? (
        <Notice kind="warning" language={reader.language}>
          {t('blockedReads', { nodes: blocked.map(nameOf).join(', ') })}
        </Notice>
      ) : null}
      <Details summary={t('whereItGoes', { count: audience.perNode.length })}>
        <ul>
          {audience.perNode.map((node) => (
            <li>
              {nameOf(node)} ({hostOf(node.origin)}): {t('countedPeople', { count: node.people })}. {keeps(node.origin)}
            </li>
          ))}
        </ul>
      </Details>
    </>
  );
}
