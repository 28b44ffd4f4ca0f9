import {
  Checkbox,
  FileField,
  formatBytes,
  HiddenField,
  Icon,
  type Language,
  Notice,
  type Reader,
  Since,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import { jsx } from 'hono/jsx';
import { messages } from './messages.ts';
import { isImage } from './reading.ts';
import type { FileRow } from './tables.ts';

/** A file as a page shows it. */
export type ShownFile = FileRow & {
  /** Since when its node does not answer, as far as is known. */
  awaySince?: string | null;
  /** Meanwhile it is read from the record copy of this node: its host name. */
  copyAt?: string | null;
  /** It is written down who opens it: said before they do. */
  readersKept?: boolean;
  /** Whoever looks sees who opened it. */
  seesReaders?: boolean;
};

const kinds: [
  match: RegExp,
  key: 'pdf' | 'text' | 'document' | 'sheet' | 'slides' | 'archive' | 'image' | 'film' | 'sound',
][] = [
  [/^application\/pdf$/, 'pdf'],
  [/^text\/plain$/, 'text'],
  [/wordprocessingml|msword|opendocument\.text|rtf/, 'document'],
  [/spreadsheetml|ms-excel|opendocument\.spreadsheet/, 'sheet'],
  [/presentationml|ms-powerpoint|opendocument\.presentation/, 'slides'],
  [/zip|x-tar|gzip|x-7z|x-rar/, 'archive'],
  [/^image\//, 'image'],
  [/^video\//, 'film'],
  [/^audio\//, 'sound'],
];

/** What a file is, in a word. */
export function kindOf(mediaType: string, language: Language): string {
  return messages(language)(kinds.find(([match]) => match.test(mediaType))?.[1] ?? 'otherKind');
}

/** "2 files". */
export const filesText = (count: number, language: Language): string => messages(language)('fileCount', { count });

/** The files under a post or whatever they hang on: images as images, the others by name, kind, size and where they lie. */
export function FileList({ files, reader }: { files: readonly ShownFile[]; reader: Reader }) {
  const t = messages(reader.language);
  if (files.length === 0) return null;
  return (
    <ul class="app-files" aria-label={t('attachments')}>
      {files.map((file) => (
        <li>
          <OneFile file={file} reader={reader} />
        </li>
      ))}
    </ul>
  );
}

function OneFile({ file, reader }: { file: ShownFile; reader: Reader }) {
  const t = messages(reader.language);
  const address = `/files/${file.id}`;
  const page = `${address}/view`;
  const facts = [kindOf(file.media_type, reader.language), formatBytes(reader.language, file.bytes)];
  if (file.state !== 'ready') {
    return (
      <span class="app-file">
        <span class="app-file-name">{file.name}</span>
        <span class="app-quiet">
          {file.state === 'checking' ? t('checking') : t('infected', { threat: file.threat ?? '' })}
        </span>
      </span>
    );
  }
  return (
    <span class="app-file">
      {isImage(file.media_type) && (!file.awaySince || file.copyAt) ? (
        <a class="app-file-picture" href={page}>
          <img src={`${address}?in=page`} alt={file.alt ?? t('imageWithoutAlt', { name: file.name })} loading="lazy" />
        </a>
      ) : null}
      <span class="app-file-words">
        <a class="app-file-name ds-link" href={page}>
          <Icon name="file" />
          {file.name}
        </a>
        <span class="app-quiet">
          {facts.join(' · ')}
          {' · '}
          <a class="app-quiet-link" href={`${address}?download`}>
            {t('save')}
            <span class="ds-sr-only"> {file.name}</span>
          </a>
          {file.local === 1 ? null : (
            <>
              {' · '}
              {t('liesAt', { node: new URL(file.uri).host })}
              {file.awaySince ? (
                <>
                  {', '}
                  {t('notReachableSince')} <Since at={file.awaySince} reader={reader} />
                  {file.copyAt ? `; ${t('fromCopy', { node: file.copyAt })}` : null}
                </>
              ) : null}
            </>
          )}
        </span>
        <ReadersKept file={file} language={reader.language} />
      </span>
    </span>
  );
}

/** What readers of a file must know before they open it, and the way to who did for those who see that. */
export function ReadersKept({ file, language }: { file: ShownFile; language: Language }) {
  const t = messages(language);
  if (!file.readersKept) return null;
  return (
    <span class="app-quiet app-readers-kept">
      <Icon name="info" />
      <span>
        {file.local === 1 ? t('ownerSees') : t('nodeSees', { node: new URL(file.uri).host })}
        {file.seesReaders ? (
          <>
            {' · '}
            <a class="ds-link" href={`/files/${file.id}/readers`}>
              {t('readers')}
              <span class="ds-sr-only">: {file.name}</span>
            </a>
          </>
        ) : null}
      </span>
    </span>
  );
}

/**
 * Files in a form: those that are here already, each with its description when it is an image, and the field for more. Without script they come with the form; with it they are sent at once, and
 * go on after a broken line (`browser/upload.ts`).
 */
export function FilesField({
  files,
  most,
  largest,
  askAlt,
  csrf,
  language,
}: {
  files: readonly FileRow[];
  most: number;
  /** Bytes of one file. */
  largest: number;
  /** It was asked for descriptions: sent once more without them, the form is taken. */
  askAlt: boolean;
  csrf: string;
  language: Language;
}) {
  const t = messages(language);
  const field = (
    <div class="app-uploads">
      {askAlt ? (
        <>
          {files.some((file) => file.metadata === 'kept') ? (
            <Notice kind="warning" language={language}>
              {t('saysMoreAsked')}
            </Notice>
          ) : null}
          {files.some((file) => isImage(file.media_type) && !file.alt) ? (
            <Notice kind="info" language={language}>
              {t('altAsked')}
            </Notice>
          ) : null}
          <HiddenField name="altAsked" value="1" />
        </>
      ) : null}
      <ul class="app-files" data-uploads hidden={files.length === 0}>
        {files.map((file) => (
          <li class="app-upload">
            <HiddenField name="file" value={file.id} />
            <span class="app-file-name">{file.name}</span>
            <span class="app-quiet">
              {kindOf(file.media_type, language)} · {formatBytes(language, file.bytes)}
              {file.state === 'checking' ? ` · ${t('checking')}` : ''}
              {file.metadata === 'kept' ? ` · ${t('saysMore')}` : ''}
            </span>
            {isImage(file.media_type) ? (
              <TextField
                name={`alt-${file.id}`}
                label={t('alt')}
                description={t('altHint')}
                value={file.alt ?? undefined}
              />
            ) : null}
            <Checkbox name={`remove-${file.id}`} label={t('removeFile', { name: file.name })} checked={false} />
          </li>
        ))}
      </ul>
      <FileField
        name="files"
        label={t('attach')}
        description={t('attachHint', { most, largest: formatBytes(language, largest) })}
        multiple
      />
      <span data-without-script>
        <SubmitButton kind="secondary" small name="attach" value="1">
          {t('attachNow')}
        </SubmitButton>
      </span>
    </div>
  );
  // A custom element of `browser/upload.ts`; without script only what is in it.
  return jsx(
    'app-uploads',
    {
      'data-csrf': csrf,
      'data-most': String(most),
      'data-largest': String(largest),
      'data-sending': t('sending'),
      'data-pause': t('pause'),
      'data-paused': t('paused'),
      'data-resume': t('goOn'),
      'data-sent': t('sent'),
      'data-too-large': t('tooLarge', { largest: formatBytes(language, largest) }),
      'data-too-many': t('tooMany', { most }),
      'data-refused': t('refused'),
      'data-remove': t('removeOne'),
      'data-alt': t('alt'),
    },
    field as never,
  );
}
