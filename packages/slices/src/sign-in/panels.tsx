import { accountOfPerson, type Panel as SlicePanel } from '@joinery/core';
import { ButtonLink, isLanguage, Panel } from '@joinery/ui';
import { messages } from './messages.ts';
import { relyingParty } from './passkeys/answers.ts';
import { anyPasskey, passkeysOf } from './passkeys/passkeys.ts';
import { PasskeySignIn } from './passkeys/views.tsx';
import { WaysPanel } from './person/views.tsx';
import { identitiesOfAccount, liveProviders } from './store.ts';
import { NewPersonNotice, ProviderButtons } from './views.tsx';

/** Buttons on the sign-in page, and the way from the profile to sign-in and security. */
export const panels: SlicePanel[] = [
  {
    place: 'sign-in',
    order: 10,
    render: async (context, _visitor, subject, language) => {
      const providers = await liveProviders(context.db.reader);
      if (providers.length === 0) return null;
      return (
        <ProviderButtons
          language={isLanguage(language) ? language : 'en'}
          providers={providers}
          next={subject?.id ?? '/'}
        />
      );
    },
  },
  {
    place: 'sign-in',
    order: 20,
    render: async (context, _visitor, subject, language, csrf) => {
      const party = relyingParty(context.config.origin);
      if (party === null || !(await anyPasskey(context.db.reader, party))) return null;
      return <PasskeySignIn language={isLanguage(language) ? language : 'en'} csrf={csrf} next={subject?.id ?? '/'} />;
    },
  },
  {
    place: 'new-person',
    order: 10,
    render: async ({ db }, visitor, _subject, language) => {
      const providers = await liveProviders(db.reader);
      if (!visitor?.administrator || providers.length === 0) return null;
      return <NewPersonNotice language={isLanguage(language) ? language : 'en'} providers={providers} />;
    },
  },
  {
    place: 'managed-person',
    order: 10,
    render: async (context, visitor, subject, language) => {
      const { reader } = context.db;
      const account = subject && (await accountOfPerson(reader, subject.id));
      if (!account || !visitor?.administrator) return null;
      return (
        <WaysPanel
          language={isLanguage(language) ? language : 'en'}
          person={account.person_id}
          passkeys={(await passkeysOf(reader, account.id)).length}
          identities={(await identitiesOfAccount(reader, account.id)).length}
        />
      );
    },
  },
  {
    place: 'profile',
    order: 10,
    render: async (_context, _visitor, _subject, language) => {
      const t = messages(isLanguage(language) ? language : 'en');
      return (
        <Panel title={t('title')} id="security">
          <p>{t('titleLead')}</p>
          <ButtonLink href="/profile/sign-in">{t('title')}</ButtonLink>
        </Panel>
      );
    },
  },
];
