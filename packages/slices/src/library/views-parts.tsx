import { kindOf } from '@joinery/slices/files';
import { authorModel } from '@joinery/slices/posts';
import {
  Badge,
  DataTable,
  formatBytes,
  Icon,
  type Language,
  List,
  ListItem,
  type Reader,
  Select,
  Tabs,
  Time,
} from '@joinery/ui';
import type { ListedDocument, Order } from './lists.ts';
import { messages } from './messages.ts';
import { pathTo } from './store.ts';
import type { FolderRow } from './tables.ts';

/** The parts of a group beside each other. */
export function GroupParts({
  group,
  current,
  language,
}: {
  group: string;
  current: 'topics' | 'library';
  language: Language;
}) {
  const t = messages(language);
  return (
    <Tabs
      label={t('parts')}
      items={[
        { href: `/groups/${group}`, label: t('topics'), current: current === 'topics' },
        { href: `/groups/${group}/library`, label: t('library'), current: current === 'library' },
      ]}
    />
  );
}

/** The way from the library to where something lies, as links; the last one is the page itself when `open`. */
export function Breadcrumb({
  group,
  path,
  open = false,
  language,
}: {
  group: string;
  path: readonly FolderRow[];
  open?: boolean;
  language: Language;
}) {
  const t = messages(language);
  const steps = [
    { href: `/groups/${group}/library`, label: t('library') },
    ...path.map(({ id, name }) => ({ href: `/folders/${id}`, label: name })),
  ];
  return (
    <nav class="app-breadcrumb" aria-label={t('where')}>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of lists without bullets. */}
      <ol role="list">
        {steps.map(({ href, label }, index) => (
          <li>
            {index === 0 ? null : <Icon name="chevron" />}
            {open && index === steps.length - 1 ? (
              <span aria-current="page">{label}</span>
            ) : (
              <a class="ds-link" href={href}>
                {label}
              </a>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

export function OfficialBadge({ language }: { language: Language }) {
  return (
    <Badge tone="success" icon="check">
      {messages(language)('official')}
    </Badge>
  );
}

/** What is official, in one list: folders first. */
export function Pack({
  folders,
  documents,
  reader,
}: {
  folders: readonly Pick<FolderRow, 'id' | 'name'>[];
  documents: readonly ListedDocument[];
  reader: Reader;
}) {
  const t = messages(reader.language);
  return (
    <List label={t('pack')}>
      {[
        ...folders.map(({ id, name }) => <ListItem href={`/folders/${id}`} title={name} icon="folder" />),
        ...documents.map((document) => (
          <ListItem
            href={`/posts/${document.id}`}
            title={document.title || document.excerpt || t('noText')}
            icon="file"
            facts={
              <>
                {document.media_type === null ? null : `${kindOf(document.media_type, reader.language)} · `}
                {document.bytes === null ? null : `${formatBytes(reader.language, Number(document.bytes))} · `}
                <From document={document} language={reader.language} />
                {' · '}
                <Time at={document.updated_at} reader={reader} />
              </>
            }
          />
        )),
      ]}
    </List>
  );
}

/** Documents with what tells them apart; on narrow screens a card each. */
export function Documents({
  id,
  caption,
  documents,
  reader,
}: {
  id: string;
  caption: string;
  documents: readonly ListedDocument[];
  reader: Reader;
}) {
  const { language } = reader;
  const t = messages(language);
  return (
    <DataTable
      id={id}
      caption={caption}
      rows={documents}
      columns={[
        {
          header: t('name'),
          cell: (row) => (
            <span class="app-document">
              <a class="ds-link" href={`/posts/${row.id}`} lang={row.language ?? undefined}>
                {row.title || row.excerpt || t('noText')}
              </a>
              <span class="app-document-facts">
                <span class="app-quiet">{row.media_type === null ? null : kindOf(row.media_type, language)}</span>
                {row.official_at === null ? null : <OfficialBadge language={language} />}
                {row.file_state === 'checking' ? <Badge tone="info">{t('checking')}</Badge> : null}
                {row.status === 'waiting' ? <Badge tone="info">{t('waiting')}</Badge> : null}
                {row.removed_at === null ? null : <Badge tone="warning">{t('removed')}</Badge>}
              </span>
            </span>
          ),
        },
        { header: t('versionHead'), numeric: true, cell: (row) => row.version ?? '' },
        {
          header: t('size'),
          numeric: true,
          cell: (row) => (row.bytes === null ? '' : formatBytes(language, Number(row.bytes))),
        },
        { header: t('author'), cell: (row) => <From document={row} language={language} /> },
        { header: t('changed'), cell: (row) => <Time at={row.updated_at} reader={reader} /> },
      ]}
    />
  );
}

/** Who brought it, from which agency, and the node where it lies when that is another one. */
function From({ document, language }: { document: ListedDocument; language: Language }) {
  const t = messages(language);
  const { name, agency, node } = authorModel(document, language);
  return (
    <span>
      {agency ? t('ofAgency', { name, agency }) : name}
      {node ? (
        <>
          {' '}
          <span class="app-quiet">{t('at', { node })}</span>
        </>
      ) : null}
    </span>
  );
}

/** What the documents of a library are about, as links to those alone that have a tag. */
export function Tags({
  at,
  tags,
  chosen,
  language,
}: {
  at: string;
  tags: readonly { tag: string; count: number }[];
  chosen: string | null;
  language: Language;
}) {
  const t = messages(language);
  if (tags.length === 0) return null;
  return (
    <nav class="app-orders" aria-label={t('tags')}>
      <span aria-hidden="true">{t('tags')}</span>
      {chosen === null ? null : (
        <a class="ds-link" href={at}>
          {t('allDocuments')}
        </a>
      )}
      {tags.map(({ tag, count }) => (
        <a
          class="ds-link"
          href={`${at}?${new URLSearchParams({ tag })}`}
          aria-current={tag === chosen ? 'true' : undefined}
        >
          #{tag} <span aria-hidden="true">({count})</span>
          <span class="ds-sr-only">{t('documentCount', { count })}</span>
        </a>
      ))}
    </nav>
  );
}

/** The orders in which documents can stand. */
export function Orders({
  at,
  order,
  tag,
  language,
}: {
  at: string;
  order: Order;
  tag: string | null;
  language: Language;
}) {
  const t = messages(language);
  const choices = [
    { order: 'name', label: t('byName') },
    { order: 'newest', label: t('byDate') },
    { order: 'largest', label: t('bySize') },
  ] as const;
  const hrefOf = (wanted: Order) => {
    const asked = new URLSearchParams({ ...(tag ? { tag } : {}), ...(wanted === 'name' ? {} : { order: wanted }) });
    return asked.size === 0 ? at : `${at}?${asked}`;
  };
  return (
    <nav class="app-orders" aria-label={t('order')}>
      <span aria-hidden="true">{t('order')}</span>
      {choices.map((choice) => (
        <a class="ds-link" href={hrefOf(choice.order)} aria-current={choice.order === order ? 'true' : undefined}>
          {choice.label}
        </a>
      ))}
    </nav>
  );
}

/** The choice of a place in a library, each folder with the way to it. */
export function PlaceField(props: {
  name: string;
  label: string;
  folders: readonly FolderRow[];
  value: string;
  language: Language;
}) {
  const t = messages(props.language);
  const places = props.folders
    .map(({ id }) => ({
      value: id,
      label: pathTo(props.folders, id)
        .map(({ name }) => name)
        .join(' / '),
    }))
    .sort((one, other) => one.label.localeCompare(other.label, props.language));
  return (
    <Select
      name={props.name}
      label={props.label}
      value={props.value}
      options={[{ value: '', label: t('itself') }, ...places]}
    />
  );
}
