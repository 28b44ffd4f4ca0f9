import type { Restored } from '@joinery/core';
import {
  Badge,
  ButtonLink,
  CheckboxGroup,
  Columns,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDateTime,
  HiddenField,
  List,
  ListItem,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { restoredPage } from '../health.ts';
import { restoredText } from './messages.ts';
import type { RuleToAnswer } from './rules.ts';

type Named = { id: string; name: string };

const timeOf = (instant: string, { language, timeZone }: Reader) => formatDateTime(language, timeZone, instant);

/** Before somebody has confirmed: what is asked, and who has which role from now on. */
export function ConfirmRestored(model: {
  state: Restored;
  administrators: readonly Named[];
  officers: readonly Named[];
  /** Local id of whoever looks. */
  self: string;
  typed: { administrators: readonly string[]; officers: readonly string[]; reason: string };
  errors: readonly FieldError[];
  origin: string;
  reader: Reader;
  csrf: string;
}) {
  const { state, reader, typed, errors, self } = model;
  const t = restoredText(reader.language);
  const time = timeOf(state.asOf, reader);
  const options = (people: readonly Named[]) =>
    people.map(({ id, name }) => ({ value: id, label: id === self ? t('you', { name }) : name }));
  const after = (
    <Panel title={t('after')} id="after">
      <ul class="ds-list">
        <li>{t('afterPeople')}</li>
        <li>{t('afterRules')}</li>
        <li>{t('afterGroups')}</li>
        <li>{t('afterMail')}</li>
      </ul>
      <p class="app-quiet">{t('afterTrusted')}</p>
    </Panel>
  );
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading title={t('title')} lead={t('lead', { time })} />
      <Columns aside={after}>
        <Panel title={t('before')} id="before">
          <p>
            {t('other', { origin: model.origin })} {t('ended')}
          </p>
          <p>{t('unknown', { time })}</p>
          <Form action={restoredPage} csrf={model.csrf} errors={errors}>
            <CheckboxGroup
              name="administrator"
              label={t('administrators')}
              description={t('administratorsAbout')}
              values={typed.administrators}
              options={options(model.administrators)}
            />
            {model.officers.length === 0 ? null : (
              <CheckboxGroup
                name="officer"
                label={t('officers')}
                description={t('officersAbout')}
                values={typed.officers}
                options={options(model.officers)}
              />
            )}
            <TextField name="reason" label={t('reason')} description={t('reasonAbout')} value={typed.reason} />
            <FormActions>
              <SubmitButton>{t('confirm')}</SubmitButton>
            </FormActions>
          </Form>
        </Panel>
      </Columns>
    </Stack>
  );
}

/** After the decision: who waits, what is switched off, and which nodes have told what they hold. */
export function RestoredNode(model: {
  state: Restored | null;
  /** Who took the decision, as a name. */
  decidedBy: string;
  /** How many people wait to be let in; null for whoever does not let them in. */
  held: number | null;
  rules: readonly RuleToAnswer[];
  /** Origins of the partners at whose agreement nobody has looked. */
  unanswered: readonly string[];
  /** What else a restore has left to do, as slices show it. */
  panels: Child[];
  reader: Reader;
  csrf: string;
}) {
  const { state, reader, held } = model;
  const t = restoredText(reader.language);
  if (state === null || state.confirmedAt === null) return <PageHeading title={t('title')} lead={t('never')} />;
  const { decision } = state;
  const anew = decision?.take === 'anew';
  return (
    <Stack>
      <PageHeading title={t('title')} lead={t('lead', { time: timeOf(state.asOf, reader) })} />
      <p class="app-reading">
        {t('confirmed', { time: timeOf(state.confirmedAt, reader) })}{' '}
        {decision ? (anew ? t('wasAnew') : t('wasTrusted')) : ''}{' '}
        {model.decidedBy === '' ? '' : t('by', { name: model.decidedBy })}{' '}
        {decision && decision.reason !== '' ? t('because', { reason: decision.reason }) : ''}
      </p>
      {model.panels}
      {anew && held !== null ? (
        <Panel title={t('people')} id="people">
          <p>{held === 0 ? t('peopleDone') : t('peopleWait', { count: held })}</p>
          <FormActions>
            <ButtonLink href={`${restoredPage}/people`} kind={held === 0 ? 'secondary' : 'primary'}>
              {t('peopleGo')}
            </ButtonLink>
          </FormActions>
        </Panel>
      ) : null}
      {anew ? <Rules {...model} /> : null}
      <Panel title={t('nodes')} id="nodes">
        <p>{t('nodesText')}</p>
        <List>
          {[
            ...state.waiting.map((node) => (
              <p>
                <Badge tone="warning">…</Badge>{' '}
                {model.unanswered.includes(node) ? t('waitingRule', { origin: node }) : t('waiting', { origin: node })}
              </p>
            )),
            ...(state.told ?? []).map(({ origin, lost }) => <p>{t('told', { origin, lost })}</p>),
          ]}
        </List>
      </Panel>
    </Stack>
  );
}

function Rules({ rules, reader, csrf }: Parameters<typeof RestoredNode>[0]) {
  const t = restoredText(reader.language);
  // What has a page of its own is one line here.
  const apart = new Map(rules.flatMap(({ kind, page, mine }) => (page && mine ? [[kind, page] as const] : [])));
  const listed = rules.filter(({ page }) => page === undefined);
  const mine = listed.filter((rule) => rule.mine);
  return (
    <Panel title={t('rules')} id="rules">
      <p>{rules.length === 0 ? t('rulesNone') : t('rulesAbout')}</p>
      {rules.length === 0 ? null : (
        <List label={t('rules')}>
          {[
            ...[...apart].map(([kind, page]) => (
              <ListItem
                title={page.title(rules.filter((rule) => rule.kind === kind).length, reader.language)}
                href={page.href}
                lead={page.says(reader.language)}
                action={<ButtonLink href={page.href}>{t('rulesLook')}</ButtonLink>}
              />
            )),
            ...listed.map((rule) => (
              <ListItem
                title={rule.title}
                href={rule.href}
                lead={rule.says}
                facts={rule.mine ? undefined : t('rulesNotYours')}
                action={rule.mine ? <Answer rule={rule} reader={reader} csrf={csrf} /> : undefined}
              />
            )),
          ]}
        </List>
      )}
      {mine.length > 1 ? (
        <Form action={`${restoredPage}/rules`} csrf={csrf}>
          <FormActions>
            <SubmitButton name="answer" value="all" kind="secondary">
              {t('rulesAll')}
            </SubmitButton>
            <span class="app-quiet">{t('rulesAllAbout')}</span>
          </FormActions>
        </Form>
      ) : null}
    </Panel>
  );
}

function Answer({ rule, reader, csrf }: { rule: RuleToAnswer; reader: Reader; csrf: string }) {
  const t = restoredText(reader.language);
  const { title } = rule;
  return (
    <Form action={`${restoredPage}/rules`} csrf={csrf} inline={true}>
      <HiddenField name="kind" value={rule.kind} />
      <HiddenField name="subject" value={rule.subject} />
      <SubmitButton name="answer" value="on" small={true}>
        <span aria-hidden="true">{t('ruleOn')}</span>
        <span class="ds-sr-only">{t('ruleOnOf', { title })}</span>
      </SubmitButton>
      <SubmitButton name="answer" value="off" kind="secondary" small={true}>
        <span aria-hidden="true">{t('ruleOff')}</span>
        <span class="ds-sr-only">{t('ruleOffOf', { title })}</span>
      </SubmitButton>
    </Form>
  );
}
