/** Messages of a conversation. */
export const conversationsCss = `
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
.app-message-actions { display: flex; flex-wrap: wrap; align-items: center; margin: 0 -.75rem -.5rem; }
.app-message-actions > .app-fact { padding-inline: .75rem; }
.app-message-event { margin: .25rem auto; max-width: 40rem; text-align: center; }
`;
