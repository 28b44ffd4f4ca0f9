import { DataTable, EmptyState, formatBytes, formatSince, Icon, Notice, PageHeading, type Reader } from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { messages } from './messages.ts';
import type { Shown } from './preview.ts';
import { isShown } from './reading.ts';
import type { FileRow } from './tables.ts';
import { kindOf, ReadersKept, type ShownFile } from './views.tsx';

export type PreviewModel = {
  file: ShownFile;
  shown: Shown;
  /** The page that the file stands on. */
  parent: { href: string; label: string } | null;
  /** Where the browser's own viewer gets a PDF from; null when it may not stand in a page. */
  frame: string | null;
};

/** A file by itself: what it is, where it lies, what of it can be shown, and the way to save it. */
export function PreviewPage({ model, reader }: { model: PreviewModel; reader: Reader }) {
  const t = messages(reader.language);
  const { file, parent, shown } = model;
  const address = `/files/${file.id}`;
  return (
    <>
      <PageHeading title={file.name} {...(parent ? { parent } : {})} />
      <div class="app-stack">
        <div class="app-viewer-facts">
          <p class="app-quiet">
            {kindOf(file.media_type, reader.language)} · {formatBytes(reader.language, file.bytes)}
            {file.local === 1 ? '' : ` · ${t('liesAt', { node: new URL(file.uri).host })}`}
          </p>
          {file.awaySince && !file.copyAt ? null : (
            <div class="app-actions">
              <a class="ds-button" data-variant="primary" href={`${address}?download`}>
                {t('save')}
                <span class="ds-sr-only"> {file.name}</span>
              </a>
              {isShown(file.media_type) ? (
                <a class="ds-button" data-variant="secondary" href={address}>
                  {t('openAlone')}
                </a>
              ) : null}
            </div>
          )}
        </div>
        <ReadersKept file={file} language={reader.language} />
        {file.awaySince ? (
          <Notice kind={file.copyAt ? 'info' : 'warning'} language={reader.language}>
            {t('awayNotice', {
              node: new URL(file.uri).host,
              since: formatSince(reader.language, reader.timeZone, file.awaySince, reader.now),
            })}{' '}
            {file.copyAt ? t('awayCopy', { node: file.copyAt }) : t('awayUntil')}
          </Notice>
        ) : null}
        {file.awaySince && !file.copyAt ? null : <Body file={file} shown={shown} frame={model.frame} reader={reader} />}
      </div>
    </>
  );
}

function Body({ file, shown, frame, reader }: { file: FileRow; shown: Shown; frame: string | null; reader: Reader }) {
  const t = messages(reader.language);
  const address = `/files/${file.id}`;
  switch (shown.shape) {
    case 'image':
      return (
        <figure class="app-viewer-picture">
          <img src={address} alt={file.alt ?? t('imageWithoutAlt', { name: file.name })} />
          {file.alt ? <figcaption class="app-quiet">{file.alt}</figcaption> : null}
        </figure>
      );
    case 'pdf':
      return frame === null ? (
        <Nothing title={t('opensAlone')} language={reader.language}>
          {t('opensAloneWhy')}
        </Nothing>
      ) : (
        <>
          <iframe class="app-viewer-frame" src={frame} title={file.name} />
          <p class="app-quiet">{t('frameEmpty')}</p>
        </>
      );
    case 'markdown':
      return (
        <Part cut={shown.cut} language={reader.language}>
          <h2 class="ds-sr-only">{t('contents')}</h2>
          <div class="app-content app-viewer-text" dangerouslySetInnerHTML={{ __html: shown.html }} />
        </Part>
      );
    case 'text':
      return (
        <Part cut={shown.cut} language={reader.language}>
          {shown.text.trim() === '' ? (
            <p class="app-quiet">{t('emptyFile')}</p>
          ) : (
            <pre class="app-viewer-text app-viewer-plain">{shown.text}</pre>
          )}
        </Part>
      );
    case 'table':
      return (
        <Part cut={shown.cut} language={reader.language}>
          <DataTable
            id="table"
            caption={t('rows', { count: shown.rows.length })}
            columns={columnsOf(shown).map((header, index) => ({
              header: header.trim() === '' ? t('column', { number: index + 1 }) : header,
              cell: (row: string[]) => row[index] ?? '',
            }))}
            rows={shown.rows}
          />
        </Part>
      );
    default:
      return (
        <Nothing title={t('notShown')} language={reader.language}>
          {t('notShownWhy')}
        </Nothing>
      );
  }
}

/** As many as the longest row has. */
function columnsOf({ head, rows }: { head: string[]; rows: string[][] }): string[] {
  const count = Math.max(1, head.length, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, index) => head[index] ?? '');
}

function Nothing({ title, children }: { title: string; language: Reader['language']; children: Child }) {
  return (
    <EmptyState title={title} icon="file">
      {children}
    </EmptyState>
  );
}

function Part({ cut, language, children }: { cut: boolean; language: Reader['language']; children: Child }) {
  return (
    <>
      {cut ? (
        <p class="app-fact app-quiet">
          <Icon name="info" />
          {messages(language)('onlyBeginning')}
        </p>
      ) : null}
      {children}
    </>
  );
}
