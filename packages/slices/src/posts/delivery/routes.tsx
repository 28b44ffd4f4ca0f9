import { type Environment, refuse, requireVisitor, type Visitor } from '@joinery/core';
import type { Hono } from 'hono';
import { messages } from '../messages.ts';
import { type C, change, readerOf, show } from '../page.ts';
import { type SeenPost, seePost } from '../reads.ts';
import { postById } from '../store.ts';
import { askAgain, askedOf, isOpen } from './asking.ts';
import { deliveryMessages } from './messages.ts';
import { deliveryByNode, type NodeDetail } from './nodes.ts';
import { DeliveryPage } from './views.tsx';

/** Where a post is: its author's page. */
export function deliveryRoutes(app: Hono<Environment>): void {
  app.get('/posts/:id/delivery', async (c) => {
    const seen = await seeOwn(c, requireVisitor(c));
    const { context, csrf, language } = c.var;
    const { delivery, lines } = await detailOf(c, seen);
    const { post, group } = seen;
    const { files } = context.ports;
    const shown = lines.map(async (line) => ({
      ...line,
      awaySince: ['waiting', 'undeleted'].includes(line.status)
        ? await files.awaySince(context.db.reader, line.home)
        : null,
    }));
    const model = {
      post: {
        id: post.id,
        name: post.title || post.excerpt || messages(language)('deleted'),
        deletedAt: post.deleted_at,
      },
      group: { id: group.id, home: group.home, local: group.local === 1, closed: group.reading === 'members' },
      lines: await Promise.all(shown),
      figures: delivery,
      reportedAt: group.local === 1 ? null : post.delivery_at,
      open: lines.filter(isOpen).length,
      asked: await askedOf(context.db.reader, post.id, context.clock.now()),
      csrf,
    };
    const page = <DeliveryPage model={model} reader={readerOf(c)} />;
    return show(c, { title: deliveryMessages(language)('title') }, page);
  });

  app.post('/posts/:id/delivery', async (c) => {
    const visitor = requireVisitor(c);
    const { post } = await seeOwn(c, visitor);
    await change(c, visitor, async (work) => void (await askAgain(work, { post: post.id, by: visitor.person.id })));
    return c.redirect(`/posts/${post.id}/delivery`, 303);
  });
}

/** A post of this visitor. @throws {Refusal} not_found as for a missing one; forbidden for one of somebody else */
async function seeOwn(c: C, visitor: Visitor): Promise<SeenPost> {
  const seen = await seePost(c.var.context, c.req.param('id') ?? '', visitor);
  if (seen.post.author_id !== visitor.person.id) refuse('forbidden', 'Only its author sees where a post is');
  return seen;
}

/** Node by node how far a post got: for its author. */
export async function detailOf(c: C, { post, group }: Pick<SeenPost, 'post' | 'group'>): Promise<NodeDetail> {
  const { config, db, ports } = c.var.context;
  const row = (await postById(db.reader, post.id)) ?? refuse('not_found', 'There is no such post');
  return deliveryByNode({ db: db.reader, trust: ports.trust, own: config.origin }, row, group);
}
