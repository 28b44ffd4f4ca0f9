/** Tables, and the samples of a house style. */
export const tablesCss = `
/* House style */
.app-preview-part { display: flex; flex-direction: column; gap: .5rem; }
.app-preview { display: flex; flex-direction: column; gap: .75rem; padding: 1.25rem; border: 1px solid var(--ds-color-neutral-border-subtle);
  border-radius: var(--ds-border-radius-lg); background: var(--ds-color-neutral-surface-default); color: var(--ds-color-neutral-text-default); }
.app-preview .ds-button { cursor: default; }
.app-preview .app-badges { margin: 0; }
.app-swatches { display: block; width: 100%; border-radius: var(--ds-border-radius-sm); }

/* Tables */
.app-table-region { position: relative; overflow-x: auto; background: var(--ds-color-neutral-surface-default); border: 1px solid var(--ds-color-neutral-border-subtle);
  border-radius: var(--ds-border-radius-lg); box-shadow: var(--ds-shadow-xs); }
.app-table { --dsc-table-padding: .75rem 1rem; --dsc-table-color: var(--ds-color-neutral-text-default); --dsc-table-border-color: var(--ds-color-neutral-border-subtle); font-size: .9375rem; overflow-wrap: normal; }
.app-table > caption { padding: 1rem 1rem .75rem; margin: 0; font-size: 1.0625rem; font-weight: 650; text-align: start; }
.app-table > thead > tr > th { padding-block: .5rem; font-size: .8125rem; font-weight: 500; color: var(--ds-color-neutral-text-subtle); white-space: nowrap; text-align: start;
  border-top: 1px solid var(--ds-color-neutral-border-subtle); border-bottom-width: 1px; background: var(--ds-color-neutral-background-tinted); }
.app-table > tbody > tr:last-child > * { border-bottom: 0; }
.app-table > tbody > tr > th { font-weight: 600; text-align: start; }
.app-table > tbody > tr:hover > * { background: var(--ds-color-neutral-background-tinted); }
.app-table [data-numeric] { text-align: end; font-variant-numeric: tabular-nums; }
`;
