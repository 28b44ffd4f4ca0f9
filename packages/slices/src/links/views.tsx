import type { Ask } from '@joinery/core';
import {
  ButtonLink,
  ErrorSummary,
  type FieldError,
  Form,
  FormActions,
  formatDate,
  HiddenField,
  type Language,
  Notice,
  OwnNodeForm,
  PageHeading,
  Panel,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextArea,
  TextField,
} from '@joinery/ui';
import { messages } from './messages.ts';

/** The form for one's own node once more, when what was typed is no node. */
export function OwnNodePage(props: {
  language: Language;
  csrf: string;
  path: string;
  typed: string;
  errors: readonly FieldError[];
  title: string;
}) {
  const { language, csrf, path, typed, errors } = props;
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={props.title} />
      <OwnNodeForm path={path} csrf={csrf} language={language} value={typed} errors={errors} />
    </Stack>
  );
}

/** Between two nodes: the browser goes on by itself; the button is for those that do not. */
export function OnwardPage({ language, host, href }: { language: Language; host: string; href: string }) {
  const t = messages(language);
  return (
    <Stack>
      <PageHeading title={t('onward', { node: host })} lead={t('onwardLead')} />
      <FormActions>
        <ButtonLink href={href} kind="primary">
          {t('onwardGo', { node: host })}
        </ButtonLink>
      </FormActions>
    </Stack>
  );
}

/** A link to open here, typed or pasted. */
export function OpenLinkPage({
  language,
  typed,
  errors,
}: {
  language: Language;
  typed: string;
  errors: readonly FieldError[];
}) {
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('openTitle')} lead={t('openLead')} />
      <SearchForm action="/follow" label={t('openTitle')} errors={errors} stacked={true}>
        <TextField name="uri" label={t('uri')} description={t('uriHint')} type="url" value={typed} required={true} />
        <FormActions>
          <SubmitButton>{t('open')}</SubmitButton>
        </FormActions>
      </SearchForm>
    </Stack>
  );
}

export type Obstacle = 'missing' | 'away' | 'noAgreement' | 'notAllowedThere' | 'blocked';

/** Why a link does not open here, and what can be done. */
export function ObstaclePage({
  reader,
  why,
  host,
  again,
  asking,
}: {
  reader: Reader;
  why: Obstacle;
  host: string;
  again: string;
  /** Where asking for an agreement helps. */
  asking: Asking | null;
}) {
  const { language } = reader;
  const t = messages(language);
  const words = {
    missing: [t('missing', { node: host }), t('missingLead')],
    away: [t('away', { node: host }), t('awayLead')],
    noAgreement: [t('noAgreement', { node: host }), t('noAgreementLead', { node: host })],
    notAllowedThere: [t('notAllowedThere', { node: host }), t('notAllowedThereLead')],
    blocked: [t('blocked', { node: host }), t('blockedLead')],
  } as const;
  const [title, lead] = words[why];
  return (
    <Stack>
      <ErrorSummary errors={asking?.errors ?? []} language={language} />
      <PageHeading title={title} lead={lead} />
      {asking ? <AskForIt asking={asking} host={host} reader={reader} /> : null}
      <FormActions>
        {why === 'away' ? (
          <ButtonLink href={again} kind="primary">
            {t('tryAgain')}
          </ButtonLink>
        ) : null}
        <ButtonLink href="/">{t('home')}</ButtonLink>
      </FormActions>
    </Stack>
  );
}

/** What somebody sees of asking for an agreement: how many others did, and what came of their own. */
export type Asking = {
  csrf: string;
  uri: string;
  /** Colleagues who wait for an answer too. */
  others: number;
  mine: Ask | null;
  typed: string;
  errors: readonly FieldError[];
};

function AskForIt({ asking, host, reader }: { asking: Asking; host: string; reader: Reader }) {
  const t = messages(reader.language);
  const { mine, errors } = asking;
  const day = (at: string | null) => formatDate(reader.language, reader.timeZone, at ?? '');
  const open = mine?.state === 'open';
  return (
    <Panel title={t('askTitle')} id="ask">
      {open ? (
        <Notice kind="info" language={reader.language}>
          {t('askedOn', { date: day(mine.askedAt) })}
        </Notice>
      ) : null}
      {mine?.state === 'declined' ? (
        <Notice kind="info" language={reader.language}>
          {t('askDeclined', { date: day(mine.answeredAt), answer: mine.answer ?? '' })}
        </Notice>
      ) : null}
      {asking.others > 0 || !open ? <p>{t('askOthers', { count: asking.others, node: host })}</p> : null}
      <Form action="/follow/ask" csrf={asking.csrf} errors={errors}>
        <HiddenField name="uri" value={asking.uri} />
        <TextArea
          name="reason"
          label={t('askReason')}
          description={t('askReasonHint')}
          rows={3}
          value={asking.typed}
          required={true}
        />
        <FormActions>
          <SubmitButton kind={open ? 'secondary' : 'primary'}>
            {open ? t('askChange') : mine ? t('askAgain') : t('askSend')}
          </SubmitButton>
        </FormActions>
      </Form>
    </Panel>
  );
}
