import MarkdownIt from 'markdown-it';
import { sanitizeContent } from './sanitize.ts';

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

/**
 * Markdown (CommonMark with tables, strikethrough and links from addresses) as HTML that is safe to put into a page.
 * HTML in the source shows as text; images become links; headings start at h3.
 */
export function renderMarkdown(source: string): string {
  return sanitizeContent(markdown.render(source));
}
