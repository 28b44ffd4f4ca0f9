import { isObject, type Json, type JsonObject, listOf } from '@joinery/core';
import { type Refused, refused } from './refusals.ts';

// Documents are read as plain JSON: a context is never fetched and never applied. What could make a JSON-LD reader understand
// something else than we do is therefore refused, and everything else ignored.

const activityStreams = 'https://www.w3.org/ns/activitystreams#';
const spellings = new Set(
  ['', '#'].flatMap((end) => ['http', 'https'].map((scheme) => `${scheme}://www.w3.org/ns/activitystreams${end}`)),
);

/** Terms of the normative context (Activity Streams 2.0 §2.1) with what they stand for when that is not `as:` and their own name. */
const terms = new Map<string, string>([
  ...(
    'Accept Activity IntransitiveActivity Add Announce Application Arrive Article Audio Block Collection CollectionPage Relationship Create ' +
    'Delete Dislike Document Event Follow Flag Group Ignore Image Invite Join Leave Like Link Mention Note Object Offer OrderedCollection ' +
    'OrderedCollectionPage Organization Page Person Place Profile Question Reject Remove Service TentativeAccept TentativeReject Tombstone ' +
    'Undo Update Video View Listen Read Move Travel IsFollowing IsFollowedBy IsContact IsMember subject relationship actor attributedTo ' +
    'attachment bcc bto cc context current first generator icon image inReplyTo items instrument last location next object oneOf anyOf ' +
    'closed origin accuracy prev preview replies result audience partOf tag target to url altitude content name duration endTime height ' +
    'href hreflang latitude longitude mediaType published radius rel startIndex startTime summary totalItems units updated width describes ' +
    'formerType deleted outbox following followers streams preferredUsername endpoints uploadMedia proxyUrl liked oauthAuthorizationEndpoint ' +
    'oauthTokenEndpoint provideClientKey signClientKey sharedInbox Public source likes shares alsoKnownAs'
  )
    .split(' ')
    .map((term): [string, string] => [term, `${activityStreams}${term}`]),
  ['as', activityStreams],
  ['id', '@id'],
  ['type', '@type'],
  ['orderedItems', `${activityStreams}items`],
  ['contentMap', `${activityStreams}content`],
  ['nameMap', `${activityStreams}name`],
  ['summaryMap', `${activityStreams}summary`],
  ['inbox', 'http://www.w3.org/ns/ldp#inbox'],
]);

// Mobilizon and gancio say schema.org's location where we read that of ActivityStreams; both mean the place.
const toleratedTerms = new Map([['location', /^https?:\/\/schema\.org[/#]location$/]]);

const keywordsInDocuments = new Set(['@context', '@id', '@type', '@value', '@language']);
const keywordsInContexts = new Set(['@context', '@id', '@type', '@language', '@container', '@vocab', '@prefix']);
const keywordsAsValues = new Set([
  '@id',
  '@type',
  '@value',
  '@language',
  '@vocab',
  '@json',
  '@list',
  '@set',
  '@index',
  '@none',
]);

/** Recipients of one object: `to` and `cc` of a large group's activity name collections, not people. */
const mostRecipients = 500;
const mostAttachments = 20;
const recipientMembers = ['to', 'cc', 'bto', 'bcc', 'audience'];

/** The names of the normative context that no inline context may give another meaning. */
export const activityStreamsTerms: ReadonlyMap<string, string> = terms;

/**
 * Whether a document of another node can be read as plain ActivityStreams JSON.
 * @returns the refusal, or null: its contexts name ActivityStreams and redefine none of its terms, at any depth; no JSON-LD
 * keywords that reshape a document; at most 500 recipients and 20 attachments to one object
 */
export function checkDocument(document: JsonObject): Refused | null {
  const contexts = listOf(document['@context']);
  if (!contexts.some((context) => typeof context === 'string' && spellings.has(context))) {
    return refused('context_missing', 'The document does not name the ActivityStreams context.');
  }
  return checkValue(document);
}

/** Recursion is bounded by the depth limit of `readJson`. */
function checkValue(value: Json | undefined): Refused | null {
  if (Array.isArray(value)) return firstFault(value, checkValue);
  if (!isObject(value)) return null;
  let recipients = 0;
  for (const member of recipientMembers) recipients += listOf(value[member]).length;
  if (recipients > mostRecipients)
    return refused('too_many_recipients', `An object has more than ${mostRecipients} recipients.`);
  if (listOf(value.attachment).length > mostAttachments) {
    return refused('too_many_attachments', `An object has more than ${mostAttachments} attachments.`);
  }
  for (const key in value) {
    if (key === '@context') {
      const fault = firstFault(listOf(value[key]), (context) => (isObject(context) ? checkContext(context) : null));
      if (fault) return fault;
    } else if (key.startsWith('@') && !keywordsInDocuments.has(key)) {
      return refused('keyword_refused', 'The document uses a JSON-LD keyword that is not accepted.');
    } else {
      const member = value[key];
      const fault = typeof member === 'object' ? checkValue(member) : null;
      if (fault) return fault;
    }
  }
  return null;
}

function firstFault(values: Json[], check: (value: Json) => Refused | null): Refused | null {
  for (const value of values) {
    const fault = check(value);
    if (fault) return fault;
  }
  return null;
}

function checkContext(context: JsonObject): Refused | null {
  for (const [term, definition] of Object.entries(context)) {
    if (!hasAcceptedKeywords(term, definition))
      return refused('keyword_refused', 'An inline context uses a JSON-LD keyword that is not accepted.');
    const meaning = terms.get(term);
    if (meaning !== undefined) {
      const given = expand(isObject(definition) ? definition['@id'] : definition, context);
      if (given !== meaning && !toleratedTerms.get(term)?.test(given)) {
        return refused('context_redefines_terms', 'An inline context gives a term of ActivityStreams another meaning.');
      }
    }
    const scoped = isObject(definition) ? listOf(definition['@context']) : [];
    const fault = firstFault(scoped, (inner) => (isObject(inner) ? checkContext(inner) : null));
    if (fault) return fault;
  }
  return null;
}

function hasAcceptedKeywords(term: string, definition: Json | undefined): boolean {
  if (term.startsWith('@') && !keywordsInContexts.has(term)) return false;
  const values = isObject(definition) ? Object.entries(definition) : [[term, definition] as const];
  return values.every(
    ([key, value]) =>
      (!key.startsWith('@') || keywordsInContexts.has(key)) &&
      listOf(key === '@context' ? null : value).every(
        (item) => typeof item !== 'string' || !item.startsWith('@') || keywordsAsValues.has(item),
      ),
  );
}

/** The meaning of a definition: compact forms with the prefixes of the same context and with `as:`. */
function expand(value: Json | undefined, context: JsonObject): string {
  if (typeof value !== 'string') return '';
  const colon = value.indexOf(':');
  const prefix = value.slice(0, colon);
  if (colon < 1 || value.startsWith('//', colon + 1)) return value;
  const base = Object.hasOwn(context, prefix) ? context[prefix] : prefix === 'as' ? activityStreams : null;
  return typeof base === 'string' ? `${base}${value.slice(colon + 1)}` : value;
}
