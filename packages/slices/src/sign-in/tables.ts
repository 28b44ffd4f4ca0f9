/** An identity provider of the agency: whoever it vouches for can sign in here. */
export type ProviderRow = {
  id: string;
  kind: 'entra' | 'keycloak' | 'other';
  /** On the button. */
  name: string;
  /** Exactly as the provider names itself: with the subject it is who somebody is. */
  issuer: string;
  client_id: string;
  /** Encrypted with the node's secret; empty until given. */
  client_secret: string;
  /** What the provider says of itself (OpenID Connect Discovery 1.0 §3), the members that are used: JSON. */
  metadata: string;
  scope: string;
  /** `everybody` makes an account at the first sign-in; `linked` knows only whom somebody linked. */
  admits: 'everybody' | 'linked';
  claim_name: string;
  claim_email: string;
  claim_role: string;
  claim_language: string;
  claim_groups: string;
  /** Values of the groups claim that give a role; empty leaves the role to administrators. */
  administrators: string;
  officers: string;
  state: 'draft' | 'live';
  /** When a sign-in with these settings last worked. */
  tried_at: string | null;
  created_at: string;
  updated_at: string;
};

/** Who an account is at a provider. The mail address is never part of it. */
export type IdentityRow = {
  id: string;
  provider_id: string;
  issuer: string;
  subject: string;
  account_id: string;
  /** As the provider last showed this person, so that they recognise it: a name or address, no key. */
  shown_as: string;
  created_at: string;
  last_used_at: string;
  /** What the provider said of its person when they came to an account that waits to be let in after a restore: encrypted JSON. */
  asked_claims: string | null;
};

/** One sign-in at a provider, for as long as something here depends on it. */
export type GrantRow = {
  id: string;
  identity_id: string;
  provider_id: string;
  account_id: string;
  /** SHA-256 of the state of the sign-in: used once. */
  state: string;
  /** Session at the provider, when it names one (OpenID Connect Back-Channel Logout 1.0 §2.1). */
  sid: string | null;
  /** Encrypted; null when the provider gave none. */
  refresh_token: string | null;
  /** When the provider last vouched for it. */
  confirmed_at: string;
  /** Until then somebody is asking. */
  asking_until: string | null;
  created_at: string;
};

/** A key pair in somebody's device or password manager; here its public half (Web Authentication Level 3). */
export type PasskeyRow = {
  id: string;
  account_id: string;
  /** Base64url, as the authenticator chose it; unique, whoever it belongs to. */
  credential_id: string;
  /** COSE key (RFC 9052 §7), base64url. */
  public_key: string;
  /** Signature counter of its last use; 0 for most, which do not count. */
  counter: number;
  /** Random, base64url, one for all passkeys of an account: tells nothing of the person to whoever finds the device. */
  user_handle: string;
  /** Host for which it was made: it works nowhere else. */
  rp_id: string;
  /** How a browser reaches it: JSON list. */
  transports: string;
  /** What its maker calls the kind of device; not proven, only for recognising it. */
  aaguid: string;
  /** 1: copied between the person's devices by its maker. */
  synced: number;
  /** As the person calls it. */
  name: string;
  /** Browser and system in which it was added. */
  agent: string | null;
  created_at: string;
  last_used_at: string | null;
};

/** What a browser was asked to sign. Taken once. */
export type PasskeyChallengeRow = {
  /** SHA-256 of the challenge. */
  id: string;
  purpose: 'add' | 'sign-in' | 'second-step' | 'confirm';
  /** SHA-256 of what ties it to one browser. */
  bound: string;
  /** Null when anybody may answer. */
  account_id: string | null;
  /** For a new passkey. */
  user_handle: string | null;
  expires_at: string;
};

declare module '@joinery/core' {
  interface Schema {
    sign_in_passkey: PasskeyRow;
    sign_in_passkey_challenge: PasskeyChallengeRow;
    sign_in_provider: ProviderRow;
    sign_in_identity: IdentityRow;
    sign_in_grant: GrantRow;
    /** Logout tokens that were used: SHA-256 of provider and `jti`. */
    sign_in_logout: { id: string; expires_at: string };
  }
}
