import type { Context, Reader } from '@joinery/core';
import { exchangedWith, originsOf } from '../preview.ts';
import { allPartners, type Partner } from '../store.ts';

/** What has gone to and come from a partner, and what is kept on both sides. */
export type Traffic = {
  partner: Partner;
  /** Activities that its nodes have acknowledged. */
  sent: number;
  /** Activities that were received from it, and how many of them were refused. */
  received: number;
  refused: number;
  /** Posts in shared groups: both nodes keep them. */
  copies: number;
  groups: number;
};

/** The figures of each partner, by name of the agency. */
export async function trafficOf(context: Pick<Context, 'slices'>, db: Reader): Promise<Traffic[]> {
  const [partners, sent, received] = await Promise.all([
    allPartners(db),
    db
      .selectFrom('subscription')
      .select(['origin'])
      .select((eb) => [eb.fn.sum<number>('acknowledged').as('to'), eb.fn.sum<number>('began_after').as('from')])
      .groupBy('origin')
      .execute(),
    db
      .selectFrom('ledger')
      .select(['origin', 'state'])
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .groupBy(['origin', 'state'])
      .execute(),
  ]);
  const exchangedAt = await exchangedWith(context, db, originsOf(partners));
  const rows: Traffic[] = [];
  for (const partner of partners) {
    const isTheirs = ({ origin }: { origin: string }) => partner.hosts.some((host) => host.origin === origin);
    const theirs = received.filter(isTheirs);
    const shared = partner.hosts.flatMap((host) => exchangedAt(host.origin));
    rows.push({
      partner,
      sent: sum(sent.filter(isTheirs).map((row) => Number(row.to) - Number(row.from))),
      received: sum(theirs.map((row) => Number(row.count))),
      refused: sum(theirs.filter(({ state }) => state === 'refused').map((row) => Number(row.count))),
      copies: sum(shared.map(({ items }) => items)),
      groups: new Set(shared.map(({ group }) => group)).size,
    });
  }
  return rows;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
