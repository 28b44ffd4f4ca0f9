import type { Config } from '@joinery/core';
import {
  Badge,
  Columns,
  Form,
  FormActions,
  type Language,
  PageHeading,
  Panel,
  RadioGroup,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import type { Choice } from './defaults.ts';
import { messages } from './messages.ts';
import { defaultsHref, startHref } from './paths.ts';

const minute = 60_000;

/** What holds for the whole node: what can be chosen, with what it comes with, and what holds in any case. */
export function DefaultsPage(model: {
  choices: readonly Choice[];
  sessions: Config['sessions'];
  language: Language;
  csrf: string;
}) {
  const { choices, language } = model;
  const t = messages(language);
  const changed = choices.filter(({ value, standard }) => value !== standard).length;
  const badge =
    changed === 0 ? (
      <Badge tone="success">{t('defaultsSafe')}</Badge>
    ) : (
      <Badge tone="info">{t('defaultsChanged', { count: changed })}</Badge>
    );
  return (
    <Stack>
      <PageHeading
        title={t('defaults')}
        lead={t('defaultsLead')}
        badges={badge}
        parent={{ href: startHref, label: t('start') }}
      />
      <Columns aside={<Always language={language} sessions={model.sessions} />}>
        <Panel title={t('defaultsChoose')} id="choices">
          <Form action={defaultsHref} csrf={model.csrf}>
            {choices.map(({ name, label, value, standard, options }) => (
              <RadioGroup
                name={name}
                label={label}
                value={value}
                options={options.map((option) =>
                  option.value === standard ? { ...option, label: t('defaultsMark', { label: option.label }) } : option,
                )}
              />
            ))}
            <FormActions>
              <SubmitButton>{t('defaultsSave')}</SubmitButton>
            </FormActions>
          </Form>
        </Panel>
      </Columns>
    </Stack>
  );
}

function Always({ language, sessions }: { language: Language; sessions: Config['sessions'] }) {
  const t = messages(language);
  const span = (milliseconds: number) => {
    const minutes = milliseconds / minute;
    if (minutes % 60 !== 0) return t('minutes', { count: minutes });
    const hours = minutes / 60;
    return hours > 24 && hours % 24 === 0 ? t('days', { count: hours / 24 }) : t('hours', { count: hours });
  };
  return (
    <Panel title={t('defaultsAlways')} id="always">
      <ul>
        <li>{t('defaultAllow')}</li>
        <li>{t('defaultGroups')}</li>
        <li>{t('defaultClosed')}</li>
        <li>{t('defaultWeb')}</li>
        <li>{t('defaultSessions', { idle: span(sessions.idle), longest: span(sessions.longest) })}</li>
        <li>{t('defaultLinks')}</li>
      </ul>
    </Panel>
  );
}
