import type { FileRow } from '@joinery/slices/files';
import { kindOf } from '@joinery/slices/files';
import {
  ButtonLink,
  Details,
  Form,
  formatBytes,
  List,
  ListItem,
  Panel,
  type Reader,
  SubmitButton,
  Time,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { FolderRow, VersionRow } from './tables.ts';
import { Breadcrumb, OfficialBadge } from './views-parts.tsx';

export type DocumentModel = {
  group: string;
  post: { id: string; revision: number; likes: number };
  path: readonly FolderRow[];
  official: boolean;
  /** The newest first, each with its file where that is known here. */
  versions: readonly { version: VersionRow; file: FileRow | undefined }[];
  may: { move: boolean; mark: boolean; version: boolean };
  csrf: string;
};

/** On the page of a document: where it lies, its versions, and what can be done with it. */
export function DocumentPanel({ model, reader }: { model: DocumentModel; reader: Reader }) {
  const { post, versions, may, csrf } = model;
  const { language } = reader;
  const t = messages(language);
  const [latest, ...earlier] = versions;
  const at = `/documents/${post.id}`;
  return (
    <Panel title={t('place')} id="library" actions={model.official ? <OfficialBadge language={language} /> : undefined}>
      <Breadcrumb group={model.group} path={model.path} language={language} />
      {latest ? (
        <p>
          {t('versionBy', { number: latest.version.number, name: latest.version.by_name })}
          <span class="app-quiet">
            {' · '}
            <Time at={latest.version.at} reader={reader} />
          </span>
          {latest.version.note ? (
            <>
              <br />
              {t('why', { note: latest.version.note })}
            </>
          ) : null}
        </p>
      ) : null}
      <p class="app-quiet">{t('useful', { count: post.likes })}</p>
      <div class="app-actions">
        {may.version ? (
          <ButtonLink small href={`${at}/version`}>
            {t('newVersion')}
          </ButtonLink>
        ) : null}
        {may.move ? (
          <ButtonLink small href={`${at}/move`}>
            {t('move')}
          </ButtonLink>
        ) : null}
        {may.mark ? (
          <Form inline action={`${at}/${model.official ? 'not-official' : 'official'}`} csrf={csrf}>
            <SubmitButton small kind="secondary">
              {model.official ? t('markedOfficial') : t('markOfficial')}
            </SubmitButton>
          </Form>
        ) : null}
      </div>
      {earlier.length === 0 ? null : (
        <Details summary={t('versions', { count: versions.length })}>
          <List label={t('versionsTitle')}>
            {versions.map(({ version, file }, index) => (
              <ListItem
                title={t('versionNumber', { number: version.number })}
                {...(file ? { href: `/files/${file.id}/view` } : {})}
                lead={version.note || undefined}
                facts={
                  <>
                    {version.by_name}
                    {' · '}
                    <Time at={version.at} reader={reader} />
                    {' · '}
                    {file
                      ? `${file.name} · ${kindOf(file.media_type, language)} · ${formatBytes(language, file.bytes)}`
                      : index === 0
                        ? t('current')
                        : t('noFile')}
                  </>
                }
                action={
                  may.version && file && index > 0 ? (
                    <Form inline action={`${at}/versions/${version.number}/restore`} csrf={csrf}>
                      <input type="hidden" name="revision" value={String(post.revision)} />
                      <SubmitButton small kind="tertiary">
                        {t('restore')}
                        <span class="ds-sr-only"> {version.number}</span>
                      </SubmitButton>
                    </Form>
                  ) : undefined
                }
              />
            ))}
          </List>
        </Details>
      )}
    </Panel>
  );
}
