/** A folder of a group's library, here or as the group's node tells it. */
export type FolderRow = {
  id: string;
  /** `<home>/folders/<id>` at its home. */
  uri: string;
  group_id: string;
  /** Empty for those in the library itself. */
  parent_id: string;
  /** Empty where nothing of what others wrote is kept. */
  name: string;
  /** Folded: unique in its folder, and what lists go by. Where there is no name, a slash and the id. */
  sort_name: string;
  official_at: string | null;
  /** Who made it; null when that was at another node. */
  by_id: string | null;
  created_at: string;
  updated_at: string;
};

/** Where a document lies. Its words are a post of the kind `document`, its bytes the file of that post. */
export type DocumentRow = {
  /** Address of the post: the group's node may tell of a place before the post is known here. */
  uri: string;
  /** Null while it is not known. */
  post_id: string | null;
  group_id: string;
  /** Empty for the library itself. */
  folder_id: string;
  official_at: string | null;
  /** Folded title. Empty where nothing of what others wrote is kept. */
  sort_title: string;
  /** Of a document that its author had back: the address that it had before. */
  replaces: string | null;
};

/** One version of a document. The file of the newest is the post's own; those of earlier ones hang on the document (`files_file.holder_kind` = `library`). */
export type VersionRow = {
  post_id: string;
  /** From 1. */
  number: number;
  file_id: string | null;
  /** Why, in the words of who made it. */
  note: string;
  /** Null for people of other nodes. */
  by_id: string | null;
  by_name: string;
  at: string;
};

/** Who makes folders in a group of this node. */
type ChoiceRow = { group_id: string; folders_by: FoldersBy };
export type FoldersBy = 'facilitators' | 'members';

declare module '@joinery/core' {
  interface Schema {
    library_folder: FolderRow;
    library_document: DocumentRow;
    library_version: VersionRow;
    library_choice: ChoiceRow;
  }
}
