/** Pages that belong together, as links; the open one is marked for eye and ear. */
export function Tabs({
  label,
  items,
}: {
  label: string;
  items: readonly { href: string; label: string; current: boolean; count?: number }[];
}) {
  return (
    <nav class="app-tabs" aria-label={label}>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of lists without bullets. */}
      <ul role="list">
        {items.map((item) => (
          <li>
            <a href={item.href} aria-current={item.current ? 'page' : undefined}>
              {item.label}
              {item.count === undefined ? null : <span class="app-count"> {item.count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
