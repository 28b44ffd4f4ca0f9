/** What every page has: type, header, navigation, menus, footer. */
export const shellCss = `
html { font-family: var(--ds-font-family); text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ds-color-neutral-background-tinted); overflow-wrap: anywhere; }
.ds-heading:not([data-size]) { letter-spacing: 0; }
.app-icon { width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
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
`;
