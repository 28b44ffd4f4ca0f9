/** One look that an agency chose; the newest is in force. */
export type StyleVersionRow = {
  id: string;
  /** `#rrggbb`. */
  colour: string;
  second: string;
  /** Pixels. */
  radius: number;
  logo_id: string | null;
  logo_alt: string;
  created_at: string;
};

/** A checked picture. */
export type StyleLogoRow = {
  id: string;
  type: 'image/svg+xml' | 'image/png';
  /** Base64. */
  bytes: string;
  created_at: string;
};

declare module '@joinery/core' {
  interface Schema {
    style_version: StyleVersionRow;
    style_logo: StyleLogoRow;
  }
}
