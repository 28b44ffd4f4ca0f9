/** Notices, badges, people, posts, lists and the smaller parts around them. */
export const postsCss = `
/* Notices, badges, people */
.app-notice-list { margin: 0; padding: 0; list-style: none; display: grid; gap: .375rem; }
.app-notice .ds-button { margin-block-start: .5rem; }
.app-notice { --dsc-alert-padding-block: .875rem; --dsc-alert-padding-inline-end: 1rem; --dsc-alert-border-color: var(--ds-color-border-subtle); }
.app-badge, .app-tag { --dsc-tag-min-height: 1.5rem; --dsc-tag-border-radius: .875rem; --dsc-tag-padding: 0 .625rem;
  gap: .25rem; font-size: .8125rem; font-weight: 500; max-width: 100%; box-sizing: border-box; }
.app-badge .app-icon { width: 1em; height: 1em; }
.app-tag { min-height: 1.75rem; }
.app-badges { display: flex; flex-wrap: wrap; gap: .375rem; margin-inline-start: auto; }
.app-badges:empty { display: none; }
.app-count { display: inline-block; min-width: 1.5em; padding: 0 .4em; border-radius: var(--ds-border-radius-full); box-sizing: border-box; text-align: center;
  background: var(--ds-color-surface-tinted); color: var(--ds-color-text-default); font-size: .8125rem; line-height: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.app-avatar { --dsc-avatar-size: 2.5rem; --dsc-avatar-background: var(--ds-color-surface-hover); --dsc-avatar-color: var(--ds-color-text-default);
  --dsc-avatar-padding: 0; --dsc-avatar-font-size: .875rem; font-weight: 600; letter-spacing: .02em; }
.app-avatar[data-small] { --dsc-avatar-size: 2rem; --dsc-avatar-font-size: .75rem; }
.app-person { display: inline-flex; align-items: center; gap: .625rem; min-width: 0; }
.app-person-words { display: flex; flex-direction: column; line-height: 1.35; min-width: 0; }
.app-source { display: inline-flex; align-items: flex-start; gap: .375rem; color: var(--ds-color-neutral-text-subtle); font-size: .875rem; line-height: 1.4; }
.app-source .app-icon { width: 1.1em; height: 1.1em; margin-top: .1em; }

/* Posts and lists */
.app-post, .app-item { position: relative; }
.app-post-header { display: flex; align-items: flex-start; gap: .75rem; }
.app-post-header > .app-person-words { flex: 1 1 0; }
.app-post-title { font-size: 1.125rem; }
.app-post-title a, .app-item-title a { color: inherit; text-decoration: none; }
.app-post-title a:hover, .app-item-title a:hover { text-decoration: underline; text-underline-offset: .2em; color: var(--ds-color-accent-text-subtle); }
.app-post-summary { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.app-post-footer { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; }
.app-fact { display: inline-flex; align-items: center; gap: .375rem; font-size: .875rem; color: var(--ds-color-neutral-text-subtle); min-height: 1.5rem; }
.app-content { max-width: 70ch; line-height: 1.6; }
.app-content > * { margin-block: 0 .75em; }
.app-content > :last-child { margin-block-end: 0; }
.app-content :is(h3, h4, h5, h6) { font-size: 1.0625rem; font-weight: 650; margin-block: 1.25em .5em; line-height: 1.3; }
.app-content > :first-child { margin-block-start: 0; }
.app-content a { color: var(--ds-color-accent-text-subtle); text-underline-offset: .2em; }
.app-content blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--ds-color-neutral-border-default); color: var(--ds-color-neutral-text-subtle); }
.app-content :is(pre, code) { font-family: ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace; font-size: .875em; background: var(--ds-color-neutral-background-tinted); border-radius: var(--ds-border-radius-sm); }
.app-content code { padding: .1em .3em; }
.app-content pre { padding: .75rem 1rem; white-space: pre-wrap; }
.app-content pre code { padding: 0; background: none; font-size: 1em; }
.app-content :is(ul, ol) { padding-inline-start: 1.5rem; }
.app-content table { border-collapse: collapse; display: block; overflow-x: auto; overflow-wrap: break-word; hyphens: auto; }
.app-content :is(th, td) { border: 1px solid var(--ds-color-neutral-border-subtle); padding: .375rem .625rem; text-align: start; }
.app-content ins { background: var(--ds-color-success-surface-tinted); color: var(--ds-color-success-text-default); text-underline-offset: .2em; }
.app-content del { background: var(--ds-color-danger-surface-tinted); color: var(--ds-color-danger-text-default); }
.app-files { display: flex; flex-direction: column; gap: .75rem; padding: 0; margin: 0; list-style: none; }
.app-files[hidden] { display: none; }
.app-file { display: flex; flex-direction: column; gap: .5rem; align-items: flex-start; }
.app-file-words { display: flex; flex-wrap: wrap; align-items: center; gap: .125rem .75rem; font-size: .9375rem; min-width: 0; }
.app-file-name { display: inline-flex; align-items: center; gap: .375rem; font-weight: 550; overflow-wrap: anywhere; min-height: 1.5rem; }
.app-file-picture { display: block; max-width: min(100%, 28rem); }
.app-file-picture img { display: block; max-width: 100%; max-height: 20rem; border-radius: var(--ds-border-radius-md); border: 1px solid var(--ds-color-neutral-border-subtle); }
.app-readers-kept { display: inline-flex; align-items: flex-start; gap: .375rem; font-size: .875rem; }
.app-readers-kept svg { flex: none; width: 1.125rem; height: 1.125rem; margin-block-start: .1em; }
.app-viewer-facts { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1.5rem; }
.app-viewer-facts > p { margin: 0; }
.app-viewer-picture { margin: 0; display: flex; flex-direction: column; gap: .75rem; align-items: flex-start; }
.app-viewer-picture img { display: block; max-width: 100%; max-height: 80vh; border-radius: var(--ds-border-radius-md); border: 1px solid var(--ds-color-neutral-border-subtle);
  background: var(--ds-color-neutral-surface-default); }
.app-viewer-frame { width: 100%; height: min(80vh, 70rem); border: 1px solid var(--ds-color-neutral-border-subtle); border-radius: var(--ds-border-radius-lg); background: var(--ds-color-neutral-surface-tinted); }
.app-viewer-text { max-width: 52rem; padding: 1.25rem; border: 1px solid var(--ds-color-neutral-border-subtle); border-radius: var(--ds-border-radius-lg); background: var(--ds-color-neutral-surface-default); }
.app-viewer-plain { margin: 0; font-family: ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace; font-size: .875rem; line-height: 1.6; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
.app-uploads { display: flex; flex-direction: column; gap: .75rem; }
.app-upload { display: flex; flex-direction: column; gap: .375rem; padding: .75rem 1rem; border: 1px solid var(--ds-color-neutral-border-subtle);
  border-radius: var(--ds-border-radius-md); background: var(--ds-color-neutral-surface-tinted); }
.app-upload progress { width: 100%; height: .5rem; accent-color: var(--ds-color-accent-base-default); }
app-uploads { display: block; }
app-uploads[data-over] .app-uploads { outline: 2px dashed var(--ds-color-accent-border-strong); outline-offset: .5rem; border-radius: var(--ds-border-radius-md); }
.app-list { display: flex; flex-direction: column; padding: 0; list-style: none; background: var(--ds-color-neutral-surface-default);
  border: 1px solid var(--ds-color-neutral-border-subtle); border-radius: var(--ds-border-radius-lg); box-shadow: var(--ds-shadow-xs); }
.app-list > li { padding: 1rem 1.25rem; }
.app-list > li + li { border-top: 1px solid var(--ds-color-neutral-border-subtle); }
.app-list > li > .app-post { padding: 0; border: 0; background: none; box-shadow: none; }
.app-list > li > .app-post ~ * { margin-block: .75rem 0; }
.app-panel .app-list { border: 0; box-shadow: none; background: none; }
.app-panel .app-list > li { padding: .625rem 0; }
.app-panel .app-list > li:has(> .app-post) { padding-block: 1.25rem; }
.app-panel .app-list > li + li { border-top: 1px solid var(--ds-color-neutral-border-subtle); }
.app-panel .app-list > li:is(:first-child) { padding-top: 0; }
.app-panel .app-list > li:is(:last-child) { padding-bottom: 0; }
.app-item { display: flex; align-items: flex-start; gap: .875rem; }
.app-item-words { flex: 1; min-width: 0; display: flex; flex-direction: column; gap: .25rem; }
.app-item-title { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .625rem; }
.app-item-title .ds-heading { font-size: 1.0625rem; }
.app-item-action { align-self: center; }
.app-notification[data-unread] .app-item-title a { font-weight: 650; }
.app-notification .app-details { margin-top: .25rem; border: 0; background: none; }
.app-notification .app-details > summary { min-height: 1.75rem; padding: 0; --dsc-details-size: 1.75rem; background: none; color: var(--ds-color-neutral-text-subtle); font-size: .875rem; font-weight: 400; }
.app-notification .app-details > div { display: flex; flex-direction: column; gap: .5rem; padding: .25rem 0 .5rem; }
.app-notification .app-item-action { align-self: flex-start; }
.app-choices-table { width: 100%; }
.app-choices-table :is(td, thead th:not(:first-child)) { text-align: center; width: 6.5rem; }
.app-choices-table tbody th { font-weight: 400; text-align: start; hyphens: auto; }
.app-choices-table .ds-field { display: inline-flex; justify-content: center; }
.app-empty { display: flex; flex-direction: column; align-items: center; gap: .5rem; padding: 3rem 1.5rem; text-align: center;
  border: 1px dashed var(--ds-color-neutral-border-default); border-radius: var(--ds-border-radius-lg); }
.app-empty > p { max-width: 46ch; color: var(--ds-color-neutral-text-subtle); }
.app-empty > .ds-heading { font-size: 1.125rem; }
.app-empty > .app-actions { margin-top: .75rem; justify-content: center; }
.app-empty-mark { display: grid; place-items: center; width: 3.5rem; height: 3.5rem; margin-bottom: .25rem; border-radius: 50%; font-size: 1.375rem;
  background: var(--ds-color-accent-surface-tinted); color: var(--ds-color-accent-text-subtle); }
.app-pagination { display: flex; justify-content: center; }
.app-pagination .app-icon { width: 1em; height: 1em; }
.app-descriptions { display: flex; flex-direction: column; }
.app-descriptions > div { display: flex; flex-wrap: wrap; gap: .125rem 1.5rem; padding-block: .625rem; }
.app-descriptions > div:first-child { padding-top: 0; }
.app-descriptions dd { flex: 1 1 12rem; min-width: 0; }
.app-descriptions > div + div { border-top: 1px solid var(--ds-color-neutral-border-subtle); }
.app-list .app-descriptions { margin-block-start: .75rem; }
.app-descriptions dt { flex: 0 1 11rem; color: var(--ds-color-neutral-text-subtle); }
.app-stack .app-breadcrumb > ol[role] { display: flex; flex-wrap: wrap; gap: .25rem; padding: 0; margin: 0; list-style: none; }
.app-breadcrumb li { display: flex; align-items: center; gap: .25rem; overflow-wrap: anywhere; }
.app-breadcrumb .app-icon { width: 1em; height: 1em; flex: none; color: var(--ds-color-neutral-text-subtle); }
.app-orders { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .9375rem; color: var(--ds-color-neutral-text-subtle); }
.app-orders a[aria-current] { font-weight: 600; color: var(--ds-color-neutral-text-default); text-decoration: none; }
.app-document-facts { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; font-weight: 400; }
.app-document { display: flex; flex-direction: column; align-items: flex-start; gap: .25rem; overflow-wrap: anywhere; text-align: start; }
.app-tabs { border-bottom: 1px solid var(--ds-color-neutral-border-subtle); }
.app-tabs ul { margin-bottom: -1px; }
.app-details { --dsc-details-size: 2.75rem; --dsc-details-background: var(--ds-color-neutral-surface-default); --dsc-details-summary-background: var(--ds-color-neutral-surface-default);
  --dsc-details-summary-background--open: var(--ds-color-neutral-surface-default); --dsc-details-summary-background--hover: var(--ds-color-neutral-background-tinted); --dsc-details-summary-color: var(--ds-color-neutral-text-default);
  --dsc-details-border-block-style: none; border: 1px solid var(--ds-color-neutral-border-subtle); border-radius: var(--ds-border-radius-md); overflow: clip; }
.app-details > summary { font-weight: 500; }
/* A card leaves its padding to details elements in it; ours stand among other things. */
.app-panel:has(> .app-details) { padding: var(--dsc-card-padding); }
.app-meter { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .25rem .625rem; font-size: .875rem; font-variant-numeric: tabular-nums; }
.app-list .app-meter { display: flex; }
.app-list .app-meter > svg { flex: 1 0 100%; }
.app-meter-track { fill: var(--ds-color-neutral-surface-active); }
.app-meter-value { fill: var(--ds-color-accent-border-strong); }
`;
