export type FileTables = {
  /** Bytes, each content once. */
  blob: {
    /** 64 hexadecimal digits. */
    sha256: string;
    bytes: number;
    /** SHA-256 of each MiB in turn, base64url, separated by spaces. */
    pieces: string;
    /** 1 once the bytes are kept. */
    kept: number;
    /** Since when nothing refers to it; null while something does. */
    unused_since: string | null;
    /** 1 while the bytes are being removed: until that is done, nobody may bring the same ones. */
    going: number;
  };
};
