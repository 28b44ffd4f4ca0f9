/** How parts stand on a page: columns, cards, headings, panels. */
export const layoutCss = `
/* Layout */
.app-stack { display: flex; flex-direction: column; gap: 1.25rem; min-width: 0; }
.app-columns { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: 1.5rem 2rem; align-items: start; }
.app-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
.app-cards .app-panel { gap: .625rem; }
.app-links { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .875rem; }
.app-links a { min-height: 1.5rem; }
.app-page-heading { display: flex; flex-wrap: wrap; align-items: flex-start; justify-content: space-between; gap: 1rem 2rem; }
.app-page-heading-words { display: flex; flex-direction: column; gap: .375rem; flex: 1 1 20rem; min-width: 0; }
.app-parent { display: inline-flex; align-items: center; gap: .25rem; align-self: flex-start; min-height: 1.5rem; font-size: .9375rem; color: var(--ds-color-accent-text-subtle); text-decoration: none; }
.app-parent:hover { text-decoration: underline; text-underline-offset: .2em; }
.app-parent .app-icon { width: 1em; height: 1em; rotate: 180deg; }
.app-page-heading-title { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; }
.app-page-heading .ds-heading { letter-spacing: -.02em; }
.app-actions { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; }
.app-actions-end { margin-inline-start: auto; }
.ds-card { --dsc-card-padding: 1.25rem; --dsc-card-background: var(--ds-color-neutral-surface-default); --dsc-card-border-color: var(--ds-color-neutral-border-subtle);
  --dsc-card-color: var(--ds-color-neutral-text-default); box-shadow: var(--ds-shadow-xs); }
.app-panel:not([hidden]), .app-post:not([hidden]) { display: flex; flex-direction: column; gap: .875rem; overflow: visible; }
.app-panel > *, .app-post > * { margin-block: 0 !important; min-width: 0; }
.app-panel-heading { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; }

.app-reading { max-width: 52rem; }
.app-reading > .app-panel, .app-reading > .app-panel > .app-form { max-width: none; }
.app-actions > .app-details { --dsc-details-size: 2.25rem; border-color: transparent; font-size: .875rem; }
.app-actions > .app-details > summary { color: var(--ds-color-accent-text-subtle); }
.app-actions > .app-details[open] { flex-basis: 100%; border-color: var(--ds-color-neutral-border-subtle); }
`;
