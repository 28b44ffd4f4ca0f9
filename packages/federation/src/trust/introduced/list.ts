import { createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalOrigin, isObject, type Json, type JsonObject, nodeActor } from '@joinery/core';
import { z } from 'zod';
import { keyKind } from '../../signature-parts.ts';

/** A node as a group vouches for it. */
export type IntroducedNode = { origin: string; agency: string /** SPKI as PEM. */; key: string };

const mostNodes = 500;
/** PostgreSQL holds no greater one. */
const greatestVersion = 2_147_483_647;

const nodeSchema = z.object({
  origin: z.string().max(300),
  nodeActor: z.string().max(400),
  publicKey: z.string().max(3_000),
  agency: z.string().trim().min(1).max(200),
});
const listSchema = z.object({
  group: z.string(),
  version: z.number().int().nonnegative().max(greatestVersion),
  epoch: z.unknown().optional(),
  nodes: z.array(z.unknown()).max(mostNodes),
});

/** What a group's `joinery:introduced` says. */
export function introducedDocument(
  group: string,
  { version, epoch, nodes }: { version: number; epoch: string; nodes: readonly IntroducedNode[] },
): JsonObject {
  return {
    group,
    version,
    ...(epoch === '' ? {} : { epoch }),
    nodes: nodes.map(({ origin, agency, key }) => ({ origin, nodeActor: nodeActor(origin), publicKey: key, agency })),
  };
}

/**
 * Reads a group's list. A node that cannot be what it says (an address that is none, another actor than its server actor, a weak key) is left out; nothing is
 * asked for to find out.
 * @returns null when it is no list of this group
 */
export function readIntroduced(
  said: Json | undefined,
  group: string,
): { version: number; epoch: unknown; nodes: IntroducedNode[] } | null {
  const list = listSchema.safeParse(isObject(said) ? said : null).data;
  if (list?.group !== group) return null;
  const nodes = new Map<string, IntroducedNode>();
  for (const item of list.nodes) {
    const node = nodeSchema.safeParse(item).data;
    if (!node || canonicalOrigin(node.origin) !== node.origin || node.nodeActor !== nodeActor(node.origin)) continue;
    if (readKey(node.publicKey) === null) continue;
    nodes.set(node.origin, { origin: node.origin, agency: node.agency, key: node.publicKey });
  }
  return { version: list.version, epoch: list.epoch, nodes: [...nodes.values()] };
}

/** A key that may sign requests; null for any other text. */
export function readKey(text: string): KeyObject | null {
  try {
    const key = createPublicKey(text);
    return keyKind(key) === null ? null : key;
  } catch {
    return null;
  }
}
