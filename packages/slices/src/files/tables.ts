/** A file: what people see under one name. Its bytes are a `blob` when they lie here, or lie at another node. */
export type FileRow = {
  id: string;
  /** `<home>/files/<id>` at its home. */
  uri: string;
  /** 1 when its bytes lie at this node. */
  local: number;
  /** Who brought it; null for a file of another node. */
  owner_id: string | null;
  /** As its owner calls it, without path and control characters. */
  name: string;
  /** By its content. */
  media_type: string;
  bytes: number;
  /** Of its bytes, 64 hexadecimal digits. */
  sha256: string;
  /** SHA-256 of each MiB in turn, base64url, separated by spaces. */
  pieces: string;
  /** What an image shows, for those who do not see it. */
  alt: string | null;
  /** What it hangs on: kind and local id (`Slice.fileHolders`). Null while it hangs on nothing: then only its owner reads it, and it goes after a day. */
  holder_kind: string | null;
  holder_id: string | null;
  position: number;
  /** `checking`: the virus scanner has not seen it yet; only its owner reads of it, and nobody reads it. `infected`: its bytes are gone. */
  state: 'checking' | 'ready' | 'infected';
  /** What the scanner found. */
  threat: string | null;
  /** What an image said of where and by whom it was taken: taken out, or still in it. Null of what is no image, lies elsewhere, or came before this was noted. */
  metadata: 'removed' | 'kept' | null;
  created_at: string;
};

/** What is still arriving; the bytes gather in a file of this id. */
export type UploadRow = {
  id: string;
  person_id: string;
  name: string;
  bytes: number;
  /** How many are certain to be there, also after a power cut. */
  received: number;
  created_at: string;
};

/** Why a file is not kept: what is wrong with it here, or that there is no room for it (yet). */
export const copyFaults = ['too_large', 'infected', 'other_type', 'no_room'] as const;
export type CopyFault = (typeof copyFaults)[number];

/** A record copy of a file that lies at another node: its bytes lie here too once it is `kept`. `refused`: it cannot be kept, for the reason. */
export type FileCopyRow = {
  file_id: string;
  sha256: string;
  state: 'wanted' | 'kept' | 'refused';
  /** `no_room` of one that is still `wanted`. */
  reason: CopyFault | null;
  /** How often it was asked for in vain. */
  tries: number;
  /** When it was wanted first, kept or refused. */
  at: string;
};

/** Who read a file, once for each reader and hour. Only of files whose holder keeps it (`FileHolder.keepsReaders`). */
export type FileReadingRow = {
  file_id: string;
  /** Local id of a person, or origin of a node. */
  reader: string;
  kind: 'person' | 'node';
  /** Beginning of the hour, as an instant. */
  hour: string;
  /** The first time within it. */
  at: string;
  /** The most that they did within it: 0 saw it in a page, 1 opened it, 2 saved it, 3 keeps a record copy. */
  how: number;
  /** Origin of the node that said so, where it was read from the record copy there; null of what was read at this node. */
  told_by: string | null;
};

/** What the node that promised record copies says of a file of this node: that it does not keep it. */
type FileUnkeptRow = { file_id: string; origin: string; reason: CopyFault; at: string };

/** When a node with a record copy of a file of this node last told who read it there. */
type FileToldRow = {
  file_id: string;
  origin: string;
  at: string;
  /** When it last told of more readings than are kept of one node; null when it never did. */
  more_at: string | null;
};

declare module '@joinery/core' {
  interface Schema {
    files_copy: FileCopyRow;
    files_file: FileRow;
    files_reading: FileReadingRow;
    files_told: FileToldRow;
    files_unkept: FileUnkeptRow;
    files_upload: UploadRow;
  }
}
