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

declare module '@joinery/core' {
  interface Schema {
    sign_in_provider: ProviderRow;
    sign_in_identity: IdentityRow;
    sign_in_grant: GrantRow;
    /** Logout tokens that were used: SHA-256 of provider and `jti`. */
    sign_in_logout: { id: string; expires_at: string };
  }
}
