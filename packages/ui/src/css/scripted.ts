/** What the script adds. */
export const scriptedCss = `
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
@media (scripting: none) { app-choose-all { display: none; } }
.app-item-choice { align-self: center; }
app-leaving { display: block; }
app-live { position: fixed; z-index: 7; inset-inline: 0; bottom: 1.25rem; display: flex; justify-content: center; pointer-events: none; }
app-live > button { pointer-events: auto; box-shadow: var(--ds-shadow-md); }
`;
