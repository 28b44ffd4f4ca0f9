import type { Context, Panel as SlicePanel, Visitor } from '@joinery/core';
import { fileById, filesOf } from '@joinery/slices/files';
import { seeGroup, seePost } from '@joinery/slices/posts';
import { isLanguage, type Language, Panel } from '@joinery/ui';
import { officialDocuments } from './lists.ts';
import { messages } from './messages.ts';
import { whyNotMark, whyNotMove, whyNotVersion } from './policy.ts';
import { namedFolders } from './reads.ts';
import { documentOf, pathTo, versionsOf } from './store.ts';
import { DocumentPanel } from './views-document.tsx';
import { GroupParts, Pack } from './views-parts.tsx';

const readerFor = (context: Context, visitor: Visitor | null, language: string) => ({
  language: (isLanguage(language) ? language : 'en') as Language,
  timeZone: visitor?.person.timeZone ?? 'UTC',
  now: context.clock.now(),
});

/** On a group's page: the way to its library, and the official pack. */
async function onGroup(context: Context, visitor: Visitor | null, subject: { id: string } | null, language: string) {
  const seen = subject && (await seeGroup(context, subject.id, visitor).catch(() => null));
  if (!seen) return null;
  const reader = readerFor(context, visitor, language);
  const t = messages(reader.language);
  const db = context.db.reader;
  const documents = await officialDocuments(db, seen.viewer, seen.group.id);
  const all = await namedFolders(context, seen.group, language);
  const folders = all.filter(({ official_at }) => official_at !== null);
  return (
    <>
      <GroupParts group={seen.group.id} current="topics" language={reader.language} />
      {documents.length + folders.length === 0 ? null : (
        <Panel title={t('pack')} id="official-pack">
          <Pack folders={folders} documents={documents.slice(0, 10)} reader={reader} />
          <p>
            <a class="ds-link" href={`/groups/${seen.group.id}/library`}>
              {t('openLibrary')}
            </a>
          </p>
        </Panel>
      )}
    </>
  );
}

/** On the page of a document: where it lies and its versions. */
async function onTopic(
  context: Context,
  visitor: Visitor | null,
  subject: { id: string } | null,
  language: string,
  csrf: string,
) {
  const seen = subject && (await seePost(context, subject.id, visitor).catch(() => null));
  const db = context.db.reader;
  const document = seen && (await documentOf(db, seen.post.id));
  if (!seen || !document || seen.post.hidden_at !== null) return null;
  const { post, group, standing } = seen;
  const newest = (await filesOf(db, 'posts', [post.id])).get(post.id)?.[0];
  const versions = await Promise.all(
    (await versionsOf(db, post.id)).map(async (version, index) => ({
      version,
      file: index === 0 ? newest : version.file_id === null ? undefined : await fileById(db, version.file_id),
    })),
  );
  const signedIn = standing.person !== null;
  const may = {
    move: signedIn && whyNotMove(standing, post) === null,
    mark: signedIn && whyNotMark(standing) === null,
    version: signedIn && whyNotVersion(standing, post) === null,
  };
  const path = pathTo(await namedFolders(context, group, language), document.folder_id);
  const model = { group: group.id, post, path, official: document.official_at !== null, versions, may, csrf };
  return <DocumentPanel model={model} reader={readerFor(context, visitor, language)} />;
}

export const panels: SlicePanel[] = [
  { place: 'group', order: 5, render: onGroup },
  { place: 'topic', order: 10, render: onTopic },
];
