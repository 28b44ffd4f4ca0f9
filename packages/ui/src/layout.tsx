import type { KeptForm } from '@joinery/core';
import { type Child, jsx } from 'hono/jsx';
import { csrfField, HiddenField } from './form.tsx';
import { Icon, type IconName } from './icon.tsx';
import { KeptForms } from './kept.ts';
import { type Language, languageNames, languages } from './messages.ts';
import { Notice, type NoticeKind } from './notice.tsx';
import { Avatar, initials } from './person.tsx';
import { text } from './text.ts';

type ShownNotice = { kind: NoticeKind; text: string; link?: { href: string; text: string } };

/** Everything around the content of a page. Addresses are paths on this node. */
export type PageModel = {
  title: string;
  language: Language;
  node: {
    agency: string;
    /** What the node calls itself: the product's name unless the agency chose one. */
    name: string;
    /** Its public address, such as `https://work.agency.example`. */
    origin: string;
    themeHref: string;
    stylesheetHref: string;
    scriptHref?: string | null | undefined;
    /** The agency's own; its initials when absent. */
    logo?: { href: string; alt: string } | null | undefined;
    /** This node cannot be reached by others. Without it: whether the origin is on this machine. */
    trial?: boolean | undefined;
  };
  /** Null for a visitor who has not signed in. */
  visitor: null | { name: string; href: string; administrator: boolean };
  /** The token for the forms of the shell: signing out and changing the language. */
  csrf: string;
  navigation: readonly { href: string; label: string; current: boolean }[];
  /** The pages beside this one in the administration; empty or absent elsewhere. */
  area?: PageModel['navigation'];
  /** Marks beside the account, with a number: `label` says it in full. */
  marks?: readonly { href: string; icon: IconName; label: string; count: string | null; current: boolean }[];
  /** The search box of the header: asks for `action?q=`. Null or absent where there is none. */
  search?: { action: string; label: string } | null | undefined;
  notices: readonly ShownNotice[];
  /** What an administrator must know, whatever the page. */
  standing?: readonly ShownNotice[];
  /** This page answers a form that had faults: the title begins with "Error: ". */
  error?: boolean | undefined;
  /** Path to come back to after signing in or changing the language; the start page when absent. */
  /** What the browser may listen to, to offer what is new on this page. */
  liveTopic?: string | null | undefined;
  /** What the visitor had typed when their session ended. */
  kept?: KeptForm | null | undefined;
  returnTo?: string | undefined;
  description?: string | undefined;
};

/** The addresses that the shell leads to; whoever serves pages answers them. */
export const shellPaths = {
  home: '/',
  signIn: '/sign-in',
  signOut: '/sign-out',
  language: '/language',
  administration: '/administration',
} as const;

function isTrial(node: PageModel['node']): boolean {
  return node.trial ?? /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(node.origin);
}

/** A whole page around its content. */
export function Layout({ page, children }: { page: PageModel; children?: Child }) {
  const t = text(page.language);
  const title = page.error ? t('errorPrefix', { title: page.title }) : page.title;
  return (
    <html lang={page.language} data-color-scheme="auto" data-color="accent">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} – ${page.node.agency}`}</title>
        {page.description ? <meta name="description" content={page.description} /> : null}
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={page.node.stylesheetHref} />
        <link rel="stylesheet" href={page.node.themeHref} />
        {page.node.scriptHref ? <script type="module" src={page.node.scriptHref} /> : null}
      </head>
      <body data-offline={t('offline')}>
        <a class="app-skip" href="#main">
          {t('skip')}
        </a>
        <Header page={page} />
        {page.area?.length ? <Area items={page.area} language={page.language} /> : null}
        <main class="app-main" id="main" tabindex={-1}>
          {page.kept ? (
            <Notice kind="info" language={page.language}>
              {t('kept')}
            </Notice>
          ) : null}
          <Standing notices={page.standing ?? []} language={page.language} />
          {page.notices.map((notice) => (
            <Notice kind={notice.kind} language={page.language}>
              <Told notice={notice} />
            </Notice>
          ))}
          {page.kept ? <KeptForms.Provider value={page.kept}>{children}</KeptForms.Provider> : children}
        </main>
        <Footer page={page} />
        {page.liveTopic ? (
          <LiveNews data-topic={page.liveTopic} data-one={t('newOne')} data-other={t('newOther')} />
        ) : null}
      </body>
    </html>
  );
}

function Told({ notice: { text: words, link } }: { notice: ShownNotice }) {
  return (
    <>
      {words}
      {link ? (
        <>
          {' '}
          <a href={link.href}>{link.text}</a>
        </>
      ) : null}
    </>
  );
}

const byUrgency = ['danger', 'warning', 'info', 'success'] as const;

/** What holds on every page, in one box: several below each other would push each page out of sight. */
function Standing({ notices, language }: { notices: readonly ShownNotice[]; language: Language }) {
  const kind = byUrgency.find((one) => notices.some((notice) => notice.kind === one));
  if (kind === undefined) return null;
  return (
    <Notice kind={kind} language={language}>
      {notices.length === 1 && notices[0] ? (
        <Told notice={notices[0]} />
      ) : (
        <ul class="app-notice-list">
          {notices.map((notice) => (
            <li>
              <Told notice={notice} />
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}

/** A custom element of `browser/live.ts`; nothing without a script. */
function LiveNews(attributes: Record<`data-${string}`, string>) {
  return jsx('app-live', attributes);
}

function Header({ page }: { page: PageModel }) {
  const t = text(page.language);
  return (
    <header class="app-header">
      {isTrial(page.node) ? <p class="app-trial">{t('trial')}</p> : null}
      <div class="app-bar">
        <a class="app-brand" href={shellPaths.home}>
          {page.node.logo ? (
            <img class="app-logo" src={page.node.logo.href} alt={page.node.logo.alt} height={40} />
          ) : (
            <span class="app-mark" aria-hidden="true">
              {initials(page.node.agency)}
            </span>
          )}
          <span class="app-brand-words">
            <span class="app-brand-agency">{page.node.agency}</span>
            <span class="app-quiet">{page.node.name}</span>
          </span>
          <span class="ds-sr-only">{t('home')}</span>
        </a>
        {page.navigation.length > 0 ? <Navigation page={page} /> : null}
        {page.search ? <SearchBox search={page.search} /> : null}
        {page.visitor ? (
          <div class="app-account app-own">
            {page.marks?.map((mark) => (
              <a
                class="app-header-mark"
                href={mark.href}
                aria-label={mark.label}
                aria-current={mark.current ? 'page' : undefined}
              >
                <Icon name={mark.icon} />
                {mark.count === null ? null : (
                  <span class="app-header-count" aria-hidden="true">
                    {mark.count}
                  </span>
                )}
              </a>
            ))}
            <Account page={page} visitor={page.visitor} />
          </div>
        ) : (
          <SignIn page={page} />
        )}
      </div>
    </header>
  );
}

function Navigation({ page }: { page: PageModel }) {
  return (
    <nav class="app-navigation" aria-label={text(page.language)('main')}>
      <Links items={page.navigation} />
    </nav>
  );
}

/** The other pages of the administration; on narrow screens the way back to the page that lists them. */
function Area({ items, language }: { items: PageModel['navigation']; language: Language }) {
  const label = text(language)('administration');
  return (
    <nav class="app-area" aria-label={label}>
      <div class="app-bar">
        <a class="app-parent" href={shellPaths.administration}>
          <Icon name="chevron" />
          {label}
        </a>
        <Links items={items} />
      </div>
    </nav>
  );
}

function Links({ items }: { items: PageModel['navigation'] }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of lists without bullets.
    <ul role="list">
      {items.map((item) => (
        <li>
          <a href={item.href} aria-current={item.current ? 'page' : undefined}>
            {item.label}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** On narrow screens only the button stays: it leads to the page with the box on it. */
function SearchBox({ search }: { search: { action: string; label: string } }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: the element `search` is not yet in the browsers that agencies use.
    <form class="app-search" role="search" method="get" action={search.action} aria-label={search.label}>
      <input
        class="ds-input"
        type="search"
        name="q"
        maxlength={300}
        aria-label={search.label}
        placeholder={search.label}
      />
      <button class="app-search-button" type="submit" aria-label={search.label}>
        <Icon name="search" />
      </button>
    </form>
  );
}

function SignIn({ page }: { page: PageModel }) {
  const back = page.returnTo ? `?next=${encodeURIComponent(page.returnTo)}` : '';
  return (
    <a class="ds-button app-account" data-variant="secondary" data-size="sm" href={`${shellPaths.signIn}${back}`}>
      {text(page.language)('signIn')}
    </a>
  );
}

function Account({ page, visitor }: { page: PageModel; visitor: NonNullable<PageModel['visitor']> }) {
  const t = text(page.language);
  return (
    <details class="app-menu">
      <summary aria-label={t('account', { name: visitor.name })}>
        <Avatar name={visitor.name} agency={page.node.agency} small={true} />
        <span class="app-account-name">{visitor.name}</span>
        <Icon name="down" />
      </summary>
      <div class="app-menu-list">
        <p class="app-menu-who">
          <span class="app-strong">{visitor.name}</span>
          <span class="app-quiet">{visitor.administrator ? t('administrator') : page.node.agency}</span>
        </p>
        <a class="app-menu-item" href={visitor.href}>
          {t('profile')}
        </a>
        <form method="post" action={shellPaths.signOut}>
          <HiddenField name={csrfField} value={page.csrf} />
          <button class="app-menu-item" type="submit">
            {t('signOut')}
          </button>
        </form>
      </div>
    </details>
  );
}

function Footer({ page }: { page: PageModel }) {
  const t = text(page.language);
  return (
    <footer class="app-footer">
      <div class="app-bar">
        <p class="app-quiet">{t('runsNode', { agency: page.node.agency })}</p>
        <form class="app-languages" method="post" action={shellPaths.language} aria-label={t('language')}>
          <HiddenField name={csrfField} value={page.csrf} />
          <HiddenField name="next" value={page.returnTo ?? shellPaths.home} />
          {languages.map((language) => (
            <button
              type="submit"
              name="language"
              value={language}
              lang={language}
              aria-current={language === page.language ? 'true' : undefined}
            >
              {languageNames[language]}
            </button>
          ))}
        </form>
      </div>
    </footer>
  );
}

/** A whole page as the text of an HTML document. `body` may not hold asynchronous components. */
export function renderPage(page: PageModel, body: Child): string {
  return `<!doctype html>${(<Layout page={page}>{body}</Layout>).toString()}`;
}
