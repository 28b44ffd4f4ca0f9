import {
  Checkbox,
  Columns,
  Details,
  ErrorSummary,
  type FieldError,
  FileField,
  Form,
  FormActions,
  HiddenField,
  type Language,
  PageHeading,
  Panel,
  Stack,
  SubmitButton,
  TextField,
  type ThemeInput,
} from '@joinery/ui';
import { logoSize } from './faults.ts';
import { largestRadius } from './input.ts';
import { messages } from './messages.ts';
import { Preview } from './views-preview.tsx';

/** As typed. */
export type StyleValues = { colour: string; second: string; radius: string; logoAlt: string };

/** The form of the house style with its preview beside it. */
export function StylePage(model: {
  language: Language;
  csrf: string;
  agency: string;
  values: StyleValues;
  theme: ThemeInput;
  /** Address of the picture in the preview. */
  logo: string | null;
  /** A logo that was given but not saved yet, as it goes along with the form. */
  chosen: string | null;
  hasLogo: boolean;
  remove: boolean;
  errors: readonly FieldError[];
  previewHref: string;
}) {
  const { language, values, errors } = model;
  const t = messages(language);
  return (
    <Stack>
      <ErrorSummary errors={errors} language={language} />
      <PageHeading title={t('title')} lead={t('lead')} />
      <Columns aside={<Preview {...model} alt={values.logoAlt} />}>
        <Panel title={t('title')} id="choose">
          <Form action="/administration/style" csrf={model.csrf} errors={errors} upload={true}>
            <TextField
              name="colour"
              label={t('colour')}
              description={t('colourHint')}
              value={values.colour}
              width="short"
            />
            <TextField
              name="second"
              label={t('second')}
              description={t('secondHint')}
              value={values.second}
              width="short"
            />
            <TextField
              name="radius"
              type="number"
              label={t('radius')}
              description={t('radiusHint', { largest: largestRadius })}
              value={values.radius}
              width="short"
            />
            <FileField
              name="logo"
              label={t('logo')}
              description={model.chosen ? t('logoKept') : t('logoHint', { size: logoSize })}
              accept=".svg,.png,image/svg+xml,image/png"
            />
            {model.chosen ? <HiddenField name="logoKept" value={model.chosen} /> : null}
            <TextField name="logoAlt" label={t('logoAlt')} description={t('logoAltHint')} value={values.logoAlt} />
            {model.hasLogo ? <Checkbox name="logoRemove" label={t('logoRemove')} checked={model.remove} /> : null}
            <Details summary={t('tokens')} open={errors.some(({ field }) => field === 'tokens')}>
              <FileField
                name="tokens"
                label={t('tokensFile')}
                description={t('tokensHint')}
                accept=".json,application/json"
              />
            </Details>
            <FormActions>
              <SubmitButton name="what" value="save">
                {t('save')}
              </SubmitButton>
              <SubmitButton kind="secondary" name="what" value="preview">
                {t('preview')}
              </SubmitButton>
            </FormActions>
          </Form>
        </Panel>
      </Columns>
    </Stack>
  );
}
