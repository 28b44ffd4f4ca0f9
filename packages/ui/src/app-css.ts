/** Our own layer over Designsystemet: the shell, the layout, and the parts it does not have. Text, so that a bundle carries it. */
export const appCss = `
html { font-family: var(--ds-font-family); text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ds-color-neutral-background-tinted); overflow-wrap: anywhere; }
.ds-heading:not([data-size]) { letter-spacing: 0; }
.app-icon { width: 1.25em; height: 1.25em; flex: none; }
.app-strong { font-weight: 600; }
.app-quiet { color: var(--ds-color-neutral-text-subtle); font-size: .875rem; line-height: 1.4; }
main :where(a:not([class])) { color: var(--ds-color-accent-text-subtle); text-underline-offset: .2em; }
.app-lead { color: var(--ds-color-neutral-text-subtle); max-width: 65ch; }
.app-host { font-variant-ligatures: none; }
.app-quiet-link { display: inline-block; min-height: 1.5rem; line-height: 1.5rem; color: inherit; text-decoration: none; }
.app-quiet-link:hover { text-decoration: underline; text-underline-offset: .2em; }
/* A button in a colour that is close to the page's is seen by its edge. */
.ds-button[data-variant=primary] { box-shadow: inset 0 0 0 1px var(--ds-color-border-strong); }
.ds-error-summary > .ds-heading { font-size: 1.125rem; }
:where(a, summary, button, [tabindex='0']):focus-visible {
  outline: var(--ds-border-width-focus) solid var(--ds-color-focus-outer); outline-offset: 2px;
  box-shadow: 0 0 0 2px var(--ds-color-focus-inner); border-radius: var(--ds-border-radius-sm);
}
main:focus { outline: none; }

/* Shell */
.app-skip { position: absolute; left: -100vw; top: 0; }
.app-skip:focus { left: .75rem; top: .75rem; z-index: 10; padding: .75rem 1rem; border-radius: var(--ds-border-radius-md);
  background: var(--ds-color-neutral-text-default); color: var(--ds-color-neutral-background-default); }
.app-trial { padding: .5rem 1.5rem; text-align: center; font-size: .875rem; font-weight: 500;
  background: var(--ds-color-warning-surface-tinted); color: var(--ds-color-warning-text-default); }
.app-bar { box-sizing: border-box; width: 100%; max-width: 74rem; margin-inline: auto; padding-inline: 1.5rem; display: flex; align-items: center; gap: .5rem 2rem; }
.app-header { background: var(--ds-color-neutral-surface-default); border-top: 3px solid var(--ds-color-accent-border-strong);
  border-bottom: 1px solid var(--ds-color-neutral-border-subtle); }
.app-header .app-bar { min-height: 4rem; }
.app-brand { display: flex; align-items: center; gap: .75rem; color: inherit; text-decoration: none; min-width: 0; }
.app-mark { display: grid; place-items: center; flex: none; width: 2.5rem; height: 2.5rem; border-radius: var(--ds-border-radius-lg);
  background: var(--ds-color-base-default); color: var(--ds-color-base-contrast-default); font-weight: 650; letter-spacing: .02em; }
.app-logo { flex: none; display: block; height: 2.5rem; width: auto; max-width: 10rem; object-fit: contain; }
.app-brand-words { display: flex; flex-direction: column; line-height: 1.25; min-width: 0; }
.app-brand-agency { font-weight: 650; letter-spacing: -.01em; }
.app-brand:hover .app-brand-agency { text-decoration: underline; text-underline-offset: .2em; }
.app-navigation { align-self: stretch; margin-inline-end: auto; }
.app-navigation ul, .app-tabs ul { display: flex; flex-wrap: wrap; gap: 0 .25rem; height: 100%; padding: 0; list-style: none; }
.app-navigation li, .app-tabs li { display: flex; }
.app-navigation a, .app-tabs a { display: flex; align-items: center; gap: .5rem; padding: .625rem .75rem; font-size: .9375rem; font-weight: 500;
  color: var(--ds-color-neutral-text-subtle); text-decoration: none; }
.app-navigation a:hover, .app-tabs a:hover { color: var(--ds-color-neutral-text-default); box-shadow: inset 0 -3px var(--ds-color-neutral-border-subtle); }
.app-navigation a[aria-current], .app-tabs a[aria-current] { color: var(--ds-color-accent-text-default); font-weight: 600;
  border-bottom: 3px solid var(--ds-color-accent-border-strong); padding-bottom: calc(.625rem - 3px); box-shadow: none; }
.app-navigation a:focus-visible, .app-tabs a:focus-visible { outline-offset: -3px; box-shadow: none; }
.app-area { background: var(--ds-color-neutral-surface-default); border-bottom: 1px solid var(--ds-color-neutral-border-subtle); }
.app-area ul { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0 -.75rem; padding: .375rem 0; list-style: none; }
.app-area li a { display: block; padding: .375rem .75rem; border-radius: var(--ds-border-radius-full); font-size: .875rem; font-weight: 500; line-height: 1.5rem;
  color: var(--ds-color-neutral-text-subtle); text-decoration: none; }
.app-area li a:hover { color: var(--ds-color-neutral-text-default); background: var(--ds-color-neutral-surface-tinted); }
.app-area li a[aria-current] { color: var(--ds-color-accent-text-default); background: var(--ds-color-accent-surface-tinted); font-weight: 600; }
.app-area .app-parent { display: none; padding-block: .5rem; }
.app-search { position: relative; flex: 0 6 15rem; min-width: 8rem; margin: 0; }
.app-search .ds-input { --dsc-input-size: 2.5rem; width: 100%; padding-inline-end: 2.75rem; font-size: .9375rem; border-radius: var(--ds-border-radius-full); padding-inline-start: 1rem; }
.app-search .ds-input::-webkit-search-cancel-button { display: none; }
.app-search-button { position: absolute; inset-block: 0; inset-inline-end: 0; display: grid; place-items: center; width: 2.75rem; border: 0; background: none; color: var(--ds-color-neutral-text-subtle);
  cursor: pointer; border-radius: var(--ds-border-radius-full); }
.app-search-button:hover { color: var(--ds-color-neutral-text-default); }
.app-search + .app-account { margin-inline-start: 0; }
.app-search-page { display: flex; flex-direction: column; gap: 1rem; margin: 0; }
.app-search-page > .app-form-inline > .ds-field { flex: 1 1 16rem; }
.app-hints { display: flex; flex-direction: column; gap: .5rem; }
.app-hints > * { margin-block: 0; }
.app-hints .ds-heading { font-size: 1rem; }
.ds-input[type=file] { height: auto; padding: .375rem; }
.ds-input[type=file]::file-selector-button { margin: 0 .75rem 0 0; padding: .25rem .75rem; font: inherit; font-size: .9375rem; font-weight: 500; cursor: pointer; color: var(--ds-color-accent-text-subtle);
  background: var(--ds-color-neutral-surface-default); border: 1px solid var(--ds-color-accent-border-strong); border-radius: var(--ds-border-radius-md); }
.ds-input[type=file]::file-selector-button:hover { background: var(--ds-color-accent-surface-tinted); }
mark { background: var(--ds-color-warning-surface-tinted); color: var(--ds-color-warning-text-default); border-radius: .2em; padding-inline: .1em; font-weight: 600; }
.app-account { margin-inline-start: auto; flex: none; }
.app-navigation + .app-account { margin-inline-start: 0; }
.app-own { display: flex; align-items: center; gap: .5rem; }
.app-header-mark { position: relative; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: var(--ds-border-radius-full); color: inherit; }
.app-header-mark:hover { background: var(--ds-color-neutral-surface-tinted); }
.app-header-mark[aria-current] { color: var(--ds-color-accent-text-default); box-shadow: inset 0 0 0 2px var(--ds-color-accent-border-strong); }
.app-header-count { position: absolute; inset-block-start: 0; inset-inline-end: -.125rem; min-width: 1.125rem; padding-inline: .25rem; box-sizing: border-box; border-radius: var(--ds-border-radius-full);
  background: var(--ds-color-danger-base-default); color: var(--ds-color-danger-base-contrast-default); font-size: .6875rem; line-height: 1.125rem; font-weight: 650; text-align: center; font-variant-numeric: tabular-nums; }
.app-menu { position: relative; }
.app-menu > summary { display: flex; align-items: center; gap: .5rem; padding: .25rem .5rem .25rem .25rem; list-style: none; cursor: pointer;
  font-size: .9375rem; font-weight: 500; border-radius: var(--ds-border-radius-full); }
.app-menu > summary::-webkit-details-marker { display: none; }
.app-menu > summary:hover, .app-menu[open] > summary { background: var(--ds-color-neutral-surface-tinted); }
.app-menu > summary:focus-visible { border-radius: var(--ds-border-radius-full); }
.app-account-name { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.app-menu-list { position: absolute; z-index: 5; inset-inline-end: 0; top: calc(100% + .5rem); box-sizing: border-box; width: min(16rem, 100vw - 2rem);
  padding: .5rem; background: var(--ds-color-neutral-surface-default); border: 1px solid var(--ds-color-neutral-border-subtle);
  border-radius: var(--ds-border-radius-lg); box-shadow: var(--ds-shadow-md); }
.app-menu-who { display: flex; flex-direction: column; padding: .5rem .75rem .75rem; margin-bottom: .5rem; border-bottom: 1px solid var(--ds-color-neutral-border-subtle); }
.app-menu-item { display: block; box-sizing: border-box; width: 100%; padding: .5rem .75rem; border: 0; border-radius: var(--ds-border-radius-md);
  background: none; color: inherit; font: inherit; text-align: start; text-decoration: none; cursor: pointer; }
.app-menu-item:hover { background: var(--ds-color-neutral-surface-tinted); }
.app-main { flex: 1; box-sizing: border-box; width: 100%; max-width: 74rem; margin-inline: auto; padding: 2rem 1.5rem 4rem;
  display: flex; flex-direction: column; gap: 1.5rem; }
.app-main > *, .app-stack > * { margin-block: 0; min-width: 0; }
.app-footer { padding-block: 1.25rem; background: var(--ds-color-neutral-surface-default); border-top: 1px solid var(--ds-color-neutral-border-subtle); font-size: .875rem; }
.app-footer .app-bar { flex-wrap: wrap; }
.app-languages { display: flex; gap: .25rem; margin-inline-start: auto; }
.app-languages button { padding: .25rem .625rem; border: 1px solid transparent; border-radius: var(--ds-border-radius-full); background: none;
  color: var(--ds-color-neutral-text-subtle); font: inherit; cursor: pointer; min-height: 1.75rem; }
.app-languages button:hover { text-decoration: underline; }
.app-languages button[aria-current] { border-color: var(--ds-color-neutral-border-default); color: var(--ds-color-neutral-text-default); font-weight: 600; }

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
.ds-error-summary, .app-panel:has(> form) { box-sizing: border-box; width: 100%; max-width: 44rem; }
.ds-error-summary { --dsc-errorsummary-padding: 1.25rem 1.5rem; border: 1px solid var(--ds-color-danger-border-default);
  border-inline-start: 6px solid var(--ds-color-danger-border-strong); }
.ds-error-summary .ds-list { --dsc-list-margin-top: .25rem; }

/* Notices, badges, people */
.app-notice-list { margin: 0; padding: 0; list-style: none; display: grid; gap: .375rem; }
.app-notice { --dsc-alert-padding-block: .875rem; --dsc-alert-padding-inline-end: 1rem; --dsc-alert-border-color: var(--ds-color-border-subtle); }
.app-badge, .app-tag { --dsc-tag-min-height: 1.5rem; --dsc-tag-border-radius: var(--ds-border-radius-full); --dsc-tag-padding: 0 .625rem;
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
.app-content table { border-collapse: collapse; display: block; overflow-x: auto; }
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

/* What the script adds: places are kept for it before it runs, so that nothing moves. */
app-editor { position: relative; display: block; }
@media (scripting: enabled) { app-editor { padding-top: 2.75rem; } }
.app-toolbar { position: absolute; inset: 0 0 auto; display: flex; gap: .125rem; height: 2.5rem; overflow-x: auto; }
.app-toolbar button { flex: none; display: grid; place-items: center; min-width: 2.25rem; height: 2.25rem; padding: 0 .5rem; border: 1px solid transparent; border-radius: var(--ds-border-radius-sm); background: none;
  color: var(--ds-color-neutral-text-default); font: inherit; font-size: .9375rem; cursor: pointer; }
.app-toolbar button:hover { background: var(--ds-color-neutral-surface-tinted); }
.app-toolbar button:focus-visible { outline-offset: -3px; box-shadow: none; }
.app-suggestions { position: absolute; z-index: 6; inset-inline: 0; top: 100%; max-height: 15rem; overflow-y: auto; margin: .25rem 0 0; padding: .25rem; list-style: none;
  background: var(--ds-color-neutral-surface-default); border: 1px solid var(--ds-color-neutral-border-default); border-radius: var(--ds-border-radius-md); box-shadow: var(--ds-shadow-md); }
.app-suggestions > li { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; padding: .5rem .75rem; border-radius: var(--ds-border-radius-sm); cursor: pointer; }
.app-suggestions > li[aria-selected=true] { background: var(--ds-color-accent-surface-tinted); color: var(--ds-color-accent-text-default); outline: 1px solid var(--ds-color-accent-border-strong); }
app-passkey { display: flex; flex-direction: column; gap: .75rem; }
app-passkey[data-ready] > [data-scriptless], app-passkey > [hidden] { display: none; }
@media (scripting: enabled) { app-passkey > [data-scriptless] { display: none; } }
@media (scripting: none) { app-passkey > .app-form { display: none; } }
app-names { position: relative; display: block; }
app-choose-all { display: inline-flex; align-items: center; min-height: 2.75rem; }
.app-item-choice { align-self: center; }
app-leaving { display: block; }
app-live { position: fixed; z-index: 7; inset-inline: 0; bottom: 1.25rem; display: flex; justify-content: center; pointer-events: none; }
app-live > button { pointer-events: auto; box-shadow: var(--ds-shadow-md); }

/* Conversations: the reader's own messages stand on the other side. */
.app-messages { display: flex; flex-direction: column; gap: .75rem; margin: 0; padding: 0; list-style: none; }
.app-message { box-sizing: border-box; max-width: 40rem; width: fit-content; min-width: min(16rem, 100%); margin-inline: 0 3rem; padding: .75rem 1rem; display: flex; flex-direction: column; gap: .375rem;
  background: var(--ds-color-neutral-surface-default); border: 1px solid var(--ds-color-neutral-border-subtle); border-radius: var(--ds-border-radius-lg); box-shadow: var(--ds-shadow-xs); }
.app-messages > li:has(> [data-own]) { display: flex; justify-content: flex-end; }
.app-message[data-own] { margin-inline: 3rem 0; background: var(--ds-color-accent-surface-tinted); border-color: var(--ds-color-accent-border-subtle); }
.app-message[data-own] :is(.app-quiet, .app-strong) { color: var(--ds-color-accent-text-default); }
.app-message > * { margin-block: 0; min-width: 0; }
.app-message > .app-content > :last-child { margin-block-end: 0; }
.app-message-header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .625rem; }
.app-message-header > .app-badges { margin-inline-start: 0; }
.app-message-actions { display: flex; flex-wrap: wrap; margin: 0 -.75rem -.5rem; }
.app-message-event { margin: .25rem auto; max-width: 40rem; text-align: center; }

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
  .app-table :is(.app-meter, .app-badges) { justify-content: flex-end; }
  .app-actions-end { margin-inline-start: 0; flex-basis: 100%; }
  .app-table, .app-table > tbody, .app-table > caption { display: block; overflow-wrap: anywhere; }
  .app-table > caption { padding-block: .875rem; }
  .app-table > thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .app-table > tbody > tr { display: block; padding: .75rem 1rem; border-top: 1px solid var(--ds-color-neutral-border-subtle); }
  .app-table > tbody > tr > * { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .25rem 0; border: 0; text-align: start; }
  .app-table > tbody > tr > td:empty { display: none; }
  .app-table > tbody > tr > th { font-size: 1rem; }
  .app-table > tbody > tr > td[data-label]::before { content: attr(data-label); flex: none; max-width: 45%; color: var(--ds-color-neutral-text-subtle); text-align: start; }
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
