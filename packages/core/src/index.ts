export { isObject, type Json, type JsonObject } from './json.ts';
export { canonicalOrigin, isSameAddress, originOf } from './origin.ts';
