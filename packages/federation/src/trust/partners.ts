import { enqueueJob, newId, nodeActor, refuse, streams, subscribe, type Work } from '@joinery/core';
import { answerAsks, tellConfirmed } from './asks.ts';
import { applyChange, type Change, type ChangeKind, type PartnerFields } from './change.ts';
import { planWarnings } from './expiry/plan.ts';
import { verifyRotation } from './fingerprint.ts';
import { type Decider, readDecider, register } from './register.ts';
import { hasEnded, type Partner, partnerByOrigin, partnersByIdentifier, proposalFrom, savePartner } from './store.ts';

export type DecisionInput = { origin: string; fields?: PartnerFields } & Decider;

/** Allows a node, new or known; a blocked one must be suspended first. @throws {Refusal} invalid, conflict */
export const allowPartner = (work: Work, input: DecisionInput) => decideAs(work, 'allow', input);

/** Says that we want an agreement; nothing is exchanged yet. @throws {Refusal} invalid, conflict */
export const proposePartner = (work: Work, input: DecisionInput) => decideAs(work, 'propose', input);

/** Puts an agency on the list that proposed an agreement; nothing is exchanged yet. @throws {Refusal} invalid, conflict when it is listed */
export const receivePartner = (work: Work, input: DecisionInput) => decideAs(work, 'receive', input);

/** Stops all exchange and keeps everything; their node is told once. Also lifts a block to a suspension. @throws {Refusal} invalid, not_found */
export const suspendPartner = (work: Work, input: DecisionInput) => decideAs(work, 'suspend', input);

/** Stops all exchange without a word, whatever else the list says. @throws {Refusal} invalid */
export const blockPartner = (work: Work, input: DecisionInput) => decideAs(work, 'block', input);

/** Changes what an agreement covers, and leaves its state. @throws {Refusal} invalid, not_found */
export const changePartner = (work: Work, input: DecisionInput) => decideAs(work, 'change', input);

/** Forgets the pinned key after their key changed without proof: the next key seen is pinned. @throws {Refusal} invalid, not_found */
export const acceptKey = (work: Work, input: DecisionInput) => decideAs(work, 'accept-key', input);

/** Puts a proposal aside; their node is not told. @throws {Refusal} not_found */
export async function declineProposal(work: Work, input: DecisionInput): Promise<void> {
  const decided = readDecider(input);
  const proposal = await proposalFrom(work.db, input.origin);
  if (!proposal) refuse('not_found', `${input.origin} has proposed nothing`);
  await work.db.updateTable('proposal').set({ state: 'declined' }).where('origin', '=', input.origin).execute();
  const partner = await partnerByOrigin(work.db, input.origin);
  const subject = { id: partner?.id ?? newId(), origin: input.origin };
  await register(work, 'decline', subject, decided, partner, partner);
}

/** Takes a decision whose kind comes from a form or a list. @throws {Refusal} as the named decisions above */
export async function decideAs(work: Work, what: ChangeKind, input: DecisionInput): Promise<Partner> {
  const decided = readDecider(input);
  const change: Change = { what, origin: input.origin, fields: input.fields ?? {} };
  const before = await partnerByOrigin(work.db, change.origin);
  const after = applyChange(before, change, work.now);
  // Leaving off what a new version brought is in the register; why there is an agreement stays as it was.
  if (change.fields.offeredScopes === undefined)
    Object.assign(after, { reason: decided.reason, decidedBy: decided.by });
  await refuseConflicts(work, after);
  await savePartner(work, after);
  await planWarnings(work, after);
  await register(work, what, after, decided, before, after);
  const origins = after.hosts.map((host) => host.origin);
  if (after.state === 'allowed') await answerAsks(work, origins, 'agreed', decided.by, null);
  // One that had ended is in force again: their node was told of its end.
  const begins = before?.state !== 'allowed' || (hasEnded(before, work.now) && !hasEnded(after, work.now));
  if (after.state === 'allowed' && begins) {
    await work.db
      .updateTable('proposal')
      .set({ state: 'accepted' })
      .where('origin', '=', after.origin)
      .where('state', '=', 'checked')
      .execute();
    await subscribe(work, streams.node(after.origin), after.origin);
    work.emit('partner.offered', streams.node(after.origin), { partner: after.id, origin: after.origin });
  }
  if (what === 'suspend' && before?.state === 'allowed') {
    const data = { partner: after.id, origin: before.origin };
    const event = work.emit('partner.revoked', streams.node(before.origin), data);
    await enqueueJob(work, 'partners.revoke', { ...data, event }, { key: event });
  }
  return after;
}

/**
 * Their node said that it allows ours, or no longer does.
 * @returns false when that was known already or the node is not on the list
 */
export async function noteConfirmation(work: Work, origin: string, confirmed: boolean): Promise<boolean> {
  const before = await partnerByOrigin(work.db, origin);
  if (!before || before.confirmed === confirmed) return false;
  const after = { ...before, confirmed, software: before.software ?? 'joinery', updatedAt: work.now };
  await savePartner(work, after);
  const what = confirmed ? 'confirmed-by-them' : 'revoked-by-them';
  if (confirmed && after.state === 'allowed') {
    await tellConfirmed(
      work,
      after.hosts.map((host) => host.origin),
    );
  }
  await register(work, what, after, { by: origin, reason: 'Told by their node' }, before, after);
  if (!confirmed) work.emit('partner.withdrawn', streams.local, { partner: after.id, origin });
  return true;
}

/**
 * Remembers the key of a partner's server actor at first sight. Another one later stops the partner until an administrator has decided, unless
 * the old key has signed the new one.
 * @param key public key, SPKI as PEM
 * @param rotation the pinned key's signature over the new one (`joinery:rotation`), when their node shows one
 * @returns what became of it
 */
export async function pinKey(
  work: Work,
  origin: string,
  key: string,
  rotation: string | null = null,
): Promise<'pinned' | 'same' | 'rotated' | 'changed' | 'not_listed'> {
  const before = await partnerByOrigin(work.db, origin);
  if (!before) return 'not_listed';
  if (before.pinnedKey === key) return 'same';
  const first = before.pinnedKey === null;
  const { pinnedKey } = before;
  const isRotated =
    pinnedKey !== null &&
    rotation !== null &&
    verifyRotation({ actor: nodeActor(origin), oldKey: pinnedKey, newKey: key, signature: rotation });
  const accepted = first || isRotated;
  if (!accepted && before.keyChangedAt !== null) return 'changed';
  const after: Partner = accepted
    ? { ...before, pinnedKey: key, pinnedKeyAt: work.now, updatedAt: work.now }
    : { ...before, keyChangedAt: work.now, updatedAt: work.now };
  await savePartner(work, after);
  const what = first ? 'key-pinned' : accepted ? 'key-rotated' : 'key-changed';
  await register(work, what, after, { by: origin, reason: keyReasons[what] }, before, after);
  return first ? 'pinned' : accepted ? 'rotated' : 'changed';
}

const keyReasons = {
  'key-pinned': 'First key seen at their node',
  'key-rotated': 'New key, signed with the old one',
  'key-changed': 'Another key than the pinned one, not signed with it',
} as const;

async function refuseConflicts(work: Work, after: Partner): Promise<void> {
  for (const { origin } of after.hosts) {
    if (origin === work.home)
      refuse('invalid', 'This is the address of your own node', [{ field: 'hosts', code: 'reserved' }]);
    const other = await partnerByOrigin(work.db, origin);
    if (other && other.id !== after.id) {
      refuse('invalid', `${origin} belongs to ${other.agency} already`, [
        { field: 'hosts', code: 'taken', values: { agency: other.agency } },
      ]);
    }
  }
  if (after.identifier === null || after.state !== 'allowed') return;
  const blocked = (await partnersByIdentifier(work.db, after.identifier)).find(
    ({ id, state }) => id !== after.id && state === 'blocked',
  );
  if (blocked)
    refuse('conflict', `The agency ${after.identifier} is blocked at ${blocked.origin}, and a block always wins`);
}
