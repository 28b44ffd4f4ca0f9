import { announce, make } from './announce.ts';
import { becomeInPlace, leadTo, parse } from './page.ts';

/** So many topics one connection carries; the server takes no more. */
const most = 20;

type Message = { want: string } | { who: true } | { changed: string };

/**
 * One connection per browser: the tab that holds the lock listens for all, and tells the others. Each asks the server for its own page, so that
 * whoever may not read something never hears more than that something has changed.
 */
function listen(topic: string, onChange: () => void): void {
  const channel = new BroadcastChannel('joinery');
  const [group = ''] = topic.split('.');
  const say = (message: Message) => channel.postMessage(message);
  let hear: (message: Message) => void = () => {};
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if ('who' in data) say({ want: topic });
    if ('changed' in data && data.changed === group) onChange();
    hear(data);
  };
  say({ want: topic });
  navigator.locks.request('joinery-events', () => {
    let wanted = [topic];
    let source: EventSource | undefined;
    let waiting = 0;
    const connect = () => {
      source?.close();
      source = new EventSource(`/events?${new URLSearchParams(wanted.map((one) => ['topic', one]))}`);
      source.addEventListener('changed', ({ data }) => {
        say({ changed: data });
        if (data === group) onChange();
      });
      source.onerror = () => {
        // Refused, or the session has ended: another try much later, in case it was only full.
        if (source?.readyState === EventSource.CLOSED) wait(120_000);
      };
    };
    const wait = (milliseconds: number) => {
      clearTimeout(waiting);
      waiting = window.setTimeout(connect, milliseconds);
    };
    hear = (message) => {
      if (!('want' in message) || wanted.includes(message.want)) return;
      // The newest first: tabs that were closed fall off the end.
      wanted = [message.want, ...wanted].slice(0, most);
      wait(300);
    };
    say({ who: true });
    wait(300);
    // Held until the tab closes; then the next one takes over.
    return new Promise(() => {});
  });
}

const articles = (of: Document) => [...of.querySelectorAll<HTMLElement>('main article[id]')];

/** Offers what is new on this page, at a place of its own, when there is something; it never moves what is being read. */
class LiveNews extends HTMLElement {
  #stale = false;

  connectedCallback(): void {
    const { topic } = this.dataset;
    if (!topic || !('locks' in navigator)) return;
    listen(topic, () => {
      if (!this.isConnected) return;
      this.#stale = true;
      if (document.visibilityState === 'visible') this.#look();
    });
    document.addEventListener('visibilitychange', () => {
      if (this.#stale && document.visibilityState === 'visible') this.#look();
    });
  }

  /** Asks for the page as it is now, without keeping the session going: nobody is using it for that. */
  async #page(): Promise<Document | null> {
    const answer = await fetch(location.href, { headers: { accept: 'text/html', 'x-joinery-background': '1' } }).catch(
      () => null,
    );
    return answer?.ok && !answer.redirected ? parse(await answer.text()) : null;
  }

  async #look(): Promise<void> {
    this.#stale = false;
    const page = await this.#page();
    const count = page ? this.#fresh(page).length : 0;
    if (count === 0) return;
    const { one = '', other = '' } = this.dataset;
    const words = count === 1 ? one : other.replace('#', String(count));
    const button = make(
      'button',
      { type: 'button', class: 'ds-button', 'data-variant': 'primary', 'data-size': 'sm' },
      words,
    );
    button.addEventListener('click', () => this.#show());
    this.replaceChildren(button);
    announce(words);
  }

  #fresh(page: Document): string[] {
    return articles(page).flatMap(({ id }) => (document.getElementById(id) ? [] : [id]));
  }

  async #show(): Promise<void> {
    const page = await this.#page();
    if (!page) return location.reload();
    const [first] = this.#fresh(page);
    this.replaceChildren();
    becomeInPlace(page, null);
    const shown = first && document.getElementById(first);
    if (shown) leadTo(shown);
  }
}

export const defineLiveNews = () => customElements.define('app-live', LiveNews);
