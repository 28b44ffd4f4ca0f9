import { isObject, type Json, type JsonObject, listOf } from '@joinery/core';
import { type Refused, refused } from './refusals.ts';

const members = ['to', 'cc', 'bto', 'bcc', 'audience'];
const longestName = 2_048;
/** An address of any scheme (`as:Public` is one), the third spelling of everybody, or a handle. */
const name = /^(?:[a-z][a-z0-9+.-]*:\S+|Public|@?[^\s@]+@[^\s@]+)$/i;

/**
 * Whether an activity that was posted to us says to whom it goes, at each level: the activity, its object, and what that one carries. Other software sends nothing at all,
 * null for the whole list, and numbers of its own database in between (NodeBB): these name nobody and are passed over. Anything else that is no name is refused, so that
 * two readers cannot take it for two audiences.
 * @returns the refusal, or null
 */
export function checkRecipients(activity: JsonObject): Refused | null {
  let document: Json | undefined = activity;
  // `Announce{Create{Note}}` is the deepest that is read.
  for (let level = 0; level < 3 && isObject(document); level += 1) {
    for (const member of members)
      if (!listOf(document[member]).every(isRecipient))
        return refused('recipient_malformed', `What stands in “${member}” is no recipient.`);
    document = document.object;
  }
  return null;
}

function isRecipient(value: Json): boolean {
  if (typeof value === 'number') return true;
  const text = isObject(value) ? (value.id ?? value.href) : value;
  return typeof text === 'string' && text.length <= longestName && name.test(text);
}
