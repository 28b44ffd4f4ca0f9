/** The nodes that a closed group introduces to each other: of a group here, as last told; of one elsewhere, as its node last said. */
export type IntroductionRow = {
  /** Address of the group. */
  group_uri: string;
  /** Local id, for groups of this node; null for those of others. */
  group_id: string | null;
  /** 1 while the owners of a group here want its nodes introduced. */
  is_on: number;
  /** Rises with each list. */
  version: number;
  /** Of a group elsewhere: the epoch of its node in which that was said; empty for groups of this node. */
  epoch: string;
  /** JSON list of the nodes. */
  nodes: string;
  updated_at: string;
};

/** An officer here does not take a node from a group's list. */
export type IntroductionRefusalRow = {
  group_uri: string;
  origin: string;
  decided_by: string;
  reason: string;
  at: string;
};
