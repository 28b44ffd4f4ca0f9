import {
  Checkbox,
  Form,
  FormActions,
  formatDateTime,
  HiddenField,
  type Language,
  List,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Select,
  SubmitButton,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { Settings } from './settings.ts';
import { kindName } from './words.ts';

/** What somebody hears of, and where. */
export function SettingsPage(props: {
  settings: Settings;
  /** Address that mail goes to; null when none is sent. */
  mailTo: string | null;
  reader: Reader;
  csrf: string;
}) {
  const { settings, mailTo, reader, csrf } = props;
  const { language } = reader;
  const t = messages(language);
  return (
    <>
      <PageHeading
        title={t('settings')}
        parent={{ href: '/notifications', label: t('notifications') }}
        lead={t('settingsLead')}
      />
      {settings.silencedAsOf === null || mailTo === null ? null : (
        <Notice kind="warning" language={reader.language}>
          {t('silencedSettings', { time: formatDateTime(reader.language, reader.timeZone, settings.silencedAsOf) })}
        </Notice>
      )}
      {mailTo === null ? (
        <Notice kind="info" language={language}>
          {t('noMail')}
        </Notice>
      ) : (
        <p class="app-quiet">{t('mailTo', { address: mailTo })}</p>
      )}
      <Form action="/notifications/settings" csrf={csrf}>
        <Panel title={t('settingsKinds')} id="kinds">
          <Kinds settings={settings} language={language} />
          <p class="app-quiet">{t('settingsSecurity')}</p>
        </Panel>
        <Panel title={t('settingsGroups')} id="groups">
          {settings.groups.length === 0 ? <p>{t('settingsGroupsNone')}</p> : null}
          {settings.groups.map(({ id, name, choice }) => (
            <Select
              name={`group-${id}`}
              label={name}
              value={choice}
              options={[
                { value: 'all', label: t('hearAll') },
                { value: 'page', label: t('hearPage') },
                { value: 'nothing', label: t('hearNothing') },
              ]}
            />
          ))}
        </Panel>
        <Panel title={t('settingsOff')} id="off">
          <Checkbox name="mailOff" label={t('mailOff')} description={t('mailOffAbout')} checked={settings.mailOff} />
          <Checkbox name="allOff" label={t('allOff')} description={t('allOffAbout')} checked={settings.allOff} />
        </Panel>
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
        </FormActions>
      </Form>
      {settings.topics.length === 0 ? null : (
        <Panel title={t('settingsTopics')} id="topics">
          <List label={t('settingsTopics')}>
            {settings.topics.map(({ id, title, group }) => (
              <div class="app-item">
                <p class="app-item-words">{t('topicOf', { title: title ?? t('untitled'), group })}</p>
                <Form action="/notifications/unmute" csrf={csrf} inline={true}>
                  <HiddenField name="scope" value="topic" />
                  <HiddenField name="subject" value={id} />
                  <SubmitButton kind="secondary" small={true}>
                    {t('unmute')}
                  </SubmitButton>
                </Form>
              </div>
            ))}
          </List>
        </Panel>
      )}
    </>
  );
}

function Kinds({ settings, language }: { settings: Settings; language: Language }) {
  const t = messages(language);
  return (
    <table class="ds-table app-choices-table">
      <caption class="ds-sr-only">{t('settingsKinds')}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('onPage')}</th>
          <th scope="col">{t('byMail')}</th>
        </tr>
      </thead>
      <tbody>
        {settings.kinds.map(({ kind, page, mail }) => {
          const name = kindName(kind, language);
          return (
            <tr>
              <th scope="row">{name}</th>
              <td>
                <Tick name="page" value={kind} label={t('onPageOf', { kind: name })} checked={page} />
              </td>
              <td>
                <Tick name="mail" value={kind} label={t('byMailOf', { kind: name })} checked={mail} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Tick({ name, value, label, checked }: { name: string; value: string; label: string; checked: boolean }) {
  return (
    <span class="ds-field">
      <input class="ds-input" type="checkbox" name={name} value={value} aria-label={label} checked={checked} />
    </span>
  );
}
