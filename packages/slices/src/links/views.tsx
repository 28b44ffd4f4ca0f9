import {
  ButtonLink,
  ErrorSummary,
  errorOf,
  type FieldError,
  FormActions,
  type Language,
  OwnNodeForm,
  PageHeading,
  Stack,
  SubmitButton,
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
      <OwnNodeForm path={path} csrf={csrf} language={language} value={typed} error={errorOf(errors, 'node')} />
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
      <form class="app-form" method="get" action="/follow" novalidate={true}>
        <TextField
          name="uri"
          label={t('uri')}
          description={t('uriHint')}
          type="url"
          value={typed}
          required={true}
          error={errorOf(errors, 'uri')}
        />
        <FormActions>
          <SubmitButton>{t('open')}</SubmitButton>
        </FormActions>
      </form>
    </Stack>
  );
}

export type Obstacle = 'missing' | 'away' | 'noAgreement' | 'notAllowedThere' | 'blocked';

/** Why a link does not open here, and what can be done. */
export function ObstaclePage({
  language,
  why,
  host,
  again,
}: {
  language: Language;
  why: Obstacle;
  host: string;
  again: string;
}) {
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
      <PageHeading title={title} lead={lead} />
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
