import type { GroupKind } from '@joinery/slices/groups';
import {
  ButtonLink,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  PageHeading,
  type Reader,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import { binDays, goesToBin } from './bin.ts';
import { hostOf } from './labels.tsx';
import type { PostWithText } from './listed-posts.ts';
import { messages } from './messages.ts';

/** What is asked for before something is done that needs a reason. */
export const reasonTitles = { remove: 'remove', report: 'reportTitle', hide: 'hide' } as const;

/** A page that asks for a reason: removing from the group, reporting. */
export function ReasonPage(props: {
  kind: keyof typeof reasonTitles;
  post: PostWithText;
  group: { home: string; local: number; kind: GroupKind };
  typed: { reason?: string | undefined };
  errors: FieldError[];
  reader: Reader;
  csrf: string;
}) {
  const { kind, post, group, errors, reader } = props;
  const t = messages(reader.language);
  const removing = kind !== 'report';
  return (
    <>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading
        title={t(reasonTitles[kind])}
        parent={{ href: `/posts/${post.id}`, label: post.title || post.excerpt }}
      />
      {kind === 'hide' ? <p>{t('hideLead')}</p> : null}
      {removing ? null : (
        <p>
          {group.kind === 'conversation' ? t('reportMessageLead') : t('reportLead')}{' '}
          {group.local === 1 ? null : t('reportElsewhere', { node: hostOf(group.home) })}
        </p>
      )}
      <Form action={`/posts/${post.id}/${kind}`} csrf={props.csrf} errors={errors}>
        <TextField
          name="reason"
          label={t('reason')}
          description={kind === 'report' ? undefined : kind === 'hide' ? t('hideReasonHint') : t('removeReasonHint')}
          value={props.typed.reason}
          required
        />
        <FormActions>
          <SubmitButton kind={removing ? 'danger' : 'primary'}>
            {kind === 'report' ? t('report') : t(reasonTitles[kind])}
          </SubmitButton>
          <ButtonLink href={`/posts/${post.id}`}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </>
  );
}

/** Asks once more before a text is gone for good. */
export function DeletePage({ post, reader, csrf }: { post: PostWithText; reader: Reader; csrf: string }) {
  const t = messages(reader.language);
  return (
    <>
      <PageHeading
        title={goesToBin(post) ? t('deleteDocumentTitle') : t('deleteTitle')}
        parent={{ href: `/posts/${post.id}`, label: post.title || post.excerpt }}
      />
      <p>{goesToBin(post) ? t('deleteDocumentLead', { days: binDays }) : t('deleteLead')}</p>
      <Form action={`/posts/${post.id}/delete`} csrf={csrf}>
        <FormActions>
          <SubmitButton kind="danger">{t('delete')}</SubmitButton>
          <ButtonLink href={`/posts/${post.id}`}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </>
  );
}
