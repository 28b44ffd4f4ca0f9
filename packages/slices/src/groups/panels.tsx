import { type Context, type HealthCheck, type NavigationEntry, type Panel, restoredState } from '@joinery/core';
import {
  Form,
  FormActions,
  formatDateTime,
  isLanguage,
  List,
  ListItem,
  Panel as Section,
  SubmitButton,
} from '@joinery/ui';
import { endedKeysPath, groupsWithEndedKeys, restoredPath } from './keys.ts';
import { groupsOf, groupsWithoutOwner } from './lists.ts';
import { messages } from './messages.ts';
import { shutMessages } from './messages-shut.ts';
import { groupsToConfirm, shutFor } from './shut.ts';

const languageOf = (language: string) => (isLanguage(language) ? language : 'en');

export const navigation: NavigationEntry[] = [
  { href: '/groups', order: 20, label: (language) => messages(languageOf(language))('groups'), show: () => true },
];

/** The visitor's groups on the start page; groups that nobody owns on the administrator's. */
export const panels: Panel[] = [
  {
    place: 'home',
    order: 2,
    render: async (context, visitor, _subject, language) => {
      if (!visitor) return null;
      const db = context.db.reader;
      const state = await restoredState(db);
      if (state === null) return null;
      const confirm = await groupsToConfirm(db, visitor.person.id);
      const known = new Set(confirm.map(({ id }) => id));
      const shut = (await shutFor(db, visitor.person.id, 'group')).filter(({ id }) => !known.has(id));
      if (confirm.length + shut.length === 0) return null;
      const spoken = languageOf(language);
      const t = shutMessages(spoken);
      const time = formatDateTime(spoken, visitor.person.timeZone || 'UTC', state.asOf);
      return (
        <Section title={t('panelTitle')} id="after-restore">
          <p>{t('panelLead', { time })}</p>
          <List label={t('panelTitle')}>
            {[
              ...confirm.map(({ id, name }) => (
                <ListItem href={`/groups/${id}/confirm`} title={name} facts={t('panelConfirm')} />
              )),
              ...shut.map(({ id, name }) => <ListItem href={`/groups/${id}`} title={name} facts={t('panelShut')} />),
            ]}
          </List>
        </Section>
      );
    },
  },
  {
    place: 'home',
    order: 50,
    render: async (context, visitor, _subject, language) => {
      if (!visitor) return null;
      const rows = await groupsOf(context.db.reader, visitor.person.id);
      if (rows.length === 0) return null;
      const t = messages(languageOf(language));
      return (
        <Section title={t('yourGroups')} id="your-groups">
          <List label={t('yourGroups')}>
            {rows.slice(0, 20).map(({ group }) => (
              <a class="ds-link" href={`/groups/${group.id}`}>
                {group.name}
              </a>
            ))}
          </List>
        </Section>
      );
    },
  },
  {
    place: 'restored',
    order: 10,
    render: async (context, visitor, _subject, language, csrf) => {
      if (!visitor?.administrator || (await groupsWithEndedKeys(context.db.reader)).length === 0) return null;
      const t = shutMessages(languageOf(language));
      return (
        <Section title={t('keys')} id="keys">
          <p>
            {t('keysEnded')} {t('keysEndedMend')}
          </p>
          <Form action={endedKeysPath} csrf={csrf}>
            <FormActions>
              <SubmitButton>{t('keysEndedRenew')}</SubmitButton>
            </FormActions>
          </Form>
        </Section>
      );
    },
  },
  {
    place: 'administration',
    order: 40,
    render: async (context, visitor, _subject, language) => {
      if (!visitor?.administrator) return null;
      const rows = await groupsWithoutOwner(context.db.reader);
      if (rows.length === 0) return null;
      const t = messages(languageOf(language));
      return (
        <Section title={t('ownerless')} id="ownerless-groups">
          <p>{t('ownerlessLead')}</p>
          <List label={t('ownerless')}>
            {rows.map((group) => (
              <ListItem href={`/groups/${group.id}`} title={group.name} facts={group.id} />
            ))}
          </List>
        </Section>
      );
    },
  },
];

/** Keys that came back from a backup and count nowhere else any more. */
export async function groupChecks(context: Context, language: 'en' | 'nl'): Promise<HealthCheck[]> {
  if ((await groupsWithEndedKeys(context.db.reader)).length === 0) return [];
  const t = shutMessages(language);
  const link = { href: `${restoredPath}#keys`, text: t('keysEndedGo') };
  const says = { title: t('keys'), says: t('keysEnded'), mend: t('keysEndedMend') };
  return [{ name: 'group_keys', state: 'attention', ...says, link }];
}
