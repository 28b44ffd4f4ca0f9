import { make } from './announce.ts';
import { suggestIn } from './suggest.ts';

/** What each button shows, an outline on a 24-unit grid, and what it does with the selected text: around it, or at the beginning of each line. */
type Tool = { outline: string; around?: [string, string]; line?: (index: number) => string };
const tools: Record<string, Tool> = {
  bold: { outline: 'M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z', around: ['**', '**'] },
  italic: { outline: 'M10 5h8M6 19h8M14 5l-4 14', around: ['*', '*'] },
  link: {
    outline: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1',
    around: ['[', '](https://)'],
  },
  list: { outline: 'M10 6h10M10 12h10M10 18h10M4.5 6h.5M4.5 12h.5M4.5 18h.5', line: () => '- ' },
  numbers: {
    outline: 'M11 6h9M11 12h9M11 18h9M4 5l1.5-.8V9M4 14.5c0-2 3-2 3 0 0 1-3 2.5-3 4h3',
    line: (index) => `${index + 1}. `,
  },
  quote: {
    outline: 'M5 17c2-1.5 3-3.5 3-6H5V6h5v5c0 3-1.5 5.5-4 7zM14 17c2-1.5 3-3.5 3-6h-3V6h5v5c0 3-1.5 5.5-4 7z',
    line: () => '> ',
  },
  code: { outline: 'M8 7l-5 5 5 5M16 7l5 5-5 5', around: ['`', '`'] },
};

function drawing(outline: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS(svg.namespaceURI, 'path') as SVGElement;
  const attributes = {
    class: 'app-icon',
    viewBox: '0 0 24 24',
    'aria-hidden': 'true',
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  path.setAttribute('d', outline);
  svg.append(path);
  return svg;
}

/** Replaces a part of a text as typing does, so that it can be undone. */
export function replaceText(
  area: HTMLTextAreaElement | HTMLInputElement,
  from: number,
  to: number,
  text: string,
): void {
  area.focus();
  area.setSelectionRange(from, to);
  // The only way that keeps the browser's own undo; where it is gone, the text itself is set.
  if (!document.execCommand('insertText', false, text)) area.setRangeText(text, from, to, 'end');
}

function apply(area: HTMLTextAreaElement, tool: Tool): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  if (tool.around) {
    const [before, after] = tool.around;
    const selected = value.slice(start, end);
    replaceText(area, start, end, `${before}${selected}${after}`);
    // A link asks for its address next; everything else for the text, or nothing more.
    const at = selected && before === '[' ? start + selected.length + 3 : start + before.length;
    area.setSelectionRange(at, selected && before === '[' ? at + 8 : at + selected.length);
    return;
  }
  const from = value.lastIndexOf('\n', start - 1) + 1;
  const lines = value.slice(from, end).split('\n');
  replaceText(area, from, end, lines.map((line, index) => `${tool.line?.(index) ?? ''}${line}`).join('\n'));
}

/** A textarea for Markdown with a toolbar above it: one stop of the Tab key, arrows within (ARIA APG, toolbar). */
class MarkdownEditor extends HTMLElement {
  connectedCallback(): void {
    const area = this.querySelector('textarea');
    if (!area || this.querySelector('[role=toolbar]')) return;
    const labels: Record<string, string> = JSON.parse(this.dataset.labels ?? '{}');
    const buttons = Object.entries(tools).map(([name, tool], index) => {
      const label = labels[name] ?? name;
      const button = make('button', { type: 'button', 'aria-label': label, title: label }, drawing(tool.outline));
      button.tabIndex = index === 0 ? 0 : -1;
      button.addEventListener('click', () => apply(area, tool));
      return button;
    });
    const bar = make('div', {
      role: 'toolbar',
      class: 'app-toolbar',
      'aria-label': labels.toolbar ?? '',
      'aria-controls': area.id,
    });
    bar.append(...buttons);
    bar.addEventListener('keydown', (event) => {
      const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
      const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
      const to = next === undefined ? undefined : buttons.at(next % buttons.length);
      if (!to) return;
      event.preventDefault();
      for (const button of buttons) button.tabIndex = button === to ? 0 : -1;
      to.focus();
    });
    area.addEventListener('keydown', (event) => {
      const name = event.ctrlKey || event.metaKey ? { b: 'bold', i: 'italic', k: 'link' }[event.key] : undefined;
      const tool = name && tools[name];
      if (!tool) return;
      event.preventDefault();
      apply(area, tool);
    });
    this.prepend(bar);
    if (this.dataset.suggest) suggestIn(area, this.dataset.suggest, labels.suggestions ?? '');
  }
}

export const defineMarkdownEditor = () => customElements.define('app-editor', MarkdownEditor);
