let region: HTMLElement | undefined;

/** Marks what the script made, so that a page from the server does not take it away. */
export const made = 'data-script';

/** An element that the script adds to a page. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries({ [made]: '', ...attributes }))
    element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/** Says something to those who do not see what has changed. */
export function announce(text: string): void {
  if (!region?.isConnected) {
    region = make('div', { role: 'status', class: 'ds-sr-only' });
    document.body.append(region);
  }
  // A text that is the same as before would not be read out again.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
