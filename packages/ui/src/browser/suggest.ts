import { announce, make } from './announce.ts';
import { replaceText } from './editor.ts';

type Suggestion = { text: string; label: string; note: string };

/** The word that is being typed, when it begins as a mention or a tag does. */
const unfinished = /(?:^|[\s(])([@#][\p{L}\p{N}_.-]{1,40})$/u;

/**
 * Offers people and tags while somebody types in a text (ARIA APG, combobox with a list): arrows choose, Enter or Tab takes, Escape closes.
 * @param address answers `{ items }` for `?q=`; the group decides who is offered
 */
export function suggestIn(area: HTMLTextAreaElement, address: string, label: string): void {
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

  const word = () => unfinished.exec(area.value.slice(0, area.selectionStart))?.[1] ?? '';
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
    if (item) replaceText(area, area.selectionStart - typed.length, area.selectionStart, `${item.text} `);
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
  area.addEventListener('keydown', (event) => {
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
