import { sizes } from '@joinery/core';
import { agencyOfPerson, guestLabel, type PersonRow } from '@joinery/slices/people';
import { AttachFiles, type Attaching } from '@joinery/slices/posts';
import {
  ButtonLink,
  CheckboxGroup,
  Details,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { boxesOf, type Chosen, leaveOut } from './chosen.ts';
import { addressLabel } from './labels.ts';
import { messages } from './messages.ts';

/** The field for people, and the questions about what was typed there. */
function People(model: {
  chosen: Chosen;
  /** What the field is called, and how many it takes. */
  label: string;
  most: number;
  reader: Reader;
}) {
  const { chosen, reader } = model;
  const t = messages(reader.language);
  return (
    <>
      <TextField
        name="to"
        label={model.label}
        description={t('toHint', { count: model.most })}
        value={chosen.to}
        names={{ address: '/conversations/suggestions', label: t('suggestions') }}
        required
      />
      {chosen.unclear.map(({ term, candidates }, index) => (
        <>
          <HiddenField name="asked" value={term} />
          <CheckboxGroup
            name={boxesOf(index)}
            label={t('whoIs', { term })}
            values={[]}
            options={[
              ...candidates.map((person) => ({
                value: person.id,
                label: person.name,
                description: (person.local === 1
                  ? [person.role, `@${person.handle}`, guestLabel(person, reader.language)]
                  : [agencyOfPerson(person, reader.language), `@${addressLabel(person)}`]
                )
                  .filter(Boolean)
                  .join(' · '),
              })),
              { value: leaveOut(term), label: t('leaveOut', { term }) },
            ]}
          />
        </>
      ))}
    </>
  );
}

/** Who of other agencies can be chosen, and what that means. */
function Elsewhere({ reader }: { reader: Reader }) {
  const t = messages(reader.language);
  return (
    <Details summary={t('elsewhereTitle')}>
      <p>{t('elsewhere')}</p>
    </Details>
  );
}

/** The form of a new conversation. Nothing typed is lost: every answer shows it again. */
export function NewConversationPage(model: {
  chosen: Chosen;
  typed: { subject: string; content: string };
  errors: readonly FieldError[];
  preview: string | null;
  attaching: Attaching;
  /** Bytes that one file may have. */
  largest: number;
  reader: Reader;
  csrf: string;
}) {
  const { chosen, typed, errors, attaching, largest, reader, csrf } = model;
  const t = messages(reader.language);
  return (
    <>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t('newConversation')} parent={{ href: '/conversations', label: t('messages') }} />
      {model.preview === null ? null : (
        <Panel title={t('previewTitle')} id="preview">
          <div class="app-content" dangerouslySetInnerHTML={{ __html: model.preview }} />
        </Panel>
      )}
      <Form action="/conversations/new" csrf={csrf} errors={errors} upload>
        <People label={t('to')} most={sizes.conversation.most - 1} chosen={chosen} reader={reader} />
        <TextField name="subject" label={t('subject')} description={t('subjectHint')} value={typed.subject} />
        <TextArea
          name="content"
          label={t('message')}
          rows={8}
          value={typed.content}
          markdown={reader.language}
          required
        />
        <AttachFiles {...{ attaching, largest, csrf }} language={reader.language} />
        <p class="app-quiet">{t('whoReads')}</p>
        <FormActions>
          <SubmitButton>{t('send')}</SubmitButton>
          <SubmitButton kind="secondary" name="preview" value="1">
            {t('preview')}
          </SubmitButton>
          <ButtonLink href="/conversations">{t('cancel')}</ButtonLink>
        </FormActions>
        <Elsewhere reader={reader} />
      </Form>
    </>
  );
}

/** Bringing more people into a conversation, with what that lets them read. In one that lives elsewhere those there are asked for it. */
export function AddPeoplePage(model: {
  conversation: { id: string; title: string };
  count: number;
  chosen: Chosen;
  /** Who can add them where it lives elsewhere; null where it lives here. */
  ask: { agency: string; people: readonly PersonRow[] } | null;
  errors: readonly FieldError[];
  reader: Reader;
  csrf: string;
}) {
  const { conversation, chosen, ask, errors, reader, csrf } = model;
  const t = messages(reader.language);
  const href = `/conversations/${conversation.id}`;
  const who = ask?.people.map(({ name }) => name) ?? [];
  const names = new Intl.ListFormat(reader.language, { type: 'disjunction' }).format(who);
  const full = model.count >= sizes.conversation.most;
  return (
    <>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t(ask === null ? 'addPeople' : 'askToAdd')} parent={{ href, label: conversation.title }} />
      {full ? (
        <p>{t('addFull', { count: model.count })}</p>
      ) : ask?.people.length === 0 ? (
        <p>
          {t('askNobody', { agency: ask.agency })} <a href="/conversations/new">{t('addNew')}</a>
        </p>
      ) : (
        <>
          <Notice kind="warning" language={reader.language}>
            {ask === null ? t('addLead') : t('askLead', { agency: ask.agency, names })}{' '}
            <a href="/conversations/new">{t('addNew')}</a>
          </Notice>
          <Form action={`${href}/people`} csrf={csrf} errors={errors}>
            <People label={t('who')} most={sizes.conversation.most - model.count} chosen={chosen} reader={reader} />
            <FormActions>
              <SubmitButton>{t(ask === null ? 'add' : 'ask')}</SubmitButton>
              <ButtonLink href={href}>{t('cancel')}</ButtonLink>
            </FormActions>
            {ask === null ? <Elsewhere reader={reader} /> : null}
          </Form>
        </>
      )}
    </>
  );
}

/** Asks once more before somebody leaves. */
export function LeavePage(model: {
  conversation: { id: string; title: string };
  last: boolean;
  reader: Reader;
  csrf: string;
}) {
  const { conversation, reader } = model;
  const t = messages(reader.language);
  const href = `/conversations/${conversation.id}`;
  return (
    <>
      <PageHeading title={t('leaveTitle')} parent={{ href, label: conversation.title }} />
      <p>{t('leaveLead')}</p>
      {model.last ? <p>{t('leaveLast')}</p> : null}
      <Form action={`${href}/leave`} csrf={model.csrf}>
        <FormActions>
          <SubmitButton kind="danger">{t('leaveButton')}</SubmitButton>
          <ButtonLink href={href}>{t('cancel')}</ButtonLink>
        </FormActions>
      </Form>
    </>
  );
}
