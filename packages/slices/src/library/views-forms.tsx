import type { FileRow } from '@joinery/slices/files';
import { FilesField } from '@joinery/slices/files';
import {
  ButtonLink,
  DescriptionList,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { FolderRow } from './tables.ts';
import { PlaceField } from './views-parts.tsx';

type Common = { reader: Reader; csrf: string; errors: readonly FieldError[] };
type Group = { id: string; name: string };

/** The form for a folder, new (`folder` null) or as it is. */
export function FolderPage({
  group,
  folder,
  folders,
  typed,
  reader,
  csrf,
  errors,
}: Common & {
  group: Group;
  folder: FolderRow | null;
  folders: readonly FolderRow[];
  typed: { name: string; parent: string };
}) {
  const t = messages(reader.language);
  const back = folder
    ? { href: `/folders/${folder.id}`, label: folder.name }
    : { href: `/groups/${group.id}/library`, label: t('libraryOf', { group: group.name }) };
  return (
    <Stack>
      <ErrorSummary errors={[...errors]} language={reader.language} />
      <PageHeading title={folder ? t('editFolderTitle') : t('newFolder')} parent={back} />
      <Form
        action={folder ? `/folders/${folder.id}/edit` : `/groups/${group.id}/library/folders`}
        csrf={csrf}
        errors={errors}
      >
        <TextField name="name" label={t('folderName')} value={typed.name} required />
        <PlaceField
          name="parent"
          label={t('inside')}
          folders={folder ? folders.filter(({ id }) => id !== folder.id) : folders}
          value={typed.parent}
          language={reader.language}
        />
        <FormActions>
          <SubmitButton>{folder ? t('save') : t('make')}</SubmitButton>
          <ButtonLink href={back.href}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
      {folder ? (
        <Panel title={t('removeFolder')} id="remove">
          <p>{t('removeFolderLead')}</p>
          <Form action={`/folders/${folder.id}/remove`} csrf={csrf}>
            <SubmitButton kind="danger">{t('removeFolder')}</SubmitButton>
          </Form>
        </Panel>
      ) : null}
    </Stack>
  );
}

/** The form to bring many files at once. */
export function AddPage({
  group,
  folders,
  files,
  askAlt,
  typed,
  audience,
  most,
  largest,
  reader,
  csrf,
  errors,
}: Common & {
  group: Group;
  folders: readonly FolderRow[];
  files: readonly FileRow[];
  askAlt: boolean;
  typed: { folder: string; note: string; about: string };
  audience: string;
  most: number;
  largest: number;
}) {
  const t = messages(reader.language);
  const { language } = reader;
  const back = `/groups/${group.id}/library`;
  return (
    <Stack>
      <ErrorSummary errors={[...errors]} language={language} />
      <PageHeading
        title={t('addTitle')}
        parent={{ href: back, label: t('libraryOf', { group: group.name }) }}
        lead={t('addLead')}
      />
      <Form action={`/groups/${group.id}/library/add`} csrf={csrf} errors={errors} upload>
        <PlaceField name="folder" label={t('addTo')} folders={folders} value={typed.folder} language={language} />
        <FilesField {...{ files, most, largest, askAlt, csrf, language }} />
        <TextArea name="about" label={t('about')} description={t('aboutHint')} rows={3} value={typed.about} />
        <TextField name="note" label={t('note')} description={t('noteHint')} value={typed.note} />
        <p class="app-quiet">
          {audience}{' '}
          <a class="ds-link" href={`/groups/${group.id}/terms`}>
            {t('seen')}
          </a>
        </p>
        <FormActions>
          <SubmitButton>{t('addButton')}</SubmitButton>
          <ButtonLink href={back}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** The form for a new version; when somebody was quicker, theirs beside it. */
export function VersionPage({
  document,
  files,
  askAlt,
  typed,
  newer,
  largest,
  reader,
  csrf,
  errors,
}: Common & {
  document: { id: string; title: string };
  files: readonly FileRow[];
  askAlt: boolean;
  /** `about`: what the document is about, for its author; null for others. */
  typed: { note: string; about: string | null; revision: number };
  newer: { number: number; by: string; note: string; file: { id: string; name: string } | null } | null;
  largest: number;
}) {
  const t = messages(reader.language);
  const { language } = reader;
  return (
    <Stack>
      <ErrorSummary errors={[...errors]} language={language} />
      <PageHeading
        title={t('newVersionTitle', { title: document.title })}
        parent={{ href: `/posts/${document.id}`, label: document.title }}
        lead={t('newVersionLead')}
      />
      {newer ? (
        <>
          <Notice kind="warning" language={language}>
            {t('staleTitle')}. {t('staleLead')}
          </Notice>
          <Panel title={t('staleNow')} id="newer">
            <DescriptionList
              items={[
                { term: t('versionHead'), value: t('versionBy', { number: newer.number, name: newer.by }) },
                { term: t('why2'), value: newer.note },
                {
                  term: t('files'),
                  value: newer.file ? (
                    <a class="ds-link" href={`/files/${newer.file.id}/view`}>
                      {newer.file.name}
                    </a>
                  ) : (
                    t('noFile')
                  ),
                },
                { term: t('yours'), value: files.map(({ name }) => name).join(', ') },
              ]}
            />
          </Panel>
        </>
      ) : null}
      <Form action={`/documents/${document.id}/version`} csrf={csrf} errors={errors} upload>
        <HiddenField name="revision" value={String(typed.revision)} />
        <FilesField {...{ files, most: 1, largest, askAlt, csrf, language }} />
        <TextField name="note" label={t('why2')} value={typed.note} required />
        {typed.about === null ? null : (
          <TextArea name="about" label={t('about')} description={t('versionAboutHint')} rows={3} value={typed.about} />
        )}
        <FormActions>
          <SubmitButton>{t('newVersion')}</SubmitButton>
          <ButtonLink href={`/posts/${document.id}`}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

/** Where a document is to lie. */
export function MovePage({
  document,
  folders,
  folder,
  reader,
  csrf,
  errors,
}: Common & { document: { id: string; title: string }; folders: readonly FolderRow[]; folder: string }) {
  const t = messages(reader.language);
  const back = `/posts/${document.id}`;
  return (
    <Stack>
      <ErrorSummary errors={[...errors]} language={reader.language} />
      <PageHeading title={t('moveTitle', { title: document.title })} parent={{ href: back, label: document.title }} />
      <Form action={`/documents/${document.id}/move`} csrf={csrf} errors={errors}>
        <PlaceField name="folder" label={t('moveTo')} folders={folders} value={folder} language={reader.language} />
        <FormActions>
          <SubmitButton>{t('moveButton')}</SubmitButton>
          <ButtonLink href={back}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}
