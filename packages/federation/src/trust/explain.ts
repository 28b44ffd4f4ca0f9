import {
  type Context,
  canonicalOrigin,
  type Decision,
  isId,
  mayReadClosed,
  nodeActor,
  originOf,
  type Reader,
  type Scope,
  type StoredObject,
  scopes,
} from '@joinery/core';
import { formatDate, type Language } from '@joinery/ui';
import { trustText } from './messages.ts';

export type Explanation = {
  allowed: boolean;
  /** In the language asked for, the answer first. */
  lines: string[];
};

type Node = Pick<Context, 'slices'> & { ports: Pick<Context['ports'], 'trust'> };

const reasonText = {
  allowed: 'reason_allowed',
  introduced: 'reason_introduced',
  own_node: 'reason_own_node',
  not_listed: 'reason_not_listed',
  proposed: 'reason_proposed',
  suspended: 'reason_suspended',
  blocked: 'reason_blocked',
  expired: 'reason_expired',
  not_yet_valid: 'reason_not_yet_valid',
  scope_missing: 'reason_scope_missing',
  group_not_named: 'reason_group_not_named',
  classification_too_high: 'reason_classification_too_high',
  classification_unmapped: 'reason_classification_unmapped',
  wrong_direction: 'reason_wrong_direction',
  key_changed: 'reason_key_changed',
  list_unreadable: 'reason_list_unreadable',
  quarantine: 'reason_quarantine',
  bad_origin: 'reason_bad_origin',
} as const;

export const scopeText = {
  discover: 'scope_discover',
  'open-groups': 'scope_open_groups',
  'closed-groups': 'scope_closed_groups',
} as const satisfies Record<Scope, string>;

/** Why a decision is as it is, in words: "the agreement ended on 14 November 2026". */
function reasonInWords(decision: Decision, language: Language, timeZone = 'UTC'): string {
  // An agreement ends after its last day: the day to name is the one before that instant.
  const at = decision.since ? Date.parse(decision.since) - (decision.reason === 'expired' ? 1 : 0) : 0;
  const date = decision.since ? formatDate(language, timeZone, new Date(at)) : '';
  return trustText(language)(reasonText[decision.reason], { date });
}

/**
 * Says whether another node may have something, and why, as every edge would decide at this moment.
 * @param address of the other node, in any spelling; a host alone means https
 * @param thing address or id of a group or post; nothing asks what the agreement covers as a whole
 * @throws {Refusal} nothing: what does not exist is answered as such
 */
export async function explain(
  node: Node,
  db: Reader,
  address: string,
  thing: string | null,
  language: Language,
): Promise<Explanation> {
  const origin = address.includes('://') ? address : `https://${address}`;
  const t = trustText(language);
  const { trust } = node.ports;
  const whole = trust.mayFederate(origin, null, 'out');
  const who = whole.agency ?? origin;
  if (!thing) return explainWhole(node, origin, who, language);
  const found = await find(node, db, thing);
  if (!found) return { allowed: false, lines: [t('explain_unknown', { thing: thing.slice(0, 200) })] };
  const { object, uri, mayRead } = found;
  const group = await found.groupOf?.(db, object);
  const answer = (decision: Decision | null, allowed: boolean): string => {
    const unshared = group?.closed ? t('reason_closed') : t('reason_reading');
    const why = decision ? reasonInWords(decision, language) : unshared;
    return allowed ? t('explain_yes', { who, thing: uri, why }) : t('explain_no', { who, thing: uri, why });
  };
  if (await mayRead(db, { kind: 'nobody' }, object))
    return { allowed: true, lines: [t('explain_web', { who, thing: uri })] };
  const decision = group?.closed
    ? mayReadClosed(trust, origin, group, 'out')
    : trust.mayFederate(origin, 'open-groups', 'out', group?.id);
  if (!decision.allowed) return { allowed: false, lines: [answer(decision, false)] };
  const canonical = canonicalOrigin(origin) ?? origin;
  const allowed = await mayRead(db, { kind: 'peer', origin: canonical, actor: nodeActor(canonical), trust }, object);
  // Whether it shows the token of a group elsewhere is seen only when it asks.
  if (!allowed && group?.closed && originOf(group.uri) !== originOf(object.uri)) {
    const why = reasonInWords(decision, language);
    return { allowed: true, lines: [t('explain_with_token', { who, thing: uri, why })] };
  }
  return { allowed, lines: [answer(allowed ? decision : null, allowed)] };
}

function explainWhole({ ports: { trust } }: Node, origin: string, who: string, language: Language): Explanation {
  const t = trustText(language);
  const whole = (['out', 'in'] as const).map((direction) => trust.mayFederate(origin, null, direction));
  const allowed = whole.some((decision) => decision.allowed);
  const lead = whole.find((decision) => decision.allowed) ?? whole[0];
  const why = lead ? reasonInWords(lead, language) : '';
  const lines = [allowed ? t('explain_whole_yes', { who, why }) : t('explain_whole_no', { who, why })];
  if (!allowed) return { allowed, lines };
  for (const scope of scopes) {
    lines.push(line(scope, 'out'), line(scope, 'in'));
  }
  return { allowed, lines };

  function line(scope: Scope, direction: 'in' | 'out'): string {
    const decision = trust.mayFederate(origin, scope, direction);
    const values = { scope: t(scopeText[scope]), why: reasonInWords(decision, language) };
    if (direction === 'out') return decision.allowed ? t('explain_out_yes', values) : t('explain_out_no', values);
    return decision.allowed ? t('explain_in_yes', values) : t('explain_in_no', values);
  }
}

/** A thing of this node that was loaded, its address, and the rule by which it is read: of what hangs on another thing, that thing's. */
async function find(node: Node, db: Reader, thing: string) {
  const held = await heldBy(node, db, thing);
  if (held) return { ...held, uri: thing };
  const id = /([0-9a-f-]{36})\/?$/.exec(thing)?.[1] ?? '';
  for (const slice of node.slices) {
    for (const kind of slice.objects ?? []) {
      const object: StoredObject | undefined =
        (await kind.load(db, { uri: thing })) ??
        (isId(id) && !/^https?:/.test(thing) ? await kind.load(db, { id }) : undefined);
      if (object) return { object, uri: object.uri, mayRead: kind.mayRead, groupOf: kind.groupOf };
    }
  }
  return undefined;
}

const ownThing = /\/([a-z]+)\/([0-9a-f-]{36})\/?$/;

/**
 * What a thing such as a file hangs on, and so by which rule it is read.
 * @param thing its address on this node
 */
export async function heldBy({ slices }: Pick<Context, 'slices'>, db: Reader, thing: string) {
  const [, path, id = ''] = ownThing.exec(thing) ?? [];
  const holder = await slices.find(({ hangsOn }) => hangsOn?.path === path)?.hangsOn?.find(db, id);
  const kind = slices.flatMap(({ objects }) => objects ?? []).find((one) => one.path === holder?.path);
  const object = holder && (await kind?.load(db, { id: holder.id }));
  if (!kind || !object || (!thing.startsWith('/') && originOf(thing) !== originOf(object.uri))) return null;
  return { object, mayRead: kind.mayRead, groupOf: kind.groupOf };
}
