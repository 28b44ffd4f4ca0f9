import type { Language } from './messages.ts';

export type Letter = {
  language: Language;
  subject: string;
  body: string;
  /** What somebody wrote, shown as a quotation. */
  quote?: string | undefined;
  /** The one thing to do. */
  link?: { label: string; href: string } | undefined;
  /** Why this came, in small print. */
  foot?: string | undefined;
};

/** A mail to one person about one thing, as plain text and as HTML without pictures or scripts. */
export function renderLetter({ language, subject, body, quote = '', link, foot = '' }: Letter) {
  const quoted = quote === '' ? [] : [...quote.split('\n').map((line) => `> ${line}`), ''];
  const text = [body, '', ...quoted, ...(link ? [`${link.label}: ${link.href}`, ''] : []), foot].join('\n').trimEnd();
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>{subject}</title>
      </head>
      <body style="margin:0;padding:24px;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:16px;line-height:1.5">
        <div style="max-width:560px;margin:0 auto">
          <h1 style="font-size:20px;line-height:1.3;margin:8px 0">{subject}</h1>
          <p>{body}</p>
          {quote === '' ? null : (
            <blockquote style="margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #8a96a3;white-space:pre-line">
              {quote}
            </blockquote>
          )}
          {link ? (
            <p style="margin:24px 0">
              <a
                href={link.href}
                style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4e8c;color:#ffffff;text-decoration:none;font-weight:600"
              >
                {link.label}
              </a>
            </p>
          ) : null}
          {foot === '' ? null : <p style="color:#55606b;font-size:14px">{foot}</p>}
        </div>
      </body>
    </html>
  );
  return { subject, text, html: `<!doctype html>${page.toString()}` };
}
