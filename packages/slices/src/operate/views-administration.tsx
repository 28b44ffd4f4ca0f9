import type { AdministrationEntry } from '@joinery/core';
import { Badge, Cards, Heading, type Language, PageHeading, Stack } from '@joinery/ui';
import type { Child } from 'hono/jsx';
import { messages } from './messages.ts';

/** One page of the administration, in the reader's words. */
export type Entry = {
  part: AdministrationEntry['part'];
  href: string;
  title: string;
  says: string;
  also: readonly { href: string; text: string }[];
  state: Awaited<ReturnType<NonNullable<AdministrationEntry['state']>>>;
};

const parts = [
  { part: 'people', title: 'partPeople' },
  { part: 'partners', title: 'partPartners' },
  { part: 'node', title: 'partNode' },
] as const;

/** Every page that the visitor may open, under what it is about, with what stands open there. */
export function AdministrationPage(model: {
  entries: readonly Entry[];
  /** What slices have to tell whoever looks after the node. */
  panels: Child[];
  language: Language;
}) {
  const t = messages(model.language);
  return (
    <Stack>
      <PageHeading title={t('administration')} lead={t('administrationLead')} />
      {model.panels}
      {parts.map(({ part, title }) => {
        const entries = model.entries.filter((entry) => entry.part === part);
        return entries.length === 0 ? null : (
          <>
            <Heading level={2} id={part}>
              {t(title)}
            </Heading>
            <Cards>
              {entries.map((entry) => (
                <EntryCard entry={entry} />
              ))}
            </Cards>
          </>
        );
      })}
    </Stack>
  );
}

function EntryCard({ entry }: { entry: Entry }) {
  return (
    <article class="ds-card app-panel">
      <div class="app-panel-heading">
        <h3 class="ds-heading" data-size="2xs">
          <a href={entry.href}>{entry.title}</a>
        </h3>
        {entry.state ? <Badge tone={entry.state.tone}>{entry.state.text}</Badge> : null}
      </div>
      <p>{entry.says}</p>
      {entry.also.length === 0 ? null : (
        <p class="app-links">
          {entry.also.map(({ href, text }) => (
            <a href={href}>{text}</a>
          ))}
        </p>
      )}
    </article>
  );
}
