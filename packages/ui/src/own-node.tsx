import type { OwnNodeOffer } from '@joinery/core';
import { ButtonLink, FormActions, SubmitButton } from './button.tsx';
import { Details } from './details.tsx';
import type { FieldError } from './error-summary.tsx';
import { Form, HiddenField, TextField } from './form.tsx';
import { Panel } from './heading.tsx';
import type { Language } from './messages.ts';
import { text } from './text.ts';

type Parts = { path: string; csrf: string; language: Language };

/** For somebody who came by a link and works elsewhere: the way to the same thing on the node of their own agency. */
export function OpenOnOwnNode({
  offer,
  csrf,
  language,
  level = 2,
}: {
  offer: OwnNodeOffer;
  csrf: string;
  language: Language;
  level?: 2 | 3;
}) {
  const t = text(language);
  const { path, remembered } = offer;
  return (
    <Panel title={t('openAtOwnNode')} id="own-node" level={level}>
      <p>{t('openAtOwnNodeLead')}</p>
      {remembered ? (
        <>
          <ButtonLink href={remembered.href}>{t('openAtNode', { node: remembered.host })}</ButtonLink>
          <Details summary={t('openAtOtherNode')}>
            <OwnNodeForm path={path} csrf={csrf} language={language} />
          </Details>
        </>
      ) : (
        <OwnNodeForm path={path} csrf={csrf} language={language} />
      )}
    </Panel>
  );
}

/** The form that asks for the node. It causes no request of this node to that one: only the browser goes there. */
export function OwnNodeForm({
  path,
  csrf,
  language,
  value,
  errors = [],
}: Parts & { value?: string | undefined; errors?: readonly FieldError[] }) {
  const t = text(language);
  return (
    <Form action="/own-node" csrf={csrf} errors={errors} once={false}>
      <HiddenField name="path" value={path} />
      <TextField
        name="node"
        label={t('ownNode')}
        description={t('ownNodeHint')}
        autocomplete="url"
        value={value}
        required={true}
      />
      <FormActions>
        <SubmitButton kind="secondary">{t('openAtOwnNode')}</SubmitButton>
      </FormActions>
    </Form>
  );
}
