import MarkdownIt from 'markdown-it';
import { sanitizeContent } from './sanitize.ts';

/** Where the names in a text lead; null for what is no name here and stays text. */
export type Names = {
  /** `anna`, or `anna@host` for `@anna@host`; in lower case. */
  mention: (name: string) => string | null;
  /** `roads` for `#Roads`: folded. */
  tag: (tag: string) => string | null;
};

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: 20 });

// Only what is written as an address becomes a link: "notes.md" is not a host name, and guessing costs quadratic time.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url.trim());

// A picture elsewhere would tell its server who reads and when: it becomes a link to follow by choice.
markdown.renderer.rules.image = (tokens, index) => {
  const token = tokens[index];
  const source = String(token?.attrGet('src') ?? '');
  const label = markdown.utils.escapeHtml(token?.content || source);
  let depth = 0;
  for (const earlier of tokens.slice(0, index)) {
    if (earlier.type === 'link_open') depth += 1;
    if (earlier.type === 'link_close') depth -= 1;
  }
  return depth > 0 ? label : `<a href="${markdown.utils.escapeHtml(source)}">${label}</a>`;
};

// A handle as `handles.ts` of core allows it, alone or with a host; a tag as other software reads it. Every repetition is bounded.
const name =
  /(?<![\p{L}\p{N}_@#&/.+-])(?:@([a-z0-9][a-z0-9_-]{1,62})(?:@([a-z0-9.-]{1,253}(?::\d{1,5})?))?|#([\p{L}\p{N}_]{1,60}))(?![\p{L}\p{N}_@])/giu;

// Before escaped signs join their text: "\@anna" stays what it is.
markdown.core.ruler.before('text_join', 'names', (state) => {
  const { names } = state.env as { names?: Names };
  if (!names) return;
  for (const block of state.tokens) {
    if (block.type !== 'inline' || !block.children) continue;
    let links = 0;
    block.children = block.children.flatMap((token) => {
      if (token.type === 'link_open') links += 1;
      if (token.type === 'link_close') links -= 1;
      if (token.type !== 'text' || links > 0 || !/[@#]/.test(token.content)) return [token];
      return linked(token, names, (type, nesting) => new state.Token(type, type === 'text' ? '' : 'a', nesting));
    });
  }
});

type Token = ReturnType<typeof markdown.parse>[number];

function linked(token: Token, names: Names, make: (type: string, nesting: -1 | 0 | 1) => Token): Token[] {
  const parts: Token[] = [];
  const text = (content: string) => {
    const part = make('text', 0);
    part.content = content;
    if (content !== '') parts.push(part);
  };
  let from = 0;
  for (const match of token.content.matchAll(name)) {
    const [whole, handle, host, tag] = match;
    // A full stop after a host ends the sentence, not the host.
    const written = whole.replace(/[.-]+$/, '');
    const ofMention = handle && (host ? `${handle}@${host.replace(/[.-]+$/, '')}` : handle).toLowerCase();
    const href = ofMention ? names.mention(ofMention) : /\p{L}/u.test(tag ?? '') ? names.tag(foldTag(tag ?? '')) : null;
    if (href === null) continue;
    text(token.content.slice(from, match.index));
    const open = make('link_open', 1);
    open.attrs = [
      ['href', href],
      ['class', ofMention ? 'mention' : 'hashtag'],
    ];
    parts.push(open);
    text(written);
    parts.push(make('link_close', -1));
    from = match.index + written.length;
  }
  text(token.content.slice(from));
  return parts;
}

/** One spelling per tag, without its sign. */
export function foldTag(tag: string): string {
  return tag.replace(/^#/, '').normalize('NFKC').toLowerCase();
}

/**
 * Markdown (CommonMark with tables, strikethrough and links from addresses) as HTML that is safe to put into a page.
 * HTML in the source shows as text; images become links; headings start at h3.
 * @param names makes links of `@anna`, `@anna@host` and `#tag`, except in code and in other links
 */
export function renderMarkdown(source: string, names?: Names): string {
  return sanitizeContent(markdown.render(source, names && /[@#]/.test(source) ? { names } : {}));
}

/** The names that a text holds, each once: whom it mentions and how it is tagged. */
export function namesIn(source: string): { mentions: string[]; tags: string[] } {
  const [mentions, tags] = [new Set<string>(), new Set<string>()];
  if (!/[@#]/.test(source)) return { mentions: [], tags: [] };
  const note = (among: Set<string>) => (found: string) => {
    among.add(found);
    return null;
  };
  markdown.parse(source, { names: { mention: note(mentions), tag: note(tags) } });
  return { mentions: [...mentions], tags: [...tags] };
}
