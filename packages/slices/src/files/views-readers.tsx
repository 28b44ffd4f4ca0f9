import { sizes } from '@joinery/core';
import {
  type Column,
  DataTable,
  EmptyState,
  formatDateTime,
  PageHeading,
  Pagination,
  Person,
  type Reader,
  Time,
} from '@joinery/ui';
import { messages } from './messages.ts';
import { ways } from './readers.ts';
import type { FileRow } from './tables.ts';

/** One line: a person of this node, or another node. */
export type ReaderLine = {
  who: { name: string; href?: string | undefined; agency?: string | undefined; node?: string | undefined };
  isNode: boolean;
  /** Host of the node whose record copy was read. */
  through: string | null;
  how: number;
  at: string;
  /** Of which file, where several are listed. */
  file: string;
};

export type ReadersModel = {
  file: FileRow;
  lines: ReaderLine[];
  count: { people: number; nodes: number };
  /** Nodes with a record copy, and when they last told who read it there. */
  told: readonly { origin: string; at: string; more_at: string | null }[];
  next: string | null;
};

/** Who read a file, for its owner and whoever else may know. */
export function ReadersPage({ model, reader }: { model: ReadersModel; reader: Reader }) {
  const t = messages(reader.language);
  const { file, count } = model;
  return (
    <>
      <PageHeading title={t('readers')} parent={{ href: `/files/${file.id}/view`, label: file.name }} />
      <div class="app-stack app-reading">
        <p>{t('readersWhat')}</p>
        {model.told.map(({ origin, at, more_at }) => (
          <p class="app-quiet">
            {t('lastTold', {
              node: new URL(origin).host,
              at: formatDateTime(reader.language, reader.timeZone, at),
            })}
            {more_at === null ? null : (
              <>
                {' '}
                <strong>
                  {t('toldMore', { most: sizes.toldReadings.most, together: sizes.toldReadingsOfGroup.most })}
                </strong>
              </>
            )}
          </p>
        ))}
        {model.lines.length === 0 ? (
          <EmptyState title={t('noReaders')} icon="file">
            {t('noReadersWhat')}
          </EmptyState>
        ) : (
          <>
            <p>{t('readersCount', count)}</p>
            <ReadersTable lines={model.lines} reader={reader} />
          </>
        )}
        <Pagination
          language={reader.language}
          next={model.next && `/files/${file.id}/readers?cursor=${encodeURIComponent(model.next)}`}
        />
      </div>
    </>
  );
}

/** The lines alone, for pages about several files. @param names of the files by id, where it matters which */
export function ReadersTable({
  lines,
  reader,
  names,
}: {
  lines: readonly ReaderLine[];
  reader: Reader;
  names?: ReadonlyMap<string, string>;
}) {
  const t = messages(reader.language);
  const columns: Column<ReaderLine>[] = [
    {
      header: t('who'),
      cell: (line) => <Person person={line.who} language={reader.language} small />,
    },
    {
      header: t('what'),
      cell: (line) =>
        line.isNode
          ? line.through === null
            ? t(line.how === ways.kept ? 'keptCopy' : 'byNode')
            : t('byNodeFromCopy', { node: line.through })
          : line.how === ways.saved
            ? t('saved')
            : line.how === ways.seen
              ? t('seen')
              : t('opened'),
    },
    { header: t('when'), cell: (line) => <Time at={line.at} reader={reader} /> },
    ...(names ? [{ header: t('which'), cell: (line: ReaderLine) => names.get(line.file) ?? '' }] : []),
  ];
  return <DataTable id="readers" caption={t('readersList')} columns={columns} rows={lines} />;
}
