import { type Scope, scopes } from '@joinery/core';
import {
  Checkbox,
  CheckboxGroup,
  DataTable,
  DescriptionList,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatNumber,
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
import type { ChangeKind } from './change.ts';
import type { TypedPartner } from './form.ts';
import { directionText, kindText, scopeLabel, wayInWords } from './labels.tsx';
import type { Preview } from './preview.ts';
import type { Partner } from './store.ts';
import { partnerKinds } from './tables.ts';
import { pageText } from './text.ts';
import { home } from './views.tsx';

/** The form for a new partner, or for what an agreement covers. */
export function PartnerForm(model: {
  partner: Partner | null;
  typed: TypedPartner;
  errors: readonly FieldError[];
  csrf: string;
  language: Language;
}) {
  const { partner, typed, errors, language } = model;
  const t = pageText(language);
  const error = (name: string) => errors.find(({ field }) => field === name)?.text;
  const text = (name: 'agency' | 'identifier' | 'agreementRef' | 'contact' | 'reason') => ({
    name,
    value: typed[name],
    error: error(name),
  });
  const date = (name: 'validFrom' | 'reviewAt' | 'expiresAt') => ({
    name,
    value: typed[name],
    error: error(name),
    type: 'date' as const,
    width: 'medium' as const,
  });
  const kinds = partnerKinds.map((kind) => ({
    value: kind,
    label: t(kindText[kind]),
    ...(kind === 'supplier' ? { description: t('kindSupplierHint') } : {}),
  }));
  return (
    <Stack>
      <BackLink language={language} />
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={partner ? t('changeTitle', { agency: partner.agency }) : t('addTitle')} />
      <Form action={`${home}/preview`} csrf={model.csrf}>
        {partner ? <HiddenField name="partner" value={partner.id} /> : null}
        <TextField
          {...text('agency')}
          label={t('agency')}
          description={t('agencyHint')}
          required={true}
          autocomplete="off"
        />
        <TextArea
          name="hosts"
          label={t('hosts')}
          description={t('hostsHint')}
          value={typed.hosts}
          error={error('hosts')}
          rows={2}
          required={true}
        />
        <RadioGroup name="kind" label={t('kind')} options={kinds} value={typed.kind} error={error('kind')} />
        <CheckboxGroup
          name="scopes"
          label={t('scopes')}
          values={typed.scopes}
          error={error('scopes')}
          options={scopes.map((scope: Scope) => ({ value: scope, label: scopeLabel(scope, language) }))}
        />
        <RadioGroup
          name="coverage"
          label={t('coverage')}
          value={typed.coverage}
          options={[
            { value: 'all', label: t('allGroups') },
            { value: 'named', label: t('named') },
          ]}
        />
        <TextArea
          name="groups"
          label={t('named')}
          description={t('namedHint')}
          value={typed.groups}
          error={error('groups')}
          rows={2}
        />
        <RadioGroup
          name="direction"
          label={t('direction')}
          value={typed.direction}
          error={error('direction')}
          options={(['both', 'out', 'in'] as const).map((value) => ({ value, label: t(directionText[value]) }))}
        />
        <TextField {...text('reason')} label={t('reason')} description={t('reasonHint')} required={true} />
        <TextField {...text('agreementRef')} label={t('agreementRef')} />
        <TextField {...text('identifier')} label={t('identifier')} description={t('identifierHint')} />
        <TextField {...text('contact')} label={t('contact')} description={t('contactHint')} />
        <TextField {...date('validFrom')} label={t('begins')} />
        <TextField {...date('reviewAt')} label={t('review')} />
        <TextField {...date('expiresAt')} label={t('ends')} description={t('endsHint')} />
        <Checkbox name="privateRanges" label={t('privateRanges')} checked={typed.privateRanges === '1'} />
        <FormActions>
          <SubmitButton name="what" value={partner ? 'change' : 'allow'}>
            {t('preview')}
          </SubmitButton>
          {partner ? null : (
            <SubmitButton kind="secondary" name="what" value="propose">
              {t('propose')}
            </SubmitButton>
          )}
        </FormActions>
      </Form>
    </Stack>
  );
}

function BackLink({ language }: { language: Language }) {
  return (
    <p>
      <a class="ds-link" href={home}>
        {pageText(language)('back')}
      </a>
    </p>
  );
}

const decideTitles = {
  allow: 'allowTitle',
  suspend: 'suspendTitle',
  block: 'blockTitle',
  'accept-key': 'keyAcceptTitle',
  change: 'changeTitle',
  propose: 'allowTitle',
  receive: 'allowTitle',
} as const satisfies Record<ChangeKind, string>;

/** What a decision will do, and the button that takes it. `hidden` carries what was typed before; without a reason it is asked for here. */
export function PreviewPage(model: {
  what: ChangeKind;
  told: Preview;
  hidden: readonly (readonly [string, string])[];
  askReason: boolean;
  errors: readonly FieldError[];
  csrf: string;
  language: Language;
}) {
  const { what, told, errors, language } = model;
  const t = pageText(language);
  return (
    <Stack>
      <BackLink language={language} />
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t(decideTitles[what], { agency: told.after.agency })} lead={t('previewLead')} />
      <Panel title={t('previewTitle')} id="effect">
        {told.groups.length === 0 ? <p>{t('noChange')}</p> : null}
        <DescriptionList
          items={[
            { term: t('previewGroups'), value: formatNumber(language, told.groups.length) },
            { term: t('people'), value: formatNumber(language, told.people) },
            { term: t('items'), value: formatNumber(language, told.items) },
            { term: t('waiting'), value: formatNumber(language, told.waiting) },
          ]}
        />
        {told.groups.length === 0 ? null : (
          <DataTable
            id="affected"
            caption={t('previewGroups')}
            rows={told.groups}
            columns={[
              { header: t('groupName'), cell: (group) => group.name },
              { header: t('now'), cell: (group) => wayInWords(group.before, language) },
              { header: t('becomes'), cell: (group) => wayInWords(group.after, language) },
            ]}
          />
        )}
      </Panel>
      <Form action={`${home}/decide`} csrf={model.csrf}>
        <HiddenField name="what" value={what} />
        {model.hidden.map(([name, value]) => (
          <HiddenField name={name} value={value} />
        ))}
        {model.askReason ? (
          <TextField
            name="reason"
            label={t('reason')}
            description={t('reasonHint')}
            required={true}
            error={errors.find(({ field }) => field === 'reason')?.text}
          />
        ) : null}
        <FormActions>
          <SubmitButton kind={what === 'block' || what === 'suspend' ? 'danger' : 'primary'}>
            {t(decideTitles[what], { agency: told.after.agency })}
          </SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}
