import { type GroupRow, shutGroupsPage } from '@joinery/slices/groups';
import {
  ButtonLink,
  ChooseAll,
  EmptyState,
  ErrorSummary,
  Form,
  FormActions,
  fieldId,
  formatDateTime,
  List,
  ListItem,
  PageHeading,
  type Reader,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import { openingMessages } from './messages.ts';
import { readingText, Untold } from './views.tsx';

const formName = 'open-several';

/** Groups that an administrator may open: their names, ticked, and one button. */
export function OpenSeveralPage(model: {
  groups: readonly GroupRow[];
  /** As of when the backup was; null where there was none. */
  asOf: string | null;
  untold: readonly string[];
  missing: boolean;
  reader: Reader;
  csrf: string;
}) {
  const { groups, reader, asOf } = model;
  const { language } = reader;
  const t = openingMessages(language);
  const timeOf = (instant: string) => formatDateTime(language, reader.timeZone, instant);
  const parent = { href: '/administration/restored', label: t('toRestored') };
  const lead = asOf === null ? t('severalNever') : t('severalLead', { time: timeOf(asOf) });
  const errors = model.missing ? [{ field: 'group', text: t('severalMissing') }] : [];
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('severalTitle')} parent={parent} lead={lead} />
      {groups.length === 0 ? (
        <EmptyState title={t('severalNone')}>{t('severalNoneLead')}</EmptyState>
      ) : (
        <>
          <Untold untold={model.untold} language={language} />
          <List label={t('severalTitle')}>
            {groups.map((group, index) => (
              <ListItem
                title={group.name}
                level={2}
                lead={group.summary.split('\n')[0] || undefined}
                facts={[
                  t('severalFacts', {
                    ...{ members: group.member_count, posts: group.post_count },
                    reading: readingText(group.reading, language),
                  }),
                  ...(group.last_post_at === null ? [] : [t('severalLast', { time: timeOf(group.last_post_at) })]),
                ].join(' · ')}
                avatar={{ name: group.name }}
                action={
                  <ButtonLink href={`/groups/${group.id}/confirm`}>
                    <span aria-hidden="true">{t('severalLook')}</span>
                    <span class="ds-sr-only">{t('severalLookOf', { group: group.name })}</span>
                  </ButtonLink>
                }
                choice={{
                  ...{
                    form: formName,
                    name: 'group',
                    value: group.id,
                    label: t('severalChoose', { group: group.name }),
                  },
                  ...(index === 0
                    ? { id: fieldId('group'), fault: model.missing ? t('severalMissing') : undefined }
                    : {}),
                  checked: !model.missing,
                }}
              />
            ))}
          </List>
          <Form id={formName} action={shutGroupsPage} csrf={model.csrf}>
            <FormActions>
              <SubmitButton>{t('severalOpen', { count: groups.length })}</SubmitButton>
              {groups.length > 1 ? <ChooseAll form={formName} label={t('severalAll')} /> : null}
            </FormActions>
          </Form>
        </>
      )}
    </Stack>
  );
}
