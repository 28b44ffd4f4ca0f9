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
  PageHeading,
  Panel,
  RadioGroup,
  type Reader,
  Stack,
  SubmitButton,
  Time,
} from '@joinery/ui';
import type { GroupRow } from '../tables.ts';
import { messages } from './messages.ts';
import type { NotedChange } from './terms.ts';
import { remainsOf, termsText } from './words.ts';

type Common = { reader: Reader; group: GroupRow; agency: string };

/** What a group promises, what remains where, and what was changed of it. */
export function TermsPage(
  model: Common & {
    named: readonly string[];
    /** Null for who is not in the group. */
    changes: readonly NotedChange[] | null;
    mayChange: boolean;
  },
) {
  const { group, reader, agency } = model;
  const { language } = reader;
  const t = messages(language);
  return (
    <Stack>
      <PageHeading
        title={t('termsOf', { group: group.name })}
        lead={t('termsLead')}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
        actions={
          model.mayChange ? <ButtonLink href={`/groups/${group.id}/terms/edit`}>{t('change')}</ButtonLink> : null
        }
      />
      <Panel title={t('terms')} id="terms">
        <DescriptionList items={termsText(group, agency, model.named, language)} />
      </Panel>
      <Panel title={t('remains')} id="remains">
        <p>{t('remainsLead')}</p>
        <DataTable
          id="remains-table"
          caption={t('remainsCaption')}
          columns={[
            { header: t('when'), cell: (row) => row.when },
            { header: t('authorHas'), cell: (row) => row.author },
            { header: t('hostHas', { agency }), cell: (row) => row.host },
            { header: t('othersHave'), cell: (row) => row.others },
          ]}
          rows={remainsOf(group, agency, language)}
        />
        <p>{t('remainsBackups')}</p>
      </Panel>
      {model.changes === null ? null : (
        <Panel title={t('changes')} id="changes">
          {model.changes.length === 0 ? (
            <p>{t('noChanges')}</p>
          ) : (
            <DataTable
              id="changes-table"
              caption={t('changesCaption')}
              columns={[
                { header: t('changedAt'), cell: (row) => <Time at={row.at} reader={reader} /> },
                { header: t('changedWhat'), cell: (row) => fieldText(row.field, reader) },
                { header: t('changedBefore'), cell: (row) => valueText(row.field, row.before, reader) },
                { header: t('changedAfter'), cell: (row) => valueText(row.field, row.after, reader) },
                { header: t('changedBy'), cell: (row) => row.by_name ?? t('byNode') },
              ]}
              rows={model.changes}
            />
          )}
        </Panel>
      )}
    </Stack>
  );
}

function fieldText(field: string, reader: Reader): string {
  const t = messages(reader.language);
  const words: Record<string, string> = {
    name: t('fieldName'),
    reading: t('fieldReading'),
    joining: t('fieldJoining'),
    listed: t('fieldListed'),
    archived: t('fieldArchived'),
    key: t('fieldKey'),
    history: t('history'),
    inviting: t('inviting'),
    asking: t('asking'),
    agencies: t('fieldAgencies'),
    keeping: t('keeping'),
    record_copy: t('record'),
  };
  return words[field] ?? field;
}

function valueText(field: string, value: string, reader: Reader): string {
  const t = messages(reader.language);
  if (field === 'name' || field === 'key') return value;
  if (field === 'agencies')
    return value === ''
      ? t('nobody')
      : value
          .split(' ')
          .map((origin) => new URL(origin).host)
          .join(', ');
  if (['listed', 'archived', 'record_copy'].includes(field)) return value === '1' ? t('yes') : t('no');
  const words: Record<string, string> = {
    'reading web': t('readingWeb'),
    'reading partners': t('readingPartners'),
    'reading members': t('readingMembers'),
    'joining open': t('joiningOpen'),
    'joining request': t('joiningRequest'),
    'joining invited': t('joiningInvited'),
    'history all': t('historyAllShort'),
    'history joining': t('historyJoiningShort'),
    'inviting owners': t('invitingOwnersShort'),
    'inviting facilitators': t('invitingFacilitatorsShort'),
    'inviting members': t('invitingMembersShort'),
    'asking partners': t('askingPartnersShort'),
    'asking agencies': t('askingAgenciesShort'),
    'asking node': t('askingNodeShort'),
    'keeping leased': t('keepingLeasedShort'),
    'keeping live': t('keepingLiveShort'),
  };
  return words[`${field} ${value}`] ?? value;
}

/** Where owners change what the group promises. */
export function EditTermsPage(
  model: Common & {
    csrf: string;
    errors: readonly FieldError[];
    typed: { history: string; inviting: string; asking: string; keeping: string; recordCopy: boolean };
    agencies: readonly string[];
    partners: readonly { origin: string; agency: string }[];
  },
) {
  const { group, reader, errors, typed } = model;
  const { language } = reader;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('changeTitle', { group: group.name })}
        lead={t('changeLead')}
        parent={{ href: `/groups/${group.id}/terms`, label: t('terms') }}
      />
      <Form action={`/groups/${group.id}/terms/edit`} csrf={model.csrf} errors={errors}>
        <RadioGroup
          name="history"
          label={t('historyField')}
          description={t('historyHint')}
          value={typed.history}
          options={[
            { value: 'all', label: t('historyAllShort') },
            { value: 'joining', label: t('historyJoiningShort') },
          ]}
        />
        <RadioGroup
          name="inviting"
          label={t('invitingField')}
          value={typed.inviting}
          options={[
            { value: 'owners', label: t('invitingOwnersShort') },
            { value: 'facilitators', label: t('invitingFacilitatorsShort') },
            { value: 'members', label: t('invitingMembersShort') },
          ]}
        />
        <RadioGroup
          name="asking"
          label={t('askingField')}
          description={t('askingHint')}
          value={typed.asking}
          options={[
            { value: 'partners', label: t('askingPartnersShort') },
            { value: 'agencies', label: t('askingAgenciesShort') },
            { value: 'node', label: t('askingNodeShort') },
          ]}
        />
        {model.partners.length === 0 ? (
          <p class="app-quiet">{t('noPartners')}</p>
        ) : (
          <CheckboxGroup
            name="agencies"
            label={t('agencies')}
            values={model.agencies}
            options={model.partners.map(({ origin, agency }) => ({
              value: origin,
              label: agency,
              description: new URL(origin).host,
            }))}
          />
        )}
        {group.reading === 'members' ? (
          <RadioGroup
            name="keeping"
            label={t('keepingField')}
            description={t('keepingHint')}
            value={typed.keeping}
            options={[
              { value: 'leased', label: t('keepingLeasedShort') },
              { value: 'live', label: t('keepingLiveShort') },
            ]}
          />
        ) : null}
        <Checkbox name="recordCopy" label={t('recordField')} description={t('recordHint')} checked={typed.recordCopy} />
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
        </FormActions>
      </Form>
    </Stack>
  );
}
