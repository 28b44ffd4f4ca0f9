import {
  ButtonLink,
  EmptyState,
  Notice,
  PageHeading,
  Pagination,
  type Reader,
  SearchForm,
  Stack,
  SubmitButton,
  TextField,
} from '@joinery/ui';
import type { Explanation } from './explain.ts';
import type { PartnerDecisionRow } from './tables.ts';
import { pageText } from './text.ts';
import { home, PartnerTabs, RegisterTable } from './views.tsx';

/** The register of decisions. */
export function RegisterPage(model: {
  rows: readonly PartnerDecisionRow[];
  next: string | null;
  requests: number;
  reader: Reader;
}) {
  const { rows, reader } = model;
  const t = pageText(reader.language);
  return (
    <Stack>
      <PageHeading
        title={t('register')}
        lead={t('registerLead')}
        actions={
          rows.length > 0 ? (
            <>
              <ButtonLink href={`${home}/register.csv`}>{t('download')}</ButtonLink>
              <ButtonLink href={`${home}/register.pdf`}>{t('downloadPdf')}</ButtonLink>
            </>
          ) : undefined
        }
      />
      <PartnerTabs current={`${home}/register`} requests={model.requests} reader={reader} />
      {rows.length === 0 ? (
        <EmptyState title={t('emptyRegisterTitle')}>{t('emptyRegister')}</EmptyState>
      ) : (
        <RegisterTable rows={rows} reader={reader} />
      )}
      <Pagination next={model.next} language={reader.language} />
    </Stack>
  );
}

/** What another node gets, and why. */
export function ExplainPage(model: {
  origin: string;
  thing: string;
  said: Explanation | null;
  requests: number;
  reader: Reader;
}) {
  const { said, reader } = model;
  const t = pageText(reader.language);
  return (
    <Stack>
      <PageHeading title={t('explain')} lead={t('explainLead')} />
      <PartnerTabs current={`${home}/explain`} requests={model.requests} reader={reader} />
      <SearchForm action={`${home}/explain`} label={t('explain')} stacked={true}>
        <TextField name="origin" label={t('explainOrigin')} value={model.origin} />
        <TextField name="thing" label={t('explainThing')} description={t('explainThingHint')} value={model.thing} />
        <SubmitButton kind="secondary">{t('show')}</SubmitButton>
      </SearchForm>
      {said ? (
        <Notice kind={said.allowed ? 'success' : 'info'} language={reader.language}>
          {said.lines.map((line) => (
            <p>{line}</p>
          ))}
        </Notice>
      ) : null}
    </Stack>
  );
}
