import { Cards, Heading, Panel, Stack, SubmitButton } from '@joinery/ui';
import { agencies, people } from './content.ts';
import type { Sight } from './sights.ts';

/** What is worth a look, by who sees it, in the language of whoever that is. */
export function Sights({ sights }: { sights: readonly Sight[] }) {
  const roles = [...new Set(sights.map(({ as }) => as))];
  return (
    <Stack>
      <Heading level={2}>Where to look, and as whom</Heading>
      <Cards>
        {roles.map((role) => (
          <Panel
            title={people[role].name}
            id={`sights-${role}`}
            level={3}
            actions={
              <form method="post" action={`/sign-in/${role}`} target="_blank" rel="noopener">
                <SubmitButton kind="secondary" small={true}>{`Sign in as ${people[role].name}`}</SubmitButton>
              </form>
            }
          >
            <p class="app-quiet">
              {people[role].role}, {agencies[people[role].place].name}
            </p>
            {sights
              .filter(({ as }) => as === role)
              .map(({ title, words, address }) => (
                <p lang={people[role].language}>
                  <a class="ds-link" href={address} target="_blank" rel="noopener">
                    {title}
                  </a>
                  <br />
                  {words}
                </p>
              ))}
          </Panel>
        ))}
      </Cards>
    </Stack>
  );
}
