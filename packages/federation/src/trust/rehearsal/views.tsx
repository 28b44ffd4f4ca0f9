import {
  Badge,
  DataTable,
  Form,
  FormActions,
  formatNumber,
  Notice,
  PageHeading,
  Panel,
  type Reader,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import { home, PartnerTabs } from '../views.tsx';
import { type RehearsalStep, stepText } from './steps.ts';
import { rehearsalText } from './text.ts';

/** The rehearsal: what it is, and what came of it when it has just run. */
export function RehearsalPage(model: {
  steps: readonly RehearsalStep[] | null;
  waiting: number;
  csrf: string;
  reader: Reader;
}) {
  const { steps, reader } = model;
  const t = rehearsalText(reader.language);
  const red = steps?.filter(({ ok }) => !ok).length ?? 0;
  return (
    <Stack>
      <PageHeading title={t('title')} lead={t('lead')} />
      <PartnerTabs current={`${home}/rehearsal`} requests={model.waiting} reader={reader} />
      {steps ? (
        <Notice kind={red === 0 ? 'success' : 'danger'} language={reader.language}>
          {red === 0 ? t('allGreen') : t('someRed', { count: red })}
        </Notice>
      ) : null}
      {steps ? <Steps steps={steps} reader={reader} /> : null}
      <Panel title={t('about')} id="about">
        <p>{t('aboutOwn')}</p>
        <p>{t('aboutCopy')}</p>
        <p class="app-quiet">{t('aboutKept')}</p>
        <Form action={`${home}/rehearsal`} csrf={model.csrf} inline={true}>
          <FormActions>
            <SubmitButton kind={steps ? 'secondary' : 'primary'}>{t('run')}</SubmitButton>
            <span class="app-quiet">{t('takes')}</span>
          </FormActions>
        </Form>
      </Panel>
    </Stack>
  );
}

function Steps({ steps, reader }: { steps: readonly RehearsalStep[]; reader: Reader }) {
  const t = rehearsalText(reader.language);
  return (
    <DataTable
      id="steps"
      caption={t('steps')}
      rows={steps}
      columns={[
        { header: t('what'), cell: ({ name }) => t(stepText[name]) },
        {
          header: t('outcome'),
          cell: ({ ok, detail }) => (
            <div>
              <Badge tone={ok ? 'success' : 'danger'}>{ok ? t('done') : t('failed')}</Badge>
              {detail ? (
                <>
                  <br />
                  <span class="app-quiet" lang="en">
                    {detail}
                  </span>
                </>
              ) : null}
            </div>
          ),
        },
        {
          header: t('milliseconds'),
          numeric: true,
          cell: ({ milliseconds }) => `${formatNumber(reader.language, milliseconds)} ms`,
        },
      ]}
    />
  );
}
