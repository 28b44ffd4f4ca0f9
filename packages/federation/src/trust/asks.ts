import { type Ask, type Asks, newId, originOf, type Reader, refuse, streams, type Work } from '@joinery/core';
import { readDecider, register } from './register.ts';
import { partnerByOrigin } from './store.ts';
import type { AskRow } from './tables.ts';

const mostOpen = 20;
const longestReason = 1000;

/** What people ask for, each with what is known of the node: `confirmed` 0 where it has not said yet that it allows ours, which other software never says. */
function asksIn(db: Reader) {
  return db
    .selectFrom('partner_ask')
    .leftJoin('partner_host', 'partner_host.origin', 'partner_ask.origin')
    .leftJoin('partner', 'partner.id', 'partner_host.partner_id')
    .selectAll('partner_ask')
    .select('partner.confirmed');
}

function toAsk({ confirmed, ...row }: AskRow & { confirmed: number | null }): Ask {
  return {
    id: row.id,
    person: row.person_id,
    origin: row.origin,
    group: row.group_uri || null,
    reason: row.reason,
    state: row.state,
    answer: row.answer,
    askedAt: row.asked_at,
    answeredAt: row.answered_at,
    confirmed: row.state !== 'agreed' || confirmed !== 0,
  };
}

/** What people ask for, as the slices see it. */
export const asks: Asks = {
  ask: askForAgreement,
  byId: async (db, id) => {
    const row = await asksIn(db).where('partner_ask.id', '=', id).executeTakeFirst();
    return row ? toAsk(row) : null;
  },
  of: async (db, person) => {
    const query = asksIn(db).where('partner_ask.person_id', '=', person);
    return (await query.orderBy('asked_at', 'desc').orderBy('partner_ask.id', 'desc').execute()).map(toAsk);
  },
  waiting: async (db, origin) => {
    const people = db.selectFrom('partner_ask').select('person_id').distinct();
    return (await people.where('state', '=', 'open').where('origin', '=', origin).execute()).length;
  },
};

async function askForAgreement(work: Work, input: Parameters<Asks['ask']>[1]): Promise<Ask> {
  const origin = originOf(input.origin);
  const group = input.group || '';
  if (origin === null)
    refuse('invalid', 'This is not the address of a node', [{ field: 'origin', code: 'bad_format' }]);
  if (origin === work.home) refuse('invalid', 'This is your own node', [{ field: 'origin', code: 'reserved' }]);
  if (group !== '' && originOf(group) !== origin)
    refuse('invalid', 'The group lives on another node', [{ field: 'group', code: 'does_not_match' }]);
  const reason = input.reason.trim();
  if (reason === '') refuse('invalid', 'Say what you need it for', [{ field: 'reason', code: 'required' }]);
  if (reason.length > longestReason) {
    refuse('invalid', `Keep the reason below ${longestReason} characters`, [
      { field: 'reason', code: 'too_long', values: { maximum: longestReason } },
    ]);
  }
  if (work.trust.mayFederate(origin, 'open-groups', 'in').allowed)
    refuse('conflict', `There is an agreement with ${origin} already`);
  const mine = await work.db.selectFrom('partner_ask').selectAll().where('person_id', '=', input.person).execute();
  const before = mine.find((row) => row.origin === origin && row.group_uri === group);
  if (before?.state !== 'open' && mine.filter(({ state }) => state === 'open').length >= mostOpen)
    refuse('too_many', `Wait for an answer first: ${mostOpen} of your requests are open`);
  const row: AskRow = {
    id: before?.id ?? newId(),
    person_id: input.person,
    origin,
    group_uri: group,
    reason,
    state: 'open',
    answer: null,
    answered_by: null,
    asked_at: before?.state === 'open' ? before.asked_at : work.now,
    answered_at: null,
  };
  const { id, ...changes } = row;
  await work.db
    .insertInto('partner_ask')
    .values(row)
    .onConflict((conflict) => conflict.columns(['person_id', 'origin', 'group_uri']).doUpdateSet(changes))
    .execute();
  if (before?.state !== 'open') work.emit('partner.asked', streams.local, { ask: id, person: input.person, origin });
  return { ...toAsk({ ...row, confirmed: null }), confirmed: false };
}

/** Everything that waits for an answer, the nodes that most people ask for first. */
export async function openAsks(db: Reader): Promise<{ origin: string; asks: Ask[] }[]> {
  const rows = await asksIn(db).where('partner_ask.state', '=', 'open').orderBy('asked_at').execute();
  const people = (asks: Ask[]) => new Set(asks.map(({ person }) => person)).size;
  return [...Map.groupBy(rows.map(toAsk), ({ origin }) => origin)]
    .map(([origin, asks]) => ({ origin, asks }))
    .sort((one, other) => people(other.asks) - people(one.asks) || (one.origin < other.origin ? -1 : 1));
}

/**
 * The federation officer answers everybody who asked for an agreement with a node that there will be none. One row of the register.
 * @param input.answer what the people are told
 * @throws {Refusal} not_found when nobody waits (any more), invalid
 */
export async function declineAsks(work: Work, input: { origin: string; answer: string; by: string }): Promise<void> {
  const decider = readDecider({ by: input.by, reason: input.answer });
  const answered = await answerAsks(work, [input.origin], 'declined', decider.by, decider.reason);
  if (answered === 0) refuse('not_found', `Nobody asks for ${input.origin} now`);
  const partner = await partnerByOrigin(work.db, input.origin);
  const subject = { id: partner?.id ?? newId(), origin: input.origin };
  await register(work, 'ask-declined', subject, decider, partner, partner);
}

/** Tells whoever waits for one of these nodes. @returns how many asks that were */
export async function answerAsks(
  work: Work,
  origins: readonly string[],
  state: 'agreed' | 'declined',
  by: string,
  answer: string | null,
): Promise<number> {
  const open = await work.db
    .selectFrom('partner_ask')
    .select(['id', 'person_id'])
    .where('state', '=', 'open')
    .where('origin', 'in', origins)
    .orderBy('id')
    .execute();
  if (open.length === 0) return 0;
  await work.db
    .updateTable('partner_ask')
    .set({ state, answer, answered_by: by, answered_at: work.now })
    .where('state', '=', 'open')
    .where('origin', 'in', origins)
    .execute();
  for (const { id, person_id } of open)
    work.emit('partner.ask_answered', streams.local, { ask: id, person: person_id });
  return open.length;
}

/** Their node allows ours now too: whoever was told that we allow theirs is told that it opens. Once, whatever their node says later. */
export async function tellConfirmed(work: Work, origins: readonly string[]): Promise<void> {
  const before = await work.db
    .selectFrom('partner_decision')
    .select((eb) => eb.fn.max('at').as('at'))
    .where('what', '=', 'confirmed-by-them')
    .where('origin', 'in', origins)
    .executeTakeFirst();
  const told = await work.db
    .selectFrom('partner_ask')
    .select(['id', 'person_id'])
    .where('state', '=', 'agreed')
    .where('origin', 'in', origins)
    .where('answered_at', '>', before?.at ?? '')
    .orderBy('id')
    .execute();
  for (const { id, person_id } of told)
    work.emit('partner.ask_answered', streams.local, { ask: id, person: person_id });
}
