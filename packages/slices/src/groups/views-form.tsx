import type { ClassificationLabel } from '@joinery/core';
import {
  ButtonLink,
  Checkbox,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  HiddenField,
  type Language,
  PageHeading,
  Panel,
  RadioGroup,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { presetOptions } from './choice.ts';
import { messages } from './messages.ts';
import type { GroupRow } from './tables.ts';
import { LabelChoice } from './views-classification.tsx';

type FormModel = { language: Language; csrf: string; errors: readonly FieldError[]; typed: Record<string, string> };

/** A new group: name, purpose, one of four presets in words, and the web as a switch of its own. */
export function NewGroupPage({
  language,
  csrf,
  errors,
  typed,
  labels,
}: FormModel & { labels: readonly ClassificationLabel[] }) {
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('newGroup')} />
      <Form action="/groups/new" csrf={csrf} errors={errors}>
        <TextField name="name" label={t('name')} required value={typed.name} />
        <TextField
          name="handle"
          label={t('handle')}
          description={t('handleHint')}
          required
          autocomplete="off"
          width="medium"
          value={typed.handle}
        />
        <TextArea name="summary" label={t('summary')} description={t('summaryHint')} rows={4} value={typed.summary} />
        <RadioGroup
          name="preset"
          label={t('preset')}
          value={typed.preset ?? 'open'}
          options={presetOptions(language)}
        />
        <WebSwitch language={language} checked={typed.web === '1'} />
        <LabelChoice labels={labels} value={typed.label} language={language} />
        <FormActions>
          <SubmitButton>{t('create')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}

function WebSwitch(model: { language: Language; checked: boolean }) {
  const t = messages(model.language);
  return <Checkbox name="web" label={t('web')} description={t('webHint')} checked={model.checked} />;
}

/** What its owners change of a group. */
export function SettingsPage(model: FormModel & { group: GroupRow }) {
  const { language, csrf, errors, typed, group } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('settingsOf', { group: group.name })}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        actions={
          <>
            <ButtonLink href={`/groups/${group.id}/members`}>{t('allMembers')}</ButtonLink>
            <ButtonLink href={`/groups/${group.id}/classification`}>{t('confidentiality')}</ButtonLink>
          </>
        }
      />
      <Form action={`/groups/${group.id}/settings`} csrf={csrf} errors={errors}>
        <TextField name="name" label={t('name')} required value={typed.name} />
        <TextArea name="summary" label={t('summary')} description={t('summaryHint')} rows={4} value={typed.summary} />
        <RadioGroup
          name="reading"
          label={t('reading')}
          value={typed.reading}
          options={[
            { value: 'partners', label: t('readingPartners') },
            { value: 'members', label: t('readingMembers') },
          ]}
        />
        <WebSwitch language={language} checked={typed.web === '1'} />
        <RadioGroup
          name="joining"
          label={t('joining')}
          value={typed.joining}
          options={[
            { value: 'open', label: t('joiningOpen') },
            { value: 'request', label: t('joiningRequest') },
            { value: 'invited', label: t('joiningInvited') },
          ]}
        />
        <Checkbox name="listed" label={t('listed')} checked={typed.listed === '1'} />
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
        </FormActions>
      </Form>
      <Panel title={t('promises')} id="promises">
        <p>{t('promisesHint')}</p>
        <FormActions>
          <ButtonLink href={`/groups/${group.id}/terms/edit`}>{t('promisesChange')}</ButtonLink>
          <ButtonLink href={`/groups/${group.id}/terms`}>{t('remainsWhere')}</ButtonLink>
        </FormActions>
      </Panel>
      <Panel title={t('archiveTitle')} id="archive">
        <p>{t('archiveHint')}</p>
        <Form action={`/groups/${group.id}/archive`} csrf={csrf} inline>
          <HiddenField name="archived" value={group.archived_at === null ? '1' : '0'} />
          <SubmitButton kind="secondary">{group.archived_at === null ? t('archive') : t('unarchive')}</SubmitButton>
        </Form>
      </Panel>
      <Panel title={t('deleteTitle')} id="delete">
        <p>{t('deleteHint')}</p>
        <Form action={`/groups/${group.id}/delete`} csrf={csrf} errors={errors}>
          <TextField
            name="handle"
            label={t('deleteConfirm', { handle: group.handle })}
            autocomplete="off"
            width="medium"
            value=""
          />
          <FormActions>
            <SubmitButton kind="danger">{t('delete')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
    </Stack>
  );
}

/** Open a group anywhere by its link or handle. */
export function OpenByLinkPage({ language, csrf, errors, typed }: FormModel) {
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('joinTitle')} lead={t('joinLead')} />
      <Form action="/groups/join" csrf={csrf} errors={errors}>
        <TextField
          name="reference"
          label={t('reference')}
          description={t('referenceHint')}
          autocomplete="off"
          value={typed.reference}
        />
        <FormActions>
          <SubmitButton>{t('lookUp')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}
