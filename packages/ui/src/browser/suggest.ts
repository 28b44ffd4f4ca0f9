import { announce, make } from './announce.ts';
import { replaceText } from './editor.ts';

type Field = HTMLTextAreaElement | HTMLInputElement;

type Suggestion = { text: string; label: string; note: string };

/** The word that is being typed, when it begins as a mention or a tag does. */
const inText = /(?:^|[\s(])([@#][\p{L}\p{N}_.-]{1,40})$/u;

/**
 * Offers people and tags while somebody types (ARIA APG, combobox with a list): arrows choose, Enter or Tab takes, Escape closes.
 * @param address answers `{ items }` for `?q=`; it decides who is offered
 * @param unfinished the end of what stands before the cursor, with what is asked for as its first group; `after` follows what is taken
 */
export function suggestIn(area: Field, address: string, label: string, unfinished = inText, after = ' '): void {
  const list = make('ul', {
    role: 'listbox',
    class: 'app-suggestions',
    id: `${area.id}-suggestions`,
    'aria-label': label,
  });
  list.hidden = true;
  area.after(list);
  let items: Suggestion[] = [];
  let chosen = 0;
  let asked = '';
  let waiting = 0;

  const word = () => unfinished.exec(area.value.slice(0, area.selectionStart ?? 0))?.[1] ?? '';
  const close = () => {
    list.hidden = true;
    items = [];
    for (const name of ['aria-activedescendant', 'aria-controls', 'aria-autocomplete']) area.removeAttribute(name);
  };
  const choose = (index: number) => {
    chosen = (index + items.length) % items.length;
    for (const [at, option] of [...list.children].entries())
      option.setAttribute('aria-selected', String(at === chosen));
    area.setAttribute('aria-activedescendant', `${list.id}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  };
  const take = (index: number) => {
    const item = items[index];
    const typed = word();
    close();
    const end = area.selectionStart ?? 0;
    if (item) replaceText(area, end - typed.length, end, `${item.text}${after}`);
  };
  const show = () => {
    list.replaceChildren(
      ...items.map(({ label: name, note }, index) => {
        const option = make(
          'li',
          { role: 'option', id: `${list.id}-${index}` },
          make('span', {}, name),
          make('span', { class: 'app-quiet' }, note),
        );
        // The text keeps the focus, and with it the place of the cursor.
        option.addEventListener('mousedown', (event) => event.preventDefault());
        option.addEventListener('click', () => take(index));
        return option;
      }),
    );
    list.hidden = false;
    area.setAttribute('aria-autocomplete', 'list');
    area.setAttribute('aria-controls', list.id);
    choose(0);
    announce(`${label}: ${items.length}`);
  };
  const ask = async () => {
    const typed = word();
    asked = typed;
    if (typed.length < 2) return close();
    const answer = await fetch(`${address}?${new URLSearchParams({ q: typed })}`, {
      headers: { accept: 'application/json' },
    }).catch(() => null);
    const found = answer?.ok ? ((await answer.json()) as { items: Suggestion[] }).items : [];
    // Somebody who types fast has asked for more since.
    if (asked !== typed || document.activeElement !== area) return;
    items = found;
    if (items.length === 0) close();
    else show();
  };

  area.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(ask, 150);
  });
  area.addEventListener('blur', close);
  (area as HTMLElement).addEventListener('keydown', (event) => {
    if (list.hidden) return;
    const does: Record<string, () => void> = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => take(chosen),
      Tab: () => take(chosen),
      Escape: close,
    };
    const act = does[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** A field for several names with commas between them: each is offered while it is typed. */
class NamesField extends HTMLElement {
  connectedCallback(): void {
    const field = this.querySelector('input');
    const { suggest, label = '' } = this.dataset;
    if (!field || !suggest || this.querySelector('[role=listbox]')) return;
    field.autocomplete = 'off';
    suggestIn(field, suggest, label, /(?:^|[,;])\s*([^,;]{2,60})$/u, ', ');
  }
}

export const defineNamesField = () => customElements.define('app-names', NamesField);
