import { announce, make } from './announce.ts';
import { becomeAnew, becomeInPlace, isOfOneKind, leadTo, parse } from './page.ts';

/** Forms after which the browser is somebody else, or reads in another language: everything on the page changes. */
const plain = /^\/(?:sign-|language$)/;

const addressOf = (form: HTMLFormElement, submitter: HTMLElement | null): URL =>
  new URL(submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.href, location.href);

let shown = location.pathname + location.search;

/** Sends forms without leaving the page. The server answers whole pages, as it does without a script. */
export function enhanceForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
    const address = addressOf(form, event.submitter);
    if (address.origin !== location.origin || plain.test(address.pathname)) return;
    event.preventDefault();
    // The first answer counts; the form says so to those who do not see it.
    if (form.ariaBusy === 'true') return;
    form.ariaBusy = 'true';
    send(form, event.submitter, address).finally(() => {
      form.ariaBusy = null;
    });
  });
  // Back and forward between pages that were changed in place; within one page the browser does it.
  addEventListener('popstate', () => {
    if (location.pathname + location.search !== shown) location.reload();
  });
  addEventListener('joinery:moved', () => {
    shown = location.pathname + location.search;
  });
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null, address: URL): Promise<void> {
  form.querySelector('[data-script=offline]')?.remove();
  const data = new FormData(form, submitter);
  const asks = form.method === 'get';
  if (asks) address.search = new URLSearchParams(data as unknown as Record<string, string>).toString();
  const body =
    form.enctype === 'multipart/form-data' ? data : new URLSearchParams(data as unknown as Record<string, string>);
  let answer: Response;
  let content: Blob;
  try {
    answer = await fetch(address, { method: form.method, headers: { accept: 'text/html' }, ...(asks ? {} : { body }) });
    content = await answer.blob();
  } catch {
    const words = document.body.dataset.offline ?? '';
    form.append(
      make('p', { class: 'ds-alert', role: 'alert', 'data-color': 'danger', 'data-script': 'offline' }, words),
    );
    return;
  }
  const [, onward] = /^0; *url=(.+)$/.exec(answer.headers.get('refresh') ?? '') ?? [];
  if (onward) return location.assign(onward);
  if (!/^text\/html/.test(answer.headers.get('content-type') ?? '')) return download(answer, content);
  const url = new URL(answer.url);
  const page = parse(await content.text());
  const moved = asks || answer.redirected;
  if (moved && (plain.test(url.pathname) || !isOfOneKind(page))) return location.assign(url);
  show(page, form, moved ? url : null, moved && !asks && url.pathname !== location.pathname);
}

/**
 * Shows the answer to a form.
 * @param url where it is from now on, or null when it has no address of its own
 */
function show(page: Document, form: HTMLFormElement, url: URL | null, elsewhere: boolean): void {
  if (url) {
    history[elsewhere || url.search !== location.search ? 'pushState' : 'replaceState'](null, '', url);
    shown = url.pathname + url.search;
  }
  if (elsewhere) {
    becomeAnew(page);
    const main = document.querySelector('main');
    if (main) leadTo(main, document.title);
    scrollTo(0, 0);
    return;
  }
  const before = new Set([...document.querySelectorAll('article[id]')].map(({ id }) => id));
  becomeInPlace(page, form);
  const find = (selector: string) => document.querySelector<HTMLElement>(`main ${selector}`);
  const fresh = [...document.querySelectorAll<HTMLElement>('main article[id]')].find(({ id }) => !before.has(id));
  const to = find('.ds-error-summary') ?? (form.method === 'get' ? null : fresh);
  if (to) {
    leadTo(to);
    return;
  }
  const seen = find('> .app-notice') ?? (url ? null : find('#preview'));
  seen?.scrollIntoView({ block: 'nearest' });
  announce(seen?.textContent ?? document.title);
}

/** An answer that is no page is a file. */
function download(answer: Response, content: Blob): void {
  const [, name = ''] = /filename="?([^";]+)/.exec(answer.headers.get('content-disposition') ?? '') ?? [];
  const link = make('a', { href: URL.createObjectURL(content), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
