import { refuse } from '../errors.ts';

/** Where a list goes on: opaque to clients, the sort key of the last item to us. */
export type CursorValue = (string | number)[];

/** @param values sort key of the last item of a page, in the order that `decodeCursor` names their types */
export function encodeCursor(values: CursorValue): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * @param text from `?cursor=`; nothing or empty means the first page
 * @param shape type of each value, in order
 * @throws {Refusal} bad_request for anything that `encodeCursor` did not make
 */
export function decodeCursor(text: string | null | undefined, shape: ('string' | 'number')[]): CursorValue | null {
  if (!text) return null;
  const values = parse(text);
  const fits =
    Array.isArray(values) &&
    values.length === shape.length &&
    values.every(
      (value, index) => typeof value === shape[index] && (typeof value !== 'string' || !value.includes('\0')),
    );
  if (!fits) refuse('bad_request', 'The cursor is not one of ours: begin with the first page');
  return values as CursorValue;
}

function parse(text: string): unknown {
  if (!/^[A-Za-z0-9_-]{1,4000}$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
