import { isEmail, isObject, type JsonObject, normaliseEmail } from '@joinery/core';
import { isLanguage, type Language } from '@joinery/ui';
import { cleanName, longestName } from '../people/index.ts';

import type { ProviderRow } from './tables.ts';

/** Which claims say what, and which groups give roles. */
export type ClaimSettings = Pick<
  ProviderRow,
  'claim_name' | 'claim_email' | 'claim_role' | 'claim_language' | 'claim_groups' | 'administrators' | 'officers'
>;

/** What this node makes of the claims of a person. Null: the provider does not say. */
export type ClaimedProfile = {
  name: string | null;
  email: string | null;
  /** The provider says that it has checked the address. Silence is no word: some show what people write into their profiles. */
  emailVerified: boolean;
  role: string | null;
  language: Language | null;
  groups: string[];
  /** The provider holds more groups than it sends (Entra ID beyond 200): none of them can be relied on. */
  groupsWithheld: boolean;
  /** Null leaves the role as it is. */
  administrator: boolean | null;
  federationOfficer: boolean | null;
};

/** Claims that each kind of provider uses by default. */
export const claimDefaults: Record<ProviderRow['kind'], Omit<ClaimSettings, 'administrators' | 'officers'>> = {
  entra: {
    claim_name: 'name',
    claim_email: 'email preferred_username',
    claim_role: 'jobTitle',
    claim_language: 'xms_pl locale',
    claim_groups: 'groups',
  },
  keycloak: {
    claim_name: 'name',
    claim_email: 'email',
    claim_role: 'title',
    claim_language: 'locale',
    claim_groups: 'realm_access.roles',
  },
  other: {
    claim_name: 'name',
    claim_email: 'email',
    claim_role: 'title',
    claim_language: 'locale',
    claim_groups: 'groups',
  },
};

/** The value at a path such as `realm_access.roles`; a claim with exactly that name, dots and all, comes first. */
function at(claims: JsonObject, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** The first claim of a list of paths that holds a text. */
function textAt(claims: JsonObject, paths: string): string | null {
  for (const path of paths.split(/[\s,]+/).filter(Boolean)) {
    const value = at(claims, path);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}

function shown(text: string | null): string | null {
  const clean =
    text === null ? '' : cleanName(text.replace(/[<>]/g, '').replace(/^[=+\-@]+/, '')).slice(0, longestName);
  return clean === '' ? null : clean;
}

const listed = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** Reads what a provider says of a person. Whatever is not of the expected form counts as not said. */
export function readClaims(claims: JsonObject, settings: ClaimSettings): ClaimedProfile {
  const email = textAt(claims, settings.claim_email);
  const language = textAt(claims, settings.claim_language)?.toLowerCase().split(/[-_]/)[0];
  const given = at(claims, settings.claim_groups);
  const groups = (Array.isArray(given) ? given : typeof given === 'string' ? [given] : []).filter(
    (group): group is string => typeof group === 'string',
  );
  const elsewhere = claims._claim_names;
  const groupsWithheld =
    given === undefined &&
    ((isObject(elsewhere) && Object.hasOwn(elsewhere, settings.claim_groups)) || claims.hasgroups === true);
  const roleOf = (values: string): boolean | null => {
    const wanted = listed(values);
    return wanted.length === 0 || groupsWithheld ? null : wanted.some((group) => groups.includes(group));
  };
  return {
    name: shown(
      textAt(claims, settings.claim_name) ??
        ([textAt(claims, 'given_name'), textAt(claims, 'family_name')].filter(Boolean).join(' ') || null),
    ),
    // A mail address that the provider itself has not checked is nobody's.
    email: email !== null && isEmail(email) && claims.email_verified !== false ? normaliseEmail(email) : null,
    emailVerified: claims.email_verified === true,
    role: shown(textAt(claims, settings.claim_role)),
    language: isLanguage(language) ? language : null,
    groups,
    groupsWithheld,
    administrator: roleOf(settings.administrators),
    federationOfficer: roleOf(settings.officers),
  };
}

/** How the provider shows this person, for people to recognise. */
export function shownAs(claims: JsonObject, profile: ClaimedProfile): string {
  return (profile.email ?? textAt(claims, 'preferred_username upn') ?? profile.name ?? String(claims.sub)).slice(
    0,
    200,
  );
}
