/** Fields, buttons and choices. */
export const formsCss = `
/* Forms */
.app-form { display: flex; flex-direction: column; gap: 1.5rem; max-width: 40rem; }
.app-form > * { margin: 0; }
.app-form-inline { display: flex; flex-wrap: wrap; align-items: flex-end; gap: .75rem; margin: 0; }
.ds-button { --dsc-button-size: 2.75rem; font-size: .9375rem; }
.ds-button[data-color=danger][data-variant=secondary] { --dsc-button-border-color: var(--ds-color-danger-border-default); }
.ds-button[data-size=sm] { --dsc-button-size: 2.25rem; --dsc-button-padding: .25rem .75rem; font-size: .875rem; }
.ds-button[data-variant=secondary] { --dsc-button-background: var(--ds-color-surface-default); }
.ds-button[data-color=danger] { --dsc-button-color: var(--ds-color-danger-text-subtle); }
.ds-button[aria-pressed=true] { --dsc-button-background: var(--ds-color-surface-tinted); box-shadow: inset 0 0 0 1px var(--ds-color-border-strong); }
.ds-input { --dsc-input-size: 2.75rem; }
.ds-input:not([type=radio], [type=checkbox]) { width: 100%; }
.ds-input[data-width=short] { width: 8rem; }
.ds-input[data-width=medium] { width: 16rem; }
textarea.ds-input { line-height: 1.6; resize: vertical; }
.ds-field { --dsc-field-content-spacing: .375rem; }
.ds-field [data-field=description], .ds-fieldset > [data-field=description] { font-size: .875rem; line-height: 1.45; }
.ds-validation-message { font-size: .9375rem; font-weight: 500; }
.app-form-inline .ds-field { flex: 0 1 16rem; }
.ds-field:has([type=radio], [type=checkbox]) { column-gap: .75rem !important; }
.app-choices { --dsc-fieldset-gap: .5rem; }
.app-choices > legend { margin-bottom: .125rem; }
.app-choices > .ds-field { box-sizing: border-box; width: 100%; padding: .75rem 1rem; border: 1px solid var(--ds-color-neutral-border-subtle);
  border-radius: var(--ds-border-radius-md); background: var(--ds-color-neutral-surface-default); }
.app-choices > .ds-field:has(:checked) { border-color: var(--ds-color-border-strong); background: var(--ds-color-background-tinted); }
.app-choices > .ds-field:hover { border-color: var(--ds-color-border-default); }
.app-choices > .ds-field label { font-weight: 500; }
.ds-error-summary, .app-panel:has(> form) { box-sizing: border-box; width: 100%; }
/* As wide as its form where it stands alone; among others their edges agree. */
.ds-error-summary, .app-panel:has(> form):where(:not(.app-panel ~ *, :has(~ .app-panel))) { max-width: 44rem; }
.ds-error-summary { --dsc-errorsummary-padding: 1.25rem 1.5rem; border: 1px solid var(--ds-color-danger-border-default);
  border-inline-start: 6px solid var(--ds-color-danger-border-strong); }
.ds-error-summary .ds-list { --dsc-list-margin-top: .25rem; }
`;
