import { sizes } from '@joinery/core';
import { FileList, type ShownFile } from '@joinery/slices/files';
import { guestLabel, type PersonRow, personLabel } from '@joinery/slices/people';
import {
  AttachFiles,
  type Attaching,
  ClosedNotices,
  type ClosedState,
  LikeButton,
  type PostWithText,
} from '@joinery/slices/posts';
import {
  Avatar,
  Badge,
  ButtonLink,
  Columns,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  LikeCount,
  List,
  Notice,
  PageHeading,
  Panel,
  PersonName,
  type Reader,
  SubmitButton,
  TextArea,
  Time,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { isAlone, isOverNodes, nameOf, namesOf, titleOf, whomToAsk } from './labels.ts';
import { cameLater, type Participant } from './lists.ts';
import { messages } from './messages.ts';

/** One thing in a conversation, in the order of time: a message, or that somebody came or left. */
export type Entry =
  | { kind: 'message'; at: string; post: PostWithText; isNew: boolean; may: { like: boolean; liked: boolean } }
  | { kind: 'added' | 'left'; at: string; participant: Participant };

export type ConversationModel = {
  conversation: { id: string; name: string; created_at: string; local: number; home: string };
  participants: readonly Participant[];
  entries: readonly Entry[];
  /** Local id of who reads. */
  person: string;
  /** Address of the messages before these; null at the beginning. */
  earlier: string | null;
  /** Whether these are the newest messages. */
  newest: boolean;
  muted: boolean;
  /** What the reader said to being brought in from elsewhere. */
  contact: 'waiting' | 'accepted' | 'ignored';
  contactBy: PersonRow | undefined;
  /** Nothing of it may be shown any more, or for now. */
  withheld: boolean;
  /** What the reader wrote and has not arrived everywhere, in words, by post. */
  deliveries: ReadonlyMap<string, string>;
  /** Files by message. */
  attached: ReadonlyMap<string, readonly ShownFile[]>;
  closed: ClosedState | null;
  /** Agencies of people in it who cannot read what is written at this node. */
  notReadBy: readonly string[];
  typed: string;
  errors: readonly FieldError[];
  preview: string | null;
  attaching: Attaching;
  /** Bytes that one file may have. */
  largest: number;
  reader: Reader;
  csrf: string;
};

/** A conversation, the newest message last, with the form to answer below it. */
export function ConversationPage(model: ConversationModel) {
  const { conversation, participants, entries, person, reader, csrf } = model;
  const { language } = reader;
  const t = messages(language);
  const here = participants.filter(({ leftAt }) => leftAt === null);
  const href = `/conversations/${conversation.id}`;
  const said = entries.filter((entry) => entry.kind === 'message');
  const firstNew = said.find(({ isNew }) => isNew);
  return (
    <>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading
        title={titleOf(conversation, participants, person, language)}
        parent={{ href: '/conversations', label: t('messages') }}
        lead={conversation.name ? t('between', { names: namesOf(participants, person, language) }) : undefined}
        badges={
          <>
            {isAlone(participants) ? <Badge>{t('alone')}</Badge> : null}
            {model.muted ? <Badge>{t('muted')}</Badge> : null}
          </>
        }
      />
      <Columns aside={<People model={model} />}>
        <div class="app-stack app-reading">
          {model.withheld ? (
            <Notice kind="warning" language={language}>
              {t('withheld', { agency: hostAgency(model) })}
            </Notice>
          ) : (
            <ClosedNotices state={model.closed} reader={reader} />
          )}
          {model.withheld || model.notReadBy.length === 0 ? null : (
            <Notice kind="warning" language={language}>
              {t('notReadBy', {
                agencies: new Intl.ListFormat(language, { type: 'conjunction' }).format(model.notReadBy),
              })}
            </Notice>
          )}
          {model.contact === 'accepted' ? null : <Request model={model} />}
          <h2 class="ds-sr-only" id="messages">
            {t('saidHere')}
          </h2>
          {model.earlier ? (
            <div class="app-actions">
              <ButtonLink href={model.earlier}>{t('earlier')}</ButtonLink>
            </div>
          ) : null}
          {firstNew && said.indexOf(firstNew) > 0 && said.length > 5 ? (
            <p>
              <a class="ds-link" href={`#post-${firstNew.post.id}`}>
                {t('firstNew')}
              </a>
            </p>
          ) : null}
          {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of lists without bullets. */}
          <ul class="app-messages" role="list" aria-labelledby="messages">
            {entries.map((entry) => (
              <li>
                {entry.kind === 'message' ? (
                  <Message entry={entry} model={model} />
                ) : (
                  <p class="app-quiet app-message-event">
                    {eventText(entry, participants, language)} · <Time at={entry.at} reader={reader} />
                  </p>
                )}
              </li>
            ))}
          </ul>
          {said.length === 0 && !model.withheld ? <p class="app-quiet">{t('nothingYet')}</p> : null}
          {model.withheld ? null : model.newest ? (
            <Panel title={t('yourMessage')} id="your-message">
              {model.preview === null ? null : (
                <Panel title={t('previewTitle')} id="preview" level={3}>
                  <div class="app-content" dangerouslySetInnerHTML={{ __html: model.preview }} />
                </Panel>
              )}
              <Form action={`${href}/messages`} csrf={csrf} errors={model.errors} upload>
                <TextArea
                  name="content"
                  label={t('message')}
                  rows={4}
                  value={model.typed}
                  markdown={language}
                  suggest={`/groups/${conversation.id}/suggestions`}
                  required
                />
                <AttachFiles attaching={model.attaching} largest={model.largest} csrf={csrf} language={language} />
                <p class="app-quiet">{keptText(model, here.length)}</p>
                <FormActions>
                  <SubmitButton>{t('send')}</SubmitButton>
                  <SubmitButton kind="secondary" name="preview" value="1">
                    {t('preview')}
                  </SubmitButton>
                </FormActions>
              </Form>
            </Panel>
          ) : (
            <div class="app-actions">
              <ButtonLink href={href}>{t('newest')}</ButtonLink>
            </div>
          )}
        </div>
      </Columns>
    </>
  );
}

/** What the agency is called that a conversation lives at. */
function hostAgency({ conversation, participants }: ConversationModel): string {
  return whomToAsk(conversation, participants).agency;
}

/** Who reads it and who keeps what, in one line. */
function keptText(model: ConversationModel, count: number): string {
  const t = messages(model.reader.language);
  if (!isOverNodes(model.participants)) return t('readBy', { count });
  return t('readByNodes', { count, agency: hostAgency(model) });
}

/** Somebody of another agency wrote to the reader, who has not talked with them before: who, and what can be said to that. */
function Request({ model }: { model: ConversationModel }) {
  const { conversation, contactBy, reader, csrf } = model;
  const t = messages(reader.language);
  const href = `/conversations/${conversation.id}`;
  return (
    <Panel title={t('requestTitle', { name: nameOf(contactBy, reader.language) })} id="request">
      <p>{t(model.contact === 'waiting' ? 'requestLead' : 'requestIgnored')}</p>
      <p>{t('requestFiles')}</p>
      <div class="app-actions">
        <Form inline action={`${href}/accept`} csrf={csrf}>
          <SubmitButton small>{t('accept')}</SubmitButton>
        </Form>
        {model.contact === 'waiting' ? (
          <Form inline action={`${href}/ignore`} csrf={csrf}>
            <SubmitButton small kind="secondary">
              {t('ignore')}
            </SubmitButton>
          </Form>
        ) : null}
        <ButtonLink small kind="tertiary" href="/profile/conversations">
          {t('choiceTitle')}
        </ButtonLink>
      </div>
    </Panel>
  );
}

function eventText(
  { kind, participant }: Extract<Entry, { participant: Participant }>,
  participants: readonly Participant[],
  language: Reader['language'],
): string {
  const t = messages(language);
  const name = nameOf(participant.person, language);
  const by = participants.find(({ person }) => person.id === participant.broughtBy)?.person;
  if (kind === 'added') return t('added', { name, by: nameOf(by, language) });
  const { agency } = participant.person;
  if (participant.why === 'agreement_ended') return t('agreementEnded', { name, agency });
  return participant.why === 'declined' ? t('declined', { name }) : t('left', { name });
}

function Message({ entry, model }: { entry: Extract<Entry, { kind: 'message' }>; model: ConversationModel }) {
  const { post, isNew, may } = entry;
  const { reader, person } = model;
  const t = messages(reader.language);
  const own = post.author_id === person;
  const author = model.participants.find((one) => one.person.id === post.author_id)?.person;
  const label = personLabel(author, reader.language);
  const guest = author && !own && !label.deleted ? guestLabel(author, reader.language) : null;
  const at = `/posts/${post.id}`;
  return (
    <article class="app-message" id={`post-${post.id}`} data-own={own ? '' : undefined}>
      <h3 class="ds-sr-only">{t('messageBy', { name: own ? t('you') : label.name })}</h3>
      <header class="app-message-header">
        <Avatar name={label.name} agency={label.agency} small />
        <PersonName person={{ name: own ? t('you') : label.name, href: label.deleted ? undefined : label.href }} />
        {guest ? <span class="app-quiet">{guest}</span> : null}
        {!guest && !label.deleted && isOverNodes(model.participants) ? (
          <span class="app-quiet">{label.agency}</span>
        ) : null}
        <a class="app-quiet app-quiet-link" href={`#post-${post.id}`}>
          <Time at={post.sort_at} reader={reader} />
        </a>
        {isNew || (post.revision > 1 && !post.deleted_at) ? (
          <div class="app-badges">
            {isNew ? <Badge tone="accent">{t('isNew')}</Badge> : null}
            {post.revision > 1 && !post.deleted_at ? <Badge>{t('edited')}</Badge> : null}
          </div>
        ) : null}
      </header>
      {post.deleted_at ? (
        <p class="app-quiet">{t('deletedMessage')}</p>
      ) : (
        <div
          class="app-content"
          lang={post.language ?? undefined}
          dangerouslySetInnerHTML={{ __html: post.content ?? '' }}
        />
      )}
      <FileList files={model.attached.get(post.id) ?? []} reader={reader} />
      {model.deliveries.has(post.id) ? (
        <p class="app-quiet app-message-delivery">{model.deliveries.get(post.id)}</p>
      ) : null}
      {post.deleted_at ? null : (
        <footer class="app-message-actions">
          <LikeCount count={post.likes} language={reader.language} />
          {may.like ? (
            <LikeButton post={post.id} liked={may.liked} language={reader.language} csrf={model.csrf} />
          ) : null}
          {own ? (
            <>
              <Small href={`${at}/edit`}>{t('edit')}</Small>
              <Small href={`${at}/delete`}>{t('delete')}</Small>
            </>
          ) : (
            <Small href={`${at}/report`}>{t('report')}</Small>
          )}
          {post.revision > 1 ? <Small href={`${at}/history`}>{t('history')}</Small> : null}
        </footer>
      )}
    </article>
  );
}

function Small({ href, children }: { href: string; children: Child }) {
  return (
    <ButtonLink small kind="tertiary" href={href}>
      {children}
    </ButtonLink>
  );
}

/** Who is in it, and what one may do about that. */
function People({ model }: { model: ConversationModel }) {
  const { conversation, participants, reader, csrf } = model;
  const { language } = reader;
  const t = messages(language);
  const here = participants.filter(({ leftAt }) => leftAt === null);
  const href = `/conversations/${conversation.id}`;
  const byId = new Map(participants.map((one) => [one.person.id, one.person]));
  return (
    <Panel title={t('people')} id="people">
      {conversation.local === 1 ? null : <p class="app-quiet">{t('livesAt', { agency: hostAgency(model) })}</p>}
      <List label={t('people')}>
        {here.map((one) => (
          <span class="app-person">
            <Avatar name={one.person.name} agency={one.person.agency} small />
            <span class="app-person-words">
              <PersonName person={{ name: one.person.name, href: `/people/${one.person.id}` }} />
              <span class="app-quiet">
                {[
                  isOverNodes(participants) && one.person.guest_until === null ? one.person.agency : '',
                  one.person.role,
                  guestLabel(one.person, language),
                  one.waits ? t('notReopened') : '',
                  one.broughtBy === null ? t('began') : '',
                  cameLater(one, conversation)
                    ? t('since', { by: nameOf(byId.get(one.broughtBy ?? ''), language) })
                    : '',
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
          </span>
        ))}
      </List>
      <div class="app-actions">
        {here.length < sizes.conversation.most && whomToAsk(conversation, participants).people.length > 0 ? (
          <ButtonLink small href={`${href}/people`}>
            {t(conversation.local === 1 ? 'addPeople' : 'askToAdd')}
          </ButtonLink>
        ) : null}
        <Form inline action={`${href}/${model.muted ? 'unmute' : 'mute'}`} csrf={csrf}>
          <SubmitButton small kind="secondary">
            {model.muted ? t('unmute') : t('mute')}
          </SubmitButton>
        </Form>
        <ButtonLink small kind="tertiary" href={`${href}/leave`}>
          {t('leave')}
        </ButtonLink>
      </div>
    </Panel>
  );
}
