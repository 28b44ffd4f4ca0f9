import {
  type Context,
  type Reader as DatabaseReader,
  decodeCursor,
  type Environment,
  encodeCursor,
  federationOfficers,
  readForm,
  refuse,
  requireFederationOfficer,
  scopes,
  transactAs,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { LaneHealth } from '../../peers.ts';
import { daysLeft } from '../labels.tsx';
import { decideAs } from '../partners.ts';
import { mayDecide, requireDecider } from '../policy.ts';
import { useOf } from '../preview.ts';
import { waitingRequests } from '../requests/waiting.ts';
import { allPartners, type Partner } from '../store.ts';
import { pageText } from '../text.ts';
import { home } from '../views.tsx';
import { listPartners, readQuestion, undecidedScopes } from './listing.ts';
import { PartnersPage } from './views.tsx';

const pageLength = 50;

/** The list of partners, and the decision about what a new version can exchange. */
export function partnerListRoutes(
  app: Hono<Environment>,
  laneHealth: ((db: DatabaseReader, now: Date) => Promise<LaneHealth[]>) | undefined,
): void {
  app.get(home, async (c) => {
    requireFederationOfficer(c);
    const { context, language, visitor } = c.var;
    const db = context.db.reader;
    const now = context.clock.now();
    const partners = await allPartners(db);
    const health = new Map((await laneHealth?.(db, now))?.map((lane) => [lane.origin, lane]));
    const question = readQuestion((name) => c.req.query(name));
    const found = listPartners(partners, health, question, now);
    const from = Number(decodeCursor(c.req.query('cursor'), ['number'])?.[0] ?? 0);
    const shown = found.slice(from, from + pageLength);
    const ending = partners.filter((partner) => daysLeft(partner, now) !== null);
    const use = await useOf(context, db, [...new Set([...shown, ...ending])]);
    const decides = await mayDecide(db, visitor);
    const body = (
      <PartnersPage
        partners={shown}
        all={partners.length}
        found={found.length}
        question={question}
        next={from + pageLength < found.length ? nextPage(c.req.url, from + pageLength) : null}
        ending={ending}
        undecided={undecided(partners)}
        health={health}
        use={use}
        waiting={await waitingRequests(db)}
        decides={decides}
        deciders={decides ? [] : await namesOf(context, await federationOfficers(db))}
        csrf={c.var.csrf}
        now={now}
        reader={readerOf(c)}
      />
    );
    const notice = { kind: 'success' as const, text: pageText(language)('done') };
    return showPage(c, { title: pageText(language)('name'), notices: c.req.query('done') ? [notice] : [] }, body);
  });

  app.post(`${home}/scopes`, async (c) => {
    const visitor = await requireDecider(c);
    const read = await readForm(c, z.object({ scope: z.enum(scopes), reason: z.string().trim().min(1).max(1000) }));
    if (!read.ok) refuse('bad_request', 'Name what is to stay off, and why');
    const { scope, reason } = read.value;
    await transactAs(c, visitor, async (work) => {
      const by = visitor.person.name;
      for (const partner of await allPartners(work.db)) {
        if (!undecidedScopes(partner).includes(scope)) continue;
        const fields = { offeredScopes: [...partner.offeredScopes, scope] };
        await decideAs(work, 'change', { origin: partner.origin, fields, by, reason });
      }
    });
    return c.redirect(`${home}?done=1`, 303);
  });
}

function nextPage(url: string, from: number): string {
  const { searchParams } = new URL(url);
  searchParams.set('cursor', encodeCursor([from]));
  return `${home}?${searchParams}`;
}

function undecided(partners: readonly Partner[]) {
  return scopes
    .map((scope) => ({ scope, partners: partners.filter((partner) => undecidedScopes(partner).includes(scope)) }))
    .filter((entry) => entry.partners.length > 0);
}

async function namesOf({ db, ports }: Context, people: readonly string[]): Promise<string[]> {
  const found = await Promise.all(people.slice(0, 3).map((id) => ports.people.byId(db.reader, id)));
  return found.flatMap((person) => person?.name ?? []);
}
