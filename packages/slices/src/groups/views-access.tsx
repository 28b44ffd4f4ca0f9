import { List, ListItem, Panel, type Reader, Time } from '@joinery/ui';
import { messages } from './messages.ts';
import type { GroupAccessRow } from './tables.ts';

/** Nodes that may not read a closed group any more, and what is known of the copies that they had. */
export function FormerNodes({ nodes, reader }: { nodes: readonly GroupAccessRow[]; reader: Reader }) {
  const t = messages(reader.language);
  if (nodes.length === 0) return null;
  return (
    <Panel title={t('formerNodes')} id="former-nodes">
      <p class="app-quiet">{t('formerNodesLead')}</p>
      <List label={t('formerNodes')}>
        {nodes.map((node) => (
          <ListItem title={new URL(node.origin).host} level={3} facts={<Fate node={node} reader={reader} />} />
        ))}
      </List>
    </Panel>
  );
}

function Fate({ node, reader }: { node: GroupAccessRow; reader: Reader }) {
  const t = messages(reader.language);
  if (node.receipt_at !== null)
    return (
      <>
        {t('copiesDropped', { count: node.receipt_items ?? 0 })} <Time at={node.receipt_at} reader={reader} />
      </>
    );
  if (node.lease_ends_at === null) return <>{t('copiesNever')}</>;
  return (
    <>
      {t('copiesUnconfirmed')} <Time at={node.lease_ends_at} reader={reader} />
    </>
  );
}
