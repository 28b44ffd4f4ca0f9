import type { Language } from '@joinery/ui';

/** The warning as HTML, for programs that show it so. */
export function warningHtml(mail: {
  language: Language;
  agency: string;
  link: string;
  lines: { ends: string; afterwards: string; open: string; why: string };
}): string {
  const { lines } = mail;
  const page = (
    <html lang={mail.language}>
      <body>
        <p>{lines.ends}</p>
        <p>{lines.afterwards}</p>
        <p>
          {lines.open} <a href={mail.link}>{mail.agency}</a>
        </p>
        <p>
          <small>{lines.why}</small>
        </p>
      </body>
    </html>
  );
  return `<!doctype html>${page}`;
}
