import type { ShownFile } from '@joinery/slices/files';
import { ButtonLink, Details, Form, Icon, type Language, type Reader, SubmitButton } from '@joinery/ui';
import type { Child } from 'hono/jsx';
import type { PostWithText } from './listed-posts.ts';
import { messages } from './messages.ts';

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
  /** To its author: how far it got, and the page that says more. */
  delivery: { text: string | null; page: string } | null;
  /** To its author: whom it mentions in vain. */
  unreached: readonly string[];
  isAnswer: boolean;
  isNew: boolean;
  files: readonly ShownFile[];
};

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

/** Says that a post was useful, or takes that back. */
export function LikeButton(props: { post: string; liked: boolean; language: Language; csrf: string }) {
  const { post, liked, language, csrf } = props;
  const t = messages(language);
  return (
    <Button to={`/posts/${post}/${liked ? 'unlike' : 'like'}`} csrf={csrf} pressed={liked}>
      <Icon name="heart" />
      {liked ? t('unlike') : t('like')}
    </Button>
  );
}

export function Actions({ shown, reader, csrf }: { shown: ShownPost; reader: Reader; csrf: string }) {
  const t = messages(reader.language);
  const { post, may } = shown;
  const at = `/posts/${post.id}`;
  return (
    <>
      {may.like ? <LikeButton post={post.id} liked={may.liked} language={reader.language} csrf={csrf} /> : null}
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
