import { Badge, DataTable, Panel } from '@joinery/ui';
import { agencies, places } from './content.ts';
import type { DeskState } from './desk-page.tsx';
import type { Figures } from './figures.ts';
import { messages } from './messages.ts';
import type { DemoProcess } from './processes.ts';

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

export function Keeping({ state }: { state: DeskState }) {
  const t = messages(state.language);
  const nameOf = namesOf(state);
  const most = Math.max(
    1,
    ...state.figures.map((one) => (one ? one.posts.reduce((sum, { count }) => sum + count, 0) : 0)),
  );
  const rows = state.nodes.map((node, index) => ({ node, figures: state.figures[index] ?? null }));
  return (
    <Panel title={t('keeping')} id="keeping">
      <DataTable
        id="kept"
        caption={t('keptCaption')}
        rows={rows}
        columns={[
          {
            header: t('node'),
            cell: ({ node }) => (
              <a class="ds-link" href={node.origin}>
                {agencies[node.place].name}
              </a>
            ),
          },
          {
            header: t('state'),
            cell: ({ node, figures }) => (
              <Badge tone={figures ? 'success' : 'warning'}>
                {figures ? t('runs') : node.isRunning() ? t('starts') : t('stopped')}
              </Badge>
            ),
          },
          { header: t('people'), numeric: true, cell: ({ figures }) => figures?.people ?? '–' },
          {
            header: t('groups'),
            numeric: true,
            cell: ({ figures }) => (figures ? `${figures.groups.own}, ${figures.groups.elsewhere}` : '–'),
          },
          {
            header: t('posts'),
            cell: ({ figures }) => {
              if (!figures) return '–';
              const words = figures.posts
                .map(({ home, count }) => t('postsBy', { count, agency: nameOf(home) }))
                .join(', ');
              return (
                <div>
                  {figures.posts.length > 0 ? (
                    <Bar figures={figures} most={most} label={words} nodes={state.nodes} />
                  ) : null}
                  <span class="app-quiet">{words || t('none')}</span>
                </div>
              );
            },
          },
          {
            header: t('waits'),
            cell: ({ figures }) =>
              figures?.waiting
                .map(({ origin, items }) => t('waitsFor', { count: items, agency: nameOf(origin) }))
                .join(', ') || t('nothing'),
          },
        ]}
      />
    </Panel>
  );
}

const shownArrivals = 12;

export function Traffic({ state }: { state: DeskState }) {
  const t = messages(state.language);
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
    <Panel title={t('traffic')} id="traffic">
      {arrivals.length === 0 ? <p class="app-quiet">{t('nothingArrived')}</p> : null}
      <DataTable
        id="arrived"
        caption={t('trafficCaption')}
        rows={arrivals}
        columns={[
          { header: t('when'), cell: ({ at }) => <time datetime={at}>{at.slice(11, 19)}</time> },
          { header: t('from'), cell: ({ origin }) => nameOf(origin) },
          { header: t('to'), cell: ({ to }) => nameOf(to) },
          { header: t('what'), cell: ({ type }) => type },
          { header: t('done'), cell: ({ state: done }) => done },
        ]}
      />
    </Panel>
  );
}
