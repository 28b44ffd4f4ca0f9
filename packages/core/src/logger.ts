/** Fields of a log line: numbers, codes, ids, origins. Never names, mail addresses, titles, bodies or tokens. */
export type LogFields = Record<string, string | number | boolean | null | undefined> & {
  /** The line's own: a field of that name would take its place. */
  [own in 'at' | 'level' | 'code' | 'node']?: never;
};

/** One JSON line per thing worth knowing, with a stable code (`inbox.refused`). */
export type Logger = {
  info: (code: string, fields?: LogFields) => void;
  warn: (code: string, fields?: LogFields) => void;
  error: (code: string, fields?: LogFields) => void;
};

/**
 * What JSON leaves as it is and a terminal or a viewer acts upon: DEL and the C1 controls (one of them begins commands to a terminal),
 * line separators, and signs that turn the direction of what follows (OWASP ASVS 5.0, 16.4.1).
 */
const acting = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** The same, and what JSON escapes, but for line ends and tabs. */
const controls = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f${acting.source.slice(1)}`, 'g');

/** One line of JSON that shows as it is wherever it is read. */
export function jsonLine(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(
    acting,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text for a terminal. Names come from other nodes: none of them may write elsewhere on the screen, or as somebody else. */
export function terminalText(text: string): string {
  return text.replace(controls, '');
}

/**
 * @param write gets one line without its end; control characters are escaped, so a value cannot forge a line
 * @param node the node's origin, on every line, since one process can run many
 */
export function createLogger(write: (line: string) => void, node: string): Logger {
  const log =
    (level: string) =>
    (code: string, fields: LogFields = {}) => {
      write(jsonLine({ at: new Date().toISOString(), level, code, node, ...fields }));
    };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}
