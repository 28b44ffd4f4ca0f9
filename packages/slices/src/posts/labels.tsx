import type { FieldFault, RefusalCode } from '@joinery/core';
import { keepingText, recordText } from '@joinery/slices/groups';
import { agencyOfPerson } from '@joinery/slices/people';
import { Badge, type FieldError, formatDateTime, type Language, type PersonModel, type Reader } from '@joinery/ui';
import type { Audience } from './audience.ts';
import type { Delivery } from './delivery.ts';
import type { ListedPost } from './listed-posts.ts';
import type { ReadLive } from './live.ts';
import { messages } from './messages.ts';
import { mostCounted } from './unread.ts';

/** Host of an origin, as people know it. */
export const hostOf = (origin: string): string => new URL(origin).host;

/** What lists know of an author. */
type AuthorOf = Pick<
  ListedPost,
  | ('author_id' | 'author_name' | 'author_agency' | 'author_home' | 'author_local')
  | ('author_guest_of' | 'author_guest_until' | 'author_deleted_at')
>;

/** How many files of a post a list names: none of what only its author may still read. */
export const attachedCount = (post: ListedPost): number => (post.removed_at === null ? Number(post.attached ?? 0) : 0);

/** The author as lists and threads show them. */
export function authorModel(post: AuthorOf, language: Language): PersonModel {
  return {
    name: post.author_name,
    href: post.author_deleted_at ? undefined : `/people/${post.author_id}`,
    agency: authorAgency(post, language),
    node: post.author_local === 1 ? undefined : hostOf(post.author_home),
  };
}

/** The author's agency, and whose guest they are. */
export function authorAgency(
  post: Pick<AuthorOf, 'author_agency' | 'author_guest_of' | 'author_guest_until'>,
  language: Language,
): string {
  const { author_agency: agency, author_guest_of: guest_of, author_guest_until: guest_until } = post;
  return agencyOfPerson({ agency, guest_of, guest_until }, language);
}

/** What there is to know about the state of a post, in one or two words each. */
export function PostBadges({
  post,
  language,
  answer = false,
}: {
  post: ListedPost;
  language: Language;
  answer?: boolean;
}) {
  const t = messages(language);
  return (
    <>
      {post.audience === 'facilitators' ? (
        <Badge tone="warning" icon="lock">
          {t('onlyFacilitators')}
        </Badge>
      ) : null}
      {post.audience === 'agency' ? (
        <Badge tone="warning" icon="lock">
          {t('onlyAgency', { agency: post.audience_agency || hostOf(post.audience_origin ?? post.author_home) })}
        </Badge>
      ) : null}
      {post.pinned_at ? <Badge icon="pin">{t('pinned')}</Badge> : null}
      {post.locked_at ? <Badge icon="lock">{t('locked')}</Badge> : null}
      {post.answer_id ? <Badge tone="success">{t('answered')}</Badge> : null}
      {answer ? <Badge tone="success">{t('theAnswer')}</Badge> : null}
      {post.status === 'waiting' ? <Badge tone="info">{t('waiting')}</Badge> : null}
      {post.status === 'refused' ? <Badge tone="danger">{t('refused')}</Badge> : null}
      {post.removed_at ? <Badge tone="warning">{t('removed')}</Badge> : null}
      {post.revision > 1 && !post.deleted_at ? <Badge>{t('edited')}</Badge> : null}
      {post.kind === 'poll' ? <Badge>{t('poll')}</Badge> : null}
      {post.kind === 'event' ? <Badge>{t('event')}</Badge> : null}
      {post.kind === 'document' ? <Badge>{t('document')}</Badge> : null}
      {post.verified === 'unchecked' ? (
        <Badge tone="warning">{t('unchecked', { node: hostOf(post.author_home) })}</Badge>
      ) : null}
    </>
  );
}

/** What a topic is called in lists and on its page; of one that cannot be read just now, who wrote it. */
export function topicTitle(topic: ListedPost, language: Language): string {
  const t = messages(language);
  if (topic.deleted_at) return t('deletedTitle');
  if (topic.hidden_at) return t('hidden');
  const unread = topic.live !== undefined && topic.live.state !== 'read';
  return topic.title || topic.excerpt || (unread ? t('writtenBy', { name: topic.author_name }) : t('untitled'));
}

/** Where a post that is read live is, and since when it cannot be read there. */
export function unreadText(live: Exclude<ReadLive, { state: 'read' }>, reader: Reader): string {
  const t = messages(reader.language);
  const node = hostOf(live.origin);
  if (live.state === 'refused') return t('liveRefused', { node });
  const since = formatDateTime(reader.language, reader.timeZone, live.since);
  return t('liveAwaySince', { node, since });
}

/** Why a group elsewhere said no, in words. */
export function refusalReason(code: RefusalCode | null, language: Language): string {
  const t = messages(language);
  switch (code) {
    case 'banned':
      return t('reasonBanned');
    case 'locked':
      return t('reasonLocked');
    case 'not_member':
      return t('reasonMember');
    case 'needs_approval':
      return t('reasonApproval');
    case 'no_agreement':
      return t('reasonAgreement');
    case 'gone':
      return t('reasonGone');
    case 'invalid':
    case 'too_large':
      return t('reasonInvalid');
    default:
      return t('reasonOther');
  }
}

/** Why somebody cannot write here, with the way on where there is one. */
export function whyNotWrite(code: RefusalCode, language: Language): string {
  const t = messages(language);
  switch (code) {
    case 'signed_out':
      return t('signInToWrite');
    case 'banned':
      return t('bannedHere');
    case 'needs_approval':
      return t('approvalFirst');
    case 'not_member':
      return t('joinToWrite');
    default:
      return t('closedHere');
  }
}

/** Who will receive it, who keeps it, and whether anyone on the web can read it. */
export function audienceText(audience: Audience, agency: string, language: Language): string {
  const t = messages(language);
  const keeper = audience.keptBy.agency || agency;
  const { people, organisations, nodes } = audience;
  return [
    ...(audience.narrow ? [narrowText(audience.narrow, language)] : []),
    t('audience', { people, organisations, nodes, keeper }),
    audience.web ? t('onWeb') : t('notOnWeb'),
    ...(audience.closed ? [keepingText(audience.closed, language), recordText(audience.closed, keeper, language)] : []),
    ...(audience.measuredAt ? [t('audienceAsTold')] : []),
  ].join(' ');
}

function narrowText({ kind, agency }: NonNullable<Audience['narrow']>, language: Language): string {
  const t = messages(language);
  return kind === 'agency' ? t('replyForAgency', { agency }) : t('replyForFacilitators');
}

/** How far it got; null when it concerns this node only. */
export function deliveryText(delivery: Delivery, language: Language): string | null {
  const t = messages(language);
  const [first] = delivery.detail;
  if (delivery.nodes === 0 || !first) return null;
  if (delivery.nodes === 1 && first.state === 'failed') return t('notTaken', { node: hostOf(first.home) });
  if (delivery.nodes === 1 && delivery.waiting === 1) return t('onItsWay', { node: hostOf(first.home) });
  if (delivery.unknown > 0) return t('reachedHost', { node: hostOf(first.home) });
  const reached = t('reached', { reached: delivery.reached, nodes: delivery.nodes });
  return delivery.failed === 0 ? reached : `${reached} ${t('notTakenBy', { count: delivery.failed })}`;
}

/** Faults for the error summary. */
export function fieldErrors(faults: readonly FieldFault[], language: Language): FieldError[] {
  const t = messages(language);
  return faults.map((fault) => {
    if (fault.code === 'too_long')
      return { field: fault.field, text: t('faultLong', { maximum: fault.values?.maximum ?? '' }) };
    if (fault.code !== 'required' && fault.code !== 'too_short') return { field: fault.field, text: t('faultOther') };
    const words = { title: t('faultTitle'), content: t('faultContent'), reason: t('faultReason') };
    return { field: fault.field, text: words[fault.field as keyof typeof words] ?? t('faultOther') };
  });
}

/** How much is new in a topic, or that a post is. */
export function NewBadge({ count, language }: { count?: number; language: Language }) {
  const t = messages(language);
  return (
    <Badge tone="accent">
      {count === undefined
        ? t('isNew')
        : t('newCount', { count, shown: count > mostCounted ? `${mostCounted}+` : count })}
    </Badge>
  );
}
