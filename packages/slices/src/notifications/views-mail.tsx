import type { MailDoor } from '@joinery/core';
import {
  ButtonLink,
  DescriptionList,
  EmptyState,
  Form,
  FormActions,
  type Language,
  PageHeading,
  Panel,
  SubmitButton,
} from '@joinery/ui';
import { messages } from './messages.ts';
import type { MuteLink } from './mute-token.ts';
import { type Kind, kinds } from './tables.ts';
import { kindName } from './words.ts';

/** Where the link of a mail leads: a question, then that it is done. It names nobody and nothing. */
export function MutePage(props: { link: MuteLink; action: string; done: boolean; language: Language; csrf: string }) {
  const { link, action, done, language, csrf } = props;
  const t = messages(language);
  if (done) {
    return (
      <>
        <PageHeading title={t('muteDone')} lead={t('muteDoneLead')} />
        <div class="app-actions">
          <ButtonLink href="/notifications/settings">{t('settings')}</ButtonLink>
        </div>
      </>
    );
  }
  return (
    <>
      <PageHeading title={t('muteTitle')} lead={question(link, language)} />
      <Form action={action} csrf={csrf}>
        <FormActions>
          <SubmitButton>{t('muteButton')}</SubmitButton>
        </FormActions>
      </Form>
    </>
  );
}

function question({ scope, subject }: MuteLink, language: Language): string {
  const t = messages(language);
  const kind: Kind = kinds.find((one) => one === subject) ?? 'reply';
  switch (scope) {
    case 'topic':
      return t('muteAskTopic');
    case 'group':
      return t('muteAskGroup');
    case 'kind':
      return t('muteAskKind', { kind: kindName(kind, language) });
    case 'everything':
      return t('muteAskEverything');
  }
}

/** How mail is doing, and a test of it. */
export function MailPage(props: {
  door: MailDoor | null;
  health: { due: number; sent: number; failed: number; lastError: string | null };
  to: string;
  language: Language;
  csrf: string;
}) {
  const { door, health, to, language, csrf } = props;
  const t = messages(language);
  return (
    <>
      <PageHeading title={t('mailAdministration')} lead={t('mailLead')} />
      {door === null ? (
        <EmptyState title={t('mailNone')}>{t('mailNoneLead')}</EmptyState>
      ) : (
        <Panel title={t('mailServer')} id="mail-server">
          <DescriptionList
            items={[
              { term: t('mailServer'), value: door.server },
              { term: t('mailFrom'), value: door.from },
              { term: t('mailDue'), value: String(health.due) },
              { term: t('mailSent'), value: String(health.sent) },
              { term: t('mailFailed'), value: String(health.failed) },
              { term: t('mailLastError'), value: health.lastError ?? t('mailNoError') },
            ]}
          />
          <p class="app-quiet">{t('mailTestAbout', { address: to })}</p>
          <Form action="/administration/mail" csrf={csrf}>
            <FormActions>
              <SubmitButton kind="secondary">{t('mailTest')}</SubmitButton>
            </FormActions>
          </Form>
        </Panel>
      )}
    </>
  );
}
