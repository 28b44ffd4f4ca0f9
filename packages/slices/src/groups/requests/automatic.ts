import { canonicalOrigin, type Reader, refuse, type Work } from '@joinery/core';
import { isGuest, type PersonRow } from '../../people/index.ts';
import { forgetJoining } from '../joining.ts';
import { canModerate } from '../policy.ts';
import { holdGroup, membershipOf } from '../store.ts';

/** Whom a group lets in without asking anybody: people of a node, or people of this node with a mail address in a domain. */
export type AutomaticRule = { kind: 'agency' | 'mail'; value: string };

const domainShape = /^(?=.{3,190}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** The rules of a group, agencies first. */
export function automaticRules(db: Reader, group: string): Promise<AutomaticRule[]> {
  return db
    .selectFrom('group_automatic')
    .select(['kind', 'value'])
    .where('group_id', '=', group)
    .orderBy('kind')
    .orderBy('value')
    .execute();
}

/**
 * Replaces the rules of a group of ours.
 * @throws {Refusal} not_found, forbidden; invalid with the field `domains` or `agencies`
 */
export async function setAutomaticRules(
  work: Work,
  id: string,
  by: string,
  input: { agencies: readonly string[]; domains: readonly string[] },
): Promise<void> {
  const group = await holdGroup(work, id);
  if (!group || group.deleted_at !== null) refuse('not_found', 'There is no such group here');
  if (group.local !== 1 || !canModerate(group, await membershipOf(work.db, id, by)))
    refuse('forbidden', 'Only those who run the group say who is let in');
  const domains = [...new Set(input.domains.map((text) => text.trim().replace(/^@/, '').toLowerCase()))].filter(
    Boolean,
  );
  if (domains.some((domain) => !domainShape.test(domain)))
    refuse('invalid', 'This is not a mail domain', [{ field: 'domains', code: 'bad_format' }]);
  const agencies = [...new Set(input.agencies)].map((text) => canonicalOrigin(text) ?? '');
  if (agencies.includes('')) refuse('invalid', 'This is not a node', [{ field: 'agencies', code: 'bad_choice' }]);
  await forgetJoining(work, id);
  await work.db.deleteFrom('group_automatic').where('group_id', '=', id).execute();
  const rules = [
    ...agencies.map((value) => ({ kind: 'agency' as const, value })),
    ...domains.map((value) => ({ kind: 'mail' as const, value })),
  ];
  for (const rule of rules)
    await work.db
      .insertInto('group_automatic')
      .values({ group_id: id, ...rule })
      .execute();
}

/**
 * The rule by which somebody is let in without asking anybody; null when there is none. A guest works for another agency than their node, and a mail address counts only
 * where its owner has shown that it is theirs.
 */
export async function ruleFor(db: Reader, group: string, person: PersonRow): Promise<AutomaticRule | null> {
  if (isGuest(person)) return null;
  const rules = await automaticRules(db, group);
  const agency = rules.find(({ kind, value }) => kind === 'agency' && value === person.home);
  if (agency || person.local !== 1) return agency ?? null;
  const domains = rules.filter(({ kind }) => kind === 'mail');
  if (domains.length === 0) return null;
  const account = await db
    .selectFrom('account')
    .select(['email', 'email_verified_at'])
    .where('person_id', '=', person.id)
    .where('email_verified_at', 'is not', null)
    .executeTakeFirst();
  const domain = account?.email.split('@').at(-1)?.toLowerCase();
  return domains.find(({ value }) => value === domain) ?? null;
}
