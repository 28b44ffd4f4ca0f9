import type { Place, Post } from './model.ts';

/** Words that stand nowhere else: a letter for what they are in, and a number by which their place is known. */
export type Words = {
  /** A new word. @param letter what it is in: (n)ame, (s)ummary, (h)andle, (t)itle, (b)ody, (f)ile, (r)eason */
  make: (letter: string, place: Place) => string;
  /** An id that names a group, a post or a file. */
  name: (id: string, place: Place) => void;
  /** What of all this stands in a text. */
  in: (text: string) => { said: string; place: Place }[];
  /** Words that stand in a post. */
  of: (post: Post) => string[];
};

const pattern = /zq[a-z]\d{6}|[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

export function createWords(): Words {
  const places = new Map<string, Place>();
  const inPosts = new WeakMap<Post, string[]>();
  let last = 0;
  return {
    make: (letter, place) => {
      const word = `zq${letter}${String(++last).padStart(6, '0')}`;
      places.set(word, place);
      if (place.in === 'post') inPosts.set(place.post, [...(inPosts.get(place.post) ?? []), word]);
      return word;
    },
    name: (id, place) => void places.set(id, place),
    in: (text) => {
      const found = new Set(text.match(pattern)?.map((word) => word.toLowerCase()));
      return [...found].flatMap((said) => {
        const place = places.get(said);
        return place ? [{ said, place }] : [];
      });
    },
    of: (post) => inPosts.get(post) ?? [],
  };
}
