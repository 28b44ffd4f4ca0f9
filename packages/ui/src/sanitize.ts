import sanitizeHtml from 'sanitize-html';

const externalLink = { rel: 'nofollow noopener noreferrer ugc' };

// Everything not listed loses its tag and keeps its text; script, style, textarea, option, title lose their text as well.
const content: sanitizeHtml.IOptions = {
  allowedTags: [
    ...[
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'p',
      'br',
      'hr',
      'blockquote',
      'pre',
      'code',
      'ul',
      'ol',
      'li',
      'a',
      'span',
    ],
    ...['strong', 'b', 'em', 'i', 'u', 's', 'del', 'ins', 'sub', 'sup', 'q', 'abbr', 'ruby', 'rt', 'rp'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: { a: ['href', 'rel'], ol: ['start', 'reversed'], '*': ['lang', 'dir'] },
  allowedClasses: { a: ['mention', 'hashtag'] },
  allowedSchemes: ['https', 'http', 'mailto'],
  allowedSchemesAppliedToAttributes: ['href'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: ['script', 'style', 'textarea', 'option', 'title', 'noscript', 'template', 'xmp', 'noembed', 'noframes'],
  nestingLimit: 40,
  enforceHtmlBoundary: false,
  parseStyleAttributes: false,
  transformTags: {
    a: (_tag, { href, rel: _rel, ...others }) => {
      const address = followable(href);
      return { tagName: 'a', attribs: address ? { ...others, href: address, ...externalLink } : others };
    },
    // A picture elsewhere would tell its server who reads and when: it becomes a link to follow by choice.
    img: (_tag, { src, alt }) => {
      const address = followable(src);
      return address
        ? { tagName: 'a', attribs: { href: address, ...externalLink }, text: alt || address }
        : { tagName: 'span', attribs: {}, text: alt ?? '' };
    },
  },
};

/** The address, percent-encoded where it must be, if a reader may follow it. A relative one would point into the reader's own node. */
function followable(address: string | undefined): string | undefined {
  if (address === undefined || !/^(?:https?:\/\/|mailto:)/i.test(address)) return undefined;
  const url = URL.parse(address);
  const clean = url && /[\s"<>]/.test(address) ? url.href : address;
  return url && !/[\s"<>]/.test(clean) ? clean : undefined;
}

const named: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const decode = (text: string) => text.replace(/&(?:amp|lt|gt|quot);/g, (entity) => named[entity] ?? entity);
const encode = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * Says where a link leads when its words name another host ("https://trusted.example" leading to evil.example, or
 * "https://trusted.example@evil.example"). Works on the sanitiser's own output, in which every tag is closed.
 */
function discloseHosts(html: string): string {
  let result = '';
  let rest = html;
  for (let start = rest.indexOf('<a '); start !== -1; start = rest.indexOf('<a ')) {
    const tagEnd = rest.indexOf('>', start);
    const end = rest.indexOf('</a>', tagEnd);
    if (tagEnd === -1 || end === -1) break;
    const href = /\shref="([^"]*)"/.exec(rest.slice(start, tagEnd))?.[1];
    const host = href === undefined ? undefined : URL.parse(decode(href))?.host;
    const words = decode(rest.slice(tagEnd + 1, end).replace(/<[^>]*>/g, '')).trim();
    result += rest.slice(0, end);
    if (host && claimsOtherHost(words, host)) result += ` (${encode(host)})`;
    rest = rest.slice(end);
  }
  return result + rest;
}

function claimsOtherHost(words: string, host: string): boolean {
  // Already said by an earlier pass: sanitising twice gives the same text.
  if (words.endsWith(`(${host})`)) return false;
  const address = /^(?:https?:\/\/|www\.|[a-z0-9.-]{1,253}\.[a-z]{2,24}(?:[/:?#@]|$))\S{0,2000}/i.exec(words)?.[0];
  if (address === undefined) return false;
  const url = URL.parse(/^https?:\/\//i.test(address) ? address : `https://${address}`);
  const bare = (name: string) => name.replace(/^www\./, '');
  return url === null || url.username !== '' || bare(url.host) !== bare(host);
}

/**
 * Headings below those of the page, h1 and h2, and without gaps, whatever their writer's levels were: an outline can be
 * walked. Works on the sanitiser's own output, in which every tag is closed.
 */
function fitHeadings(html: string): string {
  const outline: number[] = [];
  const open: number[] = [];
  return html.replace(/<(\/?)h([1-6])(?=[ >])/g, (_tag, slash: string, digit: string) => {
    if (slash) return `</h${open.pop()}`;
    const level = Number(digit);
    while (outline.length > 0 && (outline.at(-1) ?? 0) >= level) outline.pop();
    outline.push(level);
    const fitting = Math.min(6, outline.length + 2);
    open.push(fitting);
    return `<h${fitting}`;
  });
}

/**
 * HTML from anywhere (another node, an import, our own Markdown) as HTML that is safe to put into a page: an allow-list
 * of tags; no id, name, style or event; links to https, http and mailto only; images become links; headings start at h3.
 * Applying it twice changes nothing more.
 */
export function sanitizeContent(html: string): string {
  return fitHeadings(discloseHosts(sanitizeHtml(html, content)));
}

/** The words of an HTML text, on one line, without markup. Not HTML: escape it like any other text. */
export function plainText(html: string): string {
  const spaced = html.replace(/<(?:br|\/?p|\/?div|\/li|\/?h[1-6]|\/?blockquote|\/t[dhr]|\/?pre)\b/gi, ' $&');
  const bare = sanitizeHtml(spaced, { allowedTags: [], allowedAttributes: {}, nonTextTags: content.nonTextTags });
  return decode(bare).replace(/\s+/g, ' ').trim();
}

/** The first words of an HTML text, at most `length` characters, cut between words, with "…" when something is left out. */
export function excerpt(html: string, length = 240): string {
  const whole = plainText(html);
  const characters = [...whole];
  if (characters.length <= length) return whole;
  const cut = characters.slice(0, length - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${(space > length / 2 ? cut.slice(0, space) : cut).replace(/[\s.,;:–-]+$/, '')}…`;
}
