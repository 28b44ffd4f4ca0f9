import {
  type Assets,
  Badge,
  DataTable,
  Heading,
  type Language,
  languageOptions,
  Panel,
  SubmitButton,
} from '@joinery/ui';
import type { Acts } from './acts.ts';
import { agencies, type PersonKey, type Place, people, type Words } from './content.ts';
import { Keeping, Traffic } from './desk-figures.tsx';
import { Sights } from './desk-sights.tsx';
import type { Knock } from './doors.ts';
import type { Figures } from './figures.ts';
import { signInRoles } from './greeting.ts';
import { messages } from './messages.ts';
import { type OnShow, stateName } from './on-show.ts';
import type { DemoProcess } from './processes.ts';
import type { Sight } from './sights.ts';

export type DeskState = {
  nodes: DemoProcess[];
  /** In the order of the nodes; null for one that does not run. */
  figures: (Figures | null)[];
  shown: OnShow[];
  sights: Sight[];
  /** What was last made to happen, and what came of it. */
  told: { ok: boolean; words: Words; knocks: Knock[] } | null;
  language: Language;
  files: Assets;
};

/** The visitor's desk as an HTML document. */
export function renderDesk(state: DeskState): string {
  const { files, language } = state;
  const t = messages(language);
  const page = (
    <html lang={language} data-color-scheme="auto" data-color="accent">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${t('desk')} – Joinery demo`}</title>
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={files.stylesheetHref} />
        <link rel="stylesheet" href={files.themeHref} />
        <script src="/desk.js" defer />
      </head>
      <body>
        <main class="app-main" id="main">
          <div class="app-page-heading">
            <div class="app-page-heading-words">
              <Heading level={1}>{t('desk')}</Heading>
              <p class="app-lead">{t('lead')}</p>
            </div>
            <Languages language={language} />
          </div>
          <Roles nodes={state.nodes} language={language} />
          <Happen state={state} />
          <Sights sights={state.sights} language={language} />
          <div id="live" class="app-stack">
            <Keeping state={state} />
            <States shown={state.shown} language={language} />
            <Traffic state={state} />
          </div>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${page.toString()}`;
}

/** The same switch as on every page of a node. */
function Languages({ language }: { language: Language }) {
  return (
    <form class="app-languages" method="post" action="/language" aria-label={messages(language)('language')}>
      {languageOptions.map(({ value, label }) => (
        <button
          type="submit"
          name="language"
          value={value}
          lang={value}
          aria-current={value === language ? 'true' : undefined}
        >
          {label}
        </button>
      ))}
    </form>
  );
}

function Roles({ nodes, language }: { nodes: DemoProcess[]; language: Language }) {
  const t = messages(language);
  const originOf = (place: Place) => nodes.find((node) => node.place === place)?.origin ?? '';
  return (
    <Panel title={t('signInAs')} id="roles">
      <p class="app-quiet">{t('oneEach')}</p>
      <DataTable<{ key: PersonKey; what: Words }>
        id="people"
        caption={t('peopleCaption')}
        rows={signInRoles}
        columns={[
          { header: t('who'), cell: ({ key }) => people[key].name },
          { header: t('whatFor'), cell: ({ what }) => what[language] },
          {
            header: t('node'),
            cell: ({ key }) => (
              <a class="ds-link" href={originOf(people[key].place)}>
                {agencies[people[key].place].name}
              </a>
            ),
          },
          {
            header: t('signIn'),
            actions: true,
            cell: ({ key }) => (
              <form method="post" action={`/sign-in/${key}`} target="_blank" rel="noopener">
                <SubmitButton kind="secondary" small={true}>
                  {t('signInName', { name: people[key].name })}
                </SubmitButton>
              </form>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Happen({ state }: { state: DeskState }) {
  const council = state.nodes.find(({ place }) => place === 'council');
  const { name: agency } = agencies.council;
  const t = messages(state.language);
  const button = (act: keyof Acts, words: string) => (
    <form method="post" action={`/do/${act}`}>
      <SubmitButton kind="secondary">{words}</SubmitButton>
    </form>
  );
  return (
    <Panel title={t('happen')} id="happen">
      <div class="app-actions">
        {button('stranger', t('doStranger'))}
        {button('stop', council?.isRunning() ? t('doStop', { agency }) : t('doStart', { agency }))}
        {button('kill', t('doKill', { agency }))}
        {button('remove', t('doRemove', { agency: agencies.landlord.name }))}
        {button('agree', t('doAgree'))}
      </div>
      <div id="told" tabindex={-1}>
        {state.told ? (
          <>
            <p>
              <Badge tone={state.told.ok ? 'success' : 'danger'}>{state.told.ok ? t('good') : t('bad')}</Badge>{' '}
              {state.told.words[state.language]}
            </p>
            {state.told.knocks.length > 0 ? <Doors knocks={state.told.knocks} language={state.language} /> : null}
          </>
        ) : null}
      </div>
    </Panel>
  );
}

function Doors({ knocks, language }: { knocks: Knock[]; language: Language }) {
  const t = messages(language);
  return (
    <details class="ds-details">
      <summary>{t('doors')}</summary>
      <div>
        <DataTable
          id="doors"
          caption={t('doorsCaption')}
          rows={knocks}
          columns={[
            { header: t('door'), cell: ({ door }) => <span class="app-break">{door}</span> },
            { header: t('signed'), cell: ({ signed }) => (signed ? t('yes') : t('no')) },
            { header: t('answer'), numeric: true, cell: ({ status }) => status },
            { header: t('reason'), cell: ({ code }) => code },
            {
              header: t('verdict'),
              cell: ({ right }) => <Badge tone={right ? 'success' : 'danger'}>{right ? t('right') : t('wrong')}</Badge>,
            },
          ]}
        />
      </div>
    </details>
  );
}

/** Everything that there is to see, and as whom. */
function States({ shown, language }: { shown: OnShow[]; language: Language }) {
  const t = messages(language);
  return (
    <Panel title={t('states')} id="states">
      <DataTable
        id="shown"
        caption={t('statesCaption')}
        rows={shown}
        columns={[
          { header: t('what'), cell: ({ state }) => stateName(state, language) },
          { header: t('howMany'), numeric: true, cell: ({ count }) => count },
          {
            header: t('where'),
            cell: ({ as, address }) => (
              <span>
                <a class="ds-link" href={address}>
                  {agencies[people[as].place].name}
                </a>
                , {t('asWhom', { name: people[as].name })}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
}
