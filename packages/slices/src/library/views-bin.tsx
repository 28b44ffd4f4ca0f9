import { binDays } from '@joinery/slices/posts';
import {
  ButtonLink,
  EmptyState,
  Form,
  List,
  ListItem,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  Time,
} from '@joinery/ui';
import { messages } from './messages.ts';

export type BinModel = {
  group: { id: string; name: string };
  documents: readonly {
    id: string;
    title: string;
    author: string;
    deletedAt: string;
    endsAt: string;
    /** Whether it is the reader's own. */
    own: boolean;
  }[];
  /** Removed by those who run the group. */
  removed: readonly { id: string; title: string; author: string }[];
  csrf: string;
};

/** What was deleted and can still be had again. */
export function BinPage({ model, reader }: { model: BinModel; reader: Reader }) {
  const { group, documents, removed, csrf } = model;
  const t = messages(reader.language);
  return (
    <Stack>
      <PageHeading
        title={t('binTitle')}
        parent={{ href: `/groups/${group.id}/library`, label: t('libraryOf', { group: group.name }) }}
        lead={t('binLead', { days: binDays })}
      />
      {documents.length === 0 ? (
        <EmptyState title={t('binEmpty')} icon="file">
          {t('binEmptyLead', { days: binDays })}
        </EmptyState>
      ) : (
        <List label={t('documents')}>
          {documents.map((document) => (
            <ListItem
              title={document.title}
              level={2}
              icon="file"
              lead={document.author}
              facts={
                <>
                  {t('deletedAt')} <Time at={document.deletedAt} reader={reader} />
                  {' · '}
                  {t('endsAt')} <Time at={document.endsAt} reader={reader} />
                </>
              }
              action={
                document.own ? (
                  <Form inline action={`/documents/${document.id}/restore`} csrf={csrf}>
                    <SubmitButton small kind="secondary">
                      {t('restoreDocument')}
                      <span class="ds-sr-only"> {document.title}</span>
                    </SubmitButton>
                  </Form>
                ) : undefined
              }
            />
          ))}
        </List>
      )}
      {removed.length === 0 ? null : (
        <Panel title={t('removedTitle')} id="removed">
          <p class="app-quiet">{t('removedLead')}</p>
          <List label={t('removedTitle')}>
            {removed.map(({ id, title, author }) => (
              <ListItem href={`/posts/${id}`} title={title} icon="file" lead={author} />
            ))}
          </List>
        </Panel>
      )}
      <p>
        <ButtonLink href={`/groups/${group.id}/library`}>{t('openLibrary')}</ButtonLink>
      </p>
    </Stack>
  );
}
