import type { Panel as PanelDefinition } from '@joinery/core';
import { ButtonLink, FormActions, isLanguage, Panel } from '@joinery/ui';
import { messages } from './messages.ts';
import { startHref } from './paths.ts';
import { firstSteps, isDismissed } from './steps.ts';

/** The way to the first steps, on the start page of administrators, until all is done or they put it away. */
export const startPanel: PanelDefinition = {
  place: 'home',
  order: 1,
  render: async (context, visitor, _subject, asked) => {
    if (!visitor?.administrator || (await isDismissed(context.db.reader))) return null;
    const language = isLanguage(asked) ? asked : 'en';
    const steps = (await firstSteps(context, language)).filter((step) => !step.optional);
    const done = steps.filter((step) => step.done).length;
    if (done === steps.length) return null;
    const t = messages(language);
    return (
      <Panel title={t('start')} id="first-steps">
        <p>{t('startPanel', { done, all: steps.length })}</p>
        <FormActions>
          <ButtonLink href={startHref} kind="primary">
            {t('startOpen')}
          </ButtonLink>
        </FormActions>
      </Panel>
    );
  },
};
