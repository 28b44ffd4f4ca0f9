import type { Command, Searchable } from '@joinery/core';
import { rebuild } from './fill.ts';

/** What `joinery search …` can do. */
export function commandsOf(kinds: readonly Searchable[]): Command[] {
  return [
    {
      name: 'search rebuild',
      summary: 'Make the index of words anew, in small parts, while the node runs',
      options: [
        {
          name: 'empty',
          description: 'Begin with an empty index, because it is damaged; searches find less meanwhile',
        },
      ],
      run: async (context, { options }) => {
        const entries = await rebuild(context, kinds, { empty: options.empty === true });
        return { json: { entries }, say: `Done: ${entries.toLocaleString('en')} things can be found.` };
      },
    },
  ];
}
