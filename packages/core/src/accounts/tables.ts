/** Sign-in lives here; who a person is lives in the people slice. */
export type AccountTables = {
  account: {
    id: string;
    /** Local person's id. */
    person_id: string;
    /** As `normaliseEmail` makes it. */
    email: string;
    /** argon2id; null until the person chose one. */
    password_hash: string | null;
    administrator: number;
    federation_officer: number;
    disabled_at: string | null;
    /** Since when it waits, after a restore, for somebody who lets its person in again (`held.ts`); it is disabled meanwhile. */
    held_at: string | null;
    /** When its person was last at the door meanwhile, proven by an identity provider. */
    asked_at: string | null;
    /** Of a restored node: when one of its sessions was last used as of the backup. */
    seen_at: string | null;
    /** When all access ends by itself; null for never. */
    ends_at: string | null;
    created_at: string;
    /** When a session of it first began; null for whoever has never come in, or not since all that opened it ended with a restore. */
    signed_in_at: string | null;
    /** When its owner showed that the mail address is theirs; null where an administrator only wrote it down. */
    email_verified_at: string | null;
  };
  session: {
    /** SHA-256 of the cookie's value. */
    id: string;
    account_id: string;
    created_at: string;
    last_seen_at: string;
    expires_at: string;
    /** What an identity provider vouches for; null when the person signed in here. */
    grant_id: string | null;
    /** When the person last proved who they are in it; null in one that is older than this column. */
    proven_at: string | null;
    /** Browser and system in few words, so that people recognise their own sessions. */
    agent: string | null;
  };
  /** What was typed into a form whose session had ended. See `http/kept-forms.ts`. */
  kept_form: {
    id: string;
    account_id: string;
    /** JSON, encrypted with the node's secret. */
    content: string;
    expires_at: string;
  };
  sign_in_link: {
    /** SHA-256 of the token in the link. */
    id: string;
    account_id: string | null;
    /** `operator`: made on the command line. It alone opens a restored node before somebody has confirmed it. */
    purpose: 'sign-in' | 'operator' | 'first-administrator';
    created_at: string;
    expires_at: string;
    used_at: string | null;
  };
  api_token: {
    id: string;
    /** SHA-256 of the secret part. */
    hash: string;
    account_id: string;
    name: string;
    created_at: string;
    last_used_at: string | null;
    revoked_at: string | null;
    /** Of the session in which it was made: it ends with the grant. */
    grant_id: string | null;
  };
  /** A code from an authenticator app is asked for after the password (RFC 6238). */
  second_step: {
    account_id: string;
    /** Encrypted. */
    key: string;
    /** Step of the last code that was used: a code works once (RFC 6238 §5.2). */
    last_step: number;
    created_at: string;
  };
  recovery_code: {
    account_id: string;
    /** SHA-256. */
    hash: string;
    used_at: string | null;
  };
  /** What requests with an Idempotency-Key did and answered. See `http/idempotency.ts`. */
  idempotency: {
    account_id: string;
    key: string;
    /** 0, 1 … for the units of work of the request, -1 for its answer. */
    step: number;
    /** SHA-256 of method, path and body. */
    request: string;
    /** What the unit of work answered, or `{ status, headers, body }`: JSON, encrypted with the node's secret. */
    result: string;
    created_at: string;
  };
};
