import { make } from './announce.ts';

/** Chooses all boxes of a form, wherever on the page they are, or none. */
class ChooseAll extends HTMLElement {
  connectedCallback(): void {
    const form = document.getElementById(this.dataset.form ?? '');
    if (!(form instanceof HTMLFormElement) || this.firstChild) return;
    const boxes = () =>
      [...form.elements].filter(
        (one): one is HTMLInputElement =>
          one instanceof HTMLInputElement && one.type === 'checkbox' && !this.contains(one),
      );
    const all = make('input', { type: 'checkbox', class: 'ds-input', id: `${form.id}-all`, form: '' });
    const label = make('label', { class: 'ds-label', for: all.id }, this.dataset.label ?? '');
    all.addEventListener('change', () => {
      for (const box of boxes()) box.checked = all.checked;
    });
    document.addEventListener('change', () => {
      const chosen = boxes().filter((box) => box.checked).length;
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    });
    this.append(make('span', { class: 'ds-field' }, all, label));
  }
}

export const defineChooseAll = () => customElements.define('app-choose-all', ChooseAll);
