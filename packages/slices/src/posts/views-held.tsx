import { FileList, type FileRow } from '@joinery/slices/files';
import {
  ButtonLink,
  Details,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  Notice,
  PageHeading,
  type Reader,
  Select,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { type Child, jsx } from 'hono/jsx';
import { refusalReason } from './labels.tsx';
import { messages } from './messages.ts';
import { Preview, type PreviewModel } from './preview.tsx';
import type { PostHeldRow } from './tables.ts';

/** When it leaves, in whole seconds from now. */
function secondsLeft(held: Pick<PostHeldRow, 'leaves_at'>, reader: Reader): number {
  return Math.max(0, Math.ceil((Date.parse(held.leaves_at) - new Date(reader.now).getTime()) / 1_000));
}

/** How it stands with something that has not left. With the script (`browser/leaving.ts` of ui) the page follows by itself once it has. */
function Leaving({ held, reader, children }: { held: PostHeldRow; reader: Reader; children: Child }) {
  const t = messages(reader.language);
  const refused = held.state === 'refused';
  const attributes = {
    id: `held-${held.id}`,
    ...(refused ? {} : { 'data-seconds': String(secondsLeft(held, reader)) }),
    'data-left': t('heldLeft'),
    'data-open': t('heldSee'),
  };
  return jsx(
    'app-leaving',
    attributes,
    <Notice kind={refused ? 'danger' : 'info'} language={reader.language}>
      {children}
    </Notice>,
  );
}

type HeldModel = {
  held: PostHeldRow;
  /** Null for whoever may not read it any more. */
  group: { id: string; name: string } | null;
  preview: PreviewModel;
  files: readonly FileRow[];
  typed: { title?: string | undefined; content?: string | undefined };
  errors: FieldError[];
  csrf: string;
};

/** Something that was written and has not left yet: what it will look like, and how to take it back. */
export function HeldPage({ model, reader }: { model: HeldModel; reader: Reader }) {
  const t = messages(reader.language);
  const { held, group, errors, csrf, typed } = model;
  const refused = held.state === 'refused';
  const at = `/outgoing/${held.id}`;
  const back = group && (held.topic_id ? `/posts/${held.topic_id}` : `/groups/${group.id}`);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading
        title={held.title ?? t('heldReply')}
        {...(back && group && { parent: { href: back, label: held.topic_id ? t('backToTopic') : group.name } })}
      />
      <Leaving held={held} reader={reader}>
        {refused
          ? t('heldRefused', { reason: refusalReason(held.refusal, reader.language) })
          : t('heldLeaves', { seconds: secondsLeft(held, reader) })}
      </Leaving>
      <FormActions>
        <Form inline action={`${at}/undo`} csrf={csrf}>
          <SubmitButton>{refused ? t('heldTakeBack') : t('undo')}</SubmitButton>
        </Form>
        {refused ? null : (
          <Form inline action={`${at}/now`} csrf={csrf}>
            <SubmitButton kind="secondary">{t('heldNow')}</SubmitButton>
          </Form>
        )}
        <ButtonLink href={back ?? '/'} kind="tertiary">
          {t('heldGoOn')}
        </ButtonLink>
      </FormActions>
      <Preview preview={model.preview} reader={reader} level={2} />
      <FileList files={model.files} reader={reader} />
      <Details summary={t('heldEdit')} open={errors.length > 0}>
        <Form action={at} csrf={csrf} errors={errors}>
          {held.reply_to === null ? (
            <TextField name="title" label={t('title')} value={typed.title ?? held.title ?? ''} required />
          ) : null}
          <TextArea
            name="content"
            label={t('content')}
            rows={8}
            value={typed.content ?? held.source}
            markdown={reader.language}
            required
          />
          <FormActions>
            <SubmitButton kind="secondary">{t('save')}</SubmitButton>
          </FormActions>
        </Form>
      </Details>
      <p class="app-quiet">
        <a class="ds-link" href="/profile/posting">
          {t('heldChoose')}
        </a>
      </p>
    </Stack>
  );
}

/** On the page of a topic: one's own replies that have not left yet. */
export function HeldReplies({ held, reader, csrf }: { held: readonly PostHeldRow[]; reader: Reader; csrf: string }) {
  const t = messages(reader.language);
  return (
    <>
      {held.map((row) => (
        <Leaving held={row} reader={reader}>
          <p>
            {row.state === 'refused'
              ? t('heldRefused', { reason: refusalReason(row.refusal, reader.language) })
              : t('heldLeaves', { seconds: secondsLeft(row, reader) })}{' '}
            <a class="ds-link" href={`/outgoing/${row.id}`}>
              {t('heldSee')}
            </a>
          </p>
          <Form inline action={`/outgoing/${row.id}/undo`} csrf={csrf}>
            <SubmitButton small kind="secondary">
              {row.state === 'refused' ? t('heldTakeBack') : t('undo')}
            </SubmitButton>
          </Form>
        </Leaving>
      ))}
    </>
  );
}

/** How long somebody wants to be able to take a post back. */
export function PostingPage(props: { chosen: number; choices: readonly number[]; reader: Reader; csrf: string }) {
  const t = messages(props.reader.language);
  return (
    <Stack>
      <PageHeading title={t('posting')} lead={t('postingLead')} parent={{ href: '/profile', label: t('profile') }} />
      <Form action="/profile/posting" csrf={props.csrf}>
        <Select
          name="seconds"
          label={t('undoFor')}
          value={String(props.chosen)}
          options={props.choices.map((seconds) => ({
            value: String(seconds),
            label: seconds === 0 ? t('undoNever') : t('undoSeconds', { seconds }),
          }))}
        />
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}
