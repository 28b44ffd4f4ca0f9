import './tables.ts';
import type { AfterEffects, EventName, LogEvent, Searchable, Slice, Work } from '@joinery/core';
import { groupById } from '@joinery/slices/groups';
import { isLanguage } from '@joinery/ui';
import { api } from './api.ts';
import { circleOfPosts } from './circles.ts';
import { commandsOf } from './commands.ts';
import { indexThing } from './entries.ts';
import { fillJob, forgetNow, jobsOf, planForgetting, planGroup } from './fill.ts';
import { holdIndex } from './fulltext.ts';
import { groupKind } from './kind-groups.ts';
import { personKind } from './kind-people.ts';
import { documentKind, postKind } from './kind-posts.ts';
import { messages } from './messages.ts';
import { migrations } from './migrations.ts';
import { panels } from './panels.tsx';
import { routes } from './routes.tsx';

/**
 * Search over everything that can be found: posts, groups, people, and whatever the given slices say in `search`.
 * @param slices the others of this node
 */
export function searchIn(slices: readonly Slice[]): Slice {
  const kinds = [postKind, documentKind, groupKind, personKind, ...slices.flatMap((slice) => slice.search ?? [])].sort(
    (one, other) => one.order - other.order,
  );
  return {
    name: 'search',
    migrations,
    routes: (app) => routes(app, kinds),
    api: (app) => api(app, kinds),
    commands: commandsOf(kinds),
    on: afterEffectsOf(kinds),
    jobs: jobsOf(kinds),
    jobsAfterRestore: [fillJob],
    forget: forgetNow,
    panels,
    searchBox: {
      action: '/search',
      label: (language) => messages(isLanguage(language) ? language : 'en')('search'),
      show: (visitor) => visitor !== null,
    },
  };
}

/** What happened to a thing brings the index in line with what it is now, so that no order of events and no repetition matters. */
function afterEffectsOf(kinds: readonly Searchable[]): AfterEffects {
  const effects: Record<string, (work: Work, event: LogEvent) => Promise<void>> = {};
  for (const searchable of kinds) {
    for (const [name, thing] of Object.entries(searchable.events) as [EventName, (event: LogEvent) => string][]) {
      const before = effects[name];
      effects[name] = async (work, event) => {
        await before?.(work, event);
        await holdIndex(work.db);
        await indexThing(work, searchable, thing(event));
      };
    }
  }
  for (const name of ['post.deleted', 'group.deleted'] as const) {
    const before = effects[name];
    effects[name] = async (work, event) => {
      await before?.(work, event);
      await planForgetting(work);
    };
  }
  const changed = effects['group.updated'];
  effects['group.updated'] = async (work, event) => {
    await changed?.(work, event);
    await moveGroup(work, (event as LogEvent<'group.updated'>).data.group);
  };
  const ended = effects['group.deleted'];
  effects['group.deleted'] = async (work, event) => {
    await ended?.(work, event);
    await planGroup(work, (event as LogEvent<'group.deleted'>).data.group);
  };
  return effects as AfterEffects;
}

/** When others than before may come upon what is in a group, that stands elsewhere in the index from now on. */
async function moveGroup(work: Work, id: string): Promise<void> {
  const group = await groupById(work.db, id);
  if (!group) return;
  const circle = circleOfPosts(group);
  const misplaced = await work.db
    .selectFrom('search_entry')
    .select('position')
    .where('group_id', '=', id)
    .where('kind', '<>', groupKind.kind)
    .where((eb) =>
      circle === null ? eb('circle', 'is not', null) : eb.or([eb('circle', 'is', null), eb('circle', '<>', circle)]),
    )
    .limit(1)
    .executeTakeFirst();
  if (misplaced) await planGroup(work, id);
}
