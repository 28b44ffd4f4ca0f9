import { type Environment, type Restored, readForm, requireAdministrator, restoredState } from '@joinery/core';
import {
  Badge,
  Columns,
  Form,
  FormActions,
  formatDateTime,
  type Language,
  List,
  PageHeading,
  Panel,
  readerOf,
  Stack,
  SubmitButton,
  showPage,
} from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { restoredPage } from './health.ts';
import { healthText } from './health-messages.ts';
import { lookAtReach } from './reach.ts';
import { confirmRestored } from './rejoin.ts';

const anyForm = z.object({});

/** What an administrator confirms after a restore, and asking whether partners can reach this node. */
export function healthRoutes(app: Hono<Environment>): void {
  app.get(restoredPage, async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const state = await restoredState(context.db.reader);
    const page = (
      <RestoredPage
        state={state}
        origin={context.config.origin}
        language={language}
        timeZone={readerOf(c).timeZone}
        csrf={csrf}
      />
    );
    return showPage(c, { title: healthText(language)('restoredTitle') }, page);
  });

  app.post(restoredPage, async (c) => {
    const visitor = requireAdministrator(c);
    await readForm(c, anyForm);
    if ((await restoredState(c.var.context.db.reader)) !== null)
      await confirmRestored(c.var.context, { kind: 'person', person: visitor.person.id });
    return c.redirect(restoredPage, 303);
  });

  app.post('/administration/health/reach', async (c) => {
    requireAdministrator(c);
    await readForm(c, anyForm);
    await lookAtReach(c.var.context);
    return c.redirect('/administration/health', 303);
  });
}

function RestoredPage(model: {
  state: Restored | null;
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
              <li>{t('restoredEnded')}</li>
            </ul>
            <Form action={restoredPage} csrf={model.csrf}>
              <FormActions>
                <SubmitButton>{t('restoredConfirm')}</SubmitButton>
              </FormActions>
            </Form>
          </Panel>
        ) : (
          <Panel title={t('restoredNodes')} id="nodes">
            <p>{t('restoredConfirmed', { time: formatDateTime(language, timeZone, state.confirmedAt) })}</p>
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
