import {
  Badge,
  ButtonLink,
  DataTable,
  ErrorSummary,
  formatNumber,
  List,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import type { Explanation } from '../explain.ts';
import type { Partner } from '../store.ts';
import { home } from '../views.tsx';
import { proofText } from './text.ts';
import type { Trial } from './try.ts';
import { askerInWords } from './words.ts';

/** What a partner gets of one thing, and what others get of it: asked, not calculated. */
export function ProofPage(model: {
  partner: Partner;
  /** As it was typed. */
  typed: string;
  fault: boolean;
  example: string;
  suggestions: readonly { href: string; name: string }[];
  trials: readonly Trial[];
  said: Explanation | null;
  /** The partner's answer, when the reader may read the thing too. */
  seen: string | null;
  reader: Reader;
}) {
  const { partner, reader, trials, said } = model;
  const p = proofText(reader.language);
  const address = `${home}/${partner.id}/proof`;
  const errors = model.fault ? [{ field: 'thing', text: p('fault') }] : [];
  return (
    <Stack>
      <ErrorSummary errors={errors} language={reader.language} />
      <PageHeading
        title={p('titleFor', { agency: partner.agency })}
        parent={{ href: `${home}/${partner.id}`, label: partner.agency }}
        lead={p('lead')}
      />
      <SearchForm action={address} label={p('title')} errors={errors} stacked={true}>
        <TextField
          name="thing"
          label={p('item')}
          description={p('itemHint', { example: model.example })}
          value={model.typed}
        />
        <SubmitButton>{p('try')}</SubmitButton>
      </SearchForm>
      {trials.length === 0 && model.suggestions.length > 0 ? (
        <Panel title={p('suggestions')} id="suggestions">
          <List>
            {model.suggestions.map(({ href, name }) => (
              <a class="ds-link" href={`${address}?thing=${encodeURIComponent(href)}`}>
                {name}
              </a>
            ))}
          </List>
        </Panel>
      ) : null}
      {trials.length > 0 ? <Answers trials={trials} partner={partner} reader={reader} /> : null}
      {trials.some(({ asker }) => asker === 'token') ? <p class="app-quiet">{p('tokenNote')}</p> : null}
      {trials.length > 0 ? (
        <div class="app-actions">
          <ButtonLink href={`${address}.pdf?thing=${encodeURIComponent(model.typed)}`}>{p('paper')}</ButtonLink>
        </div>
      ) : null}
      {said ? (
        <Notice kind={said.allowed ? 'success' : 'info'} language={reader.language}>
          {said.lines.map((line) => (
            <p>
              <strong>{p('why')}:</strong> {line}
            </p>
          ))}
        </Notice>
      ) : null}
      {trials.length > 0 ? <Seen seen={model.seen} trials={trials} partner={partner} reader={reader} /> : null}
    </Stack>
  );
}

function Answers({ trials, partner, reader }: { trials: readonly Trial[]; partner: Partner; reader: Reader }) {
  const p = proofText(reader.language);
  return (
    <DataTable
      id="answers"
      caption={p('answer')}
      rows={trials}
      columns={[
        { header: p('asker'), cell: ({ asker }) => askerInWords(asker, partner.agency, reader.language) },
        {
          header: p('answer'),
          cell: ({ status }) =>
            status === 200 ? (
              <Badge tone="warning" icon="check">
                {p('given')} ({status})
              </Badge>
            ) : (
              <Badge tone="success" icon="lock">
                {p('refused')} ({status})
              </Badge>
            ),
        },
        { header: p('code'), cell: ({ code }) => (code ? <code>{code}</code> : '–') },
        {
          header: p('bytes'),
          numeric: true,
          cell: ({ bytes }) => `${formatNumber(reader.language, bytes)} B`,
        },
      ]}
    />
  );
}

function Seen({
  seen,
  trials,
  partner,
  reader,
}: {
  seen: string | null;
  trials: readonly Trial[];
  partner: Partner;
  reader: Reader;
}) {
  const p = proofText(reader.language);
  const given = trials.some(({ asker, status }) => (asker === 'partner' || asker === 'token') && status === 200);
  const isFile = trials.some(({ status, text, bytes }) => status === 200 && text === '' && bytes > 0);
  return (
    <Panel title={p('seen', { agency: partner.agency })} id="seen">
      {given && seen !== null ? (
        <>
          <p class="app-quiet">{p('seenLead')}</p>
          <div class="app-content">
            <pre>
              <code>{seen}</code>
            </pre>
          </div>
        </>
      ) : (
        <p>{p(given ? (isFile ? 'givenFile' : 'notYours') : 'nothing')}</p>
      )}
    </Panel>
  );
}
