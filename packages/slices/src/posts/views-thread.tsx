import type { OwnNodeOffer, RefusalCode } from '@joinery/core';
import { FileList } from '@joinery/slices/files';
import {
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  Heading,
  HiddenField,
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
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { AttachFiles, type Attaching } from './attaching.tsx';
import { authorModel, hostOf, NewBadge, PostBadges, refusalReason, topicTitle, whyNotWrite } from './labels.tsx';
import type { PostWithText } from './listed-posts.ts';
import { messages } from './messages.ts';
import { Preview, type PreviewModel, unreachedText } from './preview.tsx';
import type { PostHeldRow } from './tables.ts';
import { Actions, type ShownPost } from './views-actions.tsx';
import { ClosedNotices, NotRead } from './views-closed.tsx';
import { HeldReplies } from './views-held.tsx';
import type { ClosedState } from './wanted.ts';

export type ThreadModel = {
  group: { id: string; name: string; home: string; local: number };
  topic: ShownPost;
  replies: ShownPost[];
  next: string | null;
  firstPage: boolean;
  whyNotReply: RefusalCode | null;
  audience: string;
  /** The nodes that it goes to, one by one. */
  where: Child;
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
  /** What other slices say of the topic. */
  panels: Child[];
};

/** A topic with its replies, and the form to answer at the end. */
export function ThreadPage({ model, reader }: { model: ThreadModel; reader: Reader }) {
  const t = messages(reader.language);
  const { topic, replies, group } = model;
  const firstNew = replies.find((shown) => shown.isNew);
  const title = topicTitle(topic.post, reader.language);
  return (
    <>
      <ErrorSummary errors={model.errors} language={reader.language} />
      <PageHeading
        title={title}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        badges={<PostBadges post={topic.post} language={reader.language} />}
      />
      <div class="app-stack app-reading">
        {model.panels}
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
      <NotRead live={post.live} reader={reader} />
      <State post={post} reader={reader} />
      {delivery ? (
        <p class="app-quiet">
          {delivery.text ? `${delivery.text} ` : null}
          <a class="ds-link" href={delivery.page}>
            {t('whereItIs')}
          </a>
        </p>
      ) : null}
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

function ReplyForm({ model, reader }: { model: ThreadModel; reader: Reader }) {
  const t = messages(reader.language);
  const { topic } = model;
  if (model.whyNotReply !== null) return <p class="app-quiet">{whyNotWrite(model.whyNotReply, reader.language)}</p>;
  return (
    <Panel title={t('yourReply')} id="your-reply">
      {model.replyTo ? <p>{t('answering', { name: model.replyTo.name })}</p> : null}
      {model.preview === null ? null : <Preview preview={model.preview} reader={reader} level={3} />}
      <Form action={`/posts/${topic.post.id}/replies`} csrf={model.csrf} errors={model.errors} upload>
        {model.replyTo ? <HiddenField name="replyTo" value={model.replyTo.id} /> : null}
        <TextArea
          name="content"
          label={t('content')}
          value={model.typed.content}
          markdown={reader.language}
          suggest={`/groups/${model.group.id}/suggestions`}
          required
        />
        <AttachFiles attaching={model.attaching} largest={model.largest} csrf={model.csrf} language={reader.language} />
        <p class="app-quiet">{model.audience}</p>
        {model.where}
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
