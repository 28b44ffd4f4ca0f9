import {
  ButtonLink,
  Details,
  EmptyState,
  Form,
  FormActions,
  List,
  ListItem,
  PageHeading,
  Pagination,
  Panel,
  RadioGroup,
  type Reader,
  SourceLabel,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import type { ListedDocument, Order } from './lists.ts';
import { messages } from './messages.ts';
import type { FolderRow, FoldersBy } from './tables.ts';
import { Breadcrumb, Documents, GroupParts, OfficialBadge, Orders, Pack, Tags } from './views-parts.tsx';

export type ShownFolder = FolderRow & { folders: number; documents: number };

export type LibraryModel = {
  group: { id: string; name: string };
  /** Where a group elsewhere lives; null for a group of this node. */
  source: { agency: string; node: string } | null;
  /** Null for the library itself. */
  folder: FolderRow | null;
  path: readonly FolderRow[];
  folders: readonly ShownFolder[];
  documents: readonly ListedDocument[];
  order: Order;
  next: string | null;
  /** Of the library itself: tags of what the reader sees in it, and the one that was asked for. */
  tags: readonly { tag: string; count: number }[];
  tag: string | null;
  /** On the first page of the library itself. */
  official: { documents: readonly ListedDocument[]; folders: readonly ShownFolder[] } | null;
  may: { add: boolean; makeFolder: boolean; changeFolder: boolean; mark: boolean; choose: boolean; seeBin: boolean };
  foldersBy: FoldersBy;
  csrf: string;
};

/** A library, or a folder of it. */
export function LibraryPage({ model, reader }: { model: LibraryModel; reader: Reader }) {
  const { group, folder, folders, documents, may, official } = model;
  const { language } = reader;
  const t = messages(language);
  const at = folder === null ? `/groups/${group.id}/library` : `/folders/${folder.id}`;
  const inside = folder === null ? '' : `?folder=${folder.id}`;
  const empty = folders.length === 0 && documents.length === 0;
  const add = may.add ? (
    <ButtonLink href={`/groups/${group.id}/library/add${inside}`} kind="primary">
      {t('add')}
    </ButtonLink>
  ) : null;
  return (
    <Stack>
      <PageHeading
        title={folder?.name ?? t('library')}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        badges={folder?.official_at ? <OfficialBadge language={language} /> : undefined}
        actions={
          <>
            {empty ? null : add}
            {may.makeFolder ? (
              <ButtonLink href={`/groups/${group.id}/library/folders${inside}`}>{t('newFolder')}</ButtonLink>
            ) : null}
          </>
        }
      />
      {model.source ? <SourceLabel source={model.source} reader={reader} /> : null}
      <GroupParts group={group.id} current="library" language={language} />
      {folder === null ? null : <Breadcrumb group={group.id} path={model.path} open language={language} />}
      {official && official.documents.length + official.folders.length > 0 ? (
        <Panel title={t('pack')} id="official">
          <p class="app-quiet">{t('packLead')}</p>
          <Pack folders={official.folders} documents={official.documents} reader={reader} />
        </Panel>
      ) : null}
      {folders.length === 0 ? null : (
        <Panel title={t('folders')} id="folders">
          <FolderList folders={folders} reader={reader} label={t('folders')} />
        </Panel>
      )}
      <Tags at={at} tags={model.tags} chosen={model.tag} language={language} />
      {documents.length === 0 ? null : (
        <>
          {documents.length > 1 ? <Orders at={at} order={model.order} tag={model.tag} language={language} /> : null}
          <Documents
            id="documents"
            caption={model.tag === null ? t('documents') : t('tagged', { tag: model.tag })}
            documents={documents}
            reader={reader}
          />
        </>
      )}
      {empty && model.tag !== null ? (
        <EmptyState title={t('taggedNone', { tag: model.tag })} icon="file">
          <a class="ds-link" href={at}>
            {t('allDocuments')}
          </a>
        </EmptyState>
      ) : empty ? (
        <EmptyState title={t('emptyTitle')} icon="folder" action={add}>
          {may.add ? (folder === null ? t('emptyAdd') : t('emptyFolder')) : t('emptyReader')}
        </EmptyState>
      ) : null}
      <Pagination
        language={language}
        next={
          model.next &&
          `${at}?${new URLSearchParams({ order: model.order, ...(model.tag ? { tag: model.tag } : {}), cursor: model.next })}`
        }
      />
      {model.source ? <p class="app-quiet">{t('foldersAt', { node: model.source.node })}</p> : null}
      <Footer model={model} at={at} empty={empty} reader={reader} />
    </Stack>
  );
}

function FolderList({ folders, reader, label }: { folders: readonly ShownFolder[]; reader: Reader; label: string }) {
  const t = messages(reader.language);
  if (folders.length === 0) return null;
  return (
    <List label={label}>
      {folders.map((folder) => (
        <ListItem
          href={`/folders/${folder.id}`}
          title={folder.name}
          icon="folder"
          facts={[
            ...(folder.folders > 0 ? [t('folderCount', { count: folder.folders })] : []),
            t('documentCount', { count: folder.documents }),
          ].join(' · ')}
          badges={folder.official_at ? <OfficialBadge language={reader.language} /> : undefined}
        />
      ))}
    </List>
  );
}

/** What is done with a folder or the library as a whole, away from what most readers come for. */
function Footer({ model, at, empty, reader }: { model: LibraryModel; at: string; empty: boolean; reader: Reader }) {
  const { group, folder, may, csrf } = model;
  const t = messages(reader.language);
  return (
    <>
      <div class="app-actions">
        {folder && may.mark ? (
          <Form inline action={`/folders/${folder.id}/${folder.official_at ? 'not-official' : 'official'}`} csrf={csrf}>
            <SubmitButton kind="secondary">{folder.official_at ? t('markedOfficial') : t('markOfficial')}</SubmitButton>
          </Form>
        ) : null}
        {folder && may.changeFolder ? (
          <ButtonLink href={`/folders/${folder.id}/edit`}>{t('editFolder')}</ButtonLink>
        ) : null}
        {empty || model.tag !== null ? null : <ButtonLink href={`${at}/zip`}>{t('zip')}</ButtonLink>}
        {folder === null && may.seeBin ? (
          <ButtonLink href={`/groups/${group.id}/library/bin`}>{t('bin')}</ButtonLink>
        ) : null}
      </div>
      {folder === null && may.choose ? (
        <Details summary={t('choice')}>
          <Form action={`/groups/${group.id}/library/choice`} csrf={csrf}>
            <RadioGroup
              name="foldersBy"
              label={t('choice')}
              description={t('choiceLead')}
              value={model.foldersBy}
              options={[
                { value: 'facilitators', label: t('byFacilitators') },
                { value: 'members', label: t('byMembers') },
              ]}
            />
            <FormActions>
              <SubmitButton>{t('save')}</SubmitButton>
            </FormActions>
          </Form>
        </Details>
      ) : null}
    </>
  );
}
