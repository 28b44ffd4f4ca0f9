import { type Assets, Badge, DataTable, Heading, Panel, SubmitButton } from '@joinery/ui';
import type { Acts } from './acts.ts';
import { agencies, type PersonKey, type Place, people, places } from './content.ts';
import { Sights } from './desk-sights.tsx';
import type { Knock } from './doors.ts';
import type { Figures } from './figures.ts';
import { signInRoles } from './greeting.ts';
import type { OnShow } from './on-show.ts';
import type { DemoProcess } from './processes.ts';
import type { Sight } from './sights.ts';

export type DeskState = {
  nodes: DemoProcess[];
  /** In the order of the nodes; null for one that does not run. */
  figures: (Figures | null)[];
  shown: OnShow[];
  sights: Sight[];
  /** What was last made to happen, and what came of it. */
  told: { act: keyof Acts; ok: boolean; words: string; knocks: Knock[] } | null;
  files: Assets;
};

/** The visitor's desk as an HTML document. */
export function renderDesk(state: DeskState): string {
  const { files } = state;
  const page = (
    <html lang="en" data-color-scheme="auto" data-color="accent">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>The visitor's desk – Joinery demo</title>
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={files.stylesheetHref} />
        <link rel="stylesheet" href={files.themeHref} />
        <script src="/desk.js" defer />
      </head>
      <body>
        <main class="app-main" id="main">
          <Heading level={1}>The visitor's desk</Heading>
          <p class="app-lead">
            Five agencies, each with a node of its own. Three of them work together, a fourth is introduced by a closed
            group; nobody allowed the fifth. Sign in as anybody, and see here what passes between them.
          </p>
          <Roles nodes={state.nodes} />
          <Happen state={state} />
          <Sights sights={state.sights} />
          <div id="live" class="app-stack">
            <Keeping state={state} />
            <States shown={state.shown} />
            <Traffic state={state} />
          </div>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${page.toString()}`;
}

function Roles({ nodes }: { nodes: DemoProcess[] }) {
  const originOf = (place: Place) => nodes.find((node) => node.place === place)?.origin ?? '';
  return (
    <Panel title="Sign in as" id="roles">
      <p class="app-quiet">A browser holds one person per node; a private window holds another.</p>
      <DataTable<{ key: PersonKey; what: string }>
        id="people"
        caption="People of the demo"
        rows={signInRoles}
        columns={[
          { header: 'Who', cell: ({ key }) => people[key].name },
          { header: 'What for', cell: ({ what }) => what },
          {
            header: 'Node',
            cell: ({ key }) => (
              <a class="ds-link" href={originOf(people[key].place)}>
                {agencies[people[key].place].name}
              </a>
            ),
          },
          {
            header: 'Sign in',
            actions: true,
            cell: ({ key }) => (
              <form method="post" action={`/sign-in/${key}`} target="_blank" rel="noopener">
                <SubmitButton kind="secondary" small={true}>{`Sign in as ${people[key].name}`}</SubmitButton>
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
  const { name } = agencies.council;
  const button = (act: keyof Acts, words: string) => (
    <form method="post" action={`/do/${act}`}>
      <SubmitButton kind="secondary">{words}</SubmitButton>
    </form>
  );
  return (
    <Panel title="Make something happen" id="happen">
      <div class="app-actions">
        {button('stranger', 'Let the stranger try every door')}
        {button('stop', council?.isRunning() ? `Stop the node of ${name}` : `Start the node of ${name} again`)}
        {button('kill', `Kill the node of ${name} in the middle of a post`)}
        {button('remove', `Remove the member of ${agencies.landlord.name} from the closed group, or let her in again`)}
        {button('agree', 'Agree to the emergency access that waits, or ask anew')}
      </div>
      <div id="told" tabindex={-1}>
        {state.told ? (
          <>
            <p>
              <Badge tone={state.told.ok ? 'success' : 'danger'}>
                {state.told.ok ? 'As it should be' : 'Not as it should be'}
              </Badge>{' '}
              {state.told.words}
            </p>
            {state.told.knocks.length > 0 ? <Doors knocks={state.told.knocks} /> : null}
          </>
        ) : null}
      </div>
    </Panel>
  );
}

function Doors({ knocks }: { knocks: Knock[] }) {
  return (
    <details class="ds-details">
      <summary>Every door, and what it answered</summary>
      <div>
        <DataTable
          id="doors"
          caption="Doors of the department"
          rows={knocks}
          columns={[
            { header: 'Door', cell: ({ door }) => <span class="app-break">{door}</span> },
            { header: 'Signed', cell: ({ signed }) => (signed ? 'yes' : 'no') },
            { header: 'Answer', numeric: true, cell: ({ status }) => status },
            { header: 'Reason', cell: ({ code }) => code },
            {
              header: 'Right',
              cell: ({ right }) => <Badge tone={right ? 'success' : 'danger'}>{right ? 'right' : 'wrong'}</Badge>,
            },
          ]}
        />
      </div>
    </details>
  );
}

const barWidth = 320;

/** Posts that a node keeps, as one bar: its own people's first, copies of others' after. */
function Bar({ figures, most, label, nodes }: { figures: Figures; most: number; label: string; nodes: DemoProcess[] }) {
  const colours = new Map(nodes.map((node) => [node.origin, agencies[node.place].colour]));
  let left = 0;
  const parts = figures.posts.map(({ home, count }) => {
    const width = (count / most) * barWidth;
    const part = { home, x: left, width };
    left += width;
    return part;
  });
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${barWidth} 16`}
      width="100%"
      height="16"
      preserveAspectRatio="none"
    >
      {parts.map(({ home, x, width }) => (
        <rect x={x} y="0" width={Math.max(0, width - 1)} height="16" fill={colours.get(home)} />
      ))}
    </svg>
  );
}

const namesOf = (state: DeskState) => (origin: string) => {
  const node = state.nodes.find((one) => one.origin === origin);
  return node ? agencies[node.place].name : origin;
};

function Keeping({ state }: { state: DeskState }) {
  const nameOf = namesOf(state);
  const most = Math.max(
    1,
    ...state.figures.map((one) => (one ? one.posts.reduce((sum, { count }) => sum + count, 0) : 0)),
  );
  const rows = state.nodes.map((node, index) => ({ node, figures: state.figures[index] ?? null }));
  return (
    <Panel title="Who keeps what" id="keeping">
      <DataTable
        id="kept"
        caption="Posts on each node, by the node of their authors"
        rows={rows}
        columns={[
          {
            header: 'Node',
            cell: ({ node }) => (
              <a class="ds-link" href={node.origin}>
                {agencies[node.place].name}
              </a>
            ),
          },
          {
            header: 'State',
            cell: ({ node, figures }) => (
              <Badge tone={figures ? 'success' : 'warning'}>
                {figures ? 'runs' : node.isRunning() ? 'starts' : 'stopped'}
              </Badge>
            ),
          },
          { header: 'People', numeric: true, cell: ({ figures }) => figures?.people ?? '–' },
          {
            header: 'Groups here, elsewhere',
            numeric: true,
            cell: ({ figures }) => (figures ? `${figures.groups.own}, ${figures.groups.elsewhere}` : '–'),
          },
          {
            header: 'Posts kept',
            cell: ({ figures }) => {
              if (!figures) return '–';
              const words = figures.posts.map(({ home, count }) => `${count} by people of ${nameOf(home)}`).join(', ');
              return (
                <div>
                  {figures.posts.length > 0 ? (
                    <Bar figures={figures} most={most} label={words} nodes={state.nodes} />
                  ) : null}
                  <span class="app-quiet">{words || 'none'}</span>
                </div>
              );
            },
          },
          {
            header: 'Waits for delivery',
            cell: ({ figures }) =>
              figures?.waiting.map(({ origin, items }) => `${items} to ${nameOf(origin)}`).join(', ') || 'nothing',
          },
        ]}
      />
    </Panel>
  );
}

/** Everything that there is to see, and as whom. */
function States({ shown }: { shown: OnShow[] }) {
  return (
    <Panel title="What there is to see" id="states">
      <DataTable
        id="shown"
        caption="States that people, posts and nodes can be in"
        rows={shown}
        columns={[
          { header: 'What', cell: ({ state }) => `${state.charAt(0).toUpperCase()}${state.slice(1)}` },
          { header: 'How many', numeric: true, cell: ({ count }) => count },
          {
            header: 'Where',
            cell: ({ as, address }) => (
              <span>
                <a class="ds-link" href={address}>
                  {agencies[people[as].place].name}
                </a>
                , as {people[as].name}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
}

const shownArrivals = 12;

function Traffic({ state }: { state: DeskState }) {
  const nameOf = namesOf(state);
  const arrivals = places
    .flatMap((_place, index) =>
      (state.figures[index]?.arrived ?? []).map((one) => ({
        ...one,
        at: one.at,
        to: state.nodes[index]?.origin ?? '',
      })),
    )
    .sort((one, other) => (one.at < other.at ? 1 : -1))
    .slice(0, shownArrivals);
  return (
    <Panel title="What arrived last" id="traffic">
      <DataTable
        id="arrived"
        caption="Activities between the nodes, the newest first"
        rows={arrivals}
        columns={[
          { header: 'When', cell: ({ at }) => <time datetime={at}>{at.slice(11, 19)}</time> },
          { header: 'From', cell: ({ origin }) => nameOf(origin) },
          { header: 'To', cell: ({ to }) => nameOf(to) },
          { header: 'What', cell: ({ type }) => type },
          { header: 'State', cell: ({ state: done }) => done },
        ]}
      />
    </Panel>
  );
}
