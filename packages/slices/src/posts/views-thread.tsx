import type { OwnNodeOffer, RefusalCode } from '@joinery/core';
import { FileList, type ShownFile } from '@joinery/slices/files';
import type { GroupKind } from '@joinery/slices/groups';
import {
  ButtonLink,
  Details,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  Heading,
  HiddenField,
  Icon,
  List,
  Notice,
  OpenOnOwnNode,
  PageHeading,
  Pagination,
  Panel,
  PostCard,
  type Reader,
  SubmitButton,
  TextArea,
  TextField,
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { AttachFiles, type Attaching } from './attaching.tsx';
import { authorModel, errorOf, hostOf, NewBadge, PostBadges, refusalReason, whyNotWrite } from './labels.tsx';
import type { PostWithText } from './lists.ts';
import { messages } from './messages.ts';
import { Preview, type PreviewModel, unreachedText } from './preview.tsx';
import type { PostHeldRow } from './tables.ts';
import { ClosedNotices } from './views-closed.tsx';
import { HeldReplies } from './views-held.tsx';
import type { ClosedState } from './wanted.ts';

/** What may be done with one post: the buttons that show. */
export type PostActions = {
  like: boolean;
  liked: boolean;
  edit: boolean;
  delete: boolean;
  report: boolean;
  hide: boolean;
  moderate: boolean;
  markAnswer: boolean;
  sendAgain: boolean;
};
export type ShownPost = {
  post: PostWithText;
  may: PostActions;
  delivery: string | null;
  /** To its author: whom it mentions in vain. */
  unreached: readonly string[];
  isAnswer: boolean;
  isNew: boolean;
  files: readonly ShownFile[];
};

export type ThreadModel = {
  group: { id: string; name: string; home: string; local: number };
  topic: ShownPost;
  replies: ShownPost[];
  next: string | null;
  firstPage: boolean;
  whyNotReply: RefusalCode | null;
  audience: string;
  unavailable: string | null;
  closed: ClosedState | null;
  errors: FieldError[];
  typed: { content?: string | undefined };
  /** What was typed, when a preview was asked for. */
  preview: PreviewModel | null;
  replyTo: { id: string; name: string } | null;
  attaching: Attaching;
  largest: number;
  csrf: string;
  /** The visitor's own replies that have not left yet. */
  held: PostHeldRow[];
  /** For somebody who came from elsewhere. */
  offer: OwnNodeOffer | null;
};

/** A topic with its replies, and the form to answer at the end. */
export function ThreadPage({ model, reader }: { model: ThreadModel; reader: Reader }) {
  const t = messages(reader.language);
  const { topic, replies, group } = model;
  const firstNew = replies.find((shown) => shown.isNew);
  const title = topic.post.deleted_at
    ? t('deleted')
    : topic.post.hidden_at
      ? t('hidden')
      : topic.post.title || topic.post.excerpt || t('untitled');
  return (
    <>
      <ErrorSummary errors={model.errors} language={reader.language} />
      <PageHeading
        title={title}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        badges={<PostBadges post={topic.post} language={reader.language} />}
      />
      <div class="app-stack app-reading">
        {model.firstPage ? <PostView shown={topic} reader={reader} csrf={model.csrf} opens={true} /> : null}
        {model.unavailable ? (
          <Notice kind="warning" language={reader.language}>
            {t('historyUnavailable', { node: model.unavailable })}
          </Notice>
        ) : null}
        <ClosedNotices state={model.closed} reader={reader} />
        <Heading level={2} id="replies">
          {t('replies')}
        </Heading>
        {replies.length > 3 && firstNew ? (
          <p>
            <a class="ds-link" href={`#post-${firstNew.post.id}`}>
              {t('firstNew')}
            </a>
          </p>
        ) : null}
        {replies.length === 0 ? (
          <p class="app-quiet">{t('noReplies')}</p>
        ) : (
          <List label={t('replies')}>
            {replies.map((shown) => (
              <PostView shown={shown} reader={reader} csrf={model.csrf} />
            ))}
          </List>
        )}
        {topic.post.counted_at ? (
          <p class="app-quiet">
            {t('figuresFrom', { node: hostOf(group.home) })}, <Time at={topic.post.counted_at} reader={reader} />
          </p>
        ) : null}
        <Pagination
          language={reader.language}
          next={model.next && `/posts/${topic.post.id}?cursor=${encodeURIComponent(model.next)}`}
        />
        <HeldReplies held={model.held} reader={reader} csrf={model.csrf} />
        <ReplyForm model={model} reader={reader} />
        {model.offer ? <OpenOnOwnNode offer={model.offer} csrf={model.csrf} language={reader.language} /> : null}
      </div>
    </>
  );
}

function PostView({
  shown,
  reader,
  csrf,
  opens = false,
}: {
  shown: ShownPost;
  reader: Reader;
  csrf: string;
  /** The first post of its page: its badges stand beside the title, and its heading comes next to that. */
  opens?: boolean;
}) {
  const t = messages(reader.language);
  const { post, delivery } = shown;
  const unreached = unreachedText(shown.unreached, reader.language);
  return (
    <>
      <PostCard
        reader={reader}
        id={`post-${post.id}`}
        post={{
          href: `/posts/${post.id}`,
          author: authorModel(post, reader.language),
          at: post.sort_at,
          ...(post.deleted_at || post.hidden_at
            ? { summary: post.deleted_at ? t('deleted') : t('hidden') }
            : { content: post.content ?? '' }),
          language: post.deleted_at ? undefined : (post.language ?? undefined),
          likes: post.likes,
        }}
        level={opens ? 2 : 3}
        badges={
          opens ? undefined : (
            <>
              {shown.isNew ? <NewBadge language={reader.language} /> : null}
              <PostBadges post={post} language={reader.language} answer={shown.isAnswer} />
            </>
          )
        }
        attached={<FileList files={shown.files} reader={reader} />}
        actions={post.deleted_at ? undefined : <Actions shown={shown} reader={reader} csrf={csrf} />}
      />
      <State post={post} reader={reader} />
      {delivery ? <p class="app-quiet">{delivery}</p> : null}
      {unreached ? <p class="app-quiet">{unreached}</p> : null}
    </>
  );
}

/** What an author must know about the state of a post, in words. */
function State({ post, reader }: { post: PostWithText; reader: Reader }) {
  const t = messages(reader.language);
  if (post.hidden_at) {
    return (
      <Notice kind="info" language={reader.language}>
        {t('hiddenBecause', { reason: post.hidden_reason ?? '' })}
      </Notice>
    );
  }
  if (post.removed_at) {
    return (
      <Notice kind="warning" language={reader.language}>
        {post.removed_reason ? t('removedBecause', { reason: post.removed_reason }) : t('removedNoReason')}
      </Notice>
    );
  }
  if (post.deleted_at || post.status === 'accepted') return null;
  return (
    <Notice kind={post.status === 'refused' ? 'danger' : 'info'} language={reader.language}>
      {post.status === 'refused'
        ? t('refusedLead', { reason: refusalReason(post.refusal, reader.language) })
        : t('waitingLead')}
    </Notice>
  );
}

/** A button that is a form of its own, so that it works without script. */
function Button({ to, csrf, kind = 'tertiary', pressed, children }: ButtonProps) {
  return (
    <Form inline action={to} csrf={csrf}>
      <SubmitButton small kind={kind} {...(pressed === undefined ? {} : { pressed })}>
        {children}
      </SubmitButton>
    </Form>
  );
}
type ButtonProps = {
  to: string;
  csrf: string;
  kind?: 'primary' | 'secondary' | 'tertiary' | 'danger';
  pressed?: boolean;
  children: Child;
};

function Actions({ shown, reader, csrf }: { shown: ShownPost; reader: Reader; csrf: string }) {
  const t = messages(reader.language);
  const { post, may } = shown;
  const at = `/posts/${post.id}`;
  return (
    <>
      {may.like ? (
        <Button to={`${at}/${may.liked ? 'unlike' : 'like'}`} csrf={csrf} pressed={may.liked}>
          <Icon name="heart" />
          {may.liked ? t('unlike') : t('like')}
        </Button>
      ) : null}
      {may.markAnswer ? (
        <Button to={`${at}/${shown.isAnswer ? 'not-answered' : 'answered'}`} csrf={csrf} pressed={shown.isAnswer}>
          {shown.isAnswer ? t('unmarkAnswer') : t('markAnswer')}
        </Button>
      ) : null}
      {may.sendAgain ? (
        <Button to={`${at}/send-again`} csrf={csrf} kind="primary">
          {t('sendAgain')}
        </Button>
      ) : null}
      {may.edit ? <SmallLink href={`${at}/edit`}>{t('edit')}</SmallLink> : null}
      {may.delete ? <SmallLink href={`${at}/delete`}>{t('delete')}</SmallLink> : null}
      {may.hide ? (
        post.hidden_at ? (
          <Button to={`${at}/unhide`} csrf={csrf} kind="secondary">
            {t('unhide')}
          </Button>
        ) : (
          <SmallLink href={`${at}/hide`}>{t('hide')}</SmallLink>
        )
      ) : null}
      {post.revision > 1 && !post.hidden_at ? <SmallLink href={`${at}/history`}>{t('history')}</SmallLink> : null}
      {may.report ? <SmallLink href={`${at}/report`}>{t('report')}</SmallLink> : null}
      {post.url && post.local !== 1 ? <SmallLink href={post.url}>{t('atSource')}</SmallLink> : null}
      {may.moderate ? <Moderation post={post} reader={reader} csrf={csrf} /> : null}
    </>
  );
}

function SmallLink({ href, children }: { href: string; children: string }) {
  return (
    <ButtonLink small kind="tertiary" href={href}>
      {children}
    </ButtonLink>
  );
}

function Moderation({ post, reader, csrf }: { post: PostWithText; reader: Reader; csrf: string }) {
  const t = messages(reader.language);
  const at = `/posts/${post.id}`;
  const isTopic = post.reply_to === null;
  return (
    <Details summary={t('moderation')}>
      <div class="app-actions">
        {isTopic ? (
          <>
            <Button to={`${at}/${post.pinned_at ? 'unpin' : 'pin'}`} csrf={csrf} kind="secondary">
              {post.pinned_at ? t('unpin') : t('pin')}
            </Button>
            <Button to={`${at}/${post.locked_at ? 'unlock' : 'lock'}`} csrf={csrf} kind="secondary">
              {post.locked_at ? t('unlock') : t('lock')}
            </Button>
          </>
        ) : null}
        {post.removed_at ? (
          <Button to={`${at}/put-back`} csrf={csrf} kind="secondary">
            {t('putBack')}
          </Button>
        ) : (
          <ButtonLink small href={`${at}/remove`} kind="danger">
            {t('remove')}
          </ButtonLink>
        )}
      </div>
    </Details>
  );
}

function ReplyForm({ model, reader }: { model: ThreadModel; reader: Reader }) {
  const t = messages(reader.language);
  const { topic } = model;
  if (model.whyNotReply !== null) return <p class="app-quiet">{whyNotWrite(model.whyNotReply, reader.language)}</p>;
  return (
    <Panel title={t('yourReply')} id="your-reply">
      {model.replyTo ? <p>{t('answering', { name: model.replyTo.name })}</p> : null}
      {model.preview === null ? null : <Preview preview={model.preview} reader={reader} level={3} />}
      <Form action={`/posts/${topic.post.id}/replies`} csrf={model.csrf} upload>
        {model.replyTo ? <HiddenField name="replyTo" value={model.replyTo.id} /> : null}
        <TextArea
          name="content"
          label={t('content')}
          value={model.typed.content}
          error={errorOf(model.errors, 'content')}
          markdown={reader.language}
          suggest={`/groups/${model.group.id}/suggestions`}
          required
        />
        <AttachFiles attaching={model.attaching} largest={model.largest} csrf={model.csrf} language={reader.language} />
        <p class="app-quiet">{model.audience}</p>
        <FormActions>
          <SubmitButton>{t('replyButton')}</SubmitButton>
          <SubmitButton kind="secondary" name="preview" value="1">
            {t('preview')}
          </SubmitButton>
        </FormActions>
      </Form>
    </Panel>
  );
}

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
      <Form action={`/posts/${post.id}/${kind}`} csrf={props.csrf}>
        <TextField
          name="reason"
          label={t('reason')}
          description={kind === 'report' ? undefined : kind === 'hide' ? t('hideReasonHint') : t('removeReasonHint')}
          value={props.typed.reason}
          error={errorOf(errors, 'reason')}
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
      <PageHeading title={t('deleteTitle')} parent={{ href: `/posts/${post.id}`, label: post.title || post.excerpt }} />
      <p>{t('deleteLead')}</p>
      <Form action={`/posts/${post.id}/delete`} csrf={csrf}>
        <FormActions>
          <SubmitButton kind="danger">{t('delete')}</SubmitButton>
          <ButtonLink href={`/posts/${post.id}`}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </>
  );
}
