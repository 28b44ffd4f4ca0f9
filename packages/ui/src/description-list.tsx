import type { Child } from 'hono/jsx';

/** Names of properties with their values. */
export function DescriptionList({ items }: { items: readonly { term: string; value: Child }[] }) {
  return (
    <dl class="app-descriptions">
      {items.map(({ term, value }) => (
        <div>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
