import { announce, make } from './announce.ts';

/** Bytes of the first request; later ones are as long as what goes through in a few seconds. */
const firstPart = 1024 * 1024;
const longestPart = 32 * 1024 * 1024;
const partSeconds = 4;
const tries = 8;
/** Files that are sent at the same time; the others wait for their turn. */
const together = 3;
const bytesType = 'application/offset+octet-stream';
const shown = /^image\/(?:jpeg|png|webp|gif)$/;

/** One file on its way: an entry of the list, and what sends it (tus 1.0.0). */
class Sending {
  readonly item: HTMLLIElement;
  readonly done: Promise<boolean>;
  readonly #file: File;
  readonly #owner: Uploads;
  readonly #bar: HTMLProgressElement;
  readonly #words: HTMLElement;
  readonly #hold: HTMLButtonElement;
  /** Of the request that is under way; a pause breaks it off, too. */
  #line = new AbortController();
  #removed = false;
  #paused: { until: Promise<void>; end: () => void } | null = null;
  #address: string | null = null;

  constructor(file: File, owner: Uploads) {
    this.#file = file;
    this.#owner = owner;
    this.#bar = make('progress', { max: String(Math.max(1, file.size)), value: '0', 'aria-label': file.name });
    this.#words = make('span', { class: 'app-quiet' }, owner.dataset.sending ?? '');
    const remove = make('button', {
      type: 'button',
      class: 'ds-button',
      'data-variant': 'tertiary',
      'data-size': 'sm',
    });
    remove.append(owner.dataset.remove ?? '', make('span', { class: 'ds-sr-only' }, ` ${file.name}`));
    remove.addEventListener('click', () => this.#remove());
    const name = make('span', { class: 'app-file-name' }, file.name);
    this.#hold = make('button', {
      type: 'button',
      class: 'ds-button',
      'data-variant': 'tertiary',
      'data-size': 'sm',
    });
    this.#hold.addEventListener('click', () => (this.#paused ? this.resume() : this.#pause()));
    this.#name();
    this.item = make('li', { class: 'app-upload' }, name, this.#words, this.#bar, this.#hold, remove);
    this.done = this.#send();
  }

  #headers(more: Record<string, string> = {}): Record<string, string> {
    return {
      'tus-resumable': '1.0.0',
      'x-joinery-form': this.#owner.dataset.csrf ?? '',
      accept: 'application/json',
      ...more,
    };
  }

  /** Says what the button does now, for this file. */
  #name(): void {
    const { pause = '', resume = '' } = this.#owner.dataset;
    this.#hold.replaceChildren(
      this.#paused ? resume : pause,
      make('span', { class: 'ds-sr-only' }, ` ${this.#file.name}`),
    );
  }

  #pause(): void {
    let end = () => {};
    const until = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#paused = { until, end };
    this.#line.abort();
    this.#name();
    this.#words.textContent = this.#owner.dataset.paused ?? '';
  }

  resume(): void {
    this.#paused?.end();
    this.#paused = null;
    this.#name();
    if (!this.#removed) this.#words.textContent = this.#owner.dataset.sending ?? '';
  }

  async #send(): Promise<boolean> {
    await this.#owner.turn();
    try {
      for (let attempt = 0; attempt < tries; ) {
        await this.#paused?.until;
        if (this.#removed) return true;
        this.#line = new AbortController();
        try {
          if (await this.#go()) return this.#arrived();
          return this.#failed(null);
        } catch (error) {
          if (this.#removed) return true;
          if (error instanceof Refused) return this.#failed(error.message);
          if (this.#paused) continue;
          await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 1_000 * 2 ** attempt)));
          attempt += 1;
        }
      }
      return this.#failed(null);
    } finally {
      this.#owner.ended();
    }
  }

  /** Goes on from where the server is. @throws when the line is broken */
  async #go(): Promise<boolean> {
    const file = this.#file;
    const ask = (path: string, options: RequestInit) => fetch(path, { ...options, signal: this.#line.signal });
    let offset = 0;
    const begun = this.#address === null ? sessionStorage.getItem(this.#key) : null;
    if (begun !== null) {
      // Begun before this page was loaded anew: it may be over, or somebody else's.
      const state = await ask(begun, { headers: this.#headers() });
      if (state.ok) this.#address = begun;
      else this.#forget();
    }
    if (this.#address === null) {
      const name = btoa(String.fromCodePoint(...new TextEncoder().encode(file.name)));
      const headers = this.#headers({ 'upload-length': String(file.size), 'upload-metadata': `filename ${name}` });
      const begun = await orRefused(await ask('/uploads', { method: 'POST', headers }));
      this.#address = begun.headers.get('location');
      if (file.size === 0) return true;
      if (this.#address) sessionStorage.setItem(this.#key, this.#address);
    } else {
      const state = await orRefused(await ask(this.#address, { headers: this.#headers() }));
      offset = Number(state.headers.get('upload-offset'));
    }
    for (let part = firstPart; offset < file.size; ) {
      const since = performance.now();
      const headers = this.#headers({ 'content-type': bytesType, 'upload-offset': String(offset) });
      const body = file.slice(offset, offset + part);
      const answer = await orRefused(await ask(this.#address ?? '', { method: 'PATCH', headers, body }));
      const now = Number(answer.headers.get('upload-offset'));
      const seconds = Math.max(0.05, (performance.now() - since) / 1_000);
      part = Math.min(longestPart, Math.max(firstPart / 4, Math.round(((now - offset) / seconds) * partSeconds)));
      offset = now;
      this.#bar.value = offset;
    }
    return true;
  }

  /** Where this tab keeps how a file is sent: chosen again after the page was loaded anew, it goes on where it was. */
  get #key(): string {
    const { name, size, lastModified } = this.#file;
    return `upload ${location.pathname} ${size} ${lastModified} ${name}`;
  }

  #forget(): void {
    sessionStorage.removeItem(this.#key);
  }

  #arrived(): boolean {
    this.#forget();
    const id = this.#address?.split('/').at(-1) ?? '';
    this.#bar.remove();
    this.#hold.remove();
    this.#words.textContent = this.#owner.dataset.sent ?? '';
    this.item.append(make('input', { type: 'hidden', name: 'file', value: id }));
    if (shown.test(this.#file.type)) {
      const field = make('input', { class: 'ds-input', id: `alt-${id}`, name: `alt-${id}`, maxlength: '1000' });
      const label = make('label', { class: 'ds-label', for: field.id }, this.#owner.dataset.alt ?? '');
      this.#words.after(make('div', { class: 'ds-field' }, label, field));
    }
    announce(`${this.#file.name} ${this.#owner.dataset.sent}`);
    return true;
  }

  #failed(words: string | null): boolean {
    this.#bar.remove();
    this.#hold.remove();
    this.#words.textContent = words ?? this.#owner.dataset.refused ?? '';
    this.#words.className = 'ds-validation-message';
    announce(`${this.#file.name}: ${this.#words.textContent}`);
    return false;
  }

  #remove(): void {
    this.#removed = true;
    this.#forget();
    this.#line.abort();
    this.resume();
    if (this.#address) void fetch(this.#address, { method: 'DELETE', headers: this.#headers() }).catch(() => {});
    this.item.remove();
    this.#owner.changed();
  }
}

/** The server said no: sending the same again would change nothing. */
class Refused extends Error {}

async function orRefused(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  if (answer.status >= 500 && answer.status !== 507) throw new Error(String(answer.status));
  // Another request of ours is still writing.
  if (answer.status === 409) throw new Error('409');
  const said = (await answer.json().catch(() => null)) as { title?: string; detail?: string } | null;
  throw new Refused(answer.status === 422 ? (said?.detail ?? '') : (said?.title ?? ''));
}

/**
 * Sends chosen or dropped files at once, with progress, and goes on after a broken line. The form then carries only their ids. Whoever posts while something is still on its way posts as soon as it
 * is there.
 */
class Uploads extends HTMLElement {
  #sending = new Set<Sending>();
  #free = together;
  #waiting: (() => void)[] = [];

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>('input[type=file]');
    const form = this.closest('form');
    if (!input || !form || this.dataset.ready !== undefined) return;
    this.dataset.ready = '';
    for (const one of this.querySelectorAll<HTMLElement>('[data-without-script]')) one.hidden = true;
    input.addEventListener('change', () => {
      this.#take(input.files);
      input.value = '';
    });
    this.addEventListener('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      this.dataset.over = '';
    });
    this.addEventListener('dragleave', () => delete this.dataset.over);
    this.addEventListener('drop', (event) => {
      event.preventDefault();
      delete this.dataset.over;
      this.#take(event.dataTransfer?.files ?? null);
    });
    form.addEventListener('submit', (event) => {
      if (this.#sending.size === 0) return;
      event.preventDefault();
      announce(this.dataset.sending ?? '');
      for (const one of this.#sending) one.resume();
      const { submitter } = event;
      void Promise.all([...this.#sending].map((one) => one.done)).then((all) => {
        if (all.every(Boolean)) form.requestSubmit(submitter);
      });
    });
  }

  /** Each waits until fewer than three are under way. */
  async turn(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  ended(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }

  /** Shows the list while there is something in it. */
  changed(): void {
    const list = this.querySelector<HTMLElement>('[data-uploads]');
    if (list) list.hidden = list.childElementCount === 0;
  }

  #take(files: FileList | null): void {
    const list = this.querySelector('[data-uploads]');
    if (!list || !files) return;
    const { most = '10', largest = '0', tooLarge = '', tooMany = '' } = this.dataset;
    this.querySelector('[data-script=fault]')?.remove();
    for (const file of files) {
      const fault = file.size > Number(largest) ? `${file.name}: ${tooLarge}` : null;
      if (list.childElementCount >= Number(most)) {
        this.#fault(tooMany);
        break;
      }
      if (fault) {
        this.#fault(fault);
        continue;
      }
      const sending = new Sending(file, this);
      list.append(sending.item);
      this.#sending.add(sending);
      void sending.done.then(() => this.#sending.delete(sending));
    }
    this.changed();
  }

  #fault(words: string): void {
    this.querySelector('.app-uploads')?.append(
      make('p', { class: 'ds-validation-message', role: 'alert', 'data-script': 'fault' }, words),
    );
  }
}

export const defineUploads = () => customElements.define('app-uploads', Uploads);
