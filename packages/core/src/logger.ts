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
 * @param write gets one line without its end; JSON escapes control characters, so a value cannot forge a line
 * @param node the node's origin, on every line, since one process can run many
 */
export function createLogger(write: (line: string) => void, node: string): Logger {
  const log =
    (level: string) =>
    (code: string, fields: LogFields = {}) => {
      write(JSON.stringify({ at: new Date().toISOString(), level, code, node, ...fields }));
    };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}
