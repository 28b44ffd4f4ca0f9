import {
  ButtonLink,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  languageOptions,
  Notice,
  PageHeading,
  Panel,
  RadioGroup,
  type Reader,
  Select,
  SubmitButton,
  TextArea,
  TextField,
  Time,
} from '@joinery/ui';
import { diffWords } from 'diff';
import type { Child } from 'hono/jsx';
import { AttachFiles, type Attaching } from './attaching.tsx';
import type { AudienceChoices } from './audience.ts';

import { messages } from './messages.ts';
import { Preview, type PreviewModel } from './preview.tsx';
import type { PostRevisionRow } from './tables.ts';

export type Typed = {
  title?: string | undefined;
  content?: string | undefined;
  language?: string | undefined;
  audience?: string | undefined;
  agency?: string | undefined;
  revision?: string | undefined;
};
export type ComposeModel = {
  action: string;
  back: { href: string; name: string };
  /** A reply has no title. */
  titled: boolean;
  typed: Typed;
  errors: FieldError[];
  audience: string;
  /** The nodes that it goes to, one by one. */
  where: Child;
  /** For whom alone it can be; null where everything is for all of the group. */
  choices?: AudienceChoices | null;
  /** Page that tells what is kept where. */
  terms?: string;
  preview: PreviewModel | null;
  editing: boolean;
  /** The text as it is now, when it was changed while this one was written. */
  stale: string | null;
  /** Address that offers people and tags while somebody writes. */
  suggest: string;
  /** Null where no files can be attached. */
  attaching: Attaching | null;
  /** Bytes that one file may have. */
  largest: number;
  csrf: string;
};

/** The form for a topic, new or edited. Nothing typed is lost: every answer shows it again. */
export function ComposePage({ model, reader }: { model: ComposeModel; reader: Reader }) {
  const t = messages(reader.language);
  const { typed, errors } = model;
  return (
    <>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading
        title={model.editing ? t('editTitle') : t('newTopic')}
        parent={{ href: model.back.href, label: model.back.name }}
      />
      {model.stale === null ? null : (
        <>
          <Notice kind="warning" language={reader.language}>
            {t('staleTitle')}. {t('staleLead')}
          </Notice>
          <Panel title={t('staleNow')} id="stale">
            <Difference before={model.stale} after={typed.content ?? ''} reader={reader} />
          </Panel>
        </>
      )}
      {model.preview === null ? null : <Preview preview={model.preview} reader={reader} level={2} />}
      <Form action={model.action} csrf={model.csrf} errors={errors} upload>
        {typed.revision === undefined ? null : <HiddenField name="revision" value={typed.revision} />}
        {model.titled ? (
          <TextField name="title" label={t('title')} description={t('titleHint')} value={typed.title} required />
        ) : null}
        <TextArea
          name="content"
          label={t('content')}
          rows={12}
          value={typed.content}
          markdown={reader.language}
          suggest={model.suggest}
          required={model.attaching !== null}
        />
        <Select
          name="language"
          label={t('postLanguage')}
          value={typed.language ?? reader.language}
          options={languageOptions}
        />
        {model.choices ? <Whom {...model} choices={model.choices} reader={reader} /> : null}
        {model.attaching === null ? null : (
          <AttachFiles
            attaching={model.attaching}
            largest={model.largest}
            csrf={model.csrf}
            language={reader.language}
          />
        )}
        <p class="app-quiet">
          {model.audience}{' '}
          {model.terms ? (
            <a class="ds-link" href={model.terms}>
              {t('remainsWhere')}
            </a>
          ) : null}
        </p>
        {model.where}
        <FormActions>
          <SubmitButton>{model.editing ? t('save') : t('post')}</SubmitButton>
          <SubmitButton kind="secondary" name="preview" value="1">
            {t('preview')}
          </SubmitButton>
          <ButtonLink href={model.back.href}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </>
  );
}

/** For whom it is, with how many people that is, before anybody has it. */
function Whom({ choices, typed, reader }: ComposeModel & { choices: AudienceChoices; reader: Reader }) {
  const t = messages(reader.language);
  const people = (count: number) => t('countedPeople', { count });
  return (
    <>
      <RadioGroup
        name="audience"
        label={t('whom')}
        description={
          choices.host === null ? t('whomHint') : `${t('whomHint')} ${t('whomElsewhere', { host: choices.host })}`
        }
        value={typed.audience ?? 'group'}
        options={[
          { value: 'group', label: t('whomGroup'), description: people(choices.everybody) },
          { value: 'facilitators', label: t('whomFacilitators'), description: people(choices.facilitators) },
          { value: 'agency', label: t('whomAgency'), description: t('whomAgencyHint') },
        ]}
      />
      <Select
        name="agency"
        label={t('whomWhich')}
        value={typed.agency ?? choices.agencies[0]?.origin}
        options={choices.agencies.map(({ origin, agency, people: count }) => ({
          value: origin,
          label: `${agency} (${people(count)})`,
        }))}
      />
    </>
  );
}

/** Two texts as one, with what was added and taken out marked for the eye and for the ear. */
function Difference({ before, after, reader }: { before: string; after: string; reader: Reader }) {
  const t = messages(reader.language);
  // Word by word is slow on long texts that have little in common: then only the newer one is shown.
  const parts = diffWords(before, after, { timeout: 200 }) ?? [{ value: after, added: false, removed: false }];
  return (
    <p class="app-content">
      {parts.map((part) => {
        if (part.added) {
          return (
            <ins>
              <span class="ds-sr-only">{t('added')} </span>
              {lines(part.value)}
            </ins>
          );
        }
        if (part.removed) {
          return (
            <del>
              <span class="ds-sr-only">{t('gone')} </span>
              {lines(part.value)}
            </del>
          );
        }
        return lines(part.value);
      })}
    </p>
  );
}

/** Text with its line ends as line breaks. */
function lines(text: string): Child[] {
  return text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [<br />, line]));
}

/** The texts a post has had, the newest first, each with its difference from the one before. */
export function HistoryPage(props: {
  post: { id: string; title: string | null; excerpt: string };
  revisions: (PostRevisionRow & { plain: string })[];
  reader: Reader;
}) {
  const { post, revisions, reader } = props;
  const t = messages(reader.language);
  return (
    <>
      <PageHeading
        title={t('historyTitle')}
        parent={{ href: `/posts/${post.id}`, label: post.title || post.excerpt }}
      />
      {revisions.map((revision, index) => {
        const before = revisions[index + 1];
        return (
          <Panel title={t('version', { number: revision.number })} id={`version-${revision.number}`}>
            <p class="app-quiet">
              <Time at={revision.at} reader={reader} />
            </p>
            {before && before.title !== revision.title ? (
              <Difference before={before.title ?? ''} after={revision.title ?? ''} reader={reader} />
            ) : null}
            <Difference before={(before ?? revision).plain} after={revision.plain} reader={reader} />
          </Panel>
        );
      })}
    </>
  );
}
