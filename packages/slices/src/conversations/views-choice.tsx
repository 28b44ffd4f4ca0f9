import { Form, FormActions, PageHeading, RadioGroup, type Reader, SubmitButton } from '@joinery/ui';
import { messages } from './messages.ts';

/** Whether people of other agencies may begin conversations with somebody. */
export function ChoicePage(model: { value: string; usual: boolean; reader: Reader; csrf: string }) {
  const t = messages(model.reader.language);
  return (
    <>
      <PageHeading
        title={t('choiceTitle')}
        parent={{ href: '/conversations', label: t('messages') }}
        lead={t('choiceLead')}
      />
      <Form action="/profile/conversations" csrf={model.csrf}>
        <RadioGroup
          name="contacts"
          label={t('choiceLabel')}
          value={model.value}
          options={[
            { value: 'agency', label: t(model.usual ? 'choiceUsualYes' : 'choiceUsualNo') },
            { value: 'yes', label: t('choiceYes'), description: t('choiceYesHint') },
            { value: 'no', label: t('choiceNo'), description: t('choiceNoHint') },
          ]}
        />
        <FormActions>
          <SubmitButton>{t('save')}</SubmitButton>
        </FormActions>
      </Form>
    </>
  );
}
