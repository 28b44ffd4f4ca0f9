import {
  classificationOf,
  type Environment,
  nameCursor,
  namePosition,
  ownNodeOffer,
  type RequestContext,
  requireVisitor,
  transactAs,
  type Work,
} from '@joinery/core';
import { readerOf, renderPanels, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { scopeOf } from './addresses.ts';
import { conversationOf } from './conversation.ts';
import { refreshDirectory } from './directory.ts';
import { declineInvitation } from './invitations.ts';
import { agenciesElsewhere, groupsOf, type ListedGroup, listedGroups, listMembers, withLeads } from './lists.ts';
import { followGroup, joinGroup, leaveGroup, unfollowGroup } from './membership.ts';
import { messages } from './messages.ts';
import { canApprove } from './policy.ts';
import { seeGroup } from './reads.ts';
import { leadOf } from './remote-roles.ts';
import { responsibleFor } from './requests/away.ts';
import { questionsOf } from './requests/questions.ts';
import { landingOf, requestRoutes } from './requests/routes.tsx';
import { withWhomText } from './requests/views-queue.tsx';
import { classificationRoutes } from './routes-classification.tsx';
import { formRoutes } from './routes-form.tsx';
import { memberRoutes } from './routes-member.tsx';
import { shutPage, shutRoutes } from './routes-shut.tsx';
import { countedNodes, membersPerNode } from './store.ts';
import { termsRoutes } from './terms/routes.tsx';
import { GroupPage } from './views-group.tsx';
import { GroupsPage, type ListTab } from './views-list.tsx';

const perPage = 30;
/** Larger groups show members per node as last counted. */
const countedUpTo = 500;

/** Pages of groups. Fixed addresses come before `/groups/<id>`. */
export function routes(app: Hono<Environment>): void {
  app.get('/groups', showGroups);
  formRoutes(app);
  classificationRoutes(app);
  app.get('/groups/:id', showGroup);
  const verbs = { join: joinGroup, follow: followGroup, unfollow: unfollowGroup, leave: leaveGroup } as const;
  for (const [verb, does] of Object.entries(verbs)) {
    app.post(`/groups/:id/${verb}`, (c) => carryOut(c, async (work, input) => void (await does(work, input))));
  }
  app.post('/groups/:id/decline-invitation', (c) => carryOut(c, declineInvitation));
  memberRoutes(app);
  shutRoutes(app);
  termsRoutes(app);
  requestRoutes(app);
}

async function showGroups(c: RequestContext) {
  const { context, visitor, language } = c.var;
  const db = context.db.reader;
  const asked = c.req.query('at');
  // A guest comes upon what strangers do, and their own groups.
  const guest = visitor?.person.guest === true;
  const tab: ListTab = !visitor ? 'here' : asked === 'here' || (asked === 'elsewhere' && !guest) ? asked : 'mine';
  const search = (c.req.query('q') ?? '').slice(0, 200);
  const after = namePosition(c.req.query('cursor'));
  const { peers } = context.ports;
  const origins = tab === 'elsewhere' ? peers.allowed('open-groups') : [];
  const agencies = await agenciesElsewhere(db, origins);
  const at = agencies.find(({ origin }) => origin === c.req.query('node'))?.origin ?? '';
  const directory = tab === 'elsewhere' ? await refreshDirectory(context, await joineryPeers(c)) : null;
  const rows: ListedGroup[] =
    tab === 'mine' && visitor
      ? await groupsOf(db, visitor.person.id)
      : await listedGroups(db, {
          where: tab === 'elsewhere' ? 'elsewhere' : 'here',
          person: visitor?.person.id ?? null,
          origins: at === '' ? origins : [at],
          search,
          webOnly: !visitor || guest,
          after,
          limit: perPage + 1,
        });
  const shown = await withLeads(db, tab === 'mine' ? rows : rows.slice(0, perPage));
  const cursor = tab !== 'mine' && rows.length > perPage ? nameCursor(shown.at(-1)?.group) : null;
  const next = cursor && `/groups?${new URLSearchParams({ at: tab, q: search, node: at, cursor })}`;
  const body = (
    <GroupsPage
      reader={readerOf(c)}
      agency={context.config.agency}
      tab={tab}
      groups={shown}
      search={search}
      next={next}
      signedIn={visitor !== null}
      guest={guest}
      fresh={tab === 'mine' ? await newFor(c) : new Map()}
      csrf={c.var.csrf}
      elsewhere={directory && { ...directory, agencies, at }}
    />
  );
  return showPage(c, { title: messages(language)('groups') }, body);
}

/** Joinery nodes whose agreement covers discovery. */
async function joineryPeers(c: RequestContext): Promise<string[]> {
  const { db, ports } = c.var.context;
  const origins = ports.peers.allowed('discover');
  const peers = await Promise.all(origins.map((origin) => ports.peers.summary(db.reader, origin)));
  return origins.filter((_origin, index) => peers[index]?.joinery);
}

/** How much is new to the visitor, by group. */
async function newFor(c: RequestContext, one?: string): Promise<Map<string, number>> {
  const { context, visitor } = c.var;
  const total = new Map<string, number>();
  for (const slice of visitor ? context.slices : []) {
    for (const [group, count] of (await slice.newIn?.(context, visitor?.person.id ?? '', one)) ?? [])
      total.set(group, (total.get(group) ?? 0) + count);
  }
  return total;
}

async function showGroup(c: RequestContext) {
  const { context, visitor, csrf } = c.var;
  const db = context.db.reader;
  const conversation = visitor && (await conversationOf(db, c.req.param('id') ?? '', visitor.person.id));
  if (conversation) return c.redirect(`/conversations/${conversation.id}`, 303);
  const shut = await shutPage(c, c.req.param('id') ?? '');
  if (shut) return shut;
  const { group, standing, readable } = await seeGroup(db, c.req.param('id') ?? '', visitor);
  // First: what is read of a group elsewhere on its first opening tells who leads it as well.
  const panels = readable ? await renderPanels(c, 'group', { id: group.id }) : [];
  const lead = await leadOf(db, group);
  // Counting a large group takes longer than the rest of its page.
  const counted = group.member_count > countedUpTo;
  const nodes = !readable ? [] : counted ? await countedNodes(db, group.id) : await membersPerNode(db, group);
  const trust = context.ports.trust;
  const requests = canApprove(group, standing)
    ? (await listMembers(db, group.id, { states: ['requested'], limit: 100 })).length
    : 0;
  const body = (
    <GroupPage
      reader={readerOf(c)}
      csrf={csrf}
      signedIn={visitor !== null}
      guest={visitor?.person.guest === true}
      offer={ownNodeOffer(c, `/groups/${group.id}`)}
      agency={context.config.agency}
      group={group}
      standing={standing}
      classification={await classificationOf(db, group.id)}
      readable={readable}
      lead={lead}
      nodes={nodes}
      blocked={nodes.filter((row) => trust.mayFederate(row.origin, null, 'in').reason === 'blocked')}
      connected={group.local === 1 || trust.mayFederate(group.home, scopeOf(group), 'in', group.id).allowed}
      requests={requests}
      fresh={(await newFor(c, group.id)).get(group.id) ?? 0}
      panels={panels}
      landing={readable ? null : await landingOf(c, group)}
      // Who has something to read first, or to answer, asks on a page of its own.
      asksOnPage={!readable || (await questionsOf(db, group.id)).length > 0}
      withWhom={
        group.local === 1 && standing?.state === 'requested'
          ? withWhomText(await responsibleFor(db, group.id, context.clock.now().toISOString()), readerOf(c))
          : null
      }
    />
  );
  const description = group.summary.slice(0, 200) || undefined;
  return showPage(c, { title: group.name, live: group.id, ...(description ? { description } : {}) }, body);
}

/** One of the visitor's own verbs about a group, and back to its page; to the list when it can be seen no more. */
async function carryOut(
  c: RequestContext,
  does: (work: Work, input: { group: string; person: string }) => Promise<void>,
) {
  const visitor = requireVisitor(c);
  const id = c.req.param('id') ?? '';
  const db = c.var.context.db.reader;
  await seeGroup(db, id, visitor);
  await transactAs(c, visitor, (work) => does(work, { group: id, person: visitor.person.id }));
  const visible = await seeGroup(db, id, visitor).then(
    () => true,
    () => false,
  );
  return c.redirect(visible ? `/groups/${id}` : '/groups', 303);
}
