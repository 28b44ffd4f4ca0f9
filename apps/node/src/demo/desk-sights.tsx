import { Cards, Heading, type Language, Panel, Stack, SubmitButton } from '@joinery/ui';
import { agencies, people } from './content.ts';
import { messages } from './messages.ts';
import type { Sight } from './sights.ts';

/** What is worth a look, by who sees it. */
export function Sights({ sights, language }: { sights: readonly Sight[]; language: Language }) {
  const t = messages(language);
  const roles = [...new Set(sights.map(({ as }) => as))];
  return (
    <Stack>
      <Heading level={2}>{t('look')}</Heading>
      <Cards>
        {roles.map((role) => (
          <Panel
            title={people[role].name}
            id={`sights-${role}`}
            level={3}
            actions={
              <form method="post" action={`/sign-in/${role}`} target="_blank" rel="noopener">
                <SubmitButton kind="secondary" small={true}>
                  {t('signInName', { name: people[role].name })}
                </SubmitButton>
              </form>
            }
          >
            <p class="app-quiet">
              <span lang={people[role].language}>{people[role].role}</span>, {agencies[people[role].place].name}
            </p>
            {sights
              .filter(({ as }) => as === role)
              .map(({ title, words, address }) => (
                <p>
                  <a class="ds-link" href={address} target="_blank" rel="noopener">
                    {title[language]}
                  </a>
                  <br />
                  {words[language]}
                </p>
              ))}
          </Panel>
        ))}
      </Cards>
    </Stack>
  );
}
