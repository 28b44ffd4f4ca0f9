import { type Child, jsx } from 'hono/jsx';
import type { FieldError } from './error-summary.tsx';
import { Form, HiddenField } from './form.tsx';
import type { Language } from './messages.ts';
import { text } from './text.ts';

/**
 * A form that is sent with what a device answers: the script of `browser/passkey.ts` asks it when the button is pressed. Without script it is words only.
 * @param ask where the script gets what to ask; the form itself goes to `action` with the answer in `credential`
 * @param makes a new passkey instead of using one
 * @param offer passkeys also while somebody types their mail address, where the browser can
 */
export function PasskeyForm({
  action,
  ask,
  csrf,
  errors = [],
  language,
  makes = false,
  offer = false,
  children,
}: {
  action: string;
  ask: string;
  csrf: string;
  errors?: readonly FieldError[];
  language: Language;
  makes?: boolean;
  offer?: boolean;
  children: Child;
}) {
  const t = text(language);
  const labels = {
    cancelled: t('passkeyCancelled'),
    failed: t('passkeyFailed'),
    taken: t('passkeyTaken'),
    unsupported: t('passkeyUnsupported'),
  };
  const attributes = {
    'data-ask': ask,
    'data-makes': makes ? '' : undefined,
    'data-offer': offer ? '' : undefined,
    'data-labels': JSON.stringify(labels),
  };
  const form = (
    <Form action={action} csrf={csrf} errors={errors}>
      <HiddenField name="credential" value="" />
      {children}
    </Form>
  );
  const words = <p data-scriptless="">{t('passkeyScript')}</p>;
  return jsx('app-passkey', attributes, form as never, words as never);
}
