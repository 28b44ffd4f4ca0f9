import { announce } from './announce.ts';
import { becomeAnew, becomeInPlace, isOfOneKind, leadTo, parse } from './page.ts';

/** The server lets things leave by a job of its own: asked again after so many milliseconds, so often. */
const pause = 1_500;
const most = 20;

/** Whether somebody is writing in a form of the page, which a new page would take away. */
const isWriting = () => [...document.querySelectorAll('textarea')].some((one) => one.value !== one.defaultValue);

/**
 * Something that leaves in a moment. Once that has passed the page is made what it is by then, with the focus and what is being written where they
 * are, and says so to those who do not see it.
 */
class Leaving extends HTMLElement {
  #timer = 0;
  #tries = 0;

  connectedCallback(): void {
    const seconds = Number(this.dataset.seconds);
    if (this.dataset.seconds) this.#wait(seconds * 1_000 + 300);
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#look(), milliseconds);
  }

  async #look(): Promise<void> {
    this.#tries += 1;
    // Without keeping the session going: nobody is using it for that.
    const headers = { accept: 'text/html', 'x-joinery-background': '1' };
    const answer = await fetch(location.href, { headers }).catch(() => null);
    const html = answer?.ok ? await answer.text() : null;
    // Taken back, or sent at once, while we asked.
    if (!this.isConnected) return;
    const page = html === null ? null : parse(html);
    const still = page?.getElementById(this.id);
    if (!answer || !page || still?.dataset.seconds) {
      if (this.#tries < most) this.#wait(pause);
      return;
    }
    if (!isOfOneKind(page)) return;
    if (answer.redirected) this.#follow(page, new URL(answer.url));
    else this.#change(page, still?.textContent ?? null);
  }

  /** The page of what was leaving leads to what it has become. */
  #follow(page: Document, url: URL): void {
    const { left = '', open = '' } = this.dataset;
    // The session has ended, or it was taken back in another tab.
    if (!url.pathname.startsWith('/posts/')) return;
    if (isWriting()) {
      const link = document.createElement('a');
      link.className = 'ds-link';
      link.href = url.href;
      link.textContent = open;
      (this.firstElementChild ?? this).replaceChildren(left, ' ', link);
      announce(left);
      return;
    }
    history.replaceState(null, '', url);
    dispatchEvent(new Event('joinery:moved'));
    becomeAnew(page);
    const main = document.querySelector('main');
    if (main) leadTo(main, left);
    scrollTo(0, 0);
  }

  /** On the page of a topic, or where it was refused. */
  #change(page: Document, refused: string | null): void {
    const { left = '' } = this.dataset;
    const held = this.contains(document.activeElement);
    const before = new Set([...document.querySelectorAll('article[id]')].map(({ id }) => id));
    becomeInPlace(page, null);
    // What is new is shown now.
    document.querySelector('app-live')?.replaceChildren();
    const fresh = [...document.querySelectorAll<HTMLElement>('main article[id]')].find(({ id }) => !before.has(id));
    const to =
      refused === null ? (fresh ?? document.querySelector<HTMLElement>('main')) : document.getElementById(this.id);
    if (held && to && !to.contains(document.activeElement)) leadTo(to);
    announce(refused ?? left);
  }
}

export const defineLeaving = () => customElements.define('app-leaving', Leaving);
