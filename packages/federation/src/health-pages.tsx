import {
  administrators,
  type Environment,
  federationOfficers,
  type RequestContext,
  type Restored,
  readForm,
  requireAdministrator,
  restoredState,
} from '@joinery/core';
import {
  Badge,
  Columns,
  ErrorSummary,
  errorOf,
  type FieldError,
  Form,
  FormActions,
  formatDateTime,
  type Language,
  List,
  PageHeading,
  Panel,
  RadioGroup,
  readerOf,
  Stack,
  SubmitButton,
  showPage,
  TextField,
} from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { restoredPage } from './health.ts';
import { healthText } from './health-messages.ts';
import { lookAtReach } from './reach.ts';
import { confirmRestored } from './rejoin.ts';

const anyForm = z.object({});
const decisionForm = z.object({
  take: z.enum(['anew', 'trusted']),
  reason: z.string().max(500).optional(),
});
const list = (names: readonly string[]) => names.join(', ') || '–';

/** What an administrator confirms after a restore, and asking whether partners can reach this node. */
export function healthRoutes(app: Hono<Environment>): void {
  app.get(restoredPage, async (c) => {
    requireAdministrator(c);
    return showRestored(c, { take: 'anew', reason: '' }, []);
  });

  app.post(restoredPage, async (c) => {
    const visitor = requireAdministrator(c);
    const { context, language } = c.var;
    if ((await restoredState(context.db.reader)) === null) return c.redirect(restoredPage, 303);
    const form = await readForm(c, decisionForm);
    const typed = { take: form.ok ? form.value.take : '', reason: (form.ok ? form.value : form.typed).reason ?? '' };
    const t = healthText(language);
    const errors: FieldError[] = [];
    if (!form.ok) errors.push({ field: 'take', text: t('restoredChoose') });
    else if (typed.take === 'trusted' && typed.reason.trim() === '')
      errors.push({ field: 'reason', text: t('restoredReasonMissing') });
    if (!form.ok || errors.length > 0) return showRestored(c, typed, errors);
    const by = { kind: 'person', person: visitor.person.id } as const;
    await confirmRestored(context, by, { take: form.value.take, reason: typed.reason.trim() });
    return c.redirect(restoredPage, 303);
  });

  app.post('/administration/health/reach', async (c) => {
    requireAdministrator(c);
    await readForm(c, anyForm);
    await lookAtReach(c.var.context);
    return c.redirect('/administration/health', 303);
  });
}

type Typed = { take: string; reason: string };

async function showRestored(c: RequestContext, typed: Typed, errors: readonly FieldError[]) {
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const state = await restoredState(db);
  const nameOf = async (id: string) => (await context.ports.people.byId(db, id))?.name ?? '';
  const person = state?.decision?.person;
  const page = (
    <RestoredPage
      {...{ state, language, csrf, typed, errors }}
      decidedBy={person ? await nameOf(person) : (state?.decision?.by ?? '')}
      administrators={await Promise.all((await administrators(db)).map(nameOf))}
      officers={await Promise.all((await federationOfficers(db)).map(nameOf))}
      origin={context.config.origin}
      timeZone={readerOf(c).timeZone}
    />
  );
  return showPage(c, { title: healthText(language)('restoredTitle'), error: errors.length > 0 }, page);
}

function RestoredPage(model: {
  state: Restored | null;
  /** Who took the decision, as a name. */
  decidedBy: string;
  administrators: readonly string[];
  officers: readonly string[];
  typed: Typed;
  errors: readonly FieldError[];
  origin: string;
  language: Language;
  timeZone: string;
  csrf: string;
}) {
  const { state, origin, language, timeZone } = model;
  const t = healthText(language);
  if (state === null) return <PageHeading title={t('restoredTitle')} lead={t('restoredNever')} />;
  const time = formatDateTime(language, timeZone, state.asOf);
  const after = (
    <Panel title={t('restoredAfter')} id="after">
      <p>{t('restoredAfterText')}</p>
    </Panel>
  );
  return (
    <Stack>
      <ErrorSummary errors={model.errors} language={language} />
      <PageHeading title={t('restoredTitle')} lead={t('restoredLead', { time })} />
      <Columns aside={after}>
        {state.confirmedAt === null ? (
          <Panel title={t('restoredBefore')} id="before">
            <ul>
              <li>{t('restoredOther', { origin })}</li>
              <li>
                {t('restoredPeople')} <a href="/administration/people">{t('people')}</a>
              </li>
              <li>
                {t('restoredPartners')} <a href="/administration/partners">{t('partners')}</a>
              </li>
              <li>
                {t('restoredRoles', { administrators: list(model.administrators), officers: list(model.officers) })}
              </li>
              <li>{t('restoredEnded')}</li>
            </ul>
            <Form action={restoredPage} csrf={model.csrf}>
              <RadioGroup
                name="take"
                label={t('restoredTake')}
                description={t('restoredTakeAbout', { time })}
                value={model.typed.take}
                error={errorOf(model.errors, 'take')}
                options={[
                  { value: 'anew', label: t('restoredAnew'), description: t('restoredAnewAbout') },
                  { value: 'trusted', label: t('restoredTrusted'), description: t('restoredTrustedAbout') },
                ]}
              />
              <TextField
                name="reason"
                label={t('restoredReason')}
                description={t('restoredReasonAbout')}
                value={model.typed.reason}
                error={errorOf(model.errors, 'reason')}
              />
              <FormActions>
                <SubmitButton>{t('restoredConfirm')}</SubmitButton>
              </FormActions>
            </Form>
          </Panel>
        ) : (
          <Panel title={t('restoredNodes')} id="nodes">
            <p>{t('restoredConfirmed', { time: formatDateTime(language, timeZone, state.confirmedAt) })}</p>
            {state.decision ? (
              <p>
                {state.decision.take === 'anew' ? t('restoredWasAnew') : t('restoredWasTrusted')}{' '}
                {model.decidedBy === '' ? '' : t('restoredBy', { name: model.decidedBy })}{' '}
                {state.decision.reason === '' ? '' : t('restoredBecause', { reason: state.decision.reason })}
              </p>
            ) : null}
            <List>
              {[
                ...state.waiting.map((node) => (
                  <p>
                    <Badge tone="warning">…</Badge> {t('restoredWaiting', { origin: node })}
                  </p>
                )),
                ...(state.told ?? []).map(({ origin: node, lost }) => (
                  <p>{t('restoredTold', { origin: node, lost })}</p>
                )),
              ]}
            </List>
          </Panel>
        )}
      </Columns>
    </Stack>
  );
}
