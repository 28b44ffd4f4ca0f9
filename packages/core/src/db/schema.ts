import type { AccountTables } from '../accounts/tables.ts';
import type { WithheldRow } from '../backup/withheld.ts';
import type { ClassificationTables } from '../classification.ts';
import type { FileTables } from '../files/tables.ts';
import type { JobTables } from '../jobs/tables.ts';
import type { LogTables } from '../log/tables.ts';

/**
 * All tables of a node. Slices extend it by declaration merging
 * (`declare module '@joinery/core' { interface Schema { post: PostRow } }`), since `Transaction<A & B>` does not fit `Kysely<A>`.
 */
export interface Schema extends LogTables, JobTables, AccountTables, FileTables, ClassificationTables {
  meta: { name: string; value: string };
  handle: HandleRow;
  key: KeyRow;
  withheld: WithheldRow;
}

/** One namespace for people, groups, agency and node; WebFinger leads from a name back to one id. Names are never reused. */
export type HandleRow = {
  name: string;
  kind: 'person' | 'group' | 'agency' | 'node';
  /** Id of the thing; `agency` and `node` for those two. */
  id: string;
  retired_at: string | null;
};

/** A key pair of a local actor. Rotation makes a new id; retired public keys stay published with their end. */
export type KeyRow = {
  /** Address of the key: `<actor>#<fragment>`. */
  id: string;
  /** uri of the actor. */
  actor: string;
  algorithm: 'rsa' | 'ed25519';
  /** SPKI as PEM. */
  public: string;
  /** PKCS#8 as PEM, encrypted with the node's secret. */
  private: string;
  created_at: string;
  retired_at: string | null;
  revoked_at: string | null;
};
