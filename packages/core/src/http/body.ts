import { refuse } from '../errors.ts';
import { isObject } from '../json.ts';

const dangerousName = /^(?:__proto__|constructor|prototype)$/;
const dangerousPath = /(?:^|[[.\]])(?:__proto__|constructor|prototype)(?:$|[[.\]])/;

/** Names that reach into every object of the process when code copies them carelessly. */
export function isDangerousField(name: string): boolean {
  return dangerousPath.test(name);
}

/**
 * Reads a body up to a limit; what is longer is not read to its end.
 * @throws {Refusal} too_large
 */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => refuse('too_large', `A request may have at most ${limit} bytes here`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** @throws {Refusal} bad_request when the bytes are not UTF-8 */
export function readText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('bad_request', 'The request is not valid UTF-8');
  }
}

const deepest = 32;

/**
 * Parses the JSON of a client.
 * @throws {Refusal} bad_request for broken JSON, names such as `__proto__`, NUL characters, and nesting deeper than 32
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse('bad_request', 'The request is not valid JSON');
  }
  check(value, 0);
  return value;
}

function check(value: unknown, depth: number): void {
  if (depth > deepest) refuse('bad_request', `JSON may be nested ${deepest} levels deep`);
  if (typeof value === 'string' && value.includes('\0')) refuse('bad_request', 'Text may not contain NUL');
  if (Array.isArray(value)) for (const item of value) check(item, depth + 1);
  if (!isObject(value)) return;
  for (const name of Object.keys(value)) {
    if (dangerousName.test(name)) refuse('bad_request', `A member may not be called ${name}`);
    check(value[name], depth + 1);
  }
}
