import { type Context, countAttempt, limits, type Visitor } from '@joinery/core';

/** @throws {TooMany} */
export function countSearch(context: Context, visitor: Visitor): void {
  countAttempt(context, `search by ${visitor.account}`, limits.searches);
}
