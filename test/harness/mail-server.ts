import { SMTPServer } from 'smtp-server';

/** A mail as it came over the wire. */
export type ReceivedMail = {
  from: string;
  /** Everybody in the envelope: whoever really gets it. */
  to: string[];
  /** Header fields by name in lower case, unfolded. */
  headers: Map<string, string[]>;
  /** Decoded parts. */
  text: string;
  html: string;
  raw: string;
};

/** A real mail server on loopback that keeps what it takes. */
export type MailServer = {
  /** For `JOINERY_SMTP_URL`. */
  url: string;
  mails: ReceivedMail[];
  /** What it was offered and did not take. */
  refused: ReceivedMail[];
  /** Code with which every mail is refused from now on; null takes them. */
  refuse: (code: number | null) => void;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** @param port a port to listen on again; a free one unless given */
export async function startMailServer(port = 0): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const refused: ReceivedMail[] = [];
  let refusal: number | null = null;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false || !mailFrom ? '' : mailFrom.address;
        const to = (rcptTo ?? []).map((one) => one.address);
        const mail = readMail(Buffer.concat(chunks).toString('utf8'), from, to);
        if (refusal !== null) {
          refused.push(mail);
          return done(Object.assign(new Error('Not now'), { responseCode: refusal }));
        }
        mails.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail server has no port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    ...{ mails, refused },
    refuse: (code) => {
      refusal = code;
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

function readMail(raw: string, from: string, to: string[]): ReceivedMail {
  const parts = partsOf(raw);
  const part = (type: string) => parts.find(({ headers }) => headers.get('content-type')?.[0]?.startsWith(type));
  return {
    from,
    to,
    headers: headersOf(raw),
    text: decoded(part('text/plain')),
    html: decoded(part('text/html')),
    raw,
  };
}

type Part = { headers: Map<string, string[]>; body: string };

function headersOf(part: string): Map<string, string[]> {
  const [head = ''] = part.split('\r\n\r\n', 1);
  const headers = new Map<string, string[]>();
  for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), decodeWords(line.slice(colon + 1).trim())]);
  }
  return headers;
}

/** The parts of a `multipart/alternative`, or the mail itself. */
function partsOf(raw: string): Part[] {
  const headers = headersOf(raw);
  const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type')?.[0] ?? '')?.[1];
  if (boundary === undefined) return [{ headers, body }];
  return body
    .split(`--${boundary}`)
    .slice(1, -1)
    .flatMap((part) => partsOf(part.replace(/^\r\n/, '')));
}

function decoded(part: Part | undefined): string {
  if (!part) return '';
  const encoding = part.headers.get('content-transfer-encoding')?.[0];
  const bytes =
    encoding === 'base64'
      ? Buffer.from(part.body, 'base64')
      : encoding === 'quoted-printable'
        ? quotedPrintable(part.body.replace(/=\r\n/g, ''))
        : Buffer.from(part.body);
  return bytes.toString('utf8').replaceAll('\r\n', '\n').trim();
}

function quotedPrintable(text: string): Buffer {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** Encoded words of a header (RFC 2047). */
function decodeWords(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      (kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64')
        : quotedPrintable(text.replaceAll('_', ' '))
      ).toString(),
    );
}
