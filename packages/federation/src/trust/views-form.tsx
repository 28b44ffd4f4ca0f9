import { type ClassificationLabel, type Scope, scopes } from '@joinery/core';
import {
  ButtonLink,
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
import {
  classificationInWords,
  coversInWords,
  dayInWords,
  directionText,
  endInWords,
  groupInWords,
  kindText,
  scopeAbout,
  scopeLabel,
  wayInWords,
} from './labels.tsx';
import type { Preview } from './preview.ts';
import type { Partner } from './store.ts';
import { partnerKinds } from './tables.ts';
import { pageText } from './text.ts';
import { home } from './views.tsx';

/** The form for a new partner, or for what an agreement covers. */
export function PartnerForm(model: {
  partner: Partner | null;
  typed: TypedPartner;
  /** The agency's labels, the lowest first. */
  labels: readonly ClassificationLabel[];
  errors: readonly FieldError[];
  csrf: string;
  language: Language;
}) {
  const { partner, typed, errors, labels, language } = model;
  const t = pageText(language);
  const text = (name: 'agency' | 'identifier' | 'agreementRef' | 'contact' | 'reason') => ({
    name,
    value: typed[name],
  });
  const date = (name: 'validFrom' | 'reviewAt' | 'expiresAt') => ({
    name,
    value: typed[name],
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
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={partner ? t('changeTitle', { agency: partner.agency }) : t('addTitle')}
        parent={{ href: home, label: t('name') }}
      />
      <Form action={`${home}/preview`} csrf={model.csrf} errors={errors}>
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
          rows={2}
          required={true}
        />
        <RadioGroup name="kind" label={t('kind')} options={kinds} value={typed.kind} />
        <CheckboxGroup
          name="scopes"
          label={t('scopes')}
          values={typed.scopes}
          options={scopes.map((scope: Scope) => ({
            value: scope,
            label: scopeLabel(scope, language),
            description: scopeAbout(scope, language),
          }))}
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
        <TextArea name="groups" label={t('namedWhich')} description={t('namedHint')} value={typed.groups} rows={2} />
        <RadioGroup
          name="classification"
          label={t('classification')}
          description={t('classificationHint')}
          value={typed.classification || labels[0]?.id}
          options={labels.map((label) => ({ value: label.id, label: label[language] }))}
        />
        <RadioGroup
          name="direction"
          label={t('direction')}
          value={typed.direction}
          options={(['both', 'out', 'in'] as const).map((value) => ({ value, label: t(directionText[value]) }))}
        />
        <TextField {...text('reason')} label={t('reason')} description={t('reasonHint')} required={true} />
        <TextField {...text('agreementRef')} label={t('agreementRef')} />
        <TextField {...text('identifier')} label={t('identifier')} description={t('identifierHint')} />
        <TextField {...text('contact')} label={t('contact')} description={t('contactHint')} />
        <TextField {...date('validFrom')} label={t('begins')} />
        <TextField {...date('reviewAt')} label={t('review')} />
        <TextField {...date('expiresAt')} label={t('ends')} description={t('endsHint')} />
        <Checkbox
          name="introductions"
          label={t('introductions')}
          description={t('introductionsHint')}
          checked={typed.introductions === '1'}
        />
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
  labels: readonly ClassificationLabel[];
  errors: readonly FieldError[];
  csrf: string;
  language: Language;
}) {
  const { what, told, hidden, errors, language } = model;
  const t = pageText(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t(decideTitles[what], { agency: told.after.agency })}
        parent={{ href: home, label: t('name') }}
        lead={t('previewLead')}
      />
      <Panel title={t('previewTitle')} id="effect">
        {told.before && told.before.state === told.after.state ? (
          <Terms before={told.before} after={told.after} labels={model.labels} language={language} />
        ) : null}
        {told.groups.length + told.reach.length === 0 ? <p>{t('noChange')}</p> : null}
        <Reach groups={told.reach} agency={told.after.agency} language={language} />
        {told.groups.length + told.waiting === 0 ? null : (
          <DescriptionList
            items={[
              { term: t('previewGroups'), value: formatNumber(language, told.groups.length) },
              { term: t('people'), value: formatNumber(language, told.people) },
              { term: t('items'), value: formatNumber(language, told.items) },
              { term: t('waiting'), value: formatNumber(language, told.waiting) },
            ]}
          />
        )}
        {told.groups.length === 0 ? null : (
          <DataTable
            id="affected"
            caption={t('previewGroups')}
            rows={told.groups}
            columns={[
              { header: t('groupName'), cell: (group) => groupInWords(group, language) },
              { header: t('now'), cell: (group) => wayInWords(group.before, language) },
              { header: t('becomes'), cell: (group) => wayInWords(group.after, language) },
            ]}
          />
        )}
      </Panel>
      <Form action={`${home}/decide`} csrf={model.csrf} errors={errors}>
        <HiddenField name="what" value={what} />
        {hidden.map(([name, value]) => (
          <HiddenField name={name} value={value} />
        ))}
        {model.askReason ? (
          <TextField name="reason" label={t('reason')} description={t('reasonHint')} required={true} />
        ) : null}
        <FormActions>
          <SubmitButton kind={what === 'block' || what === 'suspend' ? 'danger' : 'primary'}>
            {t(decideTitles[what], { agency: told.after.agency })}
          </SubmitButton>
          {what === 'allow' && model.askReason && told.before ? (
            <ButtonLink href={`${home}/${told.before.id}/edit`}>{t('changeFirst')}</ButtonLink>
          ) : null}
        </FormActions>
      </Form>
      {hidden.some(([name]) => name === 'hosts') ? (
        <Form action={`${home}/preview`} csrf={model.csrf} inline={true}>
          <HiddenField name="what" value={what} />
          {hidden.map(([name, value]) => (
            <HiddenField name={name} value={value} />
          ))}
          <SubmitButton kind="tertiary" name="again" value="1">
            {t('previewBack')}
          </SubmitButton>
        </Form>
      ) : null}
    </Stack>
  );
}

/** So many groups are named; the rest is counted. */
const mostNamed = 20;

/** What a new agreement opens, or the end of one closes, before anybody there has joined. */
function Reach({ groups, agency, language }: { groups: Preview['reach']; agency: string; language: Language }) {
  const t = pageText(language);
  const part = (opens: boolean) => {
    const these = groups.filter(({ after }) => after.out === opens);
    if (these.length === 0) return null;
    const named = these.slice(0, mostNamed).map((group) => groupInWords(group, language));
    const more = these.length - named.length;
    return (
      <>
        <p>{t(opens ? 'reachOpens' : 'reachCloses', { count: these.length, agency })}</p>
        <ul class="ds-list">
          {named.map((name) => (
            <li>{name}</li>
          ))}
          {more > 0 ? <li>{t('reachMore', { count: more })}</li> : null}
        </ul>
      </>
    );
  };
  return (
    <>
      {part(true)}
      {part(false)}
    </>
  );
}

/** What of an agreement in words becomes other words. */
function Terms({
  before,
  after,
  labels,
  language,
}: {
  before: Partner;
  after: Partner;
  labels: readonly ClassificationLabel[];
  language: Language;
}) {
  const t = pageText(language);
  const terms = (partner: Partner) => [
    { term: t('hosts'), value: partner.hosts.map(({ origin }) => origin).join(', ') },
    { term: t('covers'), value: coversInWords(partner, language) },
    { term: t('classification'), value: classificationInWords(partner, labels, language) },
    { term: t('introductionsTerm'), value: t(partner.introductions ? 'introductionsYes' : 'introductionsNo') },
    { term: t('direction'), value: t(directionText[partner.direction]) },
    { term: t('begins'), value: dayInWords(partner.validFrom, language) },
    { term: t('review'), value: dayInWords(partner.reviewAt, language) },
    { term: t('ends'), value: endInWords(partner.expiresAt, language) },
  ];
  const then = terms(after);
  const items = terms(before).flatMap(({ term, value }, index) => {
    const becomes = then[index]?.value ?? '';
    return becomes === value ? [] : [{ term, value: t('termBecomes', { before: value, after: becomes }) }];
  });
  return items.length === 0 ? null : <DescriptionList items={items} />;
}
