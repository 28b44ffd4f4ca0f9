/** Widths, forced colours, reduced motion and paper: last, since it changes what stands before it. */
export const screensCss = `
@media (width >= 74rem) {
  .app-navigation { flex: none; }
  /* The search gives way first: a name in two lines beside free space looks lost. */
  .app-brand { flex-shrink: 0; max-width: 18rem; }
}
/* One page needs no list of pages. */
@media (width >= 64rem) { .app-area:has(li:only-child) { display: none; } }
/* One line that scrolls, beginning with the open page where browsers can: several lines of links would push the page itself away. */
@media (width < 40rem) {
  .app-tabs ul { flex-wrap: nowrap; overflow-x: auto; overscroll-behavior-x: contain; scrollbar-width: thin; }
  .app-tabs a { white-space: nowrap; }
  .app-tabs a[aria-current] { scroll-initial-target: nearest; }
}
@media (width < 64rem) {
  .app-area ul { display: none; }
  .app-area .app-parent { display: inline-flex; }
}
@media (width < 52rem) {
  .app-columns { grid-template-columns: minmax(0, 1fr); }
  .app-header .app-bar { flex-wrap: wrap; padding-top: .5rem; }
  .app-brand { flex: 1 1 9rem; }
  .app-navigation { order: 3; flex: 1 1 calc(100% - 6rem); margin-inline: -.75rem; }
  .app-search { order: 4; flex: none; min-width: 0; width: 2.75rem; height: 2.75rem; }
  .app-search .ds-input { display: none; }
}
@media (width < 40rem) {
  .app-bar { padding-inline: 1rem; }
  .app-main { padding: 1.25rem 1rem 3rem; gap: 1.25rem; }
  .app-account-name { display: none; }
  .app-header .app-bar { column-gap: .5rem; }
  .app-own { gap: 0; }
  .app-message { margin-inline: 0 1rem; }
  .app-message[data-own] { margin-inline: 1rem 0; }
  .app-choices-table { --dsc-table-padding: .625rem .125rem; font-size: .9375rem; overflow-wrap: break-word; }
  .app-choices-table :is(td, thead th:not(:first-child)) { width: 4.25rem; }
  .app-navigation a { padding-inline: .625rem; }
  .ds-card { --dsc-card-padding: 1rem; }
  .app-post-header { flex-wrap: wrap; }
  .app-post-header > .app-badges { flex-basis: 100%; margin: 0; }
  .app-item { flex-wrap: wrap; }
  .app-item-action { flex-basis: 100%; }
  .app-languages { margin-inline-start: -.625rem; }
  .app-form-inline .ds-field { flex-basis: 100%; }
  /* One field and its button stay side by side. */
  .app-form-inline > .ds-field:has(+ .ds-button:last-child):nth-last-child(2):not(.ds-field ~ *) { flex: 1 1 9rem; }
  .app-descriptions dt { flex-basis: 100%; }
  .app-page-heading .ds-button { --dsc-button-size: 2.25rem; --dsc-button-padding: .25rem .75rem; font-size: .875rem; }
  .app-table :is(.app-meter, .app-badges) { justify-content: flex-end; }
  .app-actions-end { margin-inline-start: 0; flex-basis: 100%; }
  .app-table, .app-table > tbody, .app-table > caption { display: block; overflow-wrap: anywhere; }
  .app-table > caption { padding-block: .875rem; }
  .app-table > thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .app-table > tbody > tr { display: block; padding: .75rem 1rem; border-top: 1px solid var(--ds-color-neutral-border-subtle); }
  .app-table > tbody > tr > * { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .25rem 0; border: 0; text-align: start; }
  .app-table > tbody > tr > td:empty { display: none; }
  .app-table > tbody > tr > th { font-size: 1rem; }
  .app-table > tbody > tr > td[data-label]::before { content: attr(data-label); flex: 0 1 auto; color: var(--ds-color-neutral-text-subtle); text-align: start; }
  .app-table > tbody > tr:hover > * { background: none; }
}
/* Two lines at most, whatever somebody may do here: the agency with what is theirs, and the navigation with the search. */
@media (width < 26rem) {
  .app-brand { flex-basis: 6.5rem; gap: .5rem; }
  .app-brand-words { overflow-wrap: anywhere; }
  .app-brand-words > .app-quiet, .app-menu > summary > .app-icon { display: none; }
  .app-menu > summary { padding-inline-end: .25rem; }
  .app-logo { max-width: 5rem; }
  .app-navigation ul { flex-wrap: nowrap; gap: 0; overflow-x: auto; overscroll-behavior-x: contain; scrollbar-width: none; }
  .app-navigation a { padding-inline: .3rem; font-size: .875rem; letter-spacing: -.01em; white-space: nowrap; }
  .app-navigation a[aria-current] { scroll-initial-target: nearest; }
  .app-header .app-bar { column-gap: .25rem; }
  .app-search { width: 2.25rem; }
  .app-search-button { width: 2.25rem; }
}
@media (forced-colors: active) {
  /* A sample of colours shows these: forced ones would say nothing of a house style. */
  .app-preview { forced-color-adjust: none; }
  .app-area li a[aria-current] { outline: 2px solid Highlight; outline-offset: -2px; }
  .app-empty-mark, .app-count, .app-header-count, .app-mark, .app-choices > .ds-field:has(:checked) { border: 1px solid CanvasText; }
  .app-choices > .ds-field:has(:checked) { border-color: Highlight; }
  .app-languages button:not([aria-current]) { border-color: Canvas; }
  .app-meter-track { fill: Canvas; stroke: CanvasText; }
  .app-meter-value { fill: CanvasText; }
}
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { transition: none !important; animation: none !important; } }
@media print {
  .app-header, .app-area, .app-footer, .app-skip, .app-actions, .app-pagination, .app-toolbar, app-live { display: none; }
  app-editor { padding: 0; }
  body { background: none; }
  .ds-card, .app-list { box-shadow: none; break-inside: avoid; }
}
`;
