import {
  DescriptionList,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  PageHeading,
  Panel,
  type Reader,
  SourceLabel,
  Stack,
  SubmitButton,
  TextArea,
} from '@joinery/ui';
import { agencyOf, hostOf } from '../labels.ts';
import type { GroupRow } from '../tables.ts';
import { termsText } from '../terms/words.ts';
import { messages } from './messages.ts';
import type { Question } from './questions.ts';

export type LandingModel = {
  reader: Reader;
  group: GroupRow;
  /** Of this node. */
  agency: string;
  /** Who runs the group, as far as is known here. */
  running: readonly { name: string; agency: string }[];
  /** Agencies in the group, as far as it says. */
  agencies: readonly string[];
};

/** What somebody learns of a group that they may not read yet: who runs it, who is in it, and what they could rely on. */
export function Landing({ reader, group, agency, running, agencies }: LandingModel) {
  const { language } = reader;
  const t = messages(language);
  const about = [
    ...(running.length > 0
      ? [
          {
            term: t('runBy'),
            value: running.map((one) => [one.name, one.agency].filter(Boolean).join(', ')).join('; '),
          },
        ]
      : []),
    ...(agencies.length > 0 ? [{ term: t('agenciesIn'), value: agencies.join(', ') }] : []),
  ];
  return (
    <>
      {about.length === 0 ? null : (
        <Panel title={t('whatFor')} id="what-for">
          <DescriptionList items={about} />
        </Panel>
      )}
      <Panel title={t('promises')} id="promises">
        <DescriptionList items={termsText(group, agencyOf(group, agency), [], language)} />
        <p>
          <a class="ds-link" href={`/groups/${group.id}/terms#remains`}>
            {t('remainsWhere')}
          </a>
        </p>
      </Panel>
    </>
  );
}

/** Asking to join: what the group is, what it promises, and its questions. */
export function AskPage(
  model: LandingModel & {
    csrf: string;
    questions: readonly Question[];
    errors: readonly FieldError[];
    typed: Record<string, string>;
  },
) {
  const { group, reader, questions, errors, typed } = model;
  const { language } = reader;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading
        title={t('askTo', { group: group.name })}
        lead={t('askLead')}
        parent={{ href: `/groups/${group.id}`, label: group.name }}
      />
      {group.local === 1 ? null : (
        <SourceLabel
          source={{
            agency: agencyOf(group, model.agency),
            node: hostOf(group.home),
            ...(group.fetched_at ? { fetchedAt: group.fetched_at } : {}),
          }}
          reader={reader}
        />
      )}
      <Landing {...model} />
      <Panel title={questions.length > 0 ? t('questions') : t('yourRequest')} id="questions">
        <p>{questions.length > 0 ? t('questionsHint') : t('noQuestions')}</p>
        <Form action={`/groups/${group.id}/ask`} csrf={model.csrf} errors={errors}>
          {questions.map(({ text, required }, index) => (
            <TextArea
              name={`answer${index}`}
              label={required ? text : t('optional', { question: text })}
              rows={3}
              required={required}
              value={typed[`answer${index}`]}
            />
          ))}
          <FormActions>
            <SubmitButton>{t('send')}</SubmitButton>
          </FormActions>
        </Form>
      </Panel>
    </Stack>
  );
}
