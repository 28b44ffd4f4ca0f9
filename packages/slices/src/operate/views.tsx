import type { HealthCheck } from '@joinery/core';
import {
  Badge,
  ButtonLink,
  Columns,
  Form,
  FormActions,
  Heading,
  type Language,
  List,
  PageHeading,
  Panel,
  Stack,
  SubmitButton,
  type Tone,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { Step } from './steps.ts';

const tones = { good: 'success', attention: 'warning', broken: 'danger' } as const satisfies Record<
  HealthCheck['state'],
  Tone
>;

/** What needs somebody first, then what is in order. */
export function HealthPage(model: {
  checks: readonly HealthCheck[];
  origin: string;
  language: Language;
  csrf: string;
}) {
  const { checks, language } = model;
  const t = messages(language);
  const open = checks.filter(({ state }) => state !== 'good');
  const good = checks.filter(({ state }) => state === 'good');
  const badge =
    open.length === 0 ? (
      <Badge tone="success">{t('allGood')}</Badge>
    ) : (
      <Badge tone={open.some(({ state }) => state === 'broken') ? 'danger' : 'warning'}>
        {t('someAttention', { count: open.length })}
      </Badge>
    );
  return (
    <Stack>
      <PageHeading title={t('health')} lead={t('healthLead')} badges={badge} />
      <Columns
        aside={
          <Panel title={t('askReach')} id="reach">
            <p>{t('askReachText')}</p>
            <Form action="/administration/health/reach" csrf={model.csrf}>
              <FormActions>
                <SubmitButton kind="secondary">{t('askReachButton')}</SubmitButton>
              </FormActions>
            </Form>
            <p class="app-quiet">{t('monitor', { address: `${model.origin}/readyz` })}</p>
          </Panel>
        }
      >
        <Panel title={t('needsYou')} id="open">
          {open.length === 0 ? <p>{t('nothing')}</p> : <Checks checks={open} language={language} />}
        </Panel>
        <Panel title={t('isGood')} id="good">
          <Checks checks={good} language={language} />
        </Panel>
      </Columns>
    </Stack>
  );
}

function Checks({ checks, language }: { checks: readonly HealthCheck[]; language: Language }) {
  const t = messages(language);
  return (
    <List>
      {checks.map((check) => (
        <div class="app-item">
          <div class="app-item-words">
            <div class="app-item-title">
              <Heading level={3}>{check.title}</Heading>
              <Badge tone={tones[check.state]}>{t(check.state)}</Badge>
            </div>
            <p>{check.says}</p>
            {check.mend ? (
              <p class="app-quiet">
                {t('mend')} {check.mend}
              </p>
            ) : null}
          </div>
          {check.link ? (
            <div class="app-item-action">
              <ButtonLink href={check.link.href} small={true}>
                {check.link.text}
              </ButtonLink>
            </div>
          ) : null}
        </div>
      ))}
    </List>
  );
}

/** What a new node still needs, and where to do it. */
export function StartPage(model: { steps: readonly Step[]; dismissed: boolean; language: Language; csrf: string }) {
  const { steps, language } = model;
  const t = messages(language);
  const needed = steps.filter((step) => !step.optional);
  const done = needed.filter((step) => step.done).length;
  const progress = t('startProgress', { done, all: needed.length });
  return (
    <Stack>
      <PageHeading
        title={t('start')}
        lead={t('startLead')}
        badges={<Badge tone={done === needed.length ? 'success' : 'info'}>{progress}</Badge>}
      />
      <Panel title={t('start')} id="steps">
        <List>
          {steps.map((step) => (
            <StepItem step={step} language={language} />
          ))}
        </List>
      </Panel>
      {model.dismissed ? null : (
        <Form action="/administration/start/dismiss" csrf={model.csrf}>
          <p class="app-quiet">{t('dismissText')}</p>
          <FormActions>
            <SubmitButton kind="secondary">{t('dismiss')}</SubmitButton>
          </FormActions>
        </Form>
      )}
    </Stack>
  );
}

function StepItem({ step, language }: { step: Step; language: Language }) {
  const t = messages(language);
  const state = step.done ? 'done' : step.optional ? 'optional' : 'open';
  return (
    <div class="app-item">
      <div class="app-item-words">
        <div class="app-item-title">
          <Heading level={3}>{step.title}</Heading>
          <Badge tone={step.done ? 'success' : 'neutral'}>{t(state)}</Badge>
        </div>
        <p>{step.says}</p>
        {step.command ? (
          <p>
            <code>{step.command}</code>
          </p>
        ) : null}
      </div>
      {step.link ? (
        <div class="app-item-action">
          <ButtonLink href={step.link.href} small={true}>
            {step.link.text}
          </ButtonLink>
        </div>
      ) : null}
    </div>
  );
}
