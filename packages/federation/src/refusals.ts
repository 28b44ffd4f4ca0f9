/**
 * Why a message from another node is refused: one closed table. `status` is the HTTP answer, `code` and `retryable` go into the problem
 * document (RFC 9457). Retryable means: nothing is wrong with the activity itself, the same one may come again, newly signed.
 */
const refusals = {
  content_type_unsupported: { status: 415, retryable: false },
  content_encoding_unsupported: { status: 415, retryable: false },
  body_too_large: { status: 413, retryable: false },
  json_malformed: { status: 400, retryable: false },
  json_too_deep: { status: 400, retryable: false },
  json_too_many_values: { status: 400, retryable: false },
  json_duplicate_key: { status: 400, retryable: false },
  json_forbidden_key: { status: 400, retryable: false },
  json_text_malformed: { status: 400, retryable: false },
  context_missing: { status: 400, retryable: false },
  context_redefines_terms: { status: 400, retryable: false },
  keyword_refused: { status: 400, retryable: false },
  too_many_recipients: { status: 400, retryable: false },
  recipient_malformed: { status: 400, retryable: false },
  too_many_attachments: { status: 400, retryable: false },
  activity_malformed: { status: 400, retryable: false },
  activity_origin_mismatch: { status: 401, retryable: false },
  key_origin_mismatch: { status: 401, retryable: false },
  signature_missing: { status: 401, retryable: true },
  signature_malformed: { status: 401, retryable: true },
  signature_incomplete: { status: 401, retryable: true },
  signature_wrong_host: { status: 401, retryable: true },
  signature_clock: { status: 401, retryable: true },
  signature_expired: { status: 401, retryable: true },
  signature_algorithm: { status: 401, retryable: true },
  signature_digest: { status: 401, retryable: true },
  signature_invalid: { status: 401, retryable: true },
  key_refused: { status: 401, retryable: true },
  token_malformed: { status: 401, retryable: false },
  token_too_large: { status: 401, retryable: false },
  token_type: { status: 401, retryable: false },
  token_algorithm: { status: 401, retryable: false },
  token_issuer: { status: 401, retryable: false },
  token_subject: { status: 401, retryable: false },
  token_key: { status: 401, retryable: false },
  token_signature: { status: 401, retryable: false },
  token_too_long: { status: 401, retryable: false },
  // With a fresh token the same request is welcome.
  token_not_yet: { status: 401, retryable: true },
  token_expired: { status: 401, retryable: true },
  token_superseded: { status: 401, retryable: true },
  token_ahead: { status: 401, retryable: true },
  activity_id_reused: { status: 409, retryable: false },
  too_many: { status: 429, retryable: true },
  // No node that an agreement could be with: answered like a node without one.
  key_address_malformed: { status: 403, retryable: true },
  no_agreement: { status: 403, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type RefusalCode = keyof typeof refusals;

/** A refusal as a value. `detail` is one English sentence for the administrator of either node, without personal data. */
export type Refused = {
  ok: false;
  code: RefusalCode;
  status: number;
  retryable: boolean;
  detail: string;
  /** With `signature_clock`: how far the peer's clock is ahead of ours, in seconds; negative when behind. */
  skewSeconds?: number;
  /** With `too_many`: seconds, for the header `Retry-After`. */
  retryAfter?: number;
};

/** Makes the refusal that the table describes. */
export function refused(code: RefusalCode, detail: string): Refused {
  return { ok: false, code, ...refusals[code], detail };
}
