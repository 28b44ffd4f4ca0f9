/**
 * Every way in which Joinery says no, with the HTTP status it answers. The list is closed: pages, API, command line and
 * the `Reject` sent to another node all carry one of these codes (RFC 9457 `code`).
 */
export const refusalStatus = {
  bad_request: 400,
  signed_out: 401,
  forbidden: 403,
  csrf: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  too_many: 429,
  unavailable: 503,
  storage_full: 507,
  idempotency_mismatch: 422,
  stale_revision: 409,
  handle_taken: 409,
  banned: 403,
  locked: 403,
  not_member: 403,
  needs_approval: 403,
  invitation_needed: 403,
  software_unsupported: 403,
  last_owner: 409,
  no_agreement: 403,
  unknown_node: 403,
  not_here: 404,
  expired: 410,
  wrong_password: 403,
  disabled: 403,
  inside_unit_of_work: 500,
  took_too_long: 503,
  internal: 500,
} as const;

export type RefusalCode = keyof typeof refusalStatus;

/** What can be wrong with one field of a form. The text for the reader is chosen by code and language in the interface. */
export type FieldCode =
  | 'required'
  | 'too_long'
  | 'too_short'
  | 'bad_format'
  | 'bad_choice'
  | 'taken'
  | 'reserved'
  | 'too_large'
  | 'too_small'
  | 'unknown'
  | 'in_the_past'
  | 'does_not_match'
  | 'infected';

export type FieldFault = { field: string; code: FieldCode; values?: Record<string, string | number> };

/** A domain function said no. Thrown by `refuse`, mapped once per door: page, API, command line, inbox. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: RefusalCode;
  readonly status: number;
  /** Per field, when the input was at fault. */
  readonly faults: FieldFault[];

  constructor(code: RefusalCode, detail: string, faults: FieldFault[] = []) {
    super(detail || code);
    this.code = code;
    this.status = refusalStatus[code];
    this.faults = faults;
  }
}

/**
 * Says no.
 * @param code one of `refusalStatus`
 * @param detail one English sentence for logs and API: what happened, and what to do
 * @param faults per field, for `invalid`
 * @throws {Refusal} always
 */
export function refuse(code: RefusalCode, detail = '', faults: FieldFault[] = []): never {
  throw new Refusal(code, detail, faults);
}

/** True for what `refuse` throws; also across bundles that carry their own copy of the class. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'Refusal' && 'code' in error;
}
