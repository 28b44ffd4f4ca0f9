import type { Child } from 'hono/jsx';
import { Icon } from './icon.tsx';

export type HeadingLevel = 1 | 2 | 3 | 4;

const sizes = { 1: 'md', 2: 'xs', 3: '2xs', 4: '2xs' } as const;

/** A heading; its size follows its level. */
export function Heading({ level, id, children }: { level: HeadingLevel; id?: string; children: Child }) {
  const Tag = `h${level}` as const;
  return (
    <Tag class="ds-heading" data-size={sizes[level]} id={id}>
      {children}
    </Tag>
  );
}

/** The top of a page: the page above it, its only h1, what it is about in one line, and what can be done here. */
export function PageHeading({
  title,
  parent,
  lead,
  badges,
  actions,
}: {
  title: string;
  parent?: { href: string; label: string };
  lead?: Child;
  badges?: Child;
  actions?: Child;
}) {
  return (
    <header class="app-page-heading">
      <div class="app-page-heading-words">
        {parent ? (
          <a class="app-parent" href={parent.href}>
            <Icon name="chevron" />
            {parent.label}
          </a>
        ) : null}
        <div class="app-page-heading-title">
          <Heading level={1}>{title}</Heading>
          {badges}
        </div>
        {lead ? <p class="app-lead">{lead}</p> : null}
      </div>
      {actions ? <div class="app-actions">{actions}</div> : null}
    </header>
  );
}

/** A part of a page with a heading of its own, on a surface that sets it apart. */
export function Panel({
  title,
  id,
  level = 2,
  actions,
  children,
}: {
  title: string;
  id: string;
  level?: HeadingLevel;
  actions?: Child;
  children: Child;
}) {
  return (
    <section class="ds-card app-panel" aria-labelledby={id}>
      <div class="app-panel-heading">
        <Heading level={level} id={id}>
          {title}
        </Heading>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A wide main part with a narrow one beside it; the narrow one follows below on small screens. */
export function Columns({ children, aside }: { children: Child; aside: Child }) {
  return (
    <div class="app-columns">
      <div class="app-stack">{children}</div>
      <div class="app-stack">{aside}</div>
    </div>
  );
}

/** Cards beside each other where there is room. */
export function Cards({ children }: { children: Child }) {
  return <div class="app-cards">{children}</div>;
}

/** Things below each other with even space between them. */
export function Stack({ children }: { children: Child }) {
  return <div class="app-stack">{children}</div>;
}
