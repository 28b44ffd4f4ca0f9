import { Idiomorph } from 'idiomorph';
import { announce, made } from './announce.ts';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const isControl = (node: Node): node is Control =>
  node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement;

/** Whether somebody has typed or chosen something here that no page from the server knows of. */
function isTouched(control: Control): boolean {
  if (control instanceof HTMLSelectElement)
    return [...control.options].some((option) => option.selected !== option.defaultSelected);
  if (control instanceof HTMLInputElement && /^(?:checkbox|radio)$/.test(control.type))
    return control.checked !== control.defaultChecked;
  return control.type !== 'hidden' && control.value !== control.defaultValue;
}

export const parse = (html: string): Document => new DOMParser().parseFromString(html, 'text/html');

/** A page that answers with another style, script or language is opened as browsers do. */
export function isOfOneKind(page: Document): boolean {
  const files = (of: Document) =>
    [...of.head.querySelectorAll('link[rel=stylesheet], script')].map((one) => one.outerHTML).join();
  return page.documentElement.lang === document.documentElement.lang && files(page) === files(document);
}

/**
 * Makes this page the same as another one of the server in place: what has not changed stays as it is, with focus, place and what was typed into
 * other forms.
 * @param sent the form that was answered: what was typed into it is the server's business now
 */
export function becomeInPlace(page: Document, sent: HTMLFormElement | null): void {
  document.title = page.title;
  const isSent = (element: Element) => sent?.contains(element) ?? false;
  // The script shows and hides these itself: the list of files while there are some.
  const isOurs = (element: Element) =>
    element.matches('[data-without-script]') || (element.matches('[data-uploads]') && !isSent(element));
  Idiomorph.morph(document.body, page.body, {
    morphStyle: 'outerHTML',
    callbacks: {
      beforeNodeMorphed: (old) => !(isControl(old) && old.form !== sent && isTouched(old)),
      // Files that went with the form are in what the server answers, or hang on what was sent.
      beforeNodeRemoved: (node) =>
        !(node instanceof Element && node.hasAttribute(made)) || (node.matches('.app-upload') && isSent(node)),
      beforeAttributeUpdated: (name, element) =>
        !(name === 'open' && element instanceof HTMLDetailsElement) && !(name === 'hidden' && isOurs(element)),
    },
  });
}

/** Shows another page of the server in the place of this one, from its top. */
export function becomeAnew(page: Document): void {
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  scrollTo(0, 0);
}

/** Leads eyes, keyboard and ears to an element that is new or matters now. */
export function leadTo(element: HTMLElement, words = ''): void {
  if (!element.hasAttribute('tabindex')) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: 'nearest' });
  if (words) announce(words);
}
