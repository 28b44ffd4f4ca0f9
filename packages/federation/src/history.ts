import {
  addressOf,
  type CollectedItem,
  type CollectionKind,
  embedded,
  isObject,
  type JsonObject,
  listOf,
  originOf,
  refuse,
  type StoredObject,
  savepoint,
  transact,
} from '@joinery/core';
import type { Bridge } from './bridge.ts';
import { readPeople } from './collected-people.ts';
import { fetchAndRemember, kindForType, knownObject, signedFetch } from './fetch.ts';
import { readProof, verifyProof } from './proof.ts';
import { textOf, typeOf } from './read.ts';
import { speaksFor } from './unwrap.ts';

/** Stops of a crawl, so that endless or circular collections end (FEP-f228 has none). */
const mostPages = 50;
const mostItems = 2_000;
const firstTopics = 200;
/** An outbox holds likes and the like as well: so many items are looked at for each that is kept. */
const lookedPerItem = 5;
const pageBytes = 8_000_000;
/** All of one crawl, however slowly its host answers. What is not read then is read when somebody asks again. */
const longestMilliseconds = 60_000;

/**
 * Brings the past of a remote group (its newest topics, with first posts and counts) or of a remote topic (its replies) from its host, in pages. What is here already stays as it is.
 * @param uri of the group or topic
 * @param wanted `topics` the last 200; `replies` of a topic; `more` as far as the host goes
 * @throws {Refusal} not_found when it is not known here, no_agreement
 */
export async function readHistory(
  bridge: Bridge,
  uri: string,
  wanted: 'topics' | 'replies' | 'more',
): Promise<{ complete: boolean; fetched: number }> {
  const known = await knownObject(bridge.context, uri);
  if (!known) refuse('not_found', 'There is nothing at this address');
  const target = targetOf(bridge, known.kind.path, known.object);
  if (!target || (known.object.local && wanted !== 'replies')) return { complete: true, fetched: 0 };
  if (wanted === 'topics') await readPeople(bridge, known.kind.path, known.object);
  const limit = wanted === 'topics' ? firstTopics : mostItems;
  for (const address of await collectionsOf(bridge, target, wanted)) {
    const origin = originOf(address);
    if (origin === null || origin === bridge.context.config.origin) continue;
    const covered = (['open-groups', 'closed-groups'] as const).some(
      (scope) => bridge.trust.mayFederate(origin, scope, 'in').allowed,
    );
    if (!covered) refuse('no_agreement', `There is no agreement with ${origin}`);
    const read = await readPages(bridge, target, address, limit);
    if (read !== null) return read;
  }
  return { complete: true, fetched: 0 };
}

/** Whose past is read, and which collection takes it in. */
type Target = { owner: StoredObject; collection: CollectionKind };

function targetOf(bridge: Bridge, path: string, owner: StoredObject): Target | undefined {
  const collection = bridge.context.slices
    .flatMap((slice) => slice.collections ?? [])
    .find((one) => one.of === path && one.remember);
  return collection && { owner, collection };
}

/** Where the past is to be found: where its host says, our own topics collection, the conversation (FEP-7888), replies, or the outbox of other software. */
async function collectionsOf(
  bridge: Bridge,
  { owner, collection }: Target,
  wanted: 'topics' | 'replies' | 'more',
): Promise<string[]> {
  const { reader } = bridge.context.db;
  const told = await collection.source?.(reader, owner);
  if (told) return [told];
  if (owner.local) return [];
  const { uri } = owner;
  if (wanted === 'replies') {
    const answer = await signedFetch(bridge, uri, 'replies of a topic');
    if (!answer.ok || !answer.document) return [];
    return [addressOf(answer.document.context), addressOf(answer.document.replies)].filter(
      (address) => address !== null,
    );
  }
  const peer = await reader
    .selectFrom('peer')
    .select('joinery')
    .where('origin', '=', originOf(uri) ?? '')
    .executeTakeFirst();
  if (peer?.joinery) return [`${uri}/topics`];
  const answer = await signedFetch(bridge, uri, 'history of a group');
  const outbox = answer.ok && answer.document ? addressOf(answer.document.outbox) : null;
  return outbox === null ? [] : [outbox];
}

async function readPages(
  bridge: Bridge,
  target: Target,
  first: string,
  limit: number,
): Promise<{ complete: boolean; fetched: number } | null> {
  const origin = originOf(first) ?? '';
  const seen = new Set<string>();
  const { clock } = bridge.context;
  const end = clock.now().getTime() + longestMilliseconds;
  const isOver = () => clock.now().getTime() >= end;
  const most = Math.min(limit * lookedPerItem, mostItems);
  let fetched = 0;
  let looked = 0;
  let address: string | null = first;
  while (address !== null && seen.size < mostPages && fetched < limit && looked < most && !isOver()) {
    if (originOf(address) !== origin || seen.has(address)) return { complete: true, fetched };
    seen.add(address);
    const answer = await signedFetch(bridge, address, 'history of a group', { id: null, maximumBytes: pageBytes });
    if (!answer.ok || !answer.document) return seen.size === 1 ? null : { complete: false, fetched };
    const page: JsonObject =
      itemsOf(answer.document).length === 0 ? (embedded(answer.document.first) ?? answer.document) : answer.document;
    const items = itemsOf(page).slice(0, most - looked);
    looked += items.length;
    fetched += await rememberItems(bridge, target, items.slice(0, limit - fetched), origin, isOver);
    address = addressOf(page.next) ?? (page === answer.document && items.length === 0 ? addressOf(page.first) : null);
  }
  return { complete: address === null && !isOver(), fetched };
}

function itemsOf(document: JsonObject): JsonObject[] {
  return [...listOf(document.orderedItems), ...listOf(document.items)]
    .filter((item) => isObject(item) || typeof item === 'string')
    .map((item) => (isObject(item) ? item : { id: item }));
}

/** Stores one page in one transaction; what one item has wrong does not hold up the others. */
async function rememberItems(
  bridge: Bridge,
  { owner, collection }: Target,
  items: JsonObject[],
  origin: string,
  isOver: () => boolean,
): Promise<number> {
  const wanted: CollectedItem[] = [];
  for (const item of items) {
    // Each may be an address that has to be asked for.
    if (isOver()) break;
    const found = await readItem(bridge, item, origin);
    if (found) wanted.push(found);
  }
  let saved = 0;
  await transact(
    bridge.context,
    { kind: 'peer', origin },
    async (work) => {
      for (const item of wanted) {
        try {
          await savepoint(work, async (part) => collection.remember?.(part, owner, [item]));
          saved += 1;
        } catch (error) {
          bridge.context.logger.warn('history.item_refused', {
            origin,
            reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown',
          });
        }
      }
    },
    { origin },
  );
  return saved;
}

/** The object in an item: bare, or inside Create, Update or Announce; believed by its origin, or by its author's proof. */
async function readItem(bridge: Bridge, item: JsonObject, origin: string): Promise<CollectedItem | null> {
  // Of a closed group only the address is told: whoever takes it in reads it there, with the group's token.
  if (item['joinery:number'] !== undefined) return { item, verified: 'unchecked', text: null };
  const activity = typeOf(item) === 'Announce' ? embedded(item.object) : item;
  if (!activity) return fetchItem(bridge, item, addressOf(item.object));
  const wrapped = ['Create', 'Update'].includes(typeOf(activity));
  const inner = wrapped ? embedded(activity.object) : activity;
  if (!inner || typeOf(inner) === '') return fetchItem(bridge, item, addressOf(inner ?? activity.object));
  const id = textOf(inner.id);
  const author = addressOf(inner.attributedTo);
  if (!kindForType(bridge.context, typeOf(inner)) || id === null) return null;
  const text = wrapped ? JSON.stringify(activity) : null;
  if (author !== null) await knowAuthor(bridge, author, embedded(item['joinery:authorKey']), origin);
  if (originOf(id) === origin) return { item, verified: 'origin', text };
  return { item, verified: (await isProven(bridge, activity, author, origin)) ? 'proof' : 'unchecked', text };
}

/** An item that is an address alone: read at that address, where the allow-list lets us. */
async function fetchItem(bridge: Bridge, item: JsonObject, id: string | null): Promise<CollectedItem | null> {
  if (id === null) return null;
  if (!(await knownObject(bridge.context, id))) await fetchAndRemember(bridge, id, 'history of a group');
  return { item, verified: 'origin', text: null };
}

/** Name and key of an author: from the author's node when we may ask it, else as the group's host vouches. */
async function knowAuthor(bridge: Bridge, author: string, vouched: JsonObject | null, host: string): Promise<void> {
  const { context, remoteKeys } = bridge;
  if (originOf(author) === context.config.origin || (await knownObject(context, author))) return;
  if ((await fetchAndRemember(bridge, author, 'author of a post')) === 'kept') return;
  const id = vouched && textOf(vouched.id);
  const multibase = vouched && textOf(vouched.publicKeyMultibase);
  const people = kindForType(context, 'Person');
  if (!vouched || addressOf(vouched.controller) !== author || originOf(author) === null) return;
  await transact(
    context,
    { kind: 'peer', origin: host },
    async (work) => {
      if (id && multibase) await remoteKeys.saveVouched(work, { id, owner: author, multibase, through: host });
      const document = { id: author, type: 'Person', name: vouched.name, 'joinery:agency': vouched.agency };
      await people?.saveRemote?.(work, document, { fetchedAt: work.now, verified: 'unchecked' });
    },
    { origin: host },
  );
}

async function isProven(bridge: Bridge, activity: JsonObject, author: string | null, host: string): Promise<boolean> {
  const proof = readProof(activity);
  if (!proof || author === null) return false;
  const key = await bridge.remoteKeys.known(bridge.context.db.reader, proof.verificationMethod);
  return key !== undefined && speaksFor(bridge, key, host) && key.owner === author && verifyProof(activity, key.key);
}
