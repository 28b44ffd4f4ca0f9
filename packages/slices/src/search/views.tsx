import type { FieldFault } from '@joinery/core';
import {
  Avatar,
  Badge,
  ButtonLink,
  Details,
  EmptyState,
  ErrorSummary,
  type FieldError,
  FormErrors,
  HiddenField,
  type Language,
  List,
  languageNames,
  languages,
  PageHeading,
  Pagination,
  type Reader,
  Select,
  SourceLabel,
  Stack,
  SubmitButton,
  Tabs,
  TextField,
  Time,
} from '@joinery/ui';
import { type Found, mostRanked } from './find.ts';
import type { Asked, Search } from './input.ts';
import { messages } from './messages.ts';
import { markedText, type Piece, snippetOf } from './snippet.ts';

export type SearchPageModel = {
  reader: Reader;
  kinds: readonly { kind: string; label: string; one: string }[];
  asked: Asked;
  search: Search;
  faults: readonly FieldFault[];
  /** The group that is searched within. */
  group: { id: string; name: string } | null;
  /** A page after the first. */
  later: boolean;
  items: readonly Found[];
  next: string | null;
  /** This is the last page, and there is more that was not put in order. */
  older: boolean;
};

/** The address of the same search with some answers changed; empty ones are left out. */
function addressOf(asked: Asked, change: Partial<Asked> & { cursor?: string }): string {
  const given = Object.entries({ ...asked, ...change }).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given as [string, string][]).toString();
  return query === '' ? '/search' : `/search?${query}`;
}

const unfiltered = { agency: '', language: '', since: '', until: '', order: '' } as const;
// Without a script the whole form is sent, with the usual order in it.
const isNarrowed = (asked: Asked) =>
  Object.keys(unfiltered).some((name) => !['', 'best'].includes(asked[name as keyof Asked]));

/** What to look for, where, and what was found. */
export function SearchPage(model: SearchPageModel) {
  const { asked, group, search } = model;
  const { language } = model.reader;
  const t = messages(language);
  const errors = model.faults.map((fault) => ({
    field: fault.field,
    text: fault.code === 'bad_format' ? t('faultDate') : t('faultChoice'),
  }));
  const parent = group ? { parent: { href: `/groups/${group.id}`, label: group.name } } : {};
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={group ? t('searchIn', { group: group.name }) : t('search')} {...parent} />
      <AskForm model={model} errors={errors} />
      {group || asked.q === '' || errors.length > 0 ? null : (
        <Tabs
          label={t('kinds')}
          items={[{ kind: '', label: t('all') }, ...model.kinds].map(({ kind, label }) => ({
            href: addressOf(asked, { kind }),
            label,
            current: (search.kind ?? '') === kind,
          }))}
        />
      )}
      {errors.length > 0 ? null : <Answer {...model} />}
      {model.older ? <Older {...model} /> : null}
      <Pagination next={model.next && addressOf(asked, { cursor: model.next })} language={language} />
    </Stack>
  );
}

function AskForm({ model, errors }: { model: SearchPageModel; errors: readonly FieldError[] }) {
  const { asked, search, group } = model;
  const { language } = model.reader;
  const t = messages(language);
  const narrows = search.kind === null || search.kind === 'post' || search.kind === 'document';
  return (
    // biome-ignore lint/a11y/useSemanticElements: the element `search` is not yet in the browsers that agencies use.
    <form class="app-search-page" role="search" method="get" action="/search" novalidate={true}>
      <FormErrors.Provider value={errors}>
        {asked.kind === '' || group ? null : <HiddenField name="kind" value={asked.kind} />}
        {group ? <HiddenField name="group" value={group.id} /> : null}
        <div class="app-form-inline">
          <TextField name="q" label={t('words')} type="search" value={asked.q} />
          <SubmitButton>{t('search')}</SubmitButton>
        </div>
        <Details summary={t('filters')} open={isNarrowed(asked)}>
          <div class="app-form-inline">
            <TextField name="agency" label={t('agency')} description={t('agencyHint')} value={asked.agency} />
            {narrows ? (
              <>
                <Select
                  name="language"
                  label={t('language')}
                  value={asked.language}
                  options={[{ value: '', label: t('anyLanguage') }, ...languageOptions(asked.language)]}
                />
                <TextField name="since" label={t('since')} type="date" value={asked.since} />
                <TextField name="until" label={t('until')} type="date" value={asked.until} />
              </>
            ) : null}
            <Select
              name="order"
              label={t('order')}
              value={search.order}
              options={[
                { value: 'best', label: t('orderBest') },
                { value: 'newest', label: t('orderNewest') },
              ]}
            />
            <SubmitButton kind="secondary">{t('search')}</SubmitButton>
            {isNarrowed(asked) ? <ButtonLink href={addressOf(asked, unfiltered)}>{t('clear')}</ButtonLink> : null}
          </div>
        </Details>
      </FormErrors.Provider>
    </form>
  );
}

function languageOptions(asked: string) {
  const known = languages.map((value: Language) => ({ value: value as string, label: languageNames[value] }));
  const other = /^[a-z]{2,3}$/.test(asked) && !known.some(({ value }) => value === asked);
  return other ? [...known, { value: asked, label: asked }] : known;
}

function Answer(model: SearchPageModel) {
  const { search, items, reader, later } = model;
  const t = messages(reader.language);
  if (search.query.terms.length === 0) return <Beginning {...model} />;
  if (items.length === 0 && later) return <EmptyState title={t('noneMore')}>{t('noneMoreText')}</EmptyState>;
  if (items.length === 0) return <Nothing {...model} />;
  return (
    <List label={t('results')}>
      {items.map((found) => (
        <Result found={found} model={model} />
      ))}
    </List>
  );
}

/** After the last of what was put in order: the way to the rest. */
function Older({ asked, reader }: SearchPageModel) {
  const t = messages(reader.language);
  return (
    <p class="app-quiet">
      {t('older', { count: mostRanked })} <a href={addressOf(asked, { order: 'newest' })}>{t('olderWay')}</a>
    </p>
  );
}

/** Before anything was asked: what can be found, and how to ask. */
function Beginning({ search, group, reader }: SearchPageModel) {
  const t = messages(reader.language);
  if (search.query.excluded.length > 0) {
    return (
      <EmptyState title={t('onlyExcluded')} icon="search">
        {t('onlyExcludedText')}
      </EmptyState>
    );
  }
  return (
    <>
      <EmptyState title={group ? t('startInGroup') : t('startTitle')} icon="search">
        {t('start')}
      </EmptyState>
      <section class="app-hints" aria-labelledby="search-tips">
        <h2 class="ds-heading" id="search-tips">
          {t('tips')}
        </h2>
        <ul class="ds-list">
          <li>{t('tipPhrase')}</li>
          <li>{t('tipMinus')}</li>
          <li>{t('tipAccents')}</li>
        </ul>
      </section>
    </>
  );
}

/** Nothing found: why that may be, and ways on that differ from what was asked. */
function Nothing({ asked, search, group, reader }: SearchPageModel) {
  const t = messages(reader.language);
  const why = { post: t('nonePosts'), group: t('noneGroups'), person: t('nonePeople') }[search.kind ?? ''] ?? t('none');
  const ways = [
    ...(isNarrowed(asked) ? [{ href: addressOf(asked, unfiltered), label: t('tryWithout') }] : []),
    ...(group ? [{ href: addressOf(asked, { ...unfiltered, group: '' }), label: t('tryEverywhere') }] : []),
    ...(search.kind && !group ? [{ href: addressOf(asked, { kind: '' }), label: t('tryEverything') }] : []),
  ];
  return (
    <>
      <EmptyState
        title={t('noneTitle', { words: asked.q })}
        icon="search"
        action={
          ways.length === 0 ? undefined : ways.map(({ href, label }) => <ButtonLink href={href}>{label}</ButtonLink>)
        }
      >
        {why}
      </EmptyState>
      <section class="app-hints" aria-labelledby="search-tips">
        <h2 class="ds-heading" id="search-tips">
          {t('suggestions')}
        </h2>
        <ul class="ds-list">
          <li>{t('trySpelling')}</li>
          <li>{t('tryFewer')}</li>
          {search.query.terms.length > 1 ? <li>{t('tipPhrase')}</li> : null}
        </ul>
      </section>
    </>
  );
}

/** One thing found: what it is, the words in it, and where it is from. */
function Result({ found, model }: { found: Found; model: SearchPageModel }) {
  const { kind, result } = found;
  const { reader, search, kinds } = model;
  const mixed = search.kind === null && !model.group;
  const about = kinds.find((known) => known.kind === kind)?.one;
  const mark = result.author ?? { name: result.title, agency: result.source?.agency };
  return (
    <article class="app-item">
      <Avatar name={mark.name} agency={mark.agency} />
      <div class="app-item-words">
        <div class="app-item-title">
          <h2 class="ds-heading" lang={result.language ?? undefined}>
            <a href={result.href}>
              {result.title === '' ? result.heading : <Marked pieces={markedText(result.title, search.query)} />}
            </a>
          </h2>
          {mixed && kind !== 'post' ? <Badge>{about}</Badge> : null}
        </div>
        {result.text === '' ? null : (
          <p lang={result.language ?? undefined}>
            <Marked pieces={snippetOf(result.text, search.query)} />
          </p>
        )}
        <Facts found={found} model={model} />
        {result.source ? <SourceLabel source={result.source} reader={reader} /> : null}
      </div>
    </article>
  );
}

function Facts({ found: { result }, model }: { found: Found; model: SearchPageModel }) {
  const { reader, group } = model;
  const t = messages(reader.language);
  const { author } = result;
  const parts = [
    author
      ? author.agency
        ? t('by', { name: author.name, agency: author.agency })
        : t('byName', { name: author.name })
      : null,
    author?.node ? t('via', { node: author.node }) : null,
    result.group && !group ? (
      <a class="app-quiet-link" href={result.group.href}>
        {t('inGroup', { group: result.group.name })}
      </a>
    ) : null,
    ...result.facts,
    result.at ? <Time at={result.at} reader={reader} /> : null,
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return (
    <p class="app-quiet">
      {parts.map((part, index) => (
        <>
          {index === 0 ? null : ' · '}
          {part}
        </>
      ))}
    </p>
  );
}

function Marked({ pieces }: { pieces: readonly Piece[] }) {
  return <>{pieces.map(({ text, marked }) => (marked ? <mark>{text}</mark> : text))}</>;
}
