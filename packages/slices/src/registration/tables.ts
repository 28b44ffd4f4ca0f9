/** Somebody asks for an account here. */
export type RegistrationRow = {
  id: string;
  /** As `registrationAddress` makes it. */
  email: string;
  name: string;
  language: 'en' | 'nl';
  /** Why, in the person's own words; for whoever approves. */
  note: string;
  /** `asked`: nobody has shown yet that the address is theirs. `waiting`: for an administrator. */
  state: 'asked' | 'waiting' | 'approved' | 'refused';
  /** SHA-256 of the token in the mail. */
  token_hash: string;
  token_until: string;
  /** Chosen when the address was confirmed; null before, and for one that is made of the name. */
  handle: string | null;
  /** argon2id; only while the request waits. */
  password_hash: string | null;
  /** Whom it became. */
  person_id: string | null;
  decided_by: string | null;
  /** What the administrator says to the person. */
  answer: string;
  asked_at: string;
  /** When the row goes, whatever happens. */
  forget_at: string;
};

declare module '@joinery/core' {
  interface Schema {
    registration: RegistrationRow;
  }
}
