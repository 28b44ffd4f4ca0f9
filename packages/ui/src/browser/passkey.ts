import { make } from './announce.ts';

/** What a device was asked is worth nothing after five minutes: an offer that waits is made anew before. */
const renewAfter = 4 * 60_000;

const canUse = 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

/** Asks a device for a passkey, or to make one, and sends its form with the answer. */
class Passkey extends HTMLElement {
  #labels: Record<string, string> = {};
  /** The offer beside the mail address that is waiting. */
  #offer: AbortController | undefined;

  connectedCallback(): void {
    const form = this.querySelector('form');
    if (!form || this.hasAttribute('data-ready')) return;
    this.setAttribute('data-ready', '');
    this.#labels = JSON.parse(this.dataset.labels ?? '{}');
    if (!canUse) {
      form.hidden = true;
      // Beside a password nobody needs to be told what else there might be.
      if (this.dataset.offer === undefined) this.#say('unsupported');
      return;
    }
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (form.ariaBusy === 'true') return;
      form.ariaBusy = 'true';
      this.querySelector('[role=alert]')?.remove();
      this.#go(form).finally(() => {
        form.ariaBusy = null;
      });
    });
    if (this.dataset.offer !== undefined) this.#wait(form);
  }

  #say(what: string): void {
    this.querySelector('[role=alert]')?.remove();
    this.append(make('p', { class: 'ds-alert', role: 'alert', 'data-color': 'warning' }, this.#labels[what] ?? ''));
  }

  /** What to ask the device, from the server. */
  async #ask(form: HTMLFormElement) {
    const csrf = new FormData(form).get('csrf') as string;
    const answer = await fetch(this.dataset.ask ?? '', {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ csrf }),
    });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.json();
  }

  #send(form: HTMLFormElement, credential: Credential | null): void {
    const field = form.elements.namedItem('credential') as HTMLInputElement;
    field.value = JSON.stringify((credential as PublicKeyCredential).toJSON());
    form.submit();
  }

  async #go(form: HTMLFormElement): Promise<void> {
    this.#offer?.abort();
    try {
      const options = await this.#ask(form);
      const credential =
        this.dataset.makes === undefined
          ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
          : await navigator.credentials.create({
              publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
            });
      this.#send(form, credential);
    } catch (error) {
      const { name } = error as Error;
      this.#say(name === 'NotAllowedError' ? 'cancelled' : name === 'InvalidStateError' ? 'taken' : 'failed');
      if (this.dataset.offer !== undefined) this.#wait(form);
    }
  }

  /** Lets the browser offer passkeys in the list below the mail address, for as long as the page is looked at. */
  async #wait(form: HTMLFormElement): Promise<void> {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const offer = new AbortController();
    this.#offer = offer;
    const again = setTimeout(() => {
      const renew = () => {
        if (document.visibilityState !== 'visible' || offer.signal.aborted) return;
        document.removeEventListener('visibilitychange', renew);
        offer.abort();
        this.#wait(form);
      };
      document.addEventListener('visibilitychange', renew);
      renew();
    }, renewAfter);
    try {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await this.#ask(form));
      this.#send(form, await navigator.credentials.get({ mediation: 'conditional', signal: offer.signal, publicKey }));
    } catch {
      // Taken back for the button, not offered, or too many at once: the button is there.
      clearTimeout(again);
    }
  }
}

export const definePasskeys = () => customElements.define('app-passkey', Passkey);
