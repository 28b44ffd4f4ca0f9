import type { Context } from '@joinery/core';
import { Details, Notice, type Reader } from '@joinery/ui';
import { type Audience, nodesOf } from './audience.ts';
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
  const words = {
    group: t('keepsGroup'),
    own: t('keepsOwn'),
    copy: t('keepsCopy'),
    lease: t('keepsLease'),
    nothing: t('keepsNothing'),
  };
  const nodes = nodesOf({ config: own, ports }, audience);
  const blocked = nodes.filter((node) => node.blocked);
  return (
    <>
      {blocked.length > 0 ? (
        <Notice kind="warning" language={reader.language}>
          {t('blockedReads', { nodes: blocked.map(({ agency }) => agency).join(', ') })}
        </Notice>
      ) : null}
      <Details summary={t('whereItGoes', { count: nodes.length })}>
        <ul>
          {nodes.map((node) => (
            <li>
              {node.agency} ({hostOf(node.origin)}): {t('countedPeople', { count: node.people })}. {words[node.keeps]}
            </li>
          ))}
        </ul>
      </Details>
    </>
  );
}
