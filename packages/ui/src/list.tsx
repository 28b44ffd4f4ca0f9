import type { Child } from 'hono/jsx';
import { Icon, type IconName } from './icon.tsx';
import type { Instant, Language } from './messages.ts';
import { Avatar, type PersonModel, PersonName, PersonOrigin } from './person.tsx';
import { SourceLabel, type SourceModel } from './source-label.tsx';
import { text } from './text.ts';
import { type Reader, Time } from './time.tsx';

/** A post as a list shows it. `summary` is plain text; `content` is HTML that has been through `sanitizeContent`. */
export type PostModel = {
  href: string;
  title?: string | undefined;
  author: PersonModel;
  at: Instant;
  summary?: string | undefined;
  content?: string | undefined;
  /** The post's own language, when known (BCP 47). */
  language?: string | undefined;
  group?: { name: string; href: string } | undefined;
  source?: SourceModel | undefined;
  replies?: number | undefined;
  likes?: number | undefined;
  /** How many files hang on it, where they are not shown. */
  files?: number | undefined;
};

/** A post in a list or a thread: who, when, where from, what, and what can be done with it. */
export function PostCard({
  post,
  reader,
  level = 3,
  id,
  badges,
  attached,
  actions,
}: {
  post: PostModel;
  reader: Reader;
  /** Level of the title in the outline of the page. */
  level?: 2 | 3 | 4;
  id?: string;
  badges?: Child;
  /** What hangs on it, below its text. */
  attached?: Child;
  actions?: Child;
}) {
  const t = text(reader.language);
  const Title = `h${level}` as const;
  return (
    <article class="ds-card app-post" id={id}>
      <header class="app-post-header">
        <Avatar name={post.author.name} agency={post.author.agency} />
        <div class="app-person-words">
          <span>
            <PersonName person={post.author} />
            {post.group ? (
              <span class="app-quiet">
                {' '}
                <a class="app-quiet-link" href={post.group.href}>
                  {t('inGroup', { group: post.group.name })}
                </a>
              </span>
            ) : null}
          </span>
          <span class="app-quiet">
            <PersonOrigin person={post.author} language={reader.language} />
            {post.author.agency || post.author.node ? ' · ' : null}
            <a class="app-quiet-link" href={post.href}>
              <Time at={post.at} reader={reader} />
            </a>
          </span>
        </div>
        {badges ? <div class="app-badges">{badges}</div> : null}
      </header>
      {post.title ? (
        <Title class="ds-heading app-post-title" lang={post.language}>
          <a href={post.href}>{post.title}</a>
        </Title>
      ) : (
        // Readers who walk from heading to heading find replies, too.
        <Title class="ds-sr-only">{t('postBy', { name: post.author.name })}</Title>
      )}
      {post.content ? (
        <div class="app-content" lang={post.language} dangerouslySetInnerHTML={{ __html: post.content }} />
      ) : post.summary ? (
        <p class="app-post-summary" lang={post.language}>
          {post.summary}
        </p>
      ) : null}
      {attached}
      <PostFooter post={post} reader={reader} actions={actions} />
    </article>
  );
}

/** How many say that something was useful; nothing while nobody does. */
export function LikeCount({ count, language }: { count: number | undefined; language: Reader['language'] }) {
  if (!count) return null;
  return (
    <span class="app-fact">
      <Icon name="heart" />
      {text(language)('likes', { count })}
    </span>
  );
}

function PostFooter({ post, reader, actions }: { post: PostModel; reader: Reader; actions?: Child }) {
  const t = text(reader.language);
  if (post.source === undefined && post.replies === undefined && !post.likes && !post.files && !actions) return null;
  return (
    <footer class="app-post-footer">
      {post.replies === undefined ? null : (
        <a class="app-fact app-quiet-link" href={`${post.href}#replies`}>
          <Icon name="comment" />
          {t('replies', { count: post.replies })}
        </a>
      )}
      <LikeCount count={post.likes} language={reader.language} />
      {post.files ? (
        <span class="app-fact">
          <Icon name="clip" />
          {t('files', { count: post.files })}
        </span>
      ) : null}
      {post.source ? <SourceLabel source={post.source} reader={reader} /> : null}
      {actions ? <div class="app-actions app-actions-end">{actions}</div> : null}
    </footer>
  );
}

/** Things below each other, marked as a list so that their number is announced. */
export function List({ label, children }: { label?: string; children: readonly Child[] }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of lists without bullets.
    <ul class="app-list" role="list" aria-label={label}>
      {/* The library hands over a list of one as that one. */}
      {[children].flat().map((child) => (
        <li>{child}</li>
      ))}
    </ul>
  );
}

/** One line of a list of groups, people or nodes: name, what it is, a fact or two, and one thing to do. */
export function ListItem({
  href,
  title,
  level = 3,
  lead,
  facts,
  badges,
  action,
  avatar,
  icon,
  choice,
}: {
  /** Left out for what has no page of its own. */
  href?: string;
  title: string;
  level?: 2 | 3 | 4;
  lead?: Child;
  facts?: Child;
  badges?: Child;
  action?: Child;
  /** The agency or person whose mark stands in front. */
  avatar?: { name: string; agency?: string };
  /** A drawing in its place, for what belongs to nobody. */
  icon?: IconName;
  /** A box to choose it together with others, for a form elsewhere on the page. */
  choice?:
    | {
        form: string;
        name: string;
        value: string;
        label: string;
        id?: string;
        checked?: boolean;
        /** What is wrong, where the summary of faults leads to this one. */
        fault?: string | undefined;
      }
    | undefined;
}) {
  const Title = `h${level}` as const;
  return (
    <div class="app-item">
      {choice ? (
        <span class="ds-field app-item-choice">
          <input
            class="ds-input"
            type="checkbox"
            id={choice.id}
            form={choice.form}
            name={choice.name}
            value={choice.value}
            aria-label={choice.label}
            checked={choice.checked}
            aria-invalid={choice.fault ? 'true' : undefined}
            aria-describedby={choice.fault ? `${choice.id}-error` : undefined}
          />
        </span>
      ) : null}
      {avatar ? <Avatar name={avatar.name} agency={avatar.agency} /> : null}
      {icon ? <Icon name={icon} /> : null}
      <div class="app-item-words">
        <div class="app-item-title">
          <Title class="ds-heading">{href === undefined ? title : <a href={href}>{title}</a>}</Title>
          {badges}
        </div>
        {lead ? <p>{lead}</p> : null}
        {facts ? <p class="app-quiet">{facts}</p> : null}
        {choice?.fault ? (
          <p class="ds-validation-message" id={`${choice.id}-error`}>
            {choice.fault}
          </p>
        ) : null}
      </div>
      {action ? <div class="app-item-action">{action}</div> : null}
    </div>
  );
}

/** Shown where a list would be when it has nothing: what would stand here, and the first step towards it. */
export function EmptyState({
  title,
  icon = 'inbox',
  level = 2,
  children,
  action,
}: {
  title: string;
  icon?: IconName;
  level?: 2 | 3 | 4;
  children: Child;
  action?: Child;
}) {
  const Title = `h${level}` as const;
  return (
    <div class="app-empty">
      <span class="app-empty-mark">
        <Icon name={icon} />
      </span>
      <Title class="ds-heading">{title}</Title>
      <p>{children}</p>
      {action ? <div class="app-actions">{action}</div> : null}
    </div>
  );
}

/** The way to the next page of a list; nothing when this was the last. `next` is the address with the cursor. */
export function Pagination({ next, language }: { next: string | null; language: Language }) {
  if (next === null) return null;
  const t = text(language);
  return (
    <nav class="app-pagination" aria-label={t('pages')}>
      <a class="ds-button" data-variant="secondary" rel="next" href={next}>
        {t('next')}
        <Icon name="chevron" />
      </a>
    </nav>
  );
}
