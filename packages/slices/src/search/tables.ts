/** One thing in the index of words. The index itself, `search_index`, differs between the two databases: see fulltext.ts. */
type SearchEntryRow = {
  /** Newer things have a larger one: results are read in this order. Also the row of the index. */
  position: number;
  /** What kind of thing (`Searchable.kind`), and its local id. */
  kind: string;
  item_id: string;
  group_id: string | null;
  circle: string | null;
  author_id: string | null;
  language: string | null;
  at: string;
  /** Folded words in their order, each between spaces. */
  title: string;
  /** The same of title and text, then `|`, then what hyphens joined. */
  words: string;
};

declare module '@joinery/core' {
  interface Schema {
    search_entry: SearchEntryRow;
  }
}
